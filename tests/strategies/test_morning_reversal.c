#include "service/strategies/morning_reversal.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bars_stage stage;

static int open_stage(void **state)
{
    (void)state;
    bars_stage_open(&stage, &morning_reversal, 2);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    return 0;
}

static void begin(void)
{
    bars_stage_begin(&stage, "2024-06-25", NULL);
}

static void flat(const char *from, const char *to, double price)
{
    assert_false(bars_stage_show_flat(&stage, from, to, price, price, price));
}

static void a_close_at_the_rise_is_none_and_one_above_it_is(void **state)
{
    (void)state;
    double at = (1 + 0.002) * 100;
    begin();
    flat("09:30", "09:40", 100);
    assert_false(bars_stage_show(&stage, "09:40", 100, 101, 100, at));
    assert_true(bars_stage_show(&stage, "09:42", 100, 101, 100, nextafter(at, 200)));
}

/* 125 is a quarter above 100, without any rounding. */
static void the_rise_is_a_parameter(void **state)
{
    (void)state;
    bars_stage_set(&stage, "rise", "0.25");
    begin();
    flat("09:30", "09:40", 100);
    assert_false(bars_stage_show(&stage, "09:40", 100, 130, 100, 125));
    assert_true(bars_stage_show(&stage, "09:42", 100, 130, 100, 125.01));
}

static void the_low_includes_the_bar_itself(void **state)
{
    (void)state;
    begin();
    flat("09:30", "09:40", 100);
    assert_true(bars_stage_show(&stage, "09:40", 100, 100, 99, 99.3));
}

static void the_very_first_bar_may_be_the_signal(void **state)
{
    (void)state;
    begin();
    assert_true(bars_stage_show(&stage, "09:30", 100, 101, 100, 100.3));
}

static void before_the_15th_bar_there_are_fewer_lows(void **state)
{
    (void)state;
    begin();
    bars_stage_show(&stage, "09:30", 100, 100, 99.9, 99.95);
    flat("09:32", "09:56", 100);
    assert_true(bars_stage_show(&stage, "09:56", 100, 101, 100, 100.11));
}

/* The low of 99 is the 15th bar back, itself included, at 09:58 and the 16th at 10:00. */
static void the_low_is_of_15_bars_with_the_last_one(void **state)
{
    (void)state;
    begin();
    bars_stage_show(&stage, "09:30", 100, 100, 99, 99);
    assert_false(bars_stage_show_flat(&stage, "09:32", "09:58", 99.15, 99.15, 99.15));
    assert_true(bars_stage_show(&stage, "09:58", 99.15, 99.3, 99.15, 99.2));

    begin();
    bars_stage_show(&stage, "09:30", 100, 100, 99, 99);
    assert_false(bars_stage_show_flat(&stage, "09:32", "10:00", 99.15, 99.15, 99.15));
    assert_false(bars_stage_show(&stage, "10:00", 99.15, 99.3, 99.15, 99.3));
    assert_true(bars_stage_show(&stage, "10:02", 99.15, 99.4, 99.15, 99.35));
}

static void the_15_bars_are_those_present(void **state)
{
    (void)state;
    begin();
    bars_stage_show(&stage, "09:30", 100, 100, 99, 99);
    assert_true(bars_stage_show(&stage, "10:40", 99.15, 99.3, 99.15, 99.2));
}

static void the_lookback_is_a_parameter(void **state)
{
    (void)state;
    bars_stage_set(&stage, "lookback", "1");
    begin();
    bars_stage_show(&stage, "09:30", 100, 100, 99, 99);
    assert_false(bars_stage_show(&stage, "09:32", 100, 100, 100, 100.1));
    assert_true(bars_stage_show(&stage, "09:34", 100, 101, 100, 100.3));
}

static void lows_of_the_session_before_are_forgotten(void **state)
{
    (void)state;
    bars_stage_begin(&stage, "2024-06-24", NULL);
    flat("09:30", "10:00", 50);
    begin();
    flat("09:30", "09:34", 100);
    assert_true(bars_stage_show(&stage, "09:34", 100, 101, 100, 101));
}

static void bars_before_the_window_give_lows_but_no_signal(void **state)
{
    (void)state;
    bars_stage_set(&stage, "window_start", "10:00");
    begin();
    assert_false(bars_stage_show(&stage, "09:58", 101, 101, 99, 101));
    assert_true(bars_stage_show(&stage, "10:00", 99.2, 99.3, 99.2, 99.3));
}

static void the_windows_last_bar_may_be_the_signal_and_none_behind_it(void **state)
{
    (void)state;
    begin();
    flat("09:30", "11:00", 100);
    assert_true(bars_stage_show(&stage, "11:00", 100, 101, 100, 101));
    begin();
    flat("09:30", "11:02", 100);
    assert_false(bars_stage_show(&stage, "11:02", 100, 101, 100, 101));
    assert_non_null(strstr(stage.desk.status, "No rise"));
}

static void there_is_one_signal_a_session_and_a_new_one_in_the_next(void **state)
{
    (void)state;
    begin();
    flat("09:30", "09:40", 100);
    assert_true(bars_stage_show(&stage, "09:40", 100, 101, 100, 101));
    assert_false(bars_stage_show(&stage, "09:42", 100, 102, 100, 102));
    bars_stage_begin(&stage, "2024-06-26", NULL);
    assert_true(bars_stage_show(&stage, "09:30", 100, 101, 100, 101));
}

static void the_entry_has_neither_stop_nor_target(void **state)
{
    (void)state;
    begin();
    assert_true(bars_stage_show(&stage, "09:30", 100, 101, 100, 101));
    assert_true(stage.desk.entry.stop_distance == 0);
    assert_true(stage.desk.entry.target_distance == 0);
    assert_int_equal(stage.desk.entry.side, SIDE_LONG);
}

static void the_window_does_not_move_on_half_days(void **state)
{
    (void)state;
    bars_stage_begin(&stage, "2024-07-03", NULL);
    flat("09:30", "11:00", 100);
    assert_true(bars_stage_show(&stage, "11:00", 100, 101, 100, 101));
}

static void a_window_that_ends_before_it_starts_is_refused(void **state)
{
    (void)state;
    struct error error = { 0 };
    bars_stage_set(&stage, "window_end", "09:29");
    assert_false(bars_stage_init(&stage, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_close_at_the_rise_is_none_and_one_above_it_is),
        STAGED(the_rise_is_a_parameter),
        STAGED(the_low_includes_the_bar_itself),
        STAGED(the_very_first_bar_may_be_the_signal),
        STAGED(before_the_15th_bar_there_are_fewer_lows),
        STAGED(the_low_is_of_15_bars_with_the_last_one),
        STAGED(the_15_bars_are_those_present),
        STAGED(the_lookback_is_a_parameter),
        STAGED(lows_of_the_session_before_are_forgotten),
        STAGED(bars_before_the_window_give_lows_but_no_signal),
        STAGED(the_windows_last_bar_may_be_the_signal_and_none_behind_it),
        STAGED(there_is_one_signal_a_session_and_a_new_one_in_the_next),
        STAGED(the_entry_has_neither_stop_nor_target),
        STAGED(the_window_does_not_move_on_half_days),
        STAGED(a_window_that_ends_before_it_starts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
