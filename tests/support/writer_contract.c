#include "tests/support/writer_contract.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "service/base/date.h"
#include "service/base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRADE_ID, PLAYBOOK, SYMBOL, SESSION, PNL, R_MULTIPLE, NOTE, COLUMN_COUNT };

static const struct column columns[COLUMN_COUNT] = {
    [TRADE_ID] = { .name = "trade_id", .kind = COLUMN_TEXT, .role = ROLE_KEY },
    [PLAYBOOK] = { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    [SYMBOL] = { .name = "symbol", .kind = COLUMN_TEXT, .role = ROLE_SYMBOL },
    [SESSION] = { .name = "session_date", .kind = COLUMN_DATE, .role = ROLE_SESSION },
    [PNL] = { .name = "pnl", .kind = COLUMN_MONEY },
    [R_MULTIPLE] = { .name = "r", .kind = COLUMN_NUMBER, .decimals = 4 },
    [NOTE] = { .name = "note", .kind = COLUMN_TEXT },
};

static const struct table table = { "contract", 1, columns, COLUMN_COUNT };

/* Records, as tests write them and as destinations give them back: a line each. Days are those of
 * June 2024, a week from Monday the 3rd. */
#define MON_QQQ "dp20/QQQ/2024-06-03/1|dp20|QQQ|2024-06-03|12.50|0.5000|\n"
#define MON_SPY "dp20/SPY/2024-06-03/1|dp20|SPY|2024-06-03|-3.25|-1.0000|late\n"
#define TUE_QQQ "dp20/QQQ/2024-06-04/1|dp20|QQQ|2024-06-04|-0.000001||\n"
#define TUE_QQQ_2 "dp20/QQQ/2024-06-04/2|dp20|QQQ|2024-06-04|7.00||second\n"
#define TUE_QQQ_10 "dp20/QQQ/2024-06-04/10|dp20|QQQ|2024-06-04|8.00||tenth\n"
#define TUE_OTHER "other/QQQ/2024-06-04/1|other|QQQ|2024-06-04|4.00||\n"
#define WED_QQQ "dp20/QQQ/2024-06-05/1|dp20|QQQ|2024-06-05|1.00||\n"
#define WED_SPY "dp20/SPY/2024-06-05/1|dp20|SPY|2024-06-05|2.00||\n"

enum { MON = 3, TUE, WED, FRI = 7 };

enum { RECORDS_MAX = 16 };

static const struct writer_contract *contract;
static void *destination;
static struct writer *writer;
static struct write_report report;
static struct error error;

static int begin(void **state)
{
    (void)state;
    error = (struct error) { 0 };
    destination = contract->destination_new();
    writer = contract->open(destination, table.name);
    assert_non_null(writer);
    return 0;
}

static int end(void **state)
{
    (void)state;
    writer_close(writer);
    contract->destination_free(destination);
    return 0;
}

static struct cell cell_of(const struct column *column, const char *text)
{
    struct cell cell = { .present = *text != '\0' };
    int32_t date;
    if (!cell.present)
        return cell;
    if (column->kind == COLUMN_TEXT) {
        cell.text = text;
    } else if (column->kind == COLUMN_DATE) {
        assert_true(date_parse(text, strlen(text), &date));
        cell.integer = date;
    } else if (column->kind == COLUMN_MONEY) {
        assert_true(decimal_parse(text, strlen(text), MONEY_DECIMALS, &cell.integer));
    } else {
        assert_true(double_parse(text, strlen(text), &cell.number));
    }
    return cell;
}

/* Cuts the lines into cells, in place. */
static size_t cells_of(char *lines, struct cell *cells)
{
    size_t count = 0;
    for (char *row; (row = strsep(&lines, "\n")) && *row != '\0'; count++) {
        assert_true(count < RECORDS_MAX);
        for (size_t i = 0; i < COLUMN_COUNT; i++)
            cells[count * COLUMN_COUNT + i] = cell_of(&columns[i], strsep(&row, "|"));
        assert_null(row);
    }
    return count;
}

/* Writes a set of these records that covers the playbook, the symbols ("QQQ" or "QQQ SPY") and the
 * days. */
static bool write_set(const char *playbook, const char *symbols, int first_day, int last_day,
                      const char *records)
{
    char *lines = strdup(records), *names = strdup(symbols);
    char *second = strchr(names, ' ');
    if (second)
        *second++ = '\0';
    struct cell cells[RECORDS_MAX * COLUMN_COUNT];
    struct record_set set = {
        .table = &table,
        .run_id = "contract/run",
        .coverage = { .playbook = playbook,
                      .symbols = (const char *const[]) { names, second },
                      .symbol_count = second ? 2 : 1,
                      .first_session = date_from_civil(2024, 6, first_day),
                      .last_session = date_from_civil(2024, 6, last_day) },
        .cells = cells,
        .count = cells_of(lines, cells),
    };
    bool written = writer_write(writer, &set, &report, &error);
    free(lines);
    free(names);
    return written;
}

static void write_well(const char *playbook, const char *symbols, int first_day, int last_day,
                       const char *records)
{
    if (!write_set(playbook, symbols, first_day, last_day, records))
        fail_msg("%s", error.message);
}

static void assert_rows(const char *expected)
{
    struct text rows = { 0 };
    contract->read(destination, &rows);
    assert_string_equal(text_string(&rows), expected);
    text_release(&rows);
}

static void assert_report(size_t rows, size_t rows_replaced)
{
    assert_non_null(report.location);
    assert_int_equal(report.rows, rows);
    assert_int_equal(report.rows_replaced, rows_replaced);
}

static void the_type_is_found_by_its_name(void **state)
{
    (void)state;
    assert_non_null(writer_find(contract->type));
    assert_ptr_equal(writer->type, writer_find(contract->type));
    assert_null(writer_find("no such writer"));
    writer_close(NULL);
    writer->type->close(NULL);
}

static void records_come_back_as_they_were(void **state)
{
    (void)state;
    write_well("dp20", "QQQ SPY", MON, WED, MON_QQQ MON_SPY TUE_QQQ WED_SPY);
    assert_rows(MON_QQQ MON_SPY TUE_QQQ WED_SPY);
    assert_report(4, 0);
}

static void nothing_is_there_after_an_empty_set(void **state)
{
    (void)state;
    write_well("dp20", "QQQ", MON, FRI, "");
    assert_rows("");
    assert_report(0, 0);
}

static void an_empty_set_clears_what_it_covers_and_nothing_else(void **state)
{
    (void)state;
    write_well("dp20", "QQQ SPY", MON, WED, MON_QQQ MON_SPY TUE_QQQ TUE_QQQ_2 WED_QQQ);
    write_well("other", "QQQ", TUE, TUE, TUE_OTHER);
    write_well("dp20", "QQQ", TUE, TUE, "");
    assert_rows(MON_QQQ MON_SPY TUE_OTHER WED_QQQ);
    assert_report(0, 2);
}

static void a_range_is_replaced_and_its_neighbours_stay(void **state)
{
    (void)state;
    write_well("dp20", "QQQ SPY", MON, WED, MON_QQQ MON_SPY TUE_QQQ TUE_QQQ_2 WED_QQQ WED_SPY);
    write_well("dp20", "QQQ", TUE, FRI, TUE_QQQ_10);
    assert_rows(MON_QQQ MON_SPY TUE_QQQ_10 WED_SPY);
    assert_report(1, 3);
}

static void playbooks_and_symbols_do_not_disturb_each_other(void **state)
{
    (void)state;
    write_well("other", "QQQ", MON, FRI, TUE_OTHER);
    write_well("dp20", "SPY", MON, FRI, MON_SPY WED_SPY);
    write_well("dp20", "QQQ", MON, FRI, MON_QQQ WED_QQQ);
    assert_rows(MON_QQQ MON_SPY TUE_OTHER WED_QQQ WED_SPY);
    write_well("other", "SPY", MON, FRI, "");
    assert_rows(MON_QQQ MON_SPY TUE_OTHER WED_QQQ WED_SPY);
    write_well("other", "QQQ", MON, FRI, "");
    assert_rows(MON_QQQ MON_SPY WED_QQQ WED_SPY);
}

static void repeating_a_write_touches_nothing(void **state)
{
    (void)state;
    struct text first = { 0 }, second = { 0 };
    write_well("dp20", "SPY", MON, WED, MON_SPY);
    write_well("dp20", "QQQ", MON, WED, MON_QQQ TUE_QQQ);
    contract->fingerprint(destination, &first);
    write_well("dp20", "QQQ", MON, WED, MON_QQQ TUE_QQQ);
    assert_report(2, 2);
    contract->fingerprint(destination, &second);
    assert_string_equal(text_string(&first), text_string(&second));

    write_well("dp20", "QQQ", MON, WED, MON_QQQ);
    text_clear(&second);
    contract->fingerprint(destination, &second);
    assert_string_not_equal(text_string(&first), text_string(&second));
    text_release(&first);
    text_release(&second);
}

static void the_order_of_records_does_not_matter(void **state)
{
    (void)state;
    write_well("dp20", "QQQ SPY", MON, WED, TUE_QQQ_10 MON_SPY TUE_QQQ_2 MON_QQQ TUE_QQQ);
    assert_rows(MON_QQQ MON_SPY TUE_QQQ TUE_QQQ_2 TUE_QQQ_10);
    struct text first = { 0 }, second = { 0 };
    contract->fingerprint(destination, &first);
    write_well("dp20", "QQQ SPY", MON, WED, MON_QQQ TUE_QQQ_2 TUE_QQQ TUE_QQQ_10 MON_SPY);
    contract->fingerprint(destination, &second);
    assert_string_equal(text_string(&first), text_string(&second));
    text_release(&first);
    text_release(&second);
}

/* A trade that a corrected run ends in another session is there once. */
static void a_key_is_there_once(void **state)
{
    (void)state;
    write_well("dp20", "QQQ", MON, MON, MON_QQQ);
    write_well("dp20", "QQQ", WED, WED, "dp20/QQQ/2024-06-03/1|dp20|QQQ|2024-06-05|9.00||\n");
    assert_rows("dp20/QQQ/2024-06-03/1|dp20|QQQ|2024-06-05|9.00||\n");
    assert_report(1, 1);
}

static void difficult_texts_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const notes[] = {
        "a, b; c", "\"quoted\"", " spaces ", "=1+1", "+1", "-1",
        "@a",      "'=1",        "''-",      "'tis", "'",  "\xC3\xA9\xE2\x82\xAC"
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        char record[256];
        snprintf(record, sizeof record, "dp20/QQQ/2024-06-03/1|dp20|QQQ|2024-06-03|1.00||%s\n",
                 notes[i]);
        write_well("dp20", "QQQ", MON, MON, record);
        assert_rows(record);
        write_well("dp20", "SPY", MON, MON, "");
        assert_rows(record);
    }
}

