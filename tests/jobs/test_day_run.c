#include "service/base/date.h"
#include "service/strategies/strategy.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_stage.h"
#include "writers/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A Tuesday, so that wed_tue_11am trades, once a symbol. */
#define TUESDAY "2024-06-25"
#define WEDNESDAY "2024-06-26"

static struct day_stage stage;

static int start(void **state)
{
    (void)state;
    day_stage_open(&stage);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_stage_close(&stage);
    return 0;
}

static size_t lines_of(char *content)
{
    size_t lines = 0;
    assert_non_null(content);
    for (const char *at = content; (at = strchr(at, '\n')); at++)
        lines++;
    free(content);
    return lines;
}

static void assert_run(size_t index, enum day_status status)
{
    const struct day_run *run = &stage.runs[index];
    if (run->status != status)
        fail_msg("%s: %s, not %s: %s", run->playbook->name, day_status_name(run->status),
                 day_status_name(status), run->error.message);
    assert_ptr_equal(run->playbook, stage.chosen[index]);
    assert_int_equal(run->date, stage.options.date);
    assert_int_equal(run->error.kind != ERROR_NONE,
                     status == DAY_FAILED || status == DAY_TOO_EARLY);
}

static void assert_failed(size_t index, enum error_kind kind, const char *message)
{
    assert_run(index, DAY_FAILED);
    assert_string_equal(stage.runs[index].error.message, message);
    assert_int_equal(stage.runs[index].error.kind, kind);
    assert_null(stage.runs[index].result.document.bytes);
}

static void assert_same_and_free(char *before, char *after)
{
    assert_non_null(before);
    assert_non_null(after);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_day_is_computed_kept_and_published(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    const struct day_run *run = &stage.runs[0];
    assert_false(run->was_computed);
    assert_true(run->result.is_done);
    assert_int_equal(run->result.date, bars_date(TUESDAY));
    assert_int_equal(run->result.trade_count, 1);
    assert_int_equal(run->result.outputs.count, 2);
    assert_string_equal(run->result.outputs.items[0].location, stage.trades_path);
    assert_string_equal(run->result.outputs.items[1].location, stage.journal_path);
    assert_int_equal(run->result.outputs.items[1].rows, 1);
    assert_int_equal(lines_of(day_stage_trades(&stage)), 2);
    assert_int_equal(lines_of(day_stage_journal(&stage)), 2);
    char *kept = day_stage_kept(&stage, "wed_tue_11am", TUESDAY);
    assert_non_null(kept);
    assert_string_equal(kept, text_string(&run->result.document));
    assert_non_null(strstr(kept, "\"status\":\"done\""));
    free(kept);
}

static void a_day_that_is_done_is_left_as_it_is(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    char *trades = day_stage_trades(&stage);
    char *journal = day_stage_journal(&stage);
    char *kept = day_stage_kept(&stage, "wed_tue_11am", TUESDAY);
    stage.feed.fails_from = 1;
    for (int i = 0; i < 2; i++) {
        day_stage_run(&stage, TUESDAY);
        assert_run(0, DAY_DUPLICATE);
        assert_false(stage.runs[0].is_other);
        assert_string_equal(text_string(&stage.runs[0].result.document), kept);
    }
    assert_int_equal(stage.feed.requests, 1);
    assert_same_and_free(trades, day_stage_trades(&stage));
    assert_same_and_free(journal, day_stage_journal(&stage));
    assert_same_and_free(kept, day_stage_kept(&stage, "wed_tue_11am", TUESDAY));
}

static void a_day_done_with_other_parameters_is_told(void **state)
{
    (void)state;
    day_stage_add(&stage, "mine", "wed_tue_11am", "entry_time=10:00", NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    char *trades = day_stage_trades(&stage);
    day_stage_forget(&stage);
    day_stage_add(&stage, "mine", "wed_tue_11am", "entry_time=12:00", NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_DUPLICATE);
    assert_true(stage.runs[0].is_other);
    assert_same_and_free(trades, day_stage_trades(&stage));
}

static void force_computes_and_replaces_what_is_done(void **state)
{
    (void)state;
    day_stage_add(&stage, "mine", "wed_tue_11am", "entry_time=10:00", NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    day_stage_forget(&stage);
    day_stage_add(&stage, "mine", "wed_tue_11am", "entry_time=12:00", NULL, NULL);
    stage.options.force = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    assert_false(stage.runs[0].was_computed);
    assert_int_equal(stage.feed.requests, 2);
    char *trades = day_stage_trades(&stage);
    assert_null(strstr(trades, "T14:00:00Z"));
    assert_non_null(strstr(trades, "T16:00:00Z"));
    free(trades);
    stage.options.force = false;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_DUPLICATE);
    assert_false(stage.runs[0].is_other);
}

static void force_on_the_same_bars_changes_no_byte(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    char *trades = day_stage_trades(&stage);
    char *kept = day_stage_kept(&stage, "wed_tue_11am", TUESDAY);
    stage.options.force = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    assert_same_and_free(trades, day_stage_trades(&stage));
    assert_same_and_free(kept, day_stage_kept(&stage, "wed_tue_11am", TUESDAY));
}

/* Of all records of playbook and date, none is left that the new result does not have. */
static void force_removes_the_records_of_symbols_that_the_playbook_lost(void **state)
{
    (void)state;
    day_stage_add(&stage, "mine", "wed_tue_11am", NULL, "QQQ", "SPY");
    day_stage_run(&stage, TUESDAY);
    day_stage_run(&stage, WEDNESDAY);
    day_stage_forget(&stage);
    day_stage_add(&stage, "mine", "wed_tue_11am", NULL, "QQQ", "AAPL");
    stage.options.force = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    char *trades = day_stage_trades(&stage);
    char *journal = day_stage_journal(&stage);
    assert_null(strstr(trades, "mine/SPY/" TUESDAY));
    assert_non_null(strstr(trades, "mine/QQQ/" TUESDAY));
    assert_non_null(strstr(trades, "mine/AAPL/" TUESDAY));
    assert_non_null(strstr(trades, "mine/SPY/" WEDNESDAY));
    free(trades);
    assert_int_equal(lines_of(journal), 5);
}

static void assert_damaged(const char *content, const char *message)
{
    day_stage_damage(&stage, "wed_tue_11am", TUESDAY, content);
    size_t requests = stage.feed.requests;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_DATA);
    assert_non_null(strstr(stage.runs[0].error.message, "runs/wed_tue_11am/" TUESDAY ".json: "));
    assert_non_null(strstr(stage.runs[0].error.message, message));
    assert_int_equal(stage.feed.requests, requests);
    char *kept = day_stage_kept(&stage, "wed_tue_11am", TUESDAY);
    assert_string_equal(kept, content);
    free(kept);
}

/* Of another playbook on the same day, to free(). */
static char *other_result(void)
{
    day_stage_forget(&stage);
    day_stage_add(&stage, "other", "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, TUESDAY);
    day_stage_forget(&stage);
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    return day_stage_kept(&stage, "other", TUESDAY);
}

static void what_is_none_of_ours_is_never_replaced_without_force(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, WEDNESDAY);
    day_stage_run(&stage, TUESDAY);
    char *wednesday = day_stage_kept(&stage, "wed_tue_11am", WEDNESDAY);
    char *other = other_result();
    assert_damaged("", "damaged");
    assert_damaged("{}", "damaged");
    assert_damaged("hello\n", "damaged");
    assert_damaged(wednesday, "is the result of wed_tue_11am on " WEDNESDAY);
    assert_damaged(other, "is the result of other on " TUESDAY);
    free(wednesday);
    free(other);
    stage.options.force = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    stage.options.force = false;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_DUPLICATE);
}

