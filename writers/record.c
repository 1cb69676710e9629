#include "writers/record.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "writers/record_index.h"
#include "writers/record_list.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MONEY_DECIMALS_MIN = 2, KEY_DIGITS_MAX = 18 };

_Static_assert((int)DECIMAL_TEXT_SIZE <= (int)CELL_VALUE_SIZE &&
                   (int)TIMESTAMP_TEXT_SIZE <= (int)CELL_VALUE_SIZE,
               "a value fits where it is put");

const struct cell *record_row(const struct record_set *set, size_t record, struct record_list *list)
{
    size_t columns = set->table->column_count;
    assert(record < set->count);
    if (set->source == NULL)
        return set->cells + record * columns;
    set->source->add(set->source->context, record, list);
    return list->cells + (list->count - 1) * columns;
}

int table_role_column(const struct table *table, enum column_role role)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].role == role)
            return (int)i;
    return -1;
}

/* Of a whole count of seconds, one within the day. */
static int second_of_day(int64_t seconds)
{
    return (int)((seconds % 86400 + 86400) % 86400);
}

char *cell_put_value(char *target, const struct column *column, const struct cell *cell)
{
    if (!cell->present)
        return target;
    switch (column->kind) {
    case COLUMN_TEXT:
        break;
    case COLUMN_INTEGER:
        return decimal_put(target, cell->integer, 0, 0);
    case COLUMN_FLAG:
        return stpcpy(target, cell->integer ? "TRUE" : "FALSE");
    case COLUMN_DATE:
        return date_put(target, (int32_t)cell->integer);
    case COLUMN_TIMESTAMP:
        return timestamp_put(target, cell->integer);
    case COLUMN_CLOCK:
        return clock_put(target, second_of_day(cell->integer));
    case COLUMN_PRICE:
        return isfinite(cell->number) ? double_put(target, cell->number) : target;
    case COLUMN_NUMBER:
        return isfinite(cell->number) ? double_put_fixed(target, cell->number, column->decimals)
                                      : target;
    case COLUMN_MONEY:
        return decimal_put(target, cell->integer, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
    case COLUMN_QUANTITY:
        return decimal_put(target, cell->integer, QUANTITY_DECIMALS, 0);
    }
    return target;
}

void cell_append_text(struct text *text, const struct column *column, const struct cell *cell)
{
    if (column->kind != COLUMN_TEXT)
        text_take(text, cell_put_value(text_room(text, CELL_VALUE_SIZE), column, cell));
    else if (cell->present)
        text_append(text, cell->text);
}

struct record_roles record_roles_of(const struct table *table)
{
    struct record_roles roles = {
        .session = table_role_column(table, ROLE_SESSION),
        .playbook = table_role_column(table, ROLE_PLAYBOOK),
        .symbol = table_role_column(table, ROLE_SYMBOL),
        .key = table_role_column(table, ROLE_KEY),
    };
    assert(roles.session >= 0 && roles.playbook >= 0);
    return roles;
}

/* NULL: the table has no such column. False: the record lacks it. */
static bool take_text(const struct cell *cells, int column, const char **ret_text)
{
    *ret_text = column >= 0 && cells[column].present ? cells[column].text : NULL;
    return column < 0 || cells[column].present;
}

int32_t record_session(const struct record_set *set, const struct record_roles *roles,
                       size_t record)
{
    if (set->source)
        return set->source->session(set->source->context, record);
    return (int32_t)set->cells[record * set->table->column_count + (size_t)roles->session].integer;
}

bool record_identify(const struct record_roles *roles, const struct cell *cells,
                     struct row_identity *ret_identity)
{
    struct row_identity identity = { .session = (int32_t)cells[roles->session].integer };
    if (!cells[roles->session].present || !take_text(cells, roles->playbook, &identity.playbook) ||
        !take_text(cells, roles->symbol, &identity.symbol) ||
        !take_text(cells, roles->key, &identity.key))
        return false;
    *ret_identity = identity;
    return true;
}

/* The length of "a/b/" and the number 12 of "a/b/12"; the whole length and 0 of any other key. */
static size_t split_key(const char *key, uint64_t *ret_number)
{
    size_t size = strlen(key);
    size_t prefix = size;
    uint64_t number = 0, unit = 1;
    for (; prefix > 0 && key[prefix - 1] >= '0' && key[prefix - 1] <= '9'; unit *= 10) {
        number += unit * (uint64_t)(key[--prefix] - '0');
        if (size - prefix > KEY_DIGITS_MAX)
            break;
    }
    size_t digits = size - prefix;
    bool is_numbered =
        digits > 0 && digits <= KEY_DIGITS_MAX && prefix > 0 && key[prefix - 1] == '/';
    *ret_number = is_numbered ? number : 0;
    return is_numbered ? prefix : size;
}

static int compare_keys(const char *a, const char *b)
{
    uint64_t a_number, b_number;
    size_t a_size = split_key(a, &a_number);
    size_t b_size = split_key(b, &b_number);
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    if (order == 0)
        order = (a_size > b_size) - (a_size < b_size);
    if (order == 0)
        order = (a_number > b_number) - (a_number < b_number);
    return order ? order : strcmp(a, b);
}

/* Rows of one set share their playbook and their symbols' texts. */
static int compare_names(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

int row_identity_compare(const struct row_identity *a, const struct row_identity *b)
{
    int order = (a->session > b->session) - (a->session < b->session);
    if (order == 0)
        order = compare_names(a->playbook, b->playbook);
    if (order == 0 && a->symbol && b->symbol)
        order = compare_names(a->symbol, b->symbol);
    if (order == 0 && a->key && b->key)
        order = compare_keys(a->key, b->key);
    return order;
}

bool record_set_check(const struct record_set *set, struct error *error)
{
    struct record_index index;
    if (!record_index_init(&index, set, error))
        return false;
    record_index_release(&index);
    return true;
}
