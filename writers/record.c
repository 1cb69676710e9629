#include "writers/record.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONEY_DECIMALS_MIN = 2, KEY_DIGITS_MAX = 18 };

const struct cell *record_cell(const struct record_set *set, size_t record, size_t column)
{
    assert(record < set->count && column < set->table->column_count);
    return &set->cells[record * set->table->column_count + column];
}

int table_role_column(const struct table *table, enum column_role role)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].role == role)
            return (int)i;
    return -1;
}

static const char *format_clock(int64_t seconds, char buffer[static DECIMAL_TEXT_SIZE])
{
    int second = (int)(seconds % 86400);
    snprintf(buffer, DECIMAL_TEXT_SIZE, "%02d:%02d:%02d", second / 3600, second / 60 % 60,
             second % 60);
    return buffer;
}

void cell_append_text(struct text *text, const struct column *column, const struct cell *cell)
{
    bool is_number = column->kind == COLUMN_PRICE || column->kind == COLUMN_NUMBER;
    if (!cell->present || (is_number && !isfinite(cell->number)))
        return;
    char decimal[DECIMAL_TEXT_SIZE], date[DATE_TEXT_SIZE], timestamp[TIMESTAMP_TEXT_SIZE];
    const char *string = "";
    switch (column->kind) {
    case COLUMN_TEXT:
        string = cell->text;
        break;
    case COLUMN_INTEGER:
        string = decimal_format(cell->integer, 0, 0, decimal);
        break;
    case COLUMN_FLAG:
        string = cell->integer ? "TRUE" : "FALSE";
        break;
    case COLUMN_DATE:
        string = date_format((int32_t)cell->integer, date);
        break;
    case COLUMN_TIMESTAMP:
        string = timestamp_format(cell->integer, timestamp);
        break;
    case COLUMN_CLOCK:
        string = format_clock(cell->integer, decimal);
        break;
    case COLUMN_PRICE:
        string = double_format(cell->number, decimal);
        break;
    case COLUMN_NUMBER:
        string = double_format_fixed(cell->number, column->decimals, decimal);
        break;
    case COLUMN_MONEY:
        string = decimal_format(cell->integer, MONEY_DECIMALS, MONEY_DECIMALS_MIN, decimal);
        break;
    case COLUMN_QUANTITY:
        string = decimal_format(cell->integer, QUANTITY_DECIMALS, 0, decimal);
        break;
    }
    text_append(text, string);
}

/* The cell with that role, or NULL: the table has no such column. */
static const struct cell *role_cell(const struct record_set *set, size_t record,
                                    enum column_role role)
{
    int column = table_role_column(set->table, role);
    return column < 0 ? NULL : record_cell(set, record, (size_t)column);
}

bool record_identify(const struct record_set *set, size_t record, struct row_identity *ret_identity)
{
    const struct cell *session = role_cell(set, record, ROLE_SESSION);
    const struct cell *playbook = role_cell(set, record, ROLE_PLAYBOOK);
    const struct cell *symbol = role_cell(set, record, ROLE_SYMBOL);
    const struct cell *key = role_cell(set, record, ROLE_KEY);
    assert(session && playbook);
    if (!session->present || !playbook->present || (symbol && !symbol->present) ||
        (key && !key->present))
        return false;
    *ret_identity = (struct row_identity) {
        .session = (int32_t)session->integer,
        .playbook = playbook->text,
        .symbol = symbol ? symbol->text : NULL,
        .key = key ? key->text : NULL,
    };
    return true;
}

bool coverage_includes(const struct coverage *coverage, const struct row_identity *identity)
{
    if (identity->session < coverage->first_session || identity->session > coverage->last_session ||
        strcmp(identity->playbook, coverage->playbook) != 0)
        return false;
    if (identity->symbol == NULL)
        return true;
    for (size_t i = 0; i < coverage->symbol_count; i++)
        if (strcmp(identity->symbol, coverage->symbols[i]) == 0)
            return true;
    return false;
}

/* The length of "a/b/" and the number 12 of "a/b/12"; the whole length and 0 of any other key. */
static size_t split_key(const char *key, unsigned long long *ret_number)
{
    const char *slash = strrchr(key, '/');
    const char *digits = slash ? slash + 1 : key;
    size_t count = strspn(digits, "0123456789");
    bool numbered = slash && count > 0 && count <= KEY_DIGITS_MAX && digits[count] == '\0';
    *ret_number = numbered ? strtoull(digits, NULL, 10) : 0;
    return numbered ? (size_t)(digits - key) : strlen(key);
}

static int compare_keys(const char *a, const char *b)
{
    unsigned long long a_number, b_number;
    size_t a_size = split_key(a, &a_number);
    size_t b_size = split_key(b, &b_number);
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    if (order == 0)
        order = (a_size > b_size) - (a_size < b_size);
    if (order == 0)
        order = (a_number > b_number) - (a_number < b_number);
    return order ? order : strcmp(a, b);
}

int row_identity_compare(const struct row_identity *a, const struct row_identity *b)
{
    int order = (a->session > b->session) - (a->session < b->session);
    if (order == 0)
        order = strcmp(a->playbook, b->playbook);
    if (order == 0 && a->symbol && b->symbol)
        order = strcmp(a->symbol, b->symbol);
    if (order == 0 && a->key && b->key)
        order = compare_keys(a->key, b->key);
    return order;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **record_set_keys(const struct record_set *set)
{
    int column = table_role_column(set->table, ROLE_KEY);
    if (column < 0)
        return NULL;
    const char **keys = memory_new(set->count, sizeof *keys);
    for (size_t i = 0; i < set->count; i++)
        keys[i] = record_cell(set, i, (size_t)column)->text;
    qsort(keys, set->count, sizeof *keys, compare_strings);
    return keys;
}

bool key_is_among(const char *key, const char *const *keys, size_t count)
{
    return keys && bsearch(&key, keys, count, sizeof *keys, compare_strings);
}

bool record_set_check(const struct record_set *set, struct error *error)
{
    for (size_t i = 0; i < set->count; i++) {
        struct row_identity identity;
        if (!record_identify(set, i, &identity))
            return error_set(error, ERROR_INTERNAL, "%s: record %zu lacks its %s", set->table->name,
                             i + 1, "session, playbook, symbol or key");
        if (!coverage_includes(&set->coverage, &identity))
            return error_set(error, ERROR_INTERNAL,
                             "%s: record %zu lies outside what its set covers", set->table->name,
                             i + 1);
    }
    const char **keys = record_set_keys(set);
    bool unique = true;
    for (size_t i = 1; keys && i < set->count && unique; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            unique = error_set(error, ERROR_INTERNAL, "%s: two records have the key '%s'",
                               set->table->name, keys[i]);
    free(keys);
    return unique;
}
