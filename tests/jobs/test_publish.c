#include "service/base/decimal.h"
#include "service/base/text.h"
#include "service/jobs/publish.h"
#include "tests/support/bars_made.h"
#include "tests/support/scratch.h"
#include "writers/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct scratch scratch;
static struct playbook playbook;
static struct backtest backtest;
static struct publish_outputs outputs;
static struct error error;

static int prepare(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int release(void **state)
{
    (void)state;
    publish_outputs_release(&outputs);
    backtest_release(&backtest);
    playbook_release(&playbook);
    scratch_release(&scratch);
    error = (struct error) { 0 };
    return 0;
}

/* An empty result of a playbook over some sessions. */
static void cover(const char *name, const char *symbol, const char *first, const char *last)
{
    backtest_release(&backtest);
    playbook_release(&playbook);
    playbook_init(&playbook, strategy_find("sma_cross"));
    assert_true(playbook_add_symbol(&playbook, symbol, &error));
    assert_true(playbook_finish(&playbook, name, &error));
    backtest = (struct backtest) {
        .playbook = &playbook,
        .first_session = bars_date(first),
        .last_session = bars_date(last),
        .journal.table = &journal_table,
    };
}

/* A trade in dollars and cents that was entered in one session and ended in another. */
static void add_trade(const char *entered, int number, const char *ended)
{
    struct session entry = bars_session(entered);
    struct session exit = bars_session(ended);
    struct trade trade = {
        .key = { entry.date, number },
        .session_date = exit.date,
        .quantity = 10 * QUANTITY_ONE,
        .entry_time_us = bars_time_us(&entry, "10:06"),
        .exit_time_us = bars_time_us(&exit, "15:56"),
        .entry_price = 100,
        .exit_price = 101.5,
        .exit_reason = "cross",
        .stop_price = NAN,
        .target_price = NAN,
        .fees = 2 * MONEY_ONE,
        .bars_held = 351,
        .low = 99.75,
        .high = 102,
    };
    trade_settle(&trade);
    backtest.trades = realloc(backtest.trades, ++backtest.trade_count * sizeof trade);
    backtest.trades[backtest.trade_count - 1] = trade;
}

static void add_journal_row(const char *date)
{
    struct cell *row = record_list_add(&backtest.journal);
    cell_set_integer(&row[JOURNAL_TRADE_DATE], bars_date(date));
    cell_set_text(&row[JOURNAL_PLAYBOOK], playbook.name);
    cell_set_text(&row[JOURNAL_SYMBOL], playbook.symbols[0]);
}

static bool publish(void)
{
    char trades[sizeof scratch.path], journal[sizeof scratch.path];
    snprintf(trades, sizeof trades, "%s", scratch_path(&scratch, "deep/trades.csv"));
    snprintf(journal, sizeof journal, "%s", scratch_path(&scratch, "journal.csv"));
    publish_outputs_release(&outputs);
    return publish_backtest(&backtest,
                            &(struct publish_options) {
                                .writers = "csv",
                                .trades_path = trades,
                                .journal_path = journal,
                            },
                            &outputs, &error);
}

/* The rows below the header of the trades' file. */
static void assert_trades(const char *expected)
{
    char *content = scratch_read(&scratch, "deep/trades.csv");
    assert_non_null(content);
    assert_string_equal(strchr(content, '\n') + 1, expected);
    free(content);
}

#define ROW(id, playbook, symbol, session, entry, exit)                                            \
    id "," playbook ",sma_cross," symbol "," session ",long,10," entry ",100," exit ",101.5,"      \
       "cross,,,15.00,2.00,13.00,1.3000,,-2.50,20.00,351\n"

static void every_column_of_a_trade_is_written(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    assert_trades(ROW("mine/QQQ/2024-06-25/1", "mine", "QQQ", "2024-06-25", "2024-06-25T14:06:00Z",
                      "2024-06-25T19:56:00Z"));
}

static void a_trade_has_the_date_of_its_entry_in_its_id_and_of_its_exit_beside(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-01-09", "2024-06-25");
    add_trade("2024-01-09", 2, "2024-06-25");
    assert_true(publish());
    assert_trades(ROW("mine/QQQ/2024-01-09/2", "mine", "QQQ", "2024-06-25", "2024-01-09T15:06:00Z",
                      "2024-06-25T19:56:00Z"));
}

static void a_pair_has_no_slash_in_its_trades_id(void **state)
{
    (void)state;
    cover("mine", "BTC/USD", "2024-06-24", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    assert_trades(ROW("mine/BTC_USD/2024-06-25/1", "mine", "BTC/USD", "2024-06-25",
                      "2024-06-25T14:06:00Z", "2024-06-25T19:56:00Z"));
}

static void the_run_is_known_by_playbook_and_sessions(void **state)
{
    (void)state;
    struct text id = { 0 };
    cover("mine", "QQQ", "2024-06-24", "2024-06-28");
    publish_run_id(&backtest, &id);
    assert_string_equal(text_string(&id), "mine/2024-06-24_2024-06-28");
    text_release(&id);
}

static void the_outputs_say_what_is_where(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    add_journal_row("2024-06-24");
    add_journal_row("2024-06-25");
    assert_true(publish());
    assert_int_equal(outputs.count, 2);
    assert_string_equal(outputs.items[0].writer, "csv");
    assert_string_equal(outputs.items[0].table, "trades");
    assert_int_equal(outputs.items[0].rows, 1);
    assert_string_equal(outputs.items[0].location, scratch_path(&scratch, "deep/trades.csv"));
    assert_string_equal(outputs.items[1].table, "journal");
    assert_int_equal(outputs.items[1].rows, 2);
    assert_string_equal(outputs.items[1].location, scratch_path(&scratch, "journal.csv"));
}

static void publishing_again_changes_no_byte(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    char *before = scratch_read(&scratch, "deep/trades.csv");
    assert_true(publish());
    char *after = scratch_read(&scratch, "deep/trades.csv");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_trade_that_is_no_longer_made_disappears(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-25");
    add_trade("2024-06-24", 1, "2024-06-24");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    cover("mine", "QQQ", "2024-06-25", "2024-06-26");
    assert_true(publish());
    assert_trades(ROW("mine/QQQ/2024-06-24/1", "mine", "QQQ", "2024-06-24", "2024-06-24T14:06:00Z",
                      "2024-06-24T19:56:00Z"));
}

static void what_others_cover_stays(void **state)
{
    (void)state;
    cover("other", "QQQ", "2024-06-25", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    cover("mine", "SPY", "2024-06-25", "2024-06-25");
    add_trade("2024-06-25", 1, "2024-06-25");
    assert_true(publish());
    cover("mine", "QQQ", "2024-06-25", "2024-06-25");
    assert_true(publish());
    assert_trades(ROW("mine/SPY/2024-06-25/1", "mine", "SPY", "2024-06-25", "2024-06-25T14:06:00Z",
                      "2024-06-25T19:56:00Z")
                      ROW("other/QQQ/2024-06-25/1", "other", "QQQ", "2024-06-25",
                          "2024-06-25T14:06:00Z", "2024-06-25T19:56:00Z"));
}

static void trades_are_sorted_by_the_session_they_end_in(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-26");
    add_trade("2024-06-26", 1, "2024-06-26");
    add_trade("2024-06-24", 10, "2024-06-25");
    add_trade("2024-06-24", 9, "2024-06-25");
    assert_true(publish());
    char *content = scratch_read(&scratch, "deep/trades.csv");
    char *ninth = strstr(content, "2024-06-24/9,");
    char *tenth = strstr(content, "2024-06-24/10,");
    char *last = strstr(content, "2024-06-26/1,");
    assert_true(ninth && tenth && last && ninth < tenth && tenth < last);
    free(content);
}

static void a_result_without_trades_is_a_header(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-26");
    assert_true(publish());
    assert_trades("");
}

static void what_was_written_before_a_failure_is_told(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-26");
    assert_int_equal(mkdir(scratch_path(&scratch, "journal.csv"), 0777), 0);
    assert_false(publish());
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_non_null(strstr(error.message, "journal.csv"));
    assert_int_equal(outputs.count, 1);
    assert_string_equal(outputs.items[0].table, "trades");
}

static void a_foreign_file_is_left_as_it_is(void **state)
{
    (void)state;
    cover("mine", "QQQ", "2024-06-24", "2024-06-26");
    scratch_write(&scratch, "journal.csv", "my,own,notes\n1,2,3\n");
    assert_false(publish());
    assert_int_equal(error.kind, ERROR_WRITER);
    char *content = scratch_read(&scratch, "journal.csv");
    assert_string_equal(content, "my,own,notes\n1,2,3\n");
    free(content);
}

static void every_one_of_many_trades_is_listed_in_its_place(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    cover("mine", "QQQ", "2024-06-03", "2024-06-28");
    for (int i = 0; i < MANY; i++)
        add_trade("2024-06-28", i + 1, "2024-06-28");
    struct record_list list = { .table = &trades_table };
    publish_list_trades(&backtest, &list);
    publish_list_trades(&backtest, &list);
    assert_int_equal(list.count, 2 * MANY);
    for (int i = 0; i < 2 * MANY; i++) {
        const struct cell *row = list.cells + (size_t)i * TRADES_COLUMN_COUNT;
        char id[64];
        snprintf(id, sizeof id, "mine/QQQ/2024-06-28/%d", i % MANY + 1);
        assert_string_equal(row[TRADES_TRADE_ID].text, id);
        assert_int_equal(row[TRADES_BARS_HELD].integer, 351);
        assert_false(row[TRADES_STOP_PRICE].present);
    }
    record_list_release(&list);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(every_column_of_a_trade_is_written),
        PREPARED(a_trade_has_the_date_of_its_entry_in_its_id_and_of_its_exit_beside),
        PREPARED(a_pair_has_no_slash_in_its_trades_id),
        PREPARED(the_run_is_known_by_playbook_and_sessions),
        PREPARED(the_outputs_say_what_is_where),
        PREPARED(publishing_again_changes_no_byte),
        PREPARED(a_trade_that_is_no_longer_made_disappears),
        PREPARED(what_others_cover_stays),
        PREPARED(trades_are_sorted_by_the_session_they_end_in),
        PREPARED(a_result_without_trades_is_a_header),
        PREPARED(every_one_of_many_trades_is_listed_in_its_place),
        PREPARED(what_was_written_before_a_failure_is_told),
        PREPARED(a_foreign_file_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
