/* A backtest's rules about sessions, ranges and faulty bars, on bars made for each. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/jobs/backtest.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"
#include "writers/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MONDAY "2024-06-24"
#define TUESDAY "2024-06-25"
#define HALF_DAY "2024-07-03" /* a Wednesday that closes at 13:00 */

static struct bars_run run;
static struct series bars, days;

static int release(void **state)
{
    (void)state;
    bars_run_close(&run);
    series_release(&bars);
    series_release(&days);
    return 0;
}

static void open_run(const char *strategy)
{
    release(NULL);
    bars_run_open(&run, strategy);
}

/* Two-minute bars at a price in [from, to). */
static void add_flat(const char *date, const char *from, const char *to, double price)
{
    struct session session = bars_session(date);
    bars_add_flat(&bars, &session, from, to, 2, price);
}

static void add_bar(const char *date, const char *clock, double open, double high, double low,
                    double close)
{
    struct session session = bars_session(date);
    bars_add(&bars, &session, clock, open, high, low, close);
}

/* Enters at eleven. */
static void open_weekday(void)
{
    open_run("wed_tue_11am");
    bars_run_give(&run, "QQQ", &bars, NULL);
}

static const struct trade *only_trade(void)
{
    assert_int_equal(run.backtest.trade_count, 1);
    return &run.backtest.trades[0];
}

static void assert_exit(const char *date, const char *clock, double price, const char *reason)
{
    const struct trade *trade = only_trade();
    struct session session = bars_session(date);
    char text[CLOCK_TEXT_SIZE];
    int minute = (int)((trade->exit_time_us - session.midnight_us) / MINUTE_US);
    assert_string_equal(clock_time_format(minute, text), clock);
    assert_true(trade->exit_price == price);
    assert_string_equal(trade->exit_reason, reason);
}

static void assert_notes(size_t row, const char *notes)
{
    assert_string_equal(bars_run_cell(&run.backtest.journal, row, JOURNAL_NOTES), notes);
}

/* How many bars the findings of a kind are about. */
static size_t found(enum finding_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < run.backtest.findings.count; i++)
        count +=
            run.backtest.findings.items[i].kind == kind ? run.backtest.findings.items[i].count : 0;
    return count;
}

static void on_a_full_day_the_time_exit_fills_at_15_56(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "15:54", 100);
    add_bar(TUESDAY, "15:54", 101, 101, 101, 101);
    add_bar(TUESDAY, "15:56", 102, 102, 102, 102);
    add_bar(TUESDAY, "15:58", 103, 103, 103, 103);
    bars_run_do(&run);
    assert_exit(TUESDAY, "15:56", 102, "time_exit");
    assert_int_equal(only_trade()->net_pnl, 200 * MONEY_ONE);
    assert_int_equal(only_trade()->bars_held, 149);
}

static void on_a_half_day_the_time_exit_keeps_its_distance_to_the_close(void **state)
{
    (void)state;
    open_weekday();
    add_flat(HALF_DAY, "09:30", "12:56", 100);
    add_bar(HALF_DAY, "12:56", 102, 102, 102, 102);
    add_bar(HALF_DAY, "12:58", 103, 103, 103, 103);
    bars_run_do(&run);
    assert_exit(HALF_DAY, "12:56", 102, "time_exit");
}

static void without_a_bar_left_the_last_close_ends_the_trade(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "15:54", 100);
    add_bar(TUESDAY, "15:54", 101, 105, 95, 104);
    bars_run_do(&run);
    assert_exit(TUESDAY, "15:56", 104, "session_close");
    assert_int_equal(only_trade()->mae, -500 * MONEY_ONE);
    assert_int_equal(only_trade()->mfe, 500 * MONEY_ONE);
}

