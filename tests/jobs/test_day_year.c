/* A year of scheduled runs, one each day, is the same as one backtest over the year. */
#include "service/base/date.h"
#include "service/jobs/publish.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { YEAR = 2024, SESSIONS = 252, SYMBOLS = 2, MONTH_DAYS = 31 };

static struct day_stage stage;
static const struct calendar *xnys;
static int32_t first_date, last_date;

static int start(void **state)
{
    (void)state;
    day_stage_open(&stage);
    xnys = calendar_find("xnys");
    first_date = date_from_civil(YEAR, 1, 1);
    last_date = date_from_civil(YEAR, 12, 31);
    day_stage_add(&stage, "deep", "dp20", "window_end=13:00", "QQQ", "SPY");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_stage_close(&stage);
    return 0;
}

/* As a scheduler does on that day; how many of the runs came to the status, of which the others
 * must have had no session. */
static size_t run_date(int32_t date, enum day_status status)
{
    char text[DATE_TEXT_SIZE];
    struct session session;
    stage.options.now_us = (date + 1) * DAY_US;
    if (calendar_session(xnys, date, &session))
        stage.options.now_us = session.close_us + DAY_STAGE_DELAY_US;
    day_stage_run(&stage, date_format(date, text));
    size_t count = 0;
    for (size_t i = 0; i < stage.count; i++) {
        if (stage.runs[i].status != status && stage.runs[i].status != DAY_NO_SESSION)
            fail_msg("%s: %s: %s", text, day_status_name(stage.runs[i].status),
                     stage.runs[i].error.message);
        count += stage.runs[i].status == status;
    }
    return count;
}

static void run_year(enum day_status status)
{
    size_t count = 0;
    for (int32_t date = first_date; date <= last_date; date++)
        count += run_date(date, status);
    assert_int_equal(count, SESSIONS);
}

/* One backtest of a playbook over the year, on the same bars, into files of its own. */
static void backtest_year(const struct playbook *playbook, const char *trades_path,
                          const char *journal_path)
{
    struct series bars[SYMBOLS] = { 0 }, days[SYMBOLS] = { 0 };
    struct lane_input inputs[SYMBOLS];
    struct session session;
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        const char *symbol = playbook->symbols[i];
        for (int32_t date = first_date - 365; date <= last_date; date++) {
            if (!calendar_session(xnys, date, &session))
                continue;
            day_feed_day(&stage.feed, symbol, &session, &days[i]);
            if (date >= first_date)
                day_feed_minutes(&stage.feed, symbol, &session, &bars[i]);
        }
        inputs[i] = (struct lane_input) { .bars = &bars[i], .days = &days[i] };
    }
    const struct backtest_options options = {
        .playbook = playbook,
        .calendar = xnys,
        .start = first_date,
        .end = last_date,
        .capital = BACKTEST_CAPITAL,
        .inputs = inputs,
    };
    const struct publish_options publish = { "csv", trades_path, journal_path };
    struct backtest backtest;
    struct publish_outputs outputs = { 0 };
    struct error error = { 0 };
    assert_true(backtest_run(&options, &backtest, &error));
    assert_true(backtest.trade_count > SESSIONS / 4);
    assert_true(publish_backtest(&backtest, &publish, &outputs, &error));
    publish_outputs_release(&outputs);
    backtest_release(&backtest);
    for (size_t i = 0; i < SYMBOLS; i++) {
        series_release(&bars[i]);
        series_release(&days[i]);
    }
}

static void assert_same_and_free(char *one, char *other)
{
    assert_non_null(one);
    assert_non_null(other);
    assert_string_equal(one, other);
    free(one);
    free(other);
}

/* Every session in its order, once for each symbol. */
static void assert_journal_in_order(char *journal)
{
    const char *row = strchr(journal, '\n') + 1;
    struct session session;
    size_t rows = 0;
    for (int32_t date = first_date; date <= last_date; date++) {
        char text[DATE_TEXT_SIZE];
        date_format(date, text);
        for (size_t i = 0; i < SYMBOLS && calendar_session(xnys, date, &session); i++, rows++) {
            assert_memory_equal(row, text, strlen(text));
            row = strchr(row, '\n') + 1;
        }
    }
    assert_string_equal(row, "");
    assert_int_equal(rows, SYMBOLS * SESSIONS);
    free(journal);
}

static void a_year_of_days_is_a_backtest_over_the_year(void **state)
{
    (void)state;
    char trades[DAY_STAGE_PATH], journal[DAY_STAGE_PATH];
    snprintf(trades, sizeof trades, "%s", scratch_path(&stage.scratch, "range/trades.csv"));
    snprintf(journal, sizeof journal, "%s", scratch_path(&stage.scratch, "range/journal.csv"));
    run_year(DAY_COMPLETED);
    backtest_year(stage.chosen[0], trades, journal);
    assert_same_and_free(day_stage_trades(&stage),
                         scratch_read(&stage.scratch, "range/trades.csv"));
    assert_same_and_free(day_stage_journal(&stage),
                         scratch_read(&stage.scratch, "range/journal.csv"));
    assert_journal_in_order(day_stage_journal(&stage));

    char *before = day_stage_journal(&stage);
    size_t requests = stage.feed.requests;
    run_year(DAY_DUPLICATE);
    assert_int_equal(stage.feed.requests, requests);
    assert_same_and_free(before, day_stage_journal(&stage));
}

static void add_early(void)
{
    day_stage_add(&stage, "early", "morning_reversal", "rise=0.01", "QQQ", NULL);
}

static void days_in_any_order_come_to_the_same(void **state)
{
    (void)state;
    add_early();
    for (int32_t date = first_date; date < first_date + MONTH_DAYS; date++)
        run_date(date, DAY_COMPLETED);
    char *trades = day_stage_trades(&stage);
    char *journal = day_stage_journal(&stage);
    stop(NULL);
    start(NULL);
    add_early();
    for (int32_t date = first_date + MONTH_DAYS - 1; date >= first_date; date--)
        run_date(date, DAY_COMPLETED);
    assert_same_and_free(trades, day_stage_trades(&stage));
    assert_same_and_free(journal, day_stage_journal(&stage));
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(a_year_of_days_is_a_backtest_over_the_year),
        STARTED(days_in_any_order_come_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
