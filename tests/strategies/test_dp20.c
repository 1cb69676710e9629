#include "service/base/date.h"
#include "service/strategies/dp20.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SUMMER "2024-06-25"
#define WINTER "2024-01-09"
#define HALF_DAY "2024-07-03"

static struct bars_stage stage;
static struct series days;

static int open_stage(void **state)
{
    (void)state;
    bars_stage_open(&stage, &dp20, 2);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    series_release(&days);
    return 0;
}

/* 200 daily closes far below the bars to come. */
static void begin(const char *date)
{
    series_release(&days);
    bars_add_days(&days, date, 200, 90);
    bars_stage_begin(&stage, date, &days);
}

/* From the open on, bars around 100: the EMA is 100 and the ATR 0.3 after each of them. */
static void quiet_until(const char *clock)
{
    assert_false(bars_stage_show_flat(&stage, "09:30", clock, 100, 99.85, 100.15));
}

/* Each fits behind quiet bars and the ones above it: EMA 99.8, 100, 100.2; ATR 0.6, 1.1, 1.02. */
static bool pull_back(const char *clock)
{
    return bars_stage_show(&stage, clock, 100, 100, 97.45, 97.9);
}

static bool reverse(const char *clock)
{
    return bars_stage_show(&stage, clock, 98, 102.25, 98, 101.9);
}

static bool confirm(const char *clock)
{
    return bars_stage_show(&stage, clock, 102, 102.3, 101.8, 102.1);
}

static void assert_times(const char *pullback, const char *reversal, const char *confirmation)
{
    char clock[CLOCK_TEXT_SIZE];
    assert_string_equal(bars_stage_clock(&stage, "first_close_below_time", clock), pullback);
    assert_string_equal(bars_stage_clock(&stage, "reversal_candle_time", clock), reversal);
    assert_string_equal(bars_stage_clock(&stage, "confirmation_candle_time", clock), confirmation);
}

static void pullback_reversal_and_confirmation_make_an_entry(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    assert_false(pull_back("10:00"));
    assert_false(reverse("10:02"));
    assert_true(confirm("10:04"));
    assert_times("10:00", "10:02", "10:04");
    assert_true(bars_stage_note(&stage, "trend_valid")->flag);
    assert_true(bars_stage_note(&stage, "reversal_strength_ok")->flag);
    assert_string_equal(bars_stage_note(&stage, "entry_window")->text, "10:00-10:30");
    assert_string_equal(stage.desk.status, "Valid DP20 signal detected");
    assert_int_equal(stage.desk.entry.side, SIDE_LONG);
    assert_true(stage.desk.entry.target_distance == 0);
}

/* The same sums as the rules write them, by another hand. */
static void the_stop_is_a_multiple_of_the_average_range_of_the_confirmation_bar(void **state)
{
    (void)state;
    static const double after[][3] = { { 100, 97.45, 97.9 },
                                       { 102.25, 98, 101.9 },
                                       { 102.3, 101.8, 102.1 } };
    double ema = 100;
    double range = 100.15 - 99.85;
    double atr = range;
    double close = 100;
    for (int i = 1; i < 15; i++)
        atr += 2.0 / 15 * (range - atr);
    for (size_t i = 0; i < 3; i++) {
        double high = after[i][0];
        double low = after[i][1];
        range = fmax(high - low, fmax(fabs(high - close), fabs(low - close)));
        close = after[i][2];
        atr += 2.0 / 15 * (range - atr);
        ema += 2.0 / 21 * (close - ema);
    }
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_true(confirm("10:04"));
    assert_true(stage.desk.entry.stop_distance == 1.2 * atr);
    assert_true(bars_stage_note(&stage, "stop_distance")->number == 1.2 * atr);
    assert_true(bars_stage_note(&stage, "atr_14_2m_at_entry")->number == atr);
    assert_true(bars_stage_note(&stage, "ema20_at_entry")->number == ema);
    assert_true(fabs(atr - 1.02) < 1e-12 && fabs(ema - 100.2) < 1e-12);
}

