#include "service/strategies/momentum_wed_tue.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"

static struct bars_stage stage;

static int open_stage(void **state)
{
    (void)state;
    bars_stage_open(&stage, &momentum_wed_tue, 2);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    return 0;
}

/* Bars with a low of 1000 until 10:58, then the one that ends at eleven. */
static bool close_at_eleven(double low, double close)
{
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(bars_stage_show_flat(&stage, "09:30", "10:58", 1001, 1000, 1004));
    return bars_stage_show(&stage, "10:58", 1001, 1020, low, close);
}

/* 100 x 3 >= 0.3 x 1000. */
static void a_rise_of_exactly_the_percentage_is_enough(void **state)
{
    (void)state;
    assert_true(close_at_eleven(1000, 1003));
    assert_false(close_at_eleven(1000, 1002.99));
    assert_non_null(strstr(stage.desk.status, "No momentum"));
}

static void the_low_includes_that_of_the_deciding_bar(void **state)
{
    (void)state;
    assert_true(close_at_eleven(990, 992.97));
    assert_false(close_at_eleven(990, 992.96));
}

static void the_low_is_of_the_whole_session_so_far(void **state)
{
    (void)state;
    bars_stage_begin(&stage, TUESDAY, NULL);
    bars_stage_show(&stage, "09:30", 1000, 1000, 997, 1000);
    bars_stage_show_flat(&stage, "09:32", "10:58", 1000, 1000, 1000);
    assert_true(bars_stage_show(&stage, "10:58", 1000, 1000, 1000, 1000));
}

static void the_low_of_the_session_before_is_forgotten(void **state)
{
    (void)state;
    bars_stage_begin(&stage, "2024-06-24", NULL);
    bars_stage_show(&stage, "09:30", 1000, 1000, 10, 1000);
    assert_false(close_at_eleven(1000, 1002));
}

static void a_late_moment_takes_the_bar_that_is_there(void **state)
{
    (void)state;
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(bars_stage_show_flat(&stage, "09:30", "10:58", 1000, 1000, 1000));
    assert_true(bars_stage_show(&stage, "11:06", 1000, 1005, 1000, 1003));
}

static void the_rise_is_judged_once(void **state)
{
    (void)state;
    assert_false(close_at_eleven(1000, 1001));
    assert_false(bars_stage_show(&stage, "11:00", 1001, 1050, 1001, 1050));
    assert_true(stage.desk.passed);
}

static void it_trades_on_tuesdays_and_wednesdays_only(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        bool trades;
    } dates[] = { { "2024-06-24", false },
                  { TUESDAY, true },
                  { "2024-06-26", true },
                  { "2024-06-27", false },
                  { "2024-06-28", false } };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        bars_stage_begin(&stage, dates[i].date, NULL);
        bool asked = bars_stage_show_flat(&stage, "09:30", "16:00", 1005, 1000, 1010);
        assert_int_equal(asked, dates[i].trades);
    }
}

static void rise_and_time_are_parameters(void **state)
{
    (void)state;
    bars_stage_set(&stage, "rise_pct", "25");
    bars_stage_set(&stage, "entry_time", "09:34");
    bars_stage_begin(&stage, TUESDAY, NULL);
    bars_stage_show(&stage, "09:30", 100, 130, 100, 130);
    assert_true(bars_stage_show(&stage, "09:32", 100, 130, 100, 125));
}

static void the_entry_has_neither_stop_nor_target(void **state)
{
    (void)state;
    assert_true(close_at_eleven(1000, 1020));
    assert_true(stage.desk.entry.stop_distance == 0);
    assert_true(stage.desk.entry.target_distance == 0);
    assert_int_equal(stage.desk.entry.side, SIDE_LONG);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_rise_of_exactly_the_percentage_is_enough),
        STAGED(the_low_includes_that_of_the_deciding_bar),
        STAGED(the_low_is_of_the_whole_session_so_far),
        STAGED(the_low_of_the_session_before_is_forgotten),
        STAGED(a_late_moment_takes_the_bar_that_is_there),
        STAGED(the_rise_is_judged_once),
        STAGED(it_trades_on_tuesdays_and_wednesdays_only),
        STAGED(rise_and_time_are_parameters),
        STAGED(the_entry_has_neither_stop_nor_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
