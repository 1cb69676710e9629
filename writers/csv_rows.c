#include "writers/csv_rows.h"

#include "service/base/date.h"
#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct csv_row {
    struct row_identity identity; /* its texts are in `bytes` */
    size_t number;                /* in the order of adding */
    const char *line;             /* in `bytes` */
    size_t line_size;
    char bytes[];
};

void csv_rows_init(struct csv_rows *rows, const struct table *table)
{
    *rows = (struct csv_rows) { .table = table };
    rows->line.size_max = CSV_ROW_SIZE_MAX - 1;
}

void csv_rows_release(struct csv_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i]);
    free(rows->rows);
    text_release(&rows->line);
    text_release(&rows->value);
    *rows = (struct csv_rows) { 0 };
}

/* True also behind apostrophes, so that putting one more in front can be undone. */
static bool would_execute(const char *text)
{
    text += strspn(text, "'");
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

static void append_value(struct csv_rows *rows, size_t column, const char *value, size_t size)
{
    if (rows->table->columns[column].kind != COLUMN_TEXT || !would_execute(value)) {
        csv_append_cell(&rows->line, column == 0, value, size);
        return;
    }
    struct text defused = { 0 };
    text_append(&defused, "'");
    text_append_bytes(&defused, value, size);
    csv_append_cell(&rows->line, column == 0, defused.bytes, defused.size);
    text_release(&defused);
}

/* Copies to *target, and moves it behind the copy that it returns. */
static const char *keep_string(char **target, const char *string)
{
    if (string == NULL)
        return NULL;
    size_t size = strlen(string) + 1;
    char *copy = memcpy(*target, string, size);
    *target += size;
    return copy;
}

static size_t string_size(const char *string)
{
    return string ? strlen(string) + 1 : 0;
}

/* Ends the line and keeps it, in one block with the texts of its identity. */
static bool add_line(struct csv_rows *rows, const struct row_identity *identity,
                     struct error *error)
{
    csv_append_row_end(&rows->line);
    if (rows->line.full)
        return error_set(error, ERROR_WRITER, "a row of %s is longer than %d bytes",
                         rows->table->name, CSV_ROW_SIZE_MAX - 1);
    size_t size = rows->line.size + string_size(identity->playbook) +
                  string_size(identity->symbol) + string_size(identity->key);
    struct csv_row *row = memory_new(1, sizeof *row + size);
    row->number = rows->count;
    row->line = row->bytes;
    row->line_size = rows->line.size;
    memcpy(row->bytes, rows->line.bytes, rows->line.size);
    char *target = row->bytes + rows->line.size;
    row->identity.session = identity->session;
    row->identity.playbook = keep_string(&target, identity->playbook);
    row->identity.symbol = keep_string(&target, identity->symbol);
    row->identity.key = keep_string(&target, identity->key);

    rows->rows = memory_grow(rows->rows, rows->count, &rows->capacity, sizeof *rows->rows);
    rows->rows[rows->count++] = row;
    return true;
}

bool csv_rows_add_record(struct csv_rows *rows, const struct record_set *set, size_t record,
                         struct error *error)
{
    struct row_identity identity;
    bool identified = record_identify(set, record, &identity);
    assert(identified);
    text_clear(&rows->line);
    for (size_t i = 0; i < rows->table->column_count; i++) {
        text_clear(&rows->value);
        cell_append_text(&rows->value, &rows->table->columns[i], record_cell(set, record, i));
        append_value(rows, i, text_string(&rows->value), rows->value.size);
    }
    return add_line(rows, &identity, error);
}

bool csv_rows_add_cells(struct csv_rows *rows, const struct csv_cell *cells,
                        const struct row_identity *identity, struct error *error)
{
    text_clear(&rows->line);
    for (size_t i = 0; i < rows->table->column_count; i++)
        append_value(rows, i, cells[i].text, cells[i].size);
    return add_line(rows, identity, error);
}

static int compare_rows(const void *a, const void *b)
{
    const struct csv_row *left = *(const struct csv_row *const *)a;
    const struct csv_row *right = *(const struct csv_row *const *)b;
    int order = row_identity_compare(&left->identity, &right->identity);
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

bool csv_rows_print(struct csv_rows *rows, struct text *text, struct error *error)
{
    if (rows->count > 0)
        qsort(rows->rows, rows->count, sizeof *rows->rows, compare_rows);
    const struct table *table = rows->table;
    for (size_t i = 0; i < table->column_count; i++)
        csv_append_cell(text, i == 0, table->columns[i].name, strlen(table->columns[i].name));
    csv_append_row_end(text);
    for (size_t i = 0; i < rows->count; i++)
        text_append_bytes(text, rows->rows[i]->line, rows->rows[i]->line_size);
    return !text->full || error_set(error, ERROR_WRITER, "the rows of %s are larger than %zu bytes",
                                    table->name, TEXT_SIZE_MAX);
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

/* The cell with that role, or NULL: the table has no such column. */
static const char *role_text(const struct table *table, const struct csv_cell *cells,
                             enum column_role role)
{
    int column = table_role_column(table, role);
    return column < 0 ? NULL : cells[column].text;
}

bool csv_cells_identify(const struct table *table, struct csv_cell *cells, size_t count,
                        struct row_identity *ret_identity, struct error *error)
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
    int column = table_role_column(table, ROLE_SESSION);
    assert(column >= 0);
    const struct csv_cell *session = &cells[column];
    struct row_identity identity = {
        .playbook = role_text(table, cells, ROLE_PLAYBOOK),
        .symbol = role_text(table, cells, ROLE_SYMBOL),
        .key = role_text(table, cells, ROLE_KEY),
    };
    if (!date_parse(session->text, session->size, &identity.session))
        return error_set(error, ERROR_WRITER, "%s is '%.80s', expected a date such as 2024-06-28",
                         table->columns[column].name, session->text);
    *ret_identity = identity;
    return true;
}
