#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/market/intake.h"
#include "tests/support/exact.h"
#include "tests/support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 09:30-16:00, the same on the next day, 09:30-13:00, 09:33-16:00. */
enum { FULL_DAY = 20240627, NEXT_DAY = 20240628, HALF_DAY = 20240703, LATE_DAY = 20010917 };

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

static int clock_of_cell(const struct session *session, int number)
{
    return candle_clock(session, session->open_us + (number - 1) * 2 * MINUTE_US);
}

/* An entry is asked for on the cell `due`, counted from 1; of the cells before it some are
 * missing. */
static void ask_with_missing(int date, int due, int missing)
{
    struct session session = candle_session("xnys", date);
    const struct cue script[] = { { .clock = clock_of_cell(&session, due), .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, date);
    for (int number = 1; number <= due + 1; number++) {
        int clock = clock_of_cell(&session, number);
        if (number > missing && number <= 195)
            stage_bar(&stage, clock, 100, 100, 100, 100);
    }
}

static void assert_ordered(int date, int due, int missing)
{
    ask_with_missing(date, due, missing);
    assert_int_equal(stage_report(&stage).signals, 1);
    assert_string_equal(stage_report(&stage).status, "");
    stage_close(&stage);
}

static void assert_incomplete(int date, int due, int missing, const char *status)
{
    ask_with_missing(date, due, missing);
    assert_string_equal(stage_report(&stage).status, status);
    assert_int_equal(stage_report(&stage).signals, 0);
    stage_close(&stage);
}

static void an_entry_needs_95_percent_of_the_bars_due(void **state)
{
    (void)state;
    assert_ordered(FULL_DAY, 20, 1);
    assert_ordered(FULL_DAY, 40, 2);
    assert_ordered(FULL_DAY, 1, 0);
    assert_incomplete(FULL_DAY, 45, 5, "refused: 40 of 45 bars");
    assert_incomplete(FULL_DAY, 19, 1, "refused: 18 of 19 bars");
    assert_incomplete(FULL_DAY, 39, 2, "refused: 37 of 39 bars");
    assert_incomplete(FULL_DAY, 2, 1, "refused: 1 of 2 bars");
    assert_ordered(HALF_DAY, 20, 1);
    assert_ordered(LATE_DAY, 20, 1);
    assert_incomplete(LATE_DAY, 19, 1, "refused: 18 of 19 bars");
}

static void the_95_percent_are_judged_in_whole_numbers(void **state)
{
    (void)state;
    for (int due = 1; due <= 170; due++) {
        for (int missing = 0; missing < due && missing < 12; missing++) {
            ask_with_missing(FULL_DAY, due, missing);
            bool refused = (due - missing) * 20 < due * 19;
            assert_int_equal(stage_report(&stage).signals, refused ? 0 : 1);
            stage_close(&stage);
        }
    }
}

static void a_cell_with_some_of_its_minutes_counts_as_seen(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1008, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    struct intake intake;
    intake_begin(&intake, &stage.session, 2 * MINUTE_US, MINUTE_US);
    for (int minute = 0; minute < 42; minute++) {
        int64_t time_us = stage.session.open_us + minute * MINUTE_US;
        struct bar bar = candle_bar(time_us, &(struct candle) { 100, 100, 100, 100 });
        if (minute % 4 == 0 || minute % 4 == 3)
            intake_push(&intake, &bar);
        const struct bar *cell = intake_advance(&intake, time_us + MINUTE_US);
        if (cell)
            simulation_bar(&stage.simulation, 0, cell);
    }
    assert_int_equal(stage_report(&stage).signals, 1);
    assert_int_equal(stage_report(&stage).bars, 21);
    assert_int_equal(engine_position(stage.simulation.engine, 0)->quantity, 100 * QUANTITY_ONE);
}

static void what_goes_missing_later_removes_no_trade(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1008, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1008);
    stage_bar(&stage, 1200, 101, 102, 101, 102);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 1200, 101, 1202, 102, "session_close");
}

static void ask_at(const char *timeframe, int clock)
{
    const struct cue script[] = { { .clock = clock, .ask = ASK_ENTRY }, { 0 } };
    stage_open(&stage, &(struct stage_options) { .script = script, .timeframe = timeframe });
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
}