static void playbooks_share_bars_and_each_has_a_result(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    day_stage_add(&stage, "two", "wed_tue_11am", NULL, "QQQ", "SPY");
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    assert_run(1, DAY_COMPLETED);
    assert_int_equal(stage.feed.requests, 1);
    assert_int_equal(lines_of(day_stage_trades(&stage)), 1 + 1 + 2);
}

static void a_bad_symbol_fails_only_the_playbooks_that_have_it(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    day_stage_add(&stage, "bad", "wed_tue_11am", NULL, "QQQ", "SPY");
    day_stage_add(&stage, "none", "wed_tue_11am", NULL, "AAPL", "QQQ");
    stage.feed.refused = "SPY";
    stage.feed.empty = "AAPL";
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    assert_failed(1, ERROR_USAGE, "SPY: is not known");
    assert_failed(2, ERROR_DATA, "AAPL has no bars on " TUESDAY);
    assert_null(day_stage_kept(&stage, "bad", TUESDAY));
    assert_int_equal(lines_of(day_stage_journal(&stage)), 2);
}

static void a_feed_that_fails_fails_those_that_need_it(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    day_stage_run(&stage, TUESDAY);
    day_stage_add(&stage, "other", "wed_tue_11am", NULL, "QQQ", NULL);
    stage.feed.fails_from = 1;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_DUPLICATE);
    assert_failed(1, ERROR_PROVIDER, "no network");
}

static void a_strategy_that_holds_over_nights_is_refused(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "sma_cross", NULL, "QQQ", NULL);
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    day_stage_run(&stage, TUESDAY);
    assert_failed(0, ERROR_USAGE,
                  "sma_cross holds over nights: a scheduled run takes intraday strategies only");
    assert_run(1, DAY_COMPLETED);
}