static void bars_outside_trading_hours_are_shown_to_nobody(void **state)
{
    (void)state;
    open_weekday();
    add_bar(TUESDAY, "09:28", 1, 1, 1, 1);
    add_flat(TUESDAY, "09:30", "15:56", 100);
    add_bar(TUESDAY, "16:00", 500, 500, 500, 500);
    add_bar(TUESDAY, "19:58", 500, 500, 500, 500);
    bars_run_do(&run);
    assert_exit(TUESDAY, "15:56", 100, "session_close");
    assert_int_equal(found(FINDING_OUTSIDE_SESSION), 3);
    for (size_t i = 0; i < run.backtest.findings.count; i++)
        if (run.backtest.findings.items[i].kind == FINDING_OUTSIDE_SESSION)
            assert_string_equal(run.backtest.findings.items[i].detail, "first at 09:28");
}

/* 43 x 20 >= 45 x 19 > 42 x 20. */
static void an_entry_wants_95_percent_of_the_bars_due(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:34", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.trade_count, 1);
    open_weekday();
    add_flat(TUESDAY, "09:36", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.trade_count, 0);
    assert_int_equal(run.backtest.signals, 0);
    assert_notes(0, "refused: 42 of 45 bars; missing_bars 192 of 195 bars");
}

static void what_goes_missing_after_the_entry_removes_no_trade(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "11:02", 100);
    add_flat(TUESDAY, "15:50", "16:00", 101);
    bars_run_do(&run);
    assert_exit(TUESDAY, "15:56", 101, "time_exit");
    assert_int_equal(found(FINDING_MISSING_BARS), 195 - 46 - 5);
    for (size_t i = 0; i < run.backtest.findings.count; i++)
        if (run.backtest.findings.items[i].kind == FINDING_MISSING_BARS)
            assert_string_equal(run.backtest.findings.items[i].detail, "51 of 195 bars");
}

static void a_fill_waits_for_whatever_bar_comes_next(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "11:00", 100);
    add_flat(TUESDAY, "11:40", "16:00", 101);
    bars_run_do(&run);
    assert_true(only_trade()->entry_price == 101);
    assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_ENTRY_TIME_ET), "11:40:00");
}

static void no_entry_is_ordered_at_or_after_the_exit_time(void **state)
{
    (void)state;
    open_weekday();
    bars_run_set(&run, "entry_time", "15:54");
    bars_run_set(&run, "exit_time", "15:54");
    add_flat(TUESDAY, "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.trade_count, 0);
    assert_int_equal(run.backtest.signals, 0);
}

static void a_faulty_bar_before_the_signal_forbids_it(void **state)
{
    (void)state;
    static const double faulty[][4] = {
        { 100, 99, 100, 100 }, { 100, 101, 99, 102 }, { 0, 0, 0, 0 }, { 100, NAN, 99, 100 }
    };
    for (size_t i = 0; i < 4; i++) {
        open_weekday();
        add_flat(TUESDAY, "09:30", "10:00", 100);
        add_bar(TUESDAY, "10:00", faulty[i][0], faulty[i][1], faulty[i][2], faulty[i][3]);
        add_flat(TUESDAY, "10:02", "16:00", 100);
        bars_run_do(&run);
        assert_int_equal(run.backtest.trade_count, 0);
        assert_int_equal(found(i < 2 ? FINDING_BAD_RANGE : FINDING_BAD_PRICE), 1);
        assert_non_null(strstr(bars_run_cell(&run.backtest.journal, 0, JOURNAL_NOTES), "refused"));
    }
}

static void a_faulty_bar_during_the_trade_is_not_shown_to_it(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "12:00", 100);
    add_bar(TUESDAY, "12:00", -5, 500, -5, 100);
    add_flat(TUESDAY, "12:02", "16:00", 100);
    bars_run_do(&run);
    assert_exit(TUESDAY, "15:56", 100, "time_exit");
    assert_int_equal(only_trade()->mae, 0);
    assert_int_equal(only_trade()->bars_held, 148);
}

static void a_fault_of_one_session_is_over_with_it(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "10:00", 100);
    add_bar(TUESDAY, "10:00", 0, 0, 0, 0);
    add_flat("2024-06-26", "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_exit("2024-06-26", "15:56", 100, "time_exit");
}

