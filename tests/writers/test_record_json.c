#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/date.h"
#include "service/base/json.h"
#include "tests/support/random.h"
#include "writers/record_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One of each kind, and one of each role. */
enum {
    ID,
    OWNER,
    WHAT,
    DAY,
    COUNT,
    FLAG,
    TIME,
    CLOCK,
    PRICE,
    RATIO,
    MONEY,
    QUANTITY,
    COLUMN_COUNT
};

static const struct column columns[COLUMN_COUNT] = {
    [ID] = { "id", COLUMN_TEXT, ROLE_KEY, 0, "" },
    [OWNER] = { "owner", COLUMN_TEXT, ROLE_PLAYBOOK, 0, "" },
    [WHAT] = { "what", COLUMN_TEXT, ROLE_SYMBOL, 0, "" },
    [DAY] = { "day", COLUMN_DATE, ROLE_SESSION, 0, "" },
    [COUNT] = { "count", COLUMN_INTEGER, ROLE_PLAIN, 0, "" },
    [FLAG] = { "flag", COLUMN_FLAG, ROLE_PLAIN, 0, "" },
    [TIME] = { "time", COLUMN_TIMESTAMP, ROLE_PLAIN, 0, "" },
    [CLOCK] = { "clock", COLUMN_CLOCK, ROLE_PLAIN, 0, "" },
    [PRICE] = { "price", COLUMN_PRICE, ROLE_PLAIN, 0, "" },
    [RATIO] = { "ratio", COLUMN_NUMBER, ROLE_PLAIN, 4, "" },
    [MONEY] = { "money", COLUMN_MONEY, ROLE_PLAIN, 0, "" },
    [QUANTITY] = { "quantity", COLUMN_QUANTITY, ROLE_PLAIN, 0, "" },
};

static const struct table table = { "things", 3, columns, COLUMN_COUNT };

#define NAMES                                                                                      \
    "\"columns\":[\"id\",\"owner\",\"what\",\"day\",\"count\",\"flag\",\"time\",\"clock\","        \
    "\"price\",\"ratio\",\"money\",\"quantity\"]"

static struct record_list list, again;
static struct text text;
static struct error error;

static int prepare(void **state)
{
    (void)state;
    list = (struct record_list) { .table = &table };
    again = (struct record_list) { .table = &table };
    error = (struct error) { 0 };
    return 0;
}

static int release(void **state)
{
    (void)state;
    record_list_release(&list);
    record_list_release(&again);
    text_release(&text);
    return 0;
}

/* A row with what every row must have. */
static struct cell *add_row(void)
{
    struct cell *row = record_list_add(&list);
    cell_set_text(&row[ID], "a/1");
    cell_set_text(&row[OWNER], "a");
    cell_set_text(&row[WHAT], "QQQ");
    cell_set_integer(&row[DAY], date_from_civil(2024, 6, 28));
    return row;
}

static void write_list(void)
{
    const struct record_set set = { .table = &table, .cells = list.cells, .count = list.count };
    text_clear(&text);
    record_set_append_json(&set, &text);
}

static bool read_bytes(const char *bytes, size_t size)
{
    error = (struct error) { 0 };
    struct json_object *document = json_parse(bytes, size, &error);
    if (!document)
        fail_msg("%s: %s", bytes, error.message);
    bool read = record_list_read_json(&again, document, &error);
    json_object_put(document);
    return read;
}

static bool read_string(const char *string)
{
    return read_bytes(string, strlen(string));
}

static bool same_cell(const struct column *column, const struct cell *a, const struct cell *b)
{
    if (!a->present || !b->present)
        return a->present == b->present;
    if (column->kind == COLUMN_TEXT)
        return strcmp(a->text, b->text) == 0;
    return memcmp(&a->integer, &b->integer, sizeof a->integer) == 0; /* a number's bits, too */
}

static void assert_reads_back(void)
{
    write_list();
    record_list_release(&again);
    again.table = &table;
    if (!read_bytes(text.bytes, text.size))
        fail_msg("%s: %s", text.bytes, error.message);
    assert_int_equal(again.count, list.count);
    for (size_t i = 0; i < list.count * COLUMN_COUNT; i++)
        if (!same_cell(&columns[i % COLUMN_COUNT], &list.cells[i], &again.cells[i]))
            fail_msg("%s is not the same in row %zu of %s", columns[i % COLUMN_COUNT].name,
                     i / COLUMN_COUNT, text.bytes);
}