static void an_open_at_the_mean_fails_the_trend(void **state)
{
    (void)state;
    bars_add_days(&days, SUMMER, 200, 100);
    bars_stage_begin(&stage, SUMMER, &days);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_false(confirm("10:04"));
    assert_false(bars_stage_note(&stage, "trend_valid")->flag);
    assert_true(bars_stage_note(&stage, "sma200_daily_at_open")->number == 100);
    assert_string_equal(stage.desk.status, "Trend filter failed: open 100.00 <= SMA200 100.00");
    assert_times("", "", "");
}

static void an_open_barely_above_the_mean_passes(void **state)
{
    (void)state;
    bars_add_days(&days, SUMMER, 200, 100);
    bars_stage_begin(&stage, SUMMER, &days);
    double open = nextafter(100, 101);
    bars_stage_show(&stage, "09:30", open, open, open, open);
    assert_true(bars_stage_note(&stage, "trend_valid")->flag);
}

static void the_trend_is_that_of_the_first_bar_present_and_of_no_other(void **state)
{
    (void)state;
    begin(SUMMER);
    bars_stage_show(&stage, "09:34", 89, 101, 89, 100);
    assert_false(bars_stage_note(&stage, "trend_valid")->flag);
    begin(SUMMER);
    bars_stage_show(&stage, "09:34", 91, 91, 80, 80);
    bars_stage_show(&stage, "09:36", 80, 80, 80, 80);
    assert_true(bars_stage_note(&stage, "trend_valid")->flag);
}

static void the_mean_is_of_the_last_200_closes(void **state)
{
    (void)state;
    bars_add_days(&days, SUMMER, 210, 90);
    for (size_t i = 0; i < 10; i++)
        days.bars[i].close = 5000;
    days.bars[10].close = 110;
    bars_stage_begin(&stage, SUMMER, &days);
    assert_true(bars_stage_note(&stage, "sma200_daily_at_open")->number == 90.1);
}

static void fewer_than_200_closes_are_a_warm_up_without_a_trade(void **state)
{
    (void)state;
    bars_add_days(&days, SUMMER, 137, 90);
    bars_stage_begin(&stage, SUMMER, &days);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_false(confirm("10:04"));
    assert_string_equal(stage.desk.status, "warm-up: 137 of 200 daily closes");
    assert_false(bars_stage_has_note(&stage, "sma200_daily_at_open"));
    assert_false(bars_stage_has_note(&stage, "trend_valid"));
}

static void the_200th_close_ends_the_warm_up(void **state)
{
    (void)state;
    bars_add_days(&days, SUMMER, 199, 90);
    bars_stage_begin(&stage, SUMMER, &days);
    assert_string_equal(stage.desk.status, "warm-up: 199 of 200 daily closes");
    begin(SUMMER);
    assert_string_equal(stage.desk.status, "No bars in signal window (10:00-10:30)");
    assert_false(stage.desk.passed);
}

static void a_close_at_the_average_is_no_pullback(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:32");
    assert_times("", "", "");
    assert_string_equal(stage.desk.status, "No pullback detected (no close below EMA20)");
}

static void a_pullback_before_the_window_does_not_count(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("09:58");
    pull_back("09:58");
    reverse("10:00");
    assert_false(confirm("10:02"));
    assert_times("", "", "");
}

static void the_pullback_bar_is_not_its_own_reversal(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    assert_times("10:00", "", "");
    assert_string_equal(stage.desk.status, "No strong reversal detected");
}

static void a_close_at_the_average_is_no_reversal(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    double average = 100 + 2.0 / 21 * (97.9 - 100);
    bars_stage_show(&stage, "10:02", average, average, 98, average);
    assert_times("10:00", "", "");
    double above = nextafter(average, 200);
    bars_stage_show(&stage, "10:04", above, above, 98, above);
    assert_times("10:00", "10:04", "");
}

