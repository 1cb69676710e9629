#include "writers/record_json.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/json_fields.h"
#include "service/base/json_members.h"
#include "service/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MONEY_DECIMALS_MIN = 2, CLOCK_SECONDS_MAX = 24 * 60 * 60 };

/* Beyond it many readers of JSON round. */
#define JSON_INTEGER_MAX (INT64_C(1) << 53)

static void append_integer(struct text *text, int64_t value)
{
    const char *quote = value > JSON_INTEGER_MAX || value < -JSON_INTEGER_MAX ? "\"" : "";
    text_append(text, quote);
    json_append_decimal(text, value, 0, 0);
    text_append(text, quote);
}

static void append_number(struct text *text, double value)
{
    char buffer[DECIMAL_TEXT_SIZE];
    const char *number = double_format(value, buffer);
    text_append(text, number);
    /* Without a point it would be read as an integer, of which none is -0. */
    bool no_integer = fabs(value) > (double)JSON_INTEGER_MAX || (value == 0 && signbit(value));
    if (no_integer && strpbrk(number, ".e") == NULL)
        text_append(text, ".0");
}

static void append_clock(struct text *text, int64_t seconds)
{
    char minute[CLOCK_TEXT_SIZE];
    text_format(text, "\"%s:%02d\"", clock_time_format((int)(seconds / 60), minute),
                (int)(seconds % 60));
}

static void append_value(struct text *text, const struct column *column, const struct cell *cell)
{
    char date[DATE_TEXT_SIZE], timestamp[TIMESTAMP_TEXT_SIZE];
    switch (column->kind) {
    case COLUMN_TEXT:
        json_append_string(text, cell->text);
        break;
    case COLUMN_INTEGER:
        append_integer(text, cell->integer);
        break;
    case COLUMN_FLAG:
        text_append(text, cell->integer ? "true" : "false");
        break;
    case COLUMN_DATE:
        json_append_string(text, date_format((int32_t)cell->integer, date));
        break;
    case COLUMN_TIMESTAMP:
        json_append_string(text, timestamp_format(cell->integer, timestamp));
        break;
    case COLUMN_CLOCK:
        append_clock(text, cell->integer);
        break;
    case COLUMN_PRICE:
    case COLUMN_NUMBER:
        append_number(text, cell->number);
        break;
    case COLUMN_MONEY:
        json_append_decimal(text, cell->integer, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
        break;
    case COLUMN_QUANTITY:
        json_append_decimal(text, cell->integer, QUANTITY_DECIMALS, 0);
        break;
    }
}

static bool is_number(const struct column *column)
{
    return column->kind == COLUMN_PRICE || column->kind == COLUMN_NUMBER;
}

static void append_row(struct text *text, const struct table *table, const struct cell *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        const struct cell *cell = &cells[i];
        text_append(text, i == 0 ? "[" : ",");
        if (cell->present && !(is_number(column) && !isfinite(cell->number)))
            append_value(text, column, cell);
        else
            text_append(text, "null");
    }
    text_append(text, "]");
}

void record_set_append_json(const struct record_set *set, struct text *text)
{
    const struct table *table = set->table;
    text_append(text, "{");
    json_field_string(text, "table", table->name);
    json_field_count(text, "version", (size_t)table->version);
    json_field_name(text, "columns");
    for (size_t i = 0; i < table->column_count; i++) {
        text_append(text, i == 0 ? "[" : ",");
        json_append_string(text, table->columns[i].name);
    }
    text_append(text, "]");
    json_field_name(text, "rows");
    text_append(text, "[");
    struct record_list list = { .table = table };
    for (size_t i = 0; i < set->count; i++) {
        text_append(text, i == 0 ? "" : ",");
        append_row(text, table, record_row(set, i, &list));
        record_list_clear(&list);
    }
    record_list_release(&list);
    text_append(text, "]}");
}

/* "10:04:00", up to "24:00:00". */
static bool parse_clock(const char *text, int64_t *ret_seconds)
{
    enum { MINUTE_SIZE = sizeof "10:04" - 1, SECOND_SIZE = sizeof ":00" - 1 };
    int minute;
    if (strlen(text) != MINUTE_SIZE + SECOND_SIZE || !clock_time_parse(text, MINUTE_SIZE, &minute))
        return false;
    const char *second = text + MINUTE_SIZE;
    if (second[0] != ':' || second[1] < '0' || second[1] > '5' || second[2] < '0' ||
        second[2] > '9')
        return false;
    int64_t seconds = minute * 60 + (second[1] - '0') * 10 + (second[2] - '0');
    if (seconds > CLOCK_SECONDS_MAX)
        return false;
    *ret_seconds = seconds;
    return true;
}

/* Of the kinds that are integers and texts in JSON. */
static bool parse_text(enum column_kind kind, const char *text, int64_t *ret_value)
{
    size_t size = strlen(text);
    int32_t date;
    bool has_zone;
    if (kind == COLUMN_INTEGER)
        return decimal_parse(text, size, 0, ret_value);
    if (kind == COLUMN_TIMESTAMP) /* UTC as it is written; another zone's could be none of ours */
        return size > 0 && text[size - 1] == 'Z' &&
               timestamp_parse(text, size, ret_value, &has_zone);
    if (kind == COLUMN_CLOCK)
        return parse_clock(text, ret_value);
    assert(kind == COLUMN_DATE);
    if (!date_parse(text, size, &date))
        return false;
    *ret_value = date;
    return true;
}