/* Entered on the 2nd bar after the fall's end; the cross below is seen on the last bar. */
static void a_position_open_at_the_end_is_marked_but_no_trade(void **state)
{
    (void)state;
    open_run("sma_cross");
    bars_run_set(&run, "fast", "1");
    bars_run_set(&run, "slow", "2");
    bars_run_give(&run, "QQQ", &bars, NULL);
    static const double prices[] = { 10, 9, 11, 12, 15, 12.5 };
    struct session session = bars_session(TUESDAY);
    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
        int64_t time_us = session.open_us + (int64_t)i * MINUTE_US;
        struct bar bar = bars_bar(time_us, prices[i], prices[i], prices[i], prices[i]);
        series_append(&bars, &bar);
    }
    bars_run_do(&run);
    assert_int_equal(run.backtest.trade_count, 0);
    assert_int_equal(run.backtest.open_positions, 1);
    assert_int_equal(run.backtest.signals, 1);
    assert_int_equal(run.backtest.max_drawdown, 5 * MONEY_ONE / 2);
    assert_true(isnan(run.backtest.performance.win_rate));
}

static void a_strategy_over_nights_knows_no_completeness(void **state)
{
    (void)state;
    open_run("sma_cross");
    bars_run_set(&run, "fast", "1");
    bars_run_set(&run, "slow", "2");
    bars_run_give(&run, "QQQ", &bars, NULL);
    static const char *const clocks[] = { "09:30", "09:31", "11:00", "13:00" };
    static const double prices[] = { 10, 9, 11, 12 };
    for (size_t i = 0; i < 4; i++)
        add_bar(TUESDAY, clocks[i], prices[i], prices[i], prices[i], prices[i]);
    bars_run_do(&run);
    assert_int_equal(run.backtest.open_positions, 1);
}

static void sessions_without_any_bar_are_skipped_and_told(void **state)
{
    (void)state;
    open_weekday();
    add_flat(MONDAY, "09:30", "16:00", 100);
    add_flat("2024-06-28", "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.sessions, 5);
    assert_int_equal(run.backtest.sessions_skipped, 3);
    assert_int_equal(found(FINDING_NO_BARS), 3 * 195);
    assert_int_equal(run.backtest.findings.count, 3);
    assert_int_equal(run.backtest.findings.items[0].date, bars_date(TUESDAY));
}

static void a_range_begins_and_ends_with_the_sessions_in_it(void **state)
{
    (void)state;
    open_weekday();
    add_flat("2024-06-21", "09:30", "16:00", 100);
    add_flat("2024-06-28", "09:30", "16:00", 100);
    run.options.start = bars_date("2024-06-22");
    run.options.end = bars_date("2024-06-30");
    bars_run_do(&run);
    assert_int_equal(run.backtest.first_session, bars_date(MONDAY));
    assert_int_equal(run.backtest.last_session, bars_date("2024-06-28"));
    assert_int_equal(run.backtest.journal.count, 5);
}

static void a_range_may_reach_beyond_the_bars(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "16:00", 100);
    run.options.start = bars_date(MONDAY);
    run.options.end = bars_date("2024-06-26");
    bars_run_do(&run);
    assert_int_equal(run.backtest.sessions, 3);
    assert_int_equal(run.backtest.sessions_skipped, 2);
}

static void assert_no_range(const char *start, const char *end)
{
    run.options.start = bars_date(start);
    run.options.end = bars_date(end);
    assert_false(bars_run_try(&run));
    assert_int_equal(run.error.kind, ERROR_DATA);
}

static void a_range_without_sessions_or_bars_is_refused(void **state)
{
    (void)state;
    open_weekday();
    add_flat(TUESDAY, "09:30", "16:00", 100);
    assert_no_range("2024-06-22", "2024-06-23"); /* a weekend */
    assert_no_range("2024-06-19", "2024-06-19"); /* Juneteenth */
    assert_no_range("2024-06-17", "2024-06-18"); /* before the bars */
    assert_no_range("2024-06-26", "2024-06-28"); /* behind them */
}