/* A range of 4 above its low 98.5: closes at 100.5 and a little above. */
static void a_strength_exactly_at_the_parameter_fails(void **state)
{
    (void)state;
    bars_stage_set(&stage, "strength", "0.5");
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    bars_stage_show(&stage, "10:02", 100, 102.5, 98.5, 100.5);
    assert_false(bars_stage_note(&stage, "reversal_strength_ok")->flag);
    assert_times("10:00", "", "");
    bars_stage_show(&stage, "10:04", 100, 102.5, 98.5, nextafter(100.5, 200));
    assert_true(bars_stage_note(&stage, "reversal_strength_ok")->flag);
    assert_times("10:00", "10:04", "");
}

/* 92.8 % of its range is strong and 42.8 % is weak, as the strategy's first author worked out. */
static void the_default_strength_tells_strong_from_weak(void **state)
{
    (void)state;
    begin(SUMMER);
    bars_stage_show_flat(&stage, "09:30", "10:00", 448, 447, 449);
    bars_stage_show(&stage, "10:00", 448, 448, 447, 447.9);
    bars_stage_show(&stage, "10:02", 448, 451, 447.5, 449);
    assert_times("10:00", "", "");
    bars_stage_show(&stage, "10:04", 448, 451, 447.5, 450.75);
    assert_times("10:00", "10:04", "");
}

static void a_bar_without_a_range_is_no_reversal(void **state)
{
    (void)state;
    bars_stage_set(&stage, "strength", "0");
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    bars_stage_show(&stage, "10:02", 101, 101, 101, 101);
    assert_times("10:00", "", "");
    assert_false(bars_stage_note(&stage, "reversal_strength_ok")->flag);
}

static void weak_reversals_are_passed_over(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    for (int i = 0; i < 3; i++)
        bars_stage_show(&stage, (const char *[]) { "10:02", "10:04", "10:06" }[i], 101, 104, 98,
                        100.5);
    assert_string_equal(stage.desk.status, "No strong reversal detected");
    bars_stage_show(&stage, "10:08", 100, 104, 100, 104);
    assert_true(bars_stage_show(&stage, "10:10", 104, 104.5, 103.5, 104));
    assert_times("10:00", "10:08", "10:10");
}

static void only_the_first_pullback_has_its_time_noted(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    bars_stage_show(&stage, "10:02", 97, 97, 96, 96);
    assert_times("10:00", "", "");
}

static void the_windows_last_bar_may_confirm(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:26");
    pull_back("10:26");
    reverse("10:28");
    assert_true(confirm("10:30"));
}

static void a_reversal_on_the_windows_last_bar_is_no_signal(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:28");
    pull_back("10:28");
    reverse("10:30");
    assert_false(confirm("10:32"));
    assert_false(confirm("10:34"));
    assert_times("10:28", "10:30", "");
}

static void a_confirmation_outside_the_window_is_no_signal(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:26");
    pull_back("10:26");
    reverse("10:28");
    assert_false(confirm("10:32"));
    assert_times("10:26", "10:28", "");
}

static void the_next_bar_is_the_next_one_present(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:06");
    pull_back("10:06");
    reverse("10:12");
    assert_true(confirm("10:20"));
    assert_times("10:06", "10:12", "10:20");
}

static void a_confirmation_at_the_average_passes(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    double average = 100 + 2.0 / 21 * (97.9 - 100);
    average += 2.0 / 21 * (101.9 - average);
    assert_true(bars_stage_show(&stage, "10:04", average, average, average, average));
}

static void a_confirmation_below_the_average_ends_the_day(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_false(bars_stage_show(&stage, "10:04", 101, 101, 99, 99));
    assert_string_equal(stage.desk.status,
                        "Signal invalidated: confirmation candle closed below EMA20");
    bars_stage_show(&stage, "10:06", 99, 99, 95, 95);
    bars_stage_show(&stage, "10:08", 99, 105, 99, 105);
    assert_false(bars_stage_show(&stage, "10:10", 105, 106, 105, 106));
    assert_times("10:00", "10:02", "10:04");
}

static void there_is_one_signal_a_session(void **state)
{
    (void)state;
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_true(confirm("10:04"));
    bars_stage_show(&stage, "10:06", 99, 99, 95, 95);
    bars_stage_show(&stage, "10:08", 99, 105, 99, 105);
    assert_false(bars_stage_show(&stage, "10:10", 105, 106, 105, 106));
}