static void every_kind_has_its_form(void **state)
{
    (void)state;
    struct cell *row = add_row();
    cell_set_integer(&row[COUNT], -42);
    cell_set_integer(&row[FLAG], 1);
    cell_set_integer(&row[TIME], INT64_C(1719581400000000));
    cell_set_integer(&row[CLOCK], 10 * 3600 + 4 * 60);
    cell_set_number(&row[PRICE], 0.1 + 0.2);
    cell_set_number(&row[RATIO], 1.23456789);
    cell_set_integer(&row[MONEY], -12500000);
    cell_set_integer(&row[QUANTITY], 500000000);
    row = add_row();
    cell_set_text(&row[ID], "\"a\"/2");
    row[PRICE] = (struct cell) { .present = true, .number = NAN };
    row[RATIO] = (struct cell) { .present = true, .number = -INFINITY };
    write_list();
    assert_string_equal(text_string(&text),
                        "{\"table\":\"things\",\"version\":3," NAMES ",\"rows\":["
                        "[\"a/1\",\"a\",\"QQQ\",\"2024-06-28\",-42,true,\"2024-06-28T13:30:00Z\","
                        "\"10:04:00\",0.30000000000000004,1.23456789,-12.50,0.5],"
                        "[\"\\\"a\\\"/2\",\"a\",\"QQQ\",\"2024-06-28\",null,null,null,null,null,"
                        "null,null,null]]}");
}

static void no_records_are_a_document_too(void **state)
{
    (void)state;
    write_list();
    assert_string_equal(text_string(&text),
                        "{\"table\":\"things\",\"version\":3," NAMES ",\"rows\":[]}");
    assert_reads_back();
}

static void extreme_values_come_back_as_they_were(void **state)
{
    (void)state;
    static const int64_t integers[] = {
        INT64_MIN,
        INT64_MIN + 1,
        INT64_MAX,
        INT64_MAX - 1,
        0,
        1,
        -1,
        INT64_C(1) << 53,
        (INT64_C(1) << 53) + 1,
        -(INT64_C(1) << 53),
        -(INT64_C(1) << 53) - 1,
    };
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        struct cell *row = add_row();
        cell_set_integer(&row[COUNT], integers[i]);
        cell_set_integer(&row[MONEY], integers[i]);
        cell_set_integer(&row[QUANTITY], integers[i]);
    }
    static const double numbers[] = {
        0.0,         -0.0,
        0x1p53,      0x1p53 + 2,
        -0x1p53 - 2, 1e15,
        1e16,        123456789012345678.0,
        1e17,        1e22,
        1e300,       -1.7976931348623157e308,
        5e-324,      -2.2250738585072014e-308,
        1e-7,        0.1,
        100,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct cell *row = add_row();
        cell_set_number(&row[PRICE], numbers[i]);
        cell_set_number(&row[RATIO], numbers[i]);
    }
    assert_reads_back();
}

static void the_ends_of_dates_and_clocks_come_back(void **state)
{
    (void)state;
    int32_t first = 0, last = date_from_civil(2199, 12, 31);
    struct cell *row = add_row();
    cell_set_integer(&row[DAY], first);
    cell_set_integer(&row[TIME], first * DAY_US);
    cell_set_integer(&row[CLOCK], 0);
    row = add_row();
    cell_set_integer(&row[DAY], last);
    cell_set_integer(&row[TIME], (last + 1) * DAY_US - 1);
    cell_set_integer(&row[CLOCK], 24 * 60 * 60); /* the end of a session that lasts a whole day */
    assert_reads_back();
}

static int64_t random_integer(struct random *random)
{
    int64_t value = (int64_t)(random_next(random) >> random_below(random, 64));
    return random_below(random, 2) ? value : -value;
}

static double random_number(struct random *random)
{
    double value;
    uint64_t bits = random_next(random);
    memcpy(&value, &bits, sizeof value);
    switch (random_below(random, 4)) {
    case 0:
        return value; /* any bits, NaN and infinity among them */
    case 1:
        return (double)random_integer(random);
    case 2:
        return (double)random_integer(random) / 1e4;
    default:
        return random_price(random);
    }
}

/* A text of characters that are awkward in JSON, and some that are not. */
static const char *random_text(struct random *random)
{
    static const char *const pieces[] = {
        "a", "/",      "\"",         "\\", "\n", "\x01", "\x7f",
        "é", "\u2028", "\U0001F600", " ",  "0",  "null", "\\u0041"
    };
    struct text made = { 0 };
    for (size_t i = random_below(random, 9); i > 0; i--)
        text_append(&made, pieces[random_below(random, sizeof pieces / sizeof *pieces)]);
    const char *kept = record_list_keep(&list, text_string(&made));
    text_release(&made);
    return kept;
}