/* False when the value, which is not null, is none of the column's. */
static bool read_cell(struct record_list *list, const struct column *column,
                      struct json_object *value, struct cell *cell)
{
    cell->present = true;
    enum json_type type = json_object_get_type(value);
    bool is_text = type == json_type_string;
    switch (column->kind) {
    case COLUMN_TEXT:
        if (is_text)
            cell->text = record_list_keep(list, json_object_get_string(value));
        return is_text;
    case COLUMN_FLAG:
        cell->integer = json_object_get_boolean(value);
        return type == json_type_boolean;
    case COLUMN_PRICE:
    case COLUMN_NUMBER:
        cell->number = json_object_get_double(value);
        return type == json_type_int || type == json_type_double;
    case COLUMN_MONEY:
        return json_value_decimal(value, MONEY_DECIMALS, &cell->integer);
    case COLUMN_QUANTITY:
        return json_value_decimal(value, QUANTITY_DECIMALS, &cell->integer);
    case COLUMN_INTEGER:
    case COLUMN_DATE:
    case COLUMN_TIMESTAMP:
    case COLUMN_CLOCK:
        break;
    }
    if (is_text)
        return parse_text(column->kind, json_object_get_string(value), &cell->integer);
    return column->kind == COLUMN_INTEGER && json_value_decimal(value, 0, &cell->integer);
}

static const char *expected_of(enum column_kind kind)
{
    static const char *const expected[] = {
        [COLUMN_TEXT] = "a text",
        [COLUMN_INTEGER] = "a whole number",
        [COLUMN_FLAG] = "true or false",
        [COLUMN_DATE] = "a date such as \"2024-06-28\"",
        [COLUMN_TIMESTAMP] = "a time such as \"2024-06-28T13:30:00Z\"",
        [COLUMN_CLOCK] = "a clock time such as \"10:04:00\"",
        [COLUMN_PRICE] = "a number",
        [COLUMN_NUMBER] = "a number",
        [COLUMN_MONEY] = "a number of at most 6 decimals",
        [COLUMN_QUANTITY] = "a number of at most 9 decimals",
    };
    return expected[kind];
}

/* The columns that a document has, in its order. */
struct header {
    const struct column **columns; /* owned; NULL: unknown */
    size_t count;
};

static const struct column *column_named(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

static bool read_header(const struct table *table, struct json_object *names, struct header *header,
                        struct error *error)
{
    size_t count = json_object_array_length(names);
    header->columns = memory_new(count, sizeof *header->columns);
    for (; header->count < count; header->count++) {
        struct json_object *name = json_object_array_get_idx(names, header->count);
        if (json_object_get_type(name) != json_type_string)
            return error_set(error, ERROR_DATA, "columns[%zu]: a text is expected", header->count);
        const struct column *column = column_named(table, json_object_get_string(name));
        for (size_t i = 0; column && i < header->count; i++)
            if (header->columns[i] == column)
                return error_set(error, ERROR_DATA, "columns[%zu]: \"%s\" is there twice",
                                 header->count, column->name);
        header->columns[header->count] = column;
    }
    return true;
}

static bool read_row(struct record_list *list, const struct header *header,
                     struct json_object *values, struct error *error)
{
    const struct table *table = list->table;
    struct cell *row = record_list_add(list);
    for (size_t i = 0; i < header->count; i++) {
        const struct column *column = header->columns[i];
        struct json_object *value = json_object_array_get_idx(values, i);
        if (column && value && !read_cell(list, column, value, &row[column - table->columns]))
            return error_set(error, ERROR_DATA, "%s: %s is expected", column->name,
                             expected_of(column->kind));
    }
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].role != ROLE_PLAIN && !row[i].present)
            return error_set(error, ERROR_DATA, "%s: %s is expected", table->columns[i].name,
                             expected_of(table->columns[i].kind));
    return true;
}

static bool read_rows(struct record_list *list, const struct header *header,
                      struct json_object *rows, struct error *error)
{
    size_t count = json_object_array_length(rows);
    for (size_t i = 0; i < count; i++) {
        struct json_object *values = json_object_array_get_idx(rows, i);
        if (json_object_get_type(values) != json_type_array ||
            json_object_array_length(values) != header->count)
            return error_set(error, ERROR_DATA, "rows[%zu]: an array of %zu values is expected", i,
                             header->count);
        struct error problem = { 0 };
        if (!read_row(list, header, values, &problem))
            return error_set(error, problem.kind, "rows[%zu].%s", i, problem.message);
    }
    return true;
}

static bool check_table(const struct table *table, struct json_object *value, struct error *error)
{
    size_t version;
    const char *name = json_member_string(value, "table", error);
    if (!name)
        return false;
    if (strcmp(name, table->name) != 0)
        return error_set(error, ERROR_DATA, "table: \"%s\" is expected, not \"%.60s\"", table->name,
                         name);
    if (!json_member_count(value, "version", &version, error))
        return false;
    return version > 0 ||
           error_set(error, ERROR_DATA, "version: a whole number is expected, above 0");
}

bool record_list_read_json(struct record_list *list, struct json_object *value, struct error *error)
{
    struct json_object *names, *rows;
    if (!check_table(list->table, value, error) ||
        !(names = json_member(value, "columns", json_type_array, error)) ||
        !(rows = json_member(value, "rows", json_type_array, error)))
        return false;
    struct header header = { 0 };
    bool read =
        read_header(list->table, names, &header, error) && read_rows(list, &header, rows, error);
    free(header.columns);
    return read;
}
