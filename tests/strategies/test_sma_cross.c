#include "service/base/date.h"
#include "service/strategies/sma_cross.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bars_stage stage;
static int minute;

/* Means of 2 and of 3 closes, so that they can be worked out at sight. */
static int open_stage(void **state)
{
    (void)state;
    bars_stage_open(&stage, &sma_cross, 1);
    bars_stage_set(&stage, "fast", "2");
    bars_stage_set(&stage, "slow", "3");
    bars_stage_begin(&stage, "2024-06-25", NULL);
    minute = 9 * 60 + 30;
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    return 0;
}

/* The next minute's bar. */
static bool show(double close)
{
    char clock[CLOCK_TEXT_SIZE];
    return bars_stage_show(&stage, clock_time_format(minute++, clock), close, close, close, close);
}

static bool exit_asked(double close)
{
    show(close);
    return stage.desk.exit_reason != NULL;
}

/* A position, as after a fill. */
static void hold(void)
{
    stage.desk.position.quantity = 1;
}

/* Fast 2.5, 2.5, 3; slow 3, 2.67, 2.67. */
static void from_below_to_above_is_an_entry(void **state)
{
    (void)state;
    assert_false(show(4) || show(3) || show(2));
    assert_false(show(3));
    assert_true(show(3));
    assert_true(stage.desk.entry.stop_distance == 0);
    assert_string_equal(stage.desk.entry.reason, "cross");
}

/* Fast and slow are equal at the third bar. */
static void from_equal_to_above_is_an_entry(void **state)
{
    (void)state;
    assert_false(show(5) || show(5) || show(5));
    assert_true(show(6));
}

/* Fast 2.5, 3, 3.5; slow 3, 3, 3: it touches the slow mean first. */
static void reaching_the_slow_mean_is_none_yet(void **state)
{
    (void)state;
    show(4);
    show(3);
    assert_false(show(2));
    assert_false(show(4));
    assert_true(show(3));
}

static void staying_above_is_not_another_entry(void **state)
{
    (void)state;
    show(5);
    show(5);
    show(5);
    assert_true(show(6));
    assert_false(show(7));
    assert_false(show(8));
}

/* Above from the first bar on which both are valid: there was no crossing to see. */
static void both_means_must_be_valid_on_both_bars(void **state)
{
    (void)state;
    assert_false(show(1) || show(2) || show(3) || show(4) || show(5));
}

static void a_cross_on_the_first_pair_of_valid_bars_counts(void **state)
{
    (void)state;
    assert_false(show(3) || show(2) || show(1));
    assert_true(show(9));
}

static void from_above_to_below_is_the_exit(void **state)
{
    (void)state;
    show(5);
    show(6);
    show(7);
    hold();
    assert_false(exit_asked(8));
    assert_true(exit_asked(1));
    assert_string_equal(stage.desk.exit_reason, "cross");
    assert_false(stage.desk.has_entry);
}

static void from_equal_to_below_is_the_exit(void **state)
{
    (void)state;
    show(5);
    show(5);
    show(5);
    hold();
    assert_true(exit_asked(4));
}

/* Fast 6.5, 6, 4.5; slow 6, 6, 5: it touches the slow mean first. */
static void falling_to_the_slow_mean_is_no_exit_yet(void **state)
{
    (void)state;
    show(5);
    show(6);
    show(7);
    hold();
    assert_false(exit_asked(5));
    assert_true(exit_asked(4));
}

static void staying_below_is_not_another_exit(void **state)
{
    (void)state;
    show(5);
    show(5);
    show(5);
    hold();
    assert_true(exit_asked(4));
    assert_false(exit_asked(3));
}

static void the_means_run_on_over_sessions(void **state)
{
    (void)state;
    show(5);
    show(5);
    show(5);
    bars_stage_begin(&stage, "2024-06-26", NULL);
    minute = 9 * 60 + 30;
    assert_true(show(6));
}

static void it_is_held_over_nights_and_has_no_default_symbol(void **state)
{
    (void)state;
    assert_false(sma_cross.intraday);
    assert_null(sma_cross.symbol);
    assert_string_equal(sma_cross.timeframe, "1Min");
    assert_true(sma_cross.quantity == 1);
}

static void by_default_the_means_are_of_20_and_50_closes(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    bars_stage_open(&stage, &sma_cross, 1);
    bars_stage_begin(&stage, "2024-06-25", NULL);
    for (int i = 0; i < 49; i++)
        assert_false(show(100));
    assert_false(show(99));
    /* Fast (18 x 100 + 99 + x)/20, slow (48 x 100 + 99 + x)/50: equal at x = 101. */
    assert_false(show(101));
    assert_true(show(100.01));
}

static void the_fast_mean_must_be_the_shorter(void **state)
{
    (void)state;
    static const char *const fast[] = { "50", "51" };
    for (size_t i = 0; i < 2; i++) {
        struct error error = { 0 };
        bars_stage_close(&stage);
        bars_stage_open(&stage, &sma_cross, 1);
        bars_stage_set(&stage, "fast", fast[i]);
        assert_false(bars_stage_init(&stage, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, "fast"));
    }
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(from_below_to_above_is_an_entry),
        STAGED(from_equal_to_above_is_an_entry),
        STAGED(reaching_the_slow_mean_is_none_yet),
        STAGED(staying_above_is_not_another_entry),
        STAGED(both_means_must_be_valid_on_both_bars),
        STAGED(a_cross_on_the_first_pair_of_valid_bars_counts),
        STAGED(from_above_to_below_is_the_exit),
        STAGED(from_equal_to_below_is_the_exit),
        STAGED(falling_to_the_slow_mean_is_no_exit_yet),
        STAGED(staying_below_is_not_another_exit),
        STAGED(the_means_run_on_over_sessions),
        STAGED(it_is_held_over_nights_and_has_no_default_symbol),
        STAGED(by_default_the_means_are_of_20_and_50_closes),
        STAGED(the_fast_mean_must_be_the_shorter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
