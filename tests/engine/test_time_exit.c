#include "service/base/date.h"
#include "tests/support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* 09:30-16:00, 09:30-13:00, 09:33-16:00. */
enum { FULL_DAY = 20240627, HALF_DAY = 20240703, LATE_DAY = 20010917 };

static struct stage stage;

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void open_stage(const struct cue *script)
{
    stage_open(&stage, &(struct stage_options) { .script = script });
}

/* Nothing was ordered, and the report says that it was refused. */
static void assert_refused(const char *status)
{
    struct session_report report = stage_report(&stage);
    assert_int_equal(stage.trade_count, 0);
    assert_int_equal(report.signals, 0);
    assert_int_equal(strncmp(report.status, status, strlen(status)), 0);
}

static void assert_exit_of_full_session(const struct stage_options *options, int date,
                                        int expected_clock, const char *reason)
{
    struct session session = candle_session(options->calendar ? options->calendar : "xnys", date);
    const struct cue script[] = {
        { .clock = candle_clock(&session, session.open_us), .ask = ASK_ENTRY }, { 0 }
    };
    struct stage_options with_script = *options;
    with_script.script = script;
    stage_open(&stage, &with_script);
    stage_begin(&stage, date);
    stage_flat(&stage, script[0].clock, candle_clock(&session, session.close_us - MINUTE_US));
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    const struct trade *trade = &stage.trades[0];
    int clock = candle_clock(&stage.session, trade->exit_time_us);
    if (clock != expected_clock || strcmp(trade->exit_reason, reason) != 0)
        fail_msg("on %d, %s, exit time %s: %s at %d", date, options->timeframe, options->exit_time,
                 trade->exit_reason, clock);
    stage_close(&stage);
}

/* The exit is ordered when the first bar that ends at or after the exit time has closed: on two
 * minutes the 15:54 bar, so that it fills at the 15:56 open. */
static void the_time_exit_fills_behind_the_first_bar_that_ends_by_then(void **state)
{
    (void)state;
    static const struct {
        const char *timeframe, *exit_time;
        int clock;
        const char *reason;
    } rows[] = {
        { "2Min", NULL, 1556, "time_exit" },        { "1Min", NULL, 1555, "time_exit" },
        { "5Min", NULL, 1555, "time_exit" },        { "15Min", NULL, 1600, "session_close" },
        { "1Hour", NULL, 1600, "session_close" },   { "2Min", "15:54", 1554, "time_exit" },
        { "2Min", "15:56", 1556, "time_exit" },     { "2Min", "15:57", 1558, "time_exit" },
        { "2Min", "15:58", 1558, "time_exit" },     { "2Min", "15:59", 1600, "session_close" },
        { "2Min", "16:00", 1600, "session_close" }, { "2Min", "24:00", 1600, "session_close" },
        { "2Min", "9:34", 934, "time_exit" },       { "1Hour", "11:00", 1130, "time_exit" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_exit_of_full_session(&(struct stage_options) { .timeframe = rows[i].timeframe,
                                                              .exit_time = rows[i].exit_time },
                                    FULL_DAY, rows[i].clock, rows[i].reason);
}

static void the_exit_time_keeps_its_distance_to_an_early_close(void **state)
{
    (void)state;
    const struct stage_options two = { .timeframe = "2Min" };
    assert_exit_of_full_session(&two, HALF_DAY, 1256, "time_exit");
    assert_exit_of_full_session(&two, 19960108, 1356, "time_exit"); /* 11:00-14:00 */
    assert_exit_of_full_session(&(struct stage_options) { .timeframe = "1Min" }, HALF_DAY, 1255,
                                "time_exit");
    assert_exit_of_full_session(&(struct stage_options) { .timeframe = "1Hour" }, HALF_DAY, 1300,
                                "session_close");
    assert_exit_of_full_session(&(struct stage_options) { .exit_time = "15:00" }, HALF_DAY, 1200,
                                "time_exit");
}

static void a_close_that_nobody_knew_of_does_not_move_the_exit_time(void **state)
{
    (void)state;
    const struct stage_options two = { .timeframe = "2Min" };
    assert_exit_of_full_session(&two, 19940211, 1430, "session_close");
    assert_exit_of_full_session(&two, 20050601, 1556, "session_close");
}

/* From 09:33 on the two-minute grid has a bar that ends at 15:55. */
static void a_late_open_moves_the_grid_but_not_the_exit_time(void **state)
{
    (void)state;
    const struct stage_options two = { .timeframe = "2Min" };
    assert_exit_of_full_session(&two, LATE_DAY, 1555, "time_exit");
    assert_exit_of_full_session(&two, 19910117, 1555, "time_exit"); /* 09:31 */
    assert_exit_of_full_session(&two, 20030320, 1556, "time_exit"); /* 09:32 */
    assert_exit_of_full_session(&two, 20020911, 1556, "time_exit"); /* 12:00 */
}

static void around_the_clock_the_exit_time_is_utc(void **state)
{
    (void)state;
    struct stage_options options = { .calendar = "24x7", .timeframe = "2Min" };
    assert_exit_of_full_session(&options, 20240629, 1556, "time_exit");
    options.exit_time = "23:59";
    assert_exit_of_full_session(&options, 20240629, 2400, "session_close");
}

/* A position since 09:32 and bars until 15:50; the test goes on from there. */
static void hold_until_1550(void)
{
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1550);
}

static void without_the_bar_that_ends_by_then_the_next_one_counts(void **state)
{
    (void)state;
    hold_until_1550();
    stage_bar(&stage, 1552, 101, 101, 101, 101);
    stage_bar(&stage, 1556, 103, 103, 103, 103);
    stage_bar(&stage, 1558, 104, 104, 104, 104);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1558, 104, "time_exit");
}