static void no_entry_is_ordered_at_or_after_the_exit_time(void **state)
{
    (void)state;
    ask_at("2Min", 1554);
    assert_refused("refused");
    stage_close(&stage);
    ask_at("2Min", 1558);
    assert_refused("refused");
    stage_close(&stage);
    ask_at("5Min", 1550); /* ends at the exit time exactly */
    assert_refused("refused");
}

static void an_entry_ordered_just_before_the_exit_time_is_held_for_one_bar(void **state)
{
    (void)state;
    ask_at("2Min", 1552);
    stage_assert_trade(&stage, 0, 1554, 100, 1556, 100, "time_exit");
    stage_close(&stage);
    ask_at("5Min", 1545);
    stage_assert_trade(&stage, 0, 1550, 100, 1555, 100, "time_exit");
}

static void an_entry_that_finds_no_bar_lapses_and_counts_as_a_signal(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1500, .ask = ASK_ENTRY, .date = FULL_DAY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1500);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 0);
    assert_int_equal(stage_report(&stage).signals, 1);
    assert_string_equal(stage_report(&stage).status, "no bar to fill");
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 0);
    assert_int_equal(stage_report(&stage).signals, 0);
    assert_string_equal(stage_report(&stage).status, "");
}

static void an_entry_waits_for_whatever_bar_comes_even_after_the_exit_time(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1550, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1550);
    stage_bar(&stage, 1556, 101, 102, 100, 102);
    stage_bar(&stage, 1558, 103, 103, 103, 103);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 1556, 101, 1558, 103, "time_exit");
}

static void an_entry_filled_on_the_only_bar_left_is_out_at_its_close(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1550, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1550);
    stage_bar(&stage, 1558, 101, 105, 99, 103);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    stage_assert_trade(&stage, 0, 1558, 101, 1600, 103, "session_close");
    assert_int_equal(stage.trades[0].bars_held, 1);
    assert_int_equal(stage.trades[0].mae, -200 * MONEY_ONE);
    assert_int_equal(stage.trades[0].mfe, 400 * MONEY_ONE);
}

static void fault(int clock, enum finding_kind kind)
{
    engine_fault(stage.simulation.engine, 0, kind, candle_time_us(&stage.session, clock));
}

static void after_a_fatal_bar_no_entry_is_ordered_in_the_session(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1500, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1000);
    fault(1001, FINDING_BAD_PRICE);
    fault(1003, FINDING_BAD_RANGE);
    stage_flat(&stage, 1002, 1558);
    stage_end(&stage);
    assert_refused("refused: bad_price at 10:01");
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 1502, 100, 1556, 100, "time_exit");
}

static void a_fatal_bar_in_the_deciding_cell_refuses_its_entry(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1000, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 958);
    fault(1001, FINDING_BAD_RANGE);
    stage_flat(&stage, 1000, 1558);
    stage_end(&stage);
    assert_refused("refused: bad_range at 10:01");
}

static void after_a_fatal_bar_an_open_position_runs_on_by_its_rules(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY, .stop_distance = 2 },
                                  { .clock = 1100, .ask = ASK_EXIT, .date = NEXT_DAY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1000);
    fault(1001, FINDING_BAD_PRICE);
    stage_flat(&stage, 1002, 1200);
    stage_bar(&stage, 1202, 99, 99, 97, 98);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 932, 100, 1202, 98, "stop_loss");
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 1000);
    fault(1001, FINDING_BAD_PRICE);
    stage_flat(&stage, 1002, 1558);
    stage_end(&stage);
    stage_assert_trade(&stage, 1, 932, 100, 1102, 100, "cross");
}

static void an_entry_ordered_before_a_fatal_bar_fills(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 1000, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1000);
    fault(1002, FINDING_BAD_PRICE);
    stage_flat(&stage, 1004, 1558);
    stage_end(&stage);
    stage_assert_trade(&stage, 0, 1004, 100, 1556, 100, "time_exit");
}

static void an_intraday_strategy_trades_once_a_session(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY, .stop_distance = 2 },
                                  { .clock = 1000, .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 938);
    stage_bar(&stage, 940, 100, 100, 98, 100);
    stage_flat(&stage, 942, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    assert_int_equal(stage_report(&stage).signals, 1);
    stage_assert_trade(&stage, 0, 932, 100, 940, 98, "stop_loss");
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 2);
    stage_assert_trade(&stage, 1, 932, 100, 1556, 100, "time_exit");
}