static void random_cell(struct random *random, const struct column *column, struct cell *cell)
{
    switch (column->kind) {
    case COLUMN_TEXT:
        cell_set_text(cell, random_text(random));
        break;
    case COLUMN_FLAG:
        cell_set_integer(cell, (int64_t)random_below(random, 2));
        break;
    case COLUMN_DATE:
        cell_set_integer(cell, (int64_t)random_below(random, 84006));
        break;
    case COLUMN_TIMESTAMP:
        cell_set_integer(cell, (int64_t)random_below(random, 84006 * (uint64_t)DAY_US));
        break;
    case COLUMN_CLOCK:
        cell_set_integer(cell, (int64_t)random_below(random, 86401));
        break;
    case COLUMN_PRICE:
    case COLUMN_NUMBER:
        cell_set_number(cell, random_number(random));
        break;
    case COLUMN_INTEGER:
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        cell_set_integer(cell, random_integer(random));
        break;
    }
}

static void any_cells_come_back_to_the_bit(void **state)
{
    (void)state;
    struct random random = { 20240628 };
    for (int i = 0; i < 3000; i++) {
        struct cell *row = add_row();
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            if (columns[k].role != ROLE_PLAIN || random_below(&random, 5) > 0)
                random_cell(&random, &columns[k], &row[k]);
    }
    assert_reads_back();
}

static void rows_are_added_to_those_that_are_there(void **state)
{
    (void)state;
    add_row();
    write_list();
    assert_true(read_string(text_string(&text)) && read_string(text_string(&text)));
    assert_int_equal(again.count, 2);
    assert_string_equal(again.cells[COLUMN_COUNT + OWNER].text, "a");
}

static void columns_are_found_by_name_in_any_order_and_of_any_version(void **state)
{
    (void)state;
    assert_true(read_string("{\"later\":{},\"rows\":[[{\"x\":[1]},\"QQQ\",\"2024-06-28\",7,\"k\","
                            "\"p\",1e300]],\"version\":4,\"table\":\"things\",\"columns\":["
                            "\"new\",\"what\",\"day\",\"money\",\"id\",\"owner\",\"count \"]}"));
    assert_int_equal(again.count, 1);
    assert_string_equal(again.cells[ID].text, "k");
    assert_string_equal(again.cells[OWNER].text, "p");
    assert_int_equal(again.cells[MONEY].integer, 7000000);
    assert_false(again.cells[COUNT].present);
    assert_false(again.cells[PRICE].present);
}

static void assert_refused(const char *document, const char *message)
{
    if (read_string(document))
        fail_msg("%s was read", document);
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
}

static void what_is_no_such_table_is_refused(void **state)
{
    (void)state;
    assert_refused("[]", "table: a text is expected");
    assert_refused("{\"table\":1}", "table: a text is expected");
    assert_refused("{\"table\":\"trades\"}", "table: \"things\" is expected, not \"trades\"");
    assert_refused("{\"table\":\"things\"}", "version: a whole number is expected");
    assert_refused("{\"table\":\"things\",\"version\":0}",
                   "version: a whole number is expected, above 0");
#define HEAD "{\"table\":\"things\",\"version\":3,"
    assert_refused(HEAD "\"rows\":[]}", "columns: an array is expected");
    assert_refused(HEAD "\"columns\":{},\"rows\":[]}", "columns: an array is expected");
    assert_refused(HEAD "\"columns\":[],\"rows\":null}", "rows: an array is expected");
    assert_refused(HEAD "\"columns\":[\"id\",null],\"rows\":[]}", "columns[1]: a text is expected");
    assert_refused(HEAD "\"columns\":[\"id\",\"x\",\"x\",\"id\"],\"rows\":[]}",
                   "columns[3]: \"id\" is there twice");
}

static void an_error_names_row_and_column(void **state)
{
    (void)state;
#define ROWS HEAD "\"columns\":[\"id\",\"owner\",\"what\",\"day\",\"count\"],\"rows\":["
#define GOOD "[\"k\",\"p\",\"s\",\"2024-06-28\",1]"
    assert_true(read_string(ROWS GOOD "]}"));
    assert_refused(ROWS GOOD ",1]}", "rows[1]: an array of 5 values is expected");
    assert_refused(ROWS GOOD ",null]}", "rows[1]: an array of 5 values is expected");
    assert_refused(ROWS GOOD ",[]]}", "rows[1]: an array of 5 values is expected");
    assert_refused(ROWS "[\"k\",\"p\",\"s\",\"2024-06-28\",1,1]]}",
                   "rows[0]: an array of 5 values is expected");
    assert_refused(ROWS GOOD "," GOOD ",[\"k\",\"p\",\"s\",\"2024-06-31\",1]]}",
                   "rows[2].day: a date such as \"2024-06-28\" is expected");
    assert_refused(ROWS "[\"k\",\"p\",\"s\",\"2024-06-28\",1.5]]}",
                   "rows[0].count: a whole number is expected");
    assert_refused(ROWS "[null,\"p\",\"s\",\"2024-06-28\",1]]}", "rows[0].id: a text is expected");
    assert_refused(ROWS "[\"k\",null,\"s\",\"2024-06-28\",1]]}",
                   "rows[0].owner: a text is expected");
    assert_refused(ROWS "[\"k\",\"p\",null,\"2024-06-28\",1]]}",
                   "rows[0].what: a text is expected");
    assert_refused(ROWS "[\"k\",\"p\",\"s\",null,1]]}",
                   "rows[0].day: a date such as \"2024-06-28\" is expected");
    assert_refused(HEAD "\"columns\":[\"id\",\"owner\",\"day\"],"
                        "\"rows\":[[\"k\",\"p\",\"2024-06-28\"]]}",
                   "rows[0].what: a text is expected");
}

