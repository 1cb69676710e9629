#include "writers/csv_record.h"

#include "service/base/date.h"

#include <string.h>

void csv_append_header(struct text *text, const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        csv_append_cell(text, i == 0, table->columns[i].name, strlen(table->columns[i].name));
    csv_append_row_end(text);
}

/* True also behind apostrophes, so that putting one more in front can be undone. */
static bool would_execute(const char *text)
{
    while (*text == '\'')
        text++;
    switch (*text) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case '\r':
        return true;
    default:
        return false;
    }
}

static void append_text(struct text *text, bool first, const char *value, size_t size)
{
    if (!would_execute(value)) {
        csv_append_cell(text, first, value, size);
        return;
    }
    struct text defused = { 0 };
    text_append(&defused, "'");
    text_append_bytes(&defused, value, size);
    csv_append_cell(text, first, defused.bytes, defused.size);
    text_release(&defused);
}

/* A value has nothing in it that would need quotes. */
static void append_value(struct text *text, bool first, const struct column *column,
                         const struct cell *cell)
{
    char *target = text_room(text, 1 + CELL_VALUE_SIZE);
    if (!first)
        *target++ = ',';
    text_take(text, cell_put_value(target, column, cell));
}

void csv_append_record(struct text *text, const struct table *table, const struct cell *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == COLUMN_TEXT && cells[i].present)
            append_text(text, i == 0, cells[i].text, strlen(cells[i].text));
        else
            append_value(text, i == 0, &table->columns[i], &cells[i]);
    }
    csv_append_row_end(text);
}

void csv_append_cells(struct text *text, const struct table *table, const struct csv_cell *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == COLUMN_TEXT)
            append_text(text, i == 0, cells[i].text, cells[i].size);
        else
            csv_append_cell(text, i == 0, cells[i].text, cells[i].size);
    }
    csv_append_row_end(text);
}

bool csv_header_check(const struct table *table, const struct csv_cell *cells, size_t count,
                      struct error *error)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const char *wanted = table->columns[i].name;
        if (i == count)
            return error_set(error, ERROR_WRITER, "the header ends before column %zu, '%s'", i + 1,
                             wanted);
        if (strcmp(cells[i].text, wanted) != 0)
            return error_set(error, ERROR_WRITER, "column %zu is '%.80s', expected '%s'", i + 1,
                             cells[i].text, wanted);
    }
    if (count > table->column_count)
        return error_set(error, ERROR_WRITER, "column %zu is '%.80s', expected no more than %zu",
                         table->column_count + 1, cells[table->column_count].text,
                         table->column_count);
    return true;
}

bool csv_cells_identify(const struct table *table, const struct record_roles *roles,
                        struct csv_cell *cells, size_t count, struct row_identity *ret_identity,
                        struct error *error)
{
    if (count != table->column_count)
        return error_set(error, ERROR_WRITER, "%zu cells, expected %zu", count,
                         table->column_count);
    for (size_t i = 0; i < count; i++) {
        bool defused = cells[i].text[0] == '\'' && would_execute(cells[i].text);
        if (defused && table->columns[i].kind == COLUMN_TEXT) {
            cells[i].text++;
            cells[i].size--;
        }
    }
    const struct csv_cell *session = &cells[roles->session];
    struct row_identity identity = {
        .playbook = cells[roles->playbook].text,
        .symbol = roles->symbol < 0 ? NULL : cells[roles->symbol].text,
        .key = roles->key < 0 ? NULL : cells[roles->key].text,
    };
    if (!date_parse(session->text, session->size, &identity.session))
        return error_set(error, ERROR_WRITER, "%s is '%.80s', expected a date such as 2024-06-28",
                         table->columns[roles->session].name, session->text);
    *ret_identity = identity;
    return true;
}