static void the_time_exit_fills_at_whatever_bar_comes_next(void **state)
{
    (void)state;
    hold_until_1550();
    stage_bar(&stage, 1554, 102, 102, 102, 102);
    stage_bar(&stage, 1558, 104, 105, 103, 105);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1558, 104, "time_exit");
}

static void without_a_bar_left_the_last_close_is_the_exit(void **state)
{
    (void)state;
    hold_until_1550();
    stage_bar(&stage, 1554, 102, 103, 101, 102.5);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1556, 102.5, "session_close");
}

static void bars_that_end_early_close_with_the_last_one_present(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1358);
    stage_bar(&stage, 1400, 101, 104, 99, 103);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1402, 103, "session_close");
    assert_int_equal(engine_position(stage.simulation.engine, 0)->quantity, 0);
}

static void the_close_of_a_short_last_bar_is_the_sessions(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    stage_open(&stage, &(struct stage_options) { .script = script, .timeframe = "1Hour" });
    stage_begin(&stage, HALF_DAY);
    stage_flat(&stage, 930, 1230);
    assert_int_equal(engine_now_us(stage.simulation.engine, 0),
                     candle_time_us(&stage.session, 1300));
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 1030, 100, 1300, 100, "session_close");
}

static void the_strategys_own_exit_comes_first_and_gives_its_reason(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY },
                                  { .clock = 1554, .ask = ASK_EXIT },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    stage_assert_trade(&stage, 0, 932, 100, 1556, 100, "cross");
}

static void a_stop_on_the_bar_of_the_time_exit_is_too_late(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY, .stop_distance = 2 }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1554);
    stage_bar(&stage, 1556, 99, 99, 90, 91);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1556, 99, "time_exit");
}

static void a_stop_on_the_bar_that_ends_by_the_exit_time_counts(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY, .stop_distance = 2 }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1552);
    stage_bar(&stage, 1554, 99, 99, 90, 91);
    stage_flat(&stage, 1556, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    stage_assert_trade(&stage, 0, 932, 100, 1554, 98, "stop_loss");
}

/* 02:00 less three hours lies on the day before. */
static void an_exit_time_before_dawn_refuses_the_entries_of_a_half_day(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    stage_open(&stage, &(struct stage_options) { .script = script, .exit_time = "2:00" });
    stage_begin(&stage, HALF_DAY);
    stage_flat(&stage, 930, 1258);
    stage_end(&stage);
    assert_refused("refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_exit_fills_behind_the_first_bar_that_ends_by_then),
        cmocka_unit_test(the_exit_time_keeps_its_distance_to_an_early_close),
        cmocka_unit_test(a_close_that_nobody_knew_of_does_not_move_the_exit_time),
        cmocka_unit_test(a_late_open_moves_the_grid_but_not_the_exit_time),
        cmocka_unit_test(around_the_clock_the_exit_time_is_utc),
        cmocka_unit_test_teardown(without_the_bar_that_ends_by_then_the_next_one_counts,
                                  close_stage),
        cmocka_unit_test_teardown(the_time_exit_fills_at_whatever_bar_comes_next, close_stage),
        cmocka_unit_test_teardown(without_a_bar_left_the_last_close_is_the_exit, close_stage),
        cmocka_unit_test_teardown(bars_that_end_early_close_with_the_last_one_present, close_stage),
        cmocka_unit_test_teardown(the_close_of_a_short_last_bar_is_the_sessions, close_stage),
        cmocka_unit_test_teardown(the_strategys_own_exit_comes_first_and_gives_its_reason,
                                  close_stage),
        cmocka_unit_test_teardown(a_stop_on_the_bar_of_the_time_exit_is_too_late, close_stage),
        cmocka_unit_test_teardown(a_stop_on_the_bar_that_ends_by_the_exit_time_counts, close_stage),
        cmocka_unit_test_teardown(an_exit_time_before_dawn_refuses_the_entries_of_a_half_day,
                                  close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