static void a_refused_signal_ends_the_day(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 938, .ask = ASK_ENTRY },
                                  { .clock = 1400, .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 932, 1558);
    stage_end(&stage);
    assert_refused("refused: 4 of 5 bars");
}

static void a_pass_ends_the_day(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 938, .ask = ASK_PASS },
                                  { .clock = 1400, .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_refused("passed");
}

static void short_is_refused(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 938, .ask = ASK_SHORT },
                                  { .clock = 1400, .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_refused("refused: short");
}

static void an_exit_when_flat_has_no_effect(void **state)
{
    (void)state;
    const struct cue script[] = { { .clock = 930, .ask = ASK_EXIT },
                                  { .clock = 934, .ask = ASK_ENTRY },
                                  { .clock = 938, .ask = ASK_ENTRY },
                                  { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 1558);
    stage_end(&stage);
    assert_int_equal(stage.trade_count, 1);
    stage_assert_trade(&stage, 0, 936, 100, 1556, 100, "time_exit");
}

static void a_report_counts_the_bars_of_its_session(void **state)
{
    (void)state;
    open_stage((const struct cue[]) { { 0 } });
    stage_begin(&stage, FULL_DAY);
    stage_flat(&stage, 930, 938);
    assert_int_equal(stage_report(&stage).bars, 5);
    stage_end(&stage);
    stage_begin(&stage, NEXT_DAY);
    assert_int_equal(stage_report(&stage).bars, 0);
    stage_flat(&stage, 930, 934);
    assert_int_equal(stage_report(&stage).bars, 3);
}

static void a_session_without_bars_says_so(void **state)
{
    (void)state;
    open_stage(NULL);
    stage_begin(&stage, FULL_DAY);
    stage_end(&stage);
    assert_string_equal(stage_report(&stage).status, "no bars");
    assert_int_equal(stage_report(&stage).bars, 0);
    stage_begin(&stage, NEXT_DAY);
    stage_flat(&stage, 930, 932);
    stage_end(&stage);
    assert_string_equal(stage_report(&stage).status, "");
    assert_int_equal(stage_report(&stage).bars, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_needs_95_percent_of_the_bars_due),
        cmocka_unit_test(the_95_percent_are_judged_in_whole_numbers),
        cmocka_unit_test_teardown(a_cell_with_some_of_its_minutes_counts_as_seen, close_stage),
        cmocka_unit_test_teardown(what_goes_missing_later_removes_no_trade, close_stage),
        cmocka_unit_test_teardown(no_entry_is_ordered_at_or_after_the_exit_time, close_stage),
        cmocka_unit_test_teardown(an_entry_ordered_just_before_the_exit_time_is_held_for_one_bar,
                                  close_stage),
        cmocka_unit_test_teardown(an_entry_that_finds_no_bar_lapses_and_counts_as_a_signal,
                                  close_stage),
        cmocka_unit_test_teardown(an_entry_waits_for_whatever_bar_comes_even_after_the_exit_time,
                                  close_stage),
        cmocka_unit_test_teardown(an_entry_filled_on_the_only_bar_left_is_out_at_its_close,
                                  close_stage),
        cmocka_unit_test_teardown(after_a_fatal_bar_no_entry_is_ordered_in_the_session,
                                  close_stage),
        cmocka_unit_test_teardown(a_fatal_bar_in_the_deciding_cell_refuses_its_entry, close_stage),
        cmocka_unit_test_teardown(after_a_fatal_bar_an_open_position_runs_on_by_its_rules,
                                  close_stage),
        cmocka_unit_test_teardown(an_entry_ordered_before_a_fatal_bar_fills, close_stage),
        cmocka_unit_test_teardown(an_intraday_strategy_trades_once_a_session, close_stage),
        cmocka_unit_test_teardown(a_refused_signal_ends_the_day, close_stage),
        cmocka_unit_test_teardown(a_pass_ends_the_day, close_stage),
        cmocka_unit_test_teardown(short_is_refused, close_stage),
        cmocka_unit_test_teardown(an_exit_when_flat_has_no_effect, close_stage),
        cmocka_unit_test_teardown(a_report_counts_the_bars_of_its_session, close_stage),
        cmocka_unit_test_teardown(a_session_without_bars_says_so, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
