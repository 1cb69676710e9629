#include "service/strategies/wed_tue_11am.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"
#define WEDNESDAY "2024-06-26"

static struct bars_stage stage;

static int open_stage(void **state)
{
    (void)state;
    bars_stage_open(&stage, &wed_tue_11am, 2);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    return 0;
}

static bool show(const char *clock)
{
    return bars_stage_show(&stage, clock, 100, 101, 99, 100);
}

static bool show_all(const char *from, const char *to)
{
    return bars_stage_show_flat(&stage, from, to, 100, 99, 101);
}

static void the_bar_that_ends_at_eleven_is_the_moment(void **state)
{
    (void)state;
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(show_all("09:30", "10:58"));
    assert_true(show("10:58"));
    assert_false(show_all("11:00", "16:00"));
}

static void it_trades_on_tuesdays_and_wednesdays_only(void **state)
{
    (void)state;
    static const char *const other[] = { "2024-06-24", "2024-06-27", "2024-06-28" };
    for (size_t i = 0; i < 3; i++) {
        bars_stage_begin(&stage, other[i], NULL);
        assert_false(show_all("09:30", "16:00"));
        assert_string_equal(stage.desk.status, "Not a Tuesday or Wednesday");
    }
    static const char *const own[] = { TUESDAY, WEDNESDAY };
    for (size_t i = 0; i < 2; i++) {
        bars_stage_begin(&stage, own[i], NULL);
        assert_true(show_all("09:30", "16:00"));
    }
}

static void without_the_bar_at_eleven_the_next_one_present_is_the_moment(void **state)
{
    (void)state;
    bars_stage_begin(&stage, WEDNESDAY, NULL);
    assert_false(show_all("09:30", "10:58"));
    assert_true(show("11:04"));
    assert_false(show("11:06"));
}

static void no_bar_at_or_after_eleven_is_no_entry(void **state)
{
    (void)state;
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(show_all("09:30", "10:58"));
    assert_string_equal(stage.desk.status, "No bar at 11:00");
}

static void a_longer_bar_counts_by_its_end(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    bars_stage_open(&stage, &wed_tue_11am, 7);
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(show("10:47"));
    assert_true(show("10:54"));
}

static void the_sessions_last_bar_ends_with_the_session(void **state)
{
    (void)state;
    bars_stage_close(&stage);
    bars_stage_open(&stage, &wed_tue_11am, 7);
    bars_stage_set(&stage, "entry_time", "16:00");
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_false(show("15:48"));
    assert_true(show("15:55"));
}

static void the_entry_time_is_a_parameter(void **state)
{
    (void)state;
    bars_stage_set(&stage, "entry_time", "9:32");
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_true(show("09:30"));
}

static void the_entry_time_does_not_move_on_half_days_and_in_winter(void **state)
{
    (void)state;
    static const char *const dates[] = { "2024-07-03", "2024-12-24", "2024-01-09" };
    for (size_t i = 0; i < 3; i++) {
        bars_stage_begin(&stage, dates[i], NULL);
        assert_false(show_all("09:30", "10:58"));
        assert_true(show("10:58"));
    }
}

static void the_entry_has_neither_stop_nor_target(void **state)
{
    (void)state;
    bars_stage_begin(&stage, TUESDAY, NULL);
    assert_true(show("10:58"));
    assert_true(stage.desk.entry.stop_distance == 0);
    assert_true(stage.desk.entry.target_distance == 0);
    assert_int_equal(stage.desk.entry.side, SIDE_LONG);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(the_bar_that_ends_at_eleven_is_the_moment),
        STAGED(it_trades_on_tuesdays_and_wednesdays_only),
        STAGED(without_the_bar_at_eleven_the_next_one_present_is_the_moment),
        STAGED(no_bar_at_or_after_eleven_is_no_entry),
        STAGED(a_longer_bar_counts_by_its_end),
        STAGED(the_sessions_last_bar_ends_with_the_session),
        STAGED(the_entry_time_is_a_parameter),
        STAGED(the_entry_time_does_not_move_on_half_days_and_in_winter),
        STAGED(the_entry_has_neither_stop_nor_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