static void a_failed_write_leaves_the_old_rows_and_can_be_repeated(void **state)
{
    (void)state;
    write_well("dp20", "QQQ", MON, WED, MON_QQQ TUE_QQQ);
    contract->set_broken(destination, true);
    report = (struct write_report) { .rows = 77 };
    assert_false(write_set("dp20", "QQQ", TUE, WED, TUE_QQQ_2 WED_QQQ));
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_true(strlen(error.message) > 0);
    assert_int_equal(report.rows, 77);
    contract->set_broken(destination, false);
    assert_rows(MON_QQQ TUE_QQQ);
    write_well("dp20", "QQQ", TUE, WED, TUE_QQQ_2 WED_QQQ);
    assert_rows(MON_QQQ TUE_QQQ_2 WED_QQQ);
}

static void a_set_that_does_not_hold_is_our_mistake(void **state)
{
    (void)state;
    write_well("dp20", "QQQ", MON, MON, MON_QQQ);
    static const char *const records[] = {
        TUE_QQQ,                         /* another session */
        MON_SPY,                         /* another symbol */
        TUE_OTHER,                       /* another playbook */
        MON_QQQ MON_QQQ,                 /* one key twice */
        "|dp20|QQQ|2024-06-03|1.00||\n", /* no key */
        "x|dp20|QQQ||1.00||\n",          /* no session */
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        assert_false(write_set("dp20", "QQQ", MON, MON, records[i]));
        assert_int_equal(error.kind, ERROR_INTERNAL);
        assert_rows(MON_QQQ);
    }
}