static void bars_outside_all_sessions_are_none(void **state)
{
    (void)state;
    open_weekday();
    assert_false(bars_run_try(&run));
    assert_int_equal(run.error.kind, ERROR_DATA);
    add_bar(TUESDAY, "16:00", 100, 100, 100, 100);
    assert_false(bars_run_try(&run));
    assert_int_equal(run.error.kind, ERROR_DATA);
}

static void bars_that_do_not_fit_the_timeframe_name_symbol_and_both(void **state)
{
    (void)state;
    open_weekday();
    run.playbook.timeframe_us = 5 * MINUTE_US;
    add_flat(TUESDAY, "09:30", "16:00", 100);
    assert_false(bars_run_try(&run));
    assert_int_equal(run.error.kind, ERROR_DATA);
    assert_non_null(strstr(run.error.message, "QQQ"));
    assert_non_null(strstr(run.error.message, "2Min"));
    assert_non_null(strstr(run.error.message, "5Min"));
}

static void parameters_that_do_not_fit_together_are_the_askers_mistake(void **state)
{
    (void)state;
    open_run("dp20");
    bars_run_set(&run, "window_end", "09:45");
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat(TUESDAY, "09:30", "16:00", 100);
    assert_false(bars_run_try(&run));
    assert_int_equal(run.error.kind, ERROR_USAGE);
}

/* The oldest of 200 closes is the n-th session before Tuesday, those nearest to it are missing. */
static void open_trend(size_t sessions_old)
{
    open_run("dp20");
    bars_add_days(&days, TUESDAY, sessions_old, 90);
    days.count = 200;
    bars_run_give(&run, "QQQ", &bars, &days);
    add_flat(TUESDAY, "09:30", "16:00", 100);
}

static void the_200_closes_lie_within_210_sessions(void **state)
{
    (void)state;
    open_trend(210);
    bars_run_do(&run);
    assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_TREND_VALID), "TRUE");
    open_trend(211);
    bars_run_do(&run);
    assert_notes(0, "warm-up: 199 of 200 daily closes");
    open_trend(210);
    add_flat("2024-06-26", "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_notes(1, "warm-up: 199 of 200 daily closes");
    open_trend(273);
    bars_run_do(&run);
    assert_notes(0, "warm-up: 137 of 200 daily closes");
}

static void the_days_own_close_is_no_history(void **state)
{
    (void)state;
    open_run("dp20");
    bars_add_days(&days, "2024-06-27", 202, 90);
    days.bars[200] = bars_bar(days.bars[200].open_time_us, 9000, 9000, 9000, 9000);
    bars_run_give(&run, "QQQ", &bars, &days);
    add_flat(TUESDAY, "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_SMA200_DAILY_AT_OPEN),
                        "90.0000");
}

static void a_daily_close_that_is_no_price_does_not_count(void **state)
{
    (void)state;
    static const double closes[] = { NAN, INFINITY, 0, -1 };
    for (size_t i = 0; i < 4; i++) {
        open_trend(200);
        double close = closes[i];
        days.bars[100] = bars_bar(days.bars[100].open_time_us, close, close, close, close);
        bars_run_do(&run);
        assert_notes(0, "warm-up: 199 of 200 daily closes");
        assert_int_equal(found(FINDING_BAD_PRICE), 1);
        assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_SMA200_DAILY_AT_OPEN),
                            "");
    }
}

/* Adjusted daily bars often have a close a fraction of a cent outside high and low. */
static void a_daily_bar_with_a_bad_range_is_told_and_its_close_counts(void **state)
{
    (void)state;
    open_trend(200);
    days.bars[100].high = days.bars[100].close - 0.01;
    bars_run_do(&run);
    assert_int_equal(found(FINDING_BAD_RANGE), 1);
    assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_SMA200_DAILY_AT_OPEN),
                        "90.0000");
}