static void a_stop_distance_of_0_is_refused(void **state)
{
    (void)state;
    bars_stage_set(&stage, "stop_atr", "0");
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_false(confirm("10:04"));
    assert_non_null(strstr(stage.desk.status, "refused"));
}

static void averages_begin_anew_each_session(void **state)
{
    (void)state;
    begin("2024-06-24");
    bars_stage_show_flat(&stage, "09:30", "16:00", 500, 480, 520);
    begin(SUMMER);
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    assert_true(confirm("10:04"));
    assert_true(fabs(stage.desk.entry.stop_distance - 1.224) < 1e-12);
    assert_true(fabs(bars_stage_note(&stage, "ema20_at_entry")->number - 100.2) < 1e-12);
}

static void what_a_session_left_unfinished_is_forgotten(void **state)
{
    (void)state;
    begin("2024-06-24");
    quiet_until("10:00");
    pull_back("10:00");
    reverse("10:02");
    begin(SUMMER);
    quiet_until("10:00");
    assert_false(confirm("10:00"));
    assert_times("", "", "");
}

static void clock_times_are_new_yorks_all_year_and_on_half_days(void **state)
{
    (void)state;
    static const char *const dates[] = { SUMMER, WINTER, HALF_DAY };
    for (size_t i = 0; i < 3; i++) {
        begin(dates[i]);
        quiet_until("10:00");
        pull_back("10:00");
        reverse("10:02");
        assert_true(confirm("10:04"));
    }
}

static void the_window_is_a_parameter(void **state)
{
    (void)state;
    bars_stage_set(&stage, "window_start", "9:40");
    bars_stage_set(&stage, "window_end", "09:44");
    begin(SUMMER);
    assert_string_equal(stage.desk.status, "No bars in signal window (09:40-09:44)");
    quiet_until("09:40");
    pull_back("09:40");
    reverse("09:42");
    assert_true(confirm("09:44"));
}

static void a_window_that_ends_before_it_starts_is_refused(void **state)
{
    (void)state;
    struct error error = { 0 };
    bars_stage_set(&stage, "window_end", "09:59");
    assert_false(bars_stage_init(&stage, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "window_start"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(pullback_reversal_and_confirmation_make_an_entry),
        STAGED(the_stop_is_a_multiple_of_the_average_range_of_the_confirmation_bar),
        STAGED(an_open_at_the_mean_fails_the_trend),
        STAGED(an_open_barely_above_the_mean_passes),
        STAGED(the_trend_is_that_of_the_first_bar_present_and_of_no_other),
        STAGED(the_mean_is_of_the_last_200_closes),
        STAGED(fewer_than_200_closes_are_a_warm_up_without_a_trade),
        STAGED(the_200th_close_ends_the_warm_up),
        STAGED(a_close_at_the_average_is_no_pullback),
        STAGED(a_pullback_before_the_window_does_not_count),
        STAGED(the_pullback_bar_is_not_its_own_reversal),
        STAGED(a_close_at_the_average_is_no_reversal),
        STAGED(a_strength_exactly_at_the_parameter_fails),
        STAGED(the_default_strength_tells_strong_from_weak),
        STAGED(a_bar_without_a_range_is_no_reversal),
        STAGED(weak_reversals_are_passed_over),
        STAGED(only_the_first_pullback_has_its_time_noted),
        STAGED(the_windows_last_bar_may_confirm),
        STAGED(a_reversal_on_the_windows_last_bar_is_no_signal),
        STAGED(a_confirmation_outside_the_window_is_no_signal),
        STAGED(the_next_bar_is_the_next_one_present),
        STAGED(a_confirmation_at_the_average_passes),
        STAGED(a_confirmation_below_the_average_ends_the_day),
        STAGED(there_is_one_signal_a_session),
        STAGED(a_stop_distance_of_0_is_refused),
        STAGED(averages_begin_anew_each_session),
        STAGED(what_a_session_left_unfinished_is_forgotten),
        STAGED(clock_times_are_new_yorks_all_year_and_on_half_days),
        STAGED(the_window_is_a_parameter),
        STAGED(a_window_that_ends_before_it_starts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