static void a_later_writer_finds_what_an_earlier_one_left(void **state)
{
    (void)state;
    write_well("dp20", "QQQ", MON, MON, MON_QQQ);
    writer_close(writer);
    writer = contract->open(destination, table.name);
    assert_non_null(writer);
    write_well("dp20", "QQQ", TUE, TUE, TUE_QQQ);
    assert_rows(MON_QQQ TUE_QQQ);
}

#define CONTRACT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int writer_contract_run(const struct writer_contract *implementation)
{
    contract = implementation;
    const struct CMUnitTest tests[] = {
        CONTRACT_TEST(the_type_is_found_by_its_name),
        CONTRACT_TEST(records_come_back_as_they_were),
        CONTRACT_TEST(nothing_is_there_after_an_empty_set),
        CONTRACT_TEST(an_empty_set_clears_what_it_covers_and_nothing_else),
        CONTRACT_TEST(a_range_is_replaced_and_its_neighbours_stay),
        CONTRACT_TEST(playbooks_and_symbols_do_not_disturb_each_other),
        CONTRACT_TEST(repeating_a_write_touches_nothing),
        CONTRACT_TEST(the_order_of_records_does_not_matter),
        CONTRACT_TEST(a_key_is_there_once),
        CONTRACT_TEST(difficult_texts_come_back_as_they_were),
        CONTRACT_TEST(a_failed_write_leaves_the_old_rows_and_can_be_repeated),
        CONTRACT_TEST(a_set_that_does_not_hold_is_our_mistake),
        CONTRACT_TEST(a_later_writer_finds_what_an_earlier_one_left),
    };
    return cmocka_run_group_tests_name(implementation->type, tests, NULL, NULL);
}