static void symbols_of_two_exchanges_are_refused(void **state)
{
    (void)state;
    day_stage_add(&stage, "mixed", "wed_tue_11am", NULL, "QQQ", "BTC/USD");
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_USAGE);
    assert_true(day_stage_is_empty(&stage));
}

static void a_day_without_a_session_does_nothing(void **state)
{
    (void)state;
    static const char *const dates[] = { "2024-06-29", "2024-06-30", "2024-07-04", "2024-06-19" };
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        day_stage_run(&stage, dates[i]);
        assert_run(0, DAY_NO_SESSION);
        stage.options.now_us = bars_date(dates[i]) * DAY_US; /* nor is it too early for one */
    }
    assert_int_equal(stage.feed.requests, 0);
    assert_true(day_stage_is_empty(&stage));
}

static void pairs_trade_on_a_saturday(void **state)
{
    (void)state;
    day_stage_add(&stage, "coins", "morning_reversal", NULL, "BTC/USD", NULL);
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    day_stage_run(&stage, "2024-06-29");
    assert_run(0, DAY_COMPLETED);
    assert_run(1, DAY_NO_SESSION);
    assert_int_equal(lines_of(day_stage_journal(&stage)), 2);
}

static void dates_beyond_the_calendar_are_an_error(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    day_stage_run(&stage, "2041-01-02");
    assert_failed(0, ERROR_USAGE,
                  "calendar xnys knows the sessions from 1990-01-01 to 2040-12-31, not of "
                  "2041-01-02");
}

static void a_half_day_is_a_session(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    stage.options.now_us = bars_session("2024-07-03").close_us + DAY_STAGE_DELAY_US;
    day_stage_run(&stage, "2024-07-03");
    assert_run(0, DAY_COMPLETED);
    assert_int_equal(stage.runs[0].result.findings.count, 0);
    char *trades = day_stage_trades(&stage);
    assert_non_null(strstr(trades, "2024-07-03T16:5")); /* out before one o'clock */
    free(trades);
}

static void assert_too_early(const char *date, const char *message)
{
    day_stage_run(&stage, date);
    assert_run(0, DAY_TOO_EARLY);
    assert_int_equal(stage.runs[0].error.kind, ERROR_DATA);
    assert_string_equal(stage.runs[0].error.message, message);
}

static void a_day_is_run_from_its_due_time_on_and_not_before(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    int64_t due_us = bars_session(TUESDAY).close_us + DAY_STAGE_DELAY_US;
    stage.options.now_us = due_us - 1;
    stage.options.dry_run = true;
    assert_too_early(TUESDAY, TUESDAY " is not over: it can be run from 16:16 New York time "
                                      "(20:16Z)");
    stage.options.dry_run = false;
    stage.options.force = true;
    assert_too_early(TUESDAY, TUESDAY " is not over: it can be run from 16:16 New York time "
                                      "(20:16Z)");
    assert_true(stage.runs[0].due_us == due_us);
    assert_int_equal(stage.feed.requests, 0);
    assert_true(day_stage_is_empty(&stage));
    stage.options.now_us = due_us;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
}

static int64_t seconds_delay_us(const struct calendar *calendar)
{
    (void)calendar;
    return 61 * SECOND_US;
}

static int64_t hours_delay_us(const struct calendar *calendar)
{
    (void)calendar;
    return 9 * HOUR_US;
}

static void the_time_from_which_on_it_works_is_told(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    stage.options.now_us = 0;
    assert_too_early("2024-11-29", "2024-11-29 is not over: it can be run from 13:16 New York time "
                                   "(18:16Z)");
    stage.options.delay_us = seconds_delay_us;
    assert_too_early("2024-12-02", "2024-12-02 is not over: it can be run from 16:02 New York time "
                                   "(21:02Z)");
    stage.options.delay_us = hours_delay_us;
    assert_too_early("2024-12-02", "2024-12-02 is not over: it can be run from 2024-12-03 01:00 "
                                   "New York time (06:00Z)");
}

static void pairs_are_told_the_time_in_utc(void **state)
{
    (void)state;
    day_stage_add(&stage, "coins", "wed_tue_11am", NULL, "BTC/USD", NULL);
    stage.options.now_us = (bars_date("2024-06-29")) * DAY_US;
    assert_too_early("2024-06-28", "2024-06-28 is not over: it can be run from 2024-06-29 00:16Z");
}