static void what_reading_the_files_found_is_told(void **state)
{
    (void)state;
    struct session session = bars_session(TUESDAY);
    int64_t unsorted_us[] = { session.open_us, session.open_us + MINUTE_US, session.close_us };
    struct bar_file_report report = { .unsorted = 3, .unsorted_us = unsorted_us };
    struct bar_file_report days_report = { .unsorted = 4, .duplicates = 10, .conflicts = 20 };
    open_trend(200);
    run.inputs[0].report = &report;
    run.inputs[0].days_report = &days_report;
    bars_run_do(&run);
    assert_int_equal(found(FINDING_UNSORTED_BARS), 7);
    assert_int_equal(found(FINDING_DUPLICATE_BARS), 10);
    assert_int_equal(found(FINDING_CONFLICTING_BARS), 20);
    assert_string_equal(bars_run_cell(&run.backtest.journal, 0, JOURNAL_TREND_VALID), "TRUE");
}

/* One bar a session is enough of a history. */
static void without_daily_bars_the_sessions_before_are_the_history(void **state)
{
    (void)state;
    open_run("dp20");
    bars_add_days(&days, TUESDAY, 200, 90);
    for (size_t i = 0; i < days.count; i++) {
        struct session session;
        int32_t date = (int32_t)(days.bars[i].open_time_us / DAY_US);
        assert_true(calendar_session(run.options.calendar, date, &session));
        struct bar bar = bars_bar(session.open_us, 90, 90, 90, 90);
        series_append(&bars, &bar);
    }
    bars_run_give(&run, "QQQ", &bars, NULL);
    add_flat(TUESDAY, "09:30", "16:00", 100);
    bars_run_do(&run);
    assert_int_equal(run.backtest.journal.count, 201);
    assert_notes(199, "warm-up: 199 of 200 daily closes");
    assert_string_equal(bars_run_cell(&run.backtest.journal, 200, JOURNAL_TREND_VALID), "TRUE");
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(on_a_full_day_the_time_exit_fills_at_15_56),
        RELEASED(on_a_half_day_the_time_exit_keeps_its_distance_to_the_close),
        RELEASED(without_a_bar_left_the_last_close_ends_the_trade),
        RELEASED(bars_outside_trading_hours_are_shown_to_nobody),
        RELEASED(an_entry_wants_95_percent_of_the_bars_due),
        RELEASED(what_goes_missing_after_the_entry_removes_no_trade),
        RELEASED(a_fill_waits_for_whatever_bar_comes_next),
        RELEASED(no_entry_is_ordered_at_or_after_the_exit_time),
        RELEASED(a_faulty_bar_before_the_signal_forbids_it),
        RELEASED(a_faulty_bar_during_the_trade_is_not_shown_to_it),
        RELEASED(a_fault_of_one_session_is_over_with_it),
        RELEASED(a_position_open_at_the_end_is_marked_but_no_trade),
        RELEASED(a_strategy_over_nights_knows_no_completeness),
        RELEASED(sessions_without_any_bar_are_skipped_and_told),
        RELEASED(a_range_begins_and_ends_with_the_sessions_in_it),
        RELEASED(a_range_may_reach_beyond_the_bars),
        RELEASED(a_range_without_sessions_or_bars_is_refused),
        RELEASED(bars_outside_all_sessions_are_none),
        RELEASED(bars_that_do_not_fit_the_timeframe_name_symbol_and_both),
        RELEASED(parameters_that_do_not_fit_together_are_the_askers_mistake),
        RELEASED(the_200_closes_lie_within_210_sessions),
        RELEASED(the_days_own_close_is_no_history),
        RELEASED(a_daily_close_that_is_no_price_does_not_count),
        RELEASED(a_daily_bar_with_a_bad_range_is_told_and_its_close_counts),
        RELEASED(what_reading_the_files_found_is_told),
        RELEASED(without_daily_bars_the_sessions_before_are_the_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