/* Whether a document with just this value in the column is read. */
static bool takes(enum column_kind kind, const char *value)
{
    const struct column *column = columns;
    while (column->kind != kind || column->role != ROLE_PLAIN)
        column++;
    struct text document = { 0 };
    text_format(&document,
                HEAD "\"columns\":[\"id\",\"owner\",\"what\",\"day\",\"%s\"],"
                     "\"rows\":[[\"k\",\"p\",\"s\",\"2024-06-28\",%s]]}",
                column->name, value);
    bool read = read_string(text_string(&document));
    if (!read)
        assert_ptr_equal(strstr(error.message, column->name), error.message + strlen("rows[0]."));
    text_release(&document);
    return read;
}

static void values_of_another_kind_are_refused(void **state)
{
    (void)state;
    static const struct {
        enum column_kind kind;
        const char *good[4], *bad[10];
    } kinds[] = {
        { COLUMN_INTEGER,
          { "0", "-9007199254740992", "\"9223372036854775807\"", "null" },
          { "0.5", "true", "\"\"", "\"x\"", "[]", "\"9223372036854775808\"", "{}", "1e3" } },
        { COLUMN_FLAG,
          { "true", "false", "null" },
          { "0", "1", "\"TRUE\"", "\"\"", "[]", "1.5", "{}" } },
        { COLUMN_TIMESTAMP,
          { "\"2024-06-28T13:30:00Z\"", "\"2024-06-28T13:30:00.123456Z\"", "null" },
          { "\"2024-06-28T13:30:00\"", "\"2024-06-28T09:30:00-04:00\"", "\"2024-06-28\"",
            "1719581400000000", "\"\"", "false" } },
        { COLUMN_CLOCK,
          { "\"10:04:00\"", "\"24:00:00\"", "\"23:59:59\"", "null" },
          { "\"10:04\"", "\"24:00:01\"", "\"10:04:60\"", "\"10:04:0:\"", "\"10:04:0 \"",
            "\"1:04:00\"", "\"10:04.00\"", "36240", "\"10:04:00Z\"", "\"10:04:-1\"" } },
        { COLUMN_PRICE, { "1", "0.1", "1e5", "null" }, { "\"1\"", "true", "[]", "{}", "[1]" } },
        { COLUMN_NUMBER, { "1", "0.1", "-1E-5", "null" }, { "\"1\"", "true", "[]", "{}", "[1]" } },
        { COLUMN_MONEY,
          { "1", "0.000001", "-9223372036854.775808", "null" },
          { "0.0000001", "1e2", "\"1\"", "9223372036854.775808", "true", "[]", "{}" } },
        { COLUMN_QUANTITY,
          { "1", "0.000000001", "-9223372036.854775808", "null" },
          { "0.0000000001", "1e2", "\"1\"", "9223372036.854775808", "true", "[]", "{}" } },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (size_t k = 0; k < 4 && kinds[i].good[k]; k++)
            if (!takes(kinds[i].kind, kinds[i].good[k]))
                fail_msg("%s: %s", kinds[i].good[k], error.message);
        for (size_t k = 0; k < 10 && kinds[i].bad[k]; k++)
            if (takes(kinds[i].kind, kinds[i].bad[k]))
                fail_msg("%s was read", kinds[i].bad[k]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_has_its_form),
        TEST(no_records_are_a_document_too),
        TEST(extreme_values_come_back_as_they_were),
        TEST(the_ends_of_dates_and_clocks_come_back),
        TEST(any_cells_come_back_to_the_bit),
        TEST(rows_are_added_to_those_that_are_there),
        TEST(columns_are_found_by_name_in_any_order_and_of_any_version),
        TEST(what_is_no_such_table_is_refused),
        TEST(an_error_names_row_and_column),
        TEST(values_of_another_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