static void a_provisional_run_keeps_nothing(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    struct session session = bars_session(TUESDAY);
    stage.options.now_us = stage.feed.now_us = bars_time_us(&session, "12:00");
    stage.options.provisional = true;
    for (int i = 0; i < 2; i++) {
        day_stage_run(&stage, TUESDAY);
        assert_run(0, DAY_UNPUBLISHED);
        assert_false(stage.runs[0].result.is_done);
        assert_int_equal(stage.runs[0].result.signals, 1);
        assert_int_equal(stage.runs[0].result.outputs.count, 0);
    }
    assert_int_equal(stage.feed.requests, 2);
    assert_true(day_stage_is_empty(&stage));
    stage.options.now_us = stage.feed.now_us = session.open_us - 1;
    day_stage_run(&stage, TUESDAY);
    assert_failed(0, ERROR_DATA, "QQQ has no bars on " TUESDAY);
}

/* It says what would come out today, whatever was done before. */
static void a_dry_run_computes_and_changes_nothing(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "wed_tue_11am", NULL, NULL, NULL);
    stage.options.dry_run = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_UNPUBLISHED);
    assert_int_equal(stage.runs[0].result.trade_count, 1);
    assert_true(day_stage_is_empty(&stage));
    stage.options.dry_run = false;
    day_stage_run(&stage, TUESDAY);
    char *kept = day_stage_kept(&stage, "wed_tue_11am", TUESDAY);
    stage.options.dry_run = stage.options.force = true;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_UNPUBLISHED);
    assert_same_and_free(kept, day_stage_kept(&stage, "wed_tue_11am", TUESDAY));
}

/* 1:10, two weeks later: a share of the date was worth ten of those of today. */
static bool ten_shares(void *context, const char *symbol, int32_t date, double *ret_shares,
                       struct error *error)
{
    (void)context, (void)symbol, (void)error;
    *ret_shares = date < bars_date("2024-07-09") ? 10 : 1;
    return true;
}

static void the_mean_of_closes_is_the_one_that_was_known_on_the_date(void **state)
{
    (void)state;
    day_stage_add(&stage, NULL, "dp20", NULL, NULL, NULL);
    stage.feed.split_date = bars_date("2024-07-09");
    stage.feed.split_shares = 10;
    stage.options.bars.shares_since = ten_shares;
    day_stage_run(&stage, TUESDAY);
    assert_run(0, DAY_COMPLETED);
    struct series days = { 0 };
    struct session session = bars_session(TUESDAY);
    double sum = 0;
    for (int i = 0; i < 200; i++) {
        assert_true(calendar_session_until(calendar_find("xnys"), session.date - 1, &session));
        day_feed_day(&stage.feed, "QQQ", &session, &days);
        sum += days.bars[i].close;
    }
    series_release(&days);
    const struct cell *row = stage.runs[0].result.journal.cells;
    assert_true(row[JOURNAL_SMA200_DAILY_AT_OPEN].present);
    assert_true(row[JOURNAL_SMA200_DAILY_AT_OPEN].number == sum / 200);
    assert_true(sum / 200 > 3000);
    assert_true(row[JOURNAL_TREND_VALID].present);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(day_status_name(DAY_NO_SESSION), "no_session");
    assert_string_equal(day_status_name(DAY_TOO_EARLY), "too_early");
    assert_string_equal(day_status_name(DAY_COMPLETED), "completed");
    assert_string_equal(day_status_name(DAY_DUPLICATE), "duplicate");
    assert_string_equal(day_status_name(DAY_UNPUBLISHED), "unpublished");
    assert_string_equal(day_status_name(DAY_FAILED), "failed");
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(a_day_is_computed_kept_and_published),
        STARTED(a_day_that_is_done_is_left_as_it_is),
        STARTED(a_day_done_with_other_parameters_is_told),
        STARTED(force_computes_and_replaces_what_is_done),
        STARTED(force_on_the_same_bars_changes_no_byte),
        STARTED(force_removes_the_records_of_symbols_that_the_playbook_lost),
        STARTED(what_is_none_of_ours_is_never_replaced_without_force),
        STARTED(playbooks_share_bars_and_each_has_a_result),
        STARTED(a_bad_symbol_fails_only_the_playbooks_that_have_it),
        STARTED(a_feed_that_fails_fails_those_that_need_it),
        STARTED(a_strategy_that_holds_over_nights_is_refused),
        STARTED(symbols_of_two_exchanges_are_refused),
        STARTED(a_day_without_a_session_does_nothing),
        STARTED(pairs_trade_on_a_saturday),
        STARTED(dates_beyond_the_calendar_are_an_error),
        STARTED(a_half_day_is_a_session),
        STARTED(a_day_is_run_from_its_due_time_on_and_not_before),
        STARTED(the_time_from_which_on_it_works_is_told),
        STARTED(pairs_are_told_the_time_in_utc),
        STARTED(a_provisional_run_keeps_nothing),
        STARTED(a_dry_run_computes_and_changes_nothing),
        STARTED(the_mean_of_closes_is_the_one_that_was_known_on_the_date),
        cmocka_unit_test(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
