#include "service/base/date.h"
#include "service/jobs/lane.h"
#include "tests/support/bars_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"

static const struct calendar *xnys;
static struct series bars;
static struct lane lane;
static struct findings findings;
static struct error error;

static int find_calendar(void **state)
{
    (void)state;
    xnys = calendar_find("xnys");
    return xnys ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    lane_close(&lane);
    series_release(&bars);
    findings_release(&findings);
    error = (struct error) { 0 };
    return 0;
}

static void add(const char *date, const char *clock)
{
    struct session session = bars_session(date);
    bars_add(&bars, &session, clock, 10, 10, 10, 10);
}

static void add_flat(const char *date, const char *from, const char *to, int minutes)
{
    struct session session = bars_session(date);
    bars_add_flat(&bars, &session, from, to, minutes, 10);
}

static bool open_lane(int64_t timeframe_us)
{
    lane_close(&lane);
    return lane_open(&lane, 0, &(struct lane_input) { .bars = &bars }, xnys, timeframe_us, false,
                     &error);
}

static bool open_daily(int64_t timeframe_us)
{
    return lane_open(&lane, 0, &(struct lane_input) { .bars = &bars, .is_daily = true }, xnys,
                     timeframe_us, false, &error);
}

static void bars_serve_every_multiple_of_their_own_timeframe(void **state)
{
    (void)state;
    add_flat(TUESDAY, "09:30", "16:00", 5);
    assert_true(open_lane(5 * MINUTE_US));
    assert_true(open_lane(15 * MINUTE_US));
    assert_true(open_lane(DAY_US));
    assert_true(lane.source_us == 5 * MINUTE_US);
}

static void another_timeframe_is_refused_naming_both(void **state)
{
    (void)state;
    static const int minutes[] = { 1, 2, 7 };
    static const char *const names[] = { "1Min", "2Min", "7Min" };
    add_flat(TUESDAY, "09:30", "16:00", 5);
    for (size_t i = 0; i < 3; i++) {
        assert_false(open_lane(minutes[i] * MINUTE_US));
        assert_int_equal(error.kind, ERROR_DATA);
        assert_non_null(strstr(error.message, "5Min"));
        assert_non_null(strstr(error.message, names[i]));
    }
}

static void the_refusal_names_where_the_step_is(void **state)
{
    (void)state;
    add_flat("2024-06-24", "09:30", "16:00", 10);
    add_flat(TUESDAY, "09:30", "16:00", 5);
    assert_false(open_lane(2 * MINUTE_US));
    assert_non_null(strstr(error.message, "2024-06-25T13:30:00Z to 2024-06-25T13:35:00Z"));
}

static void add_stray(const char *date, const char *clock, int seconds)
{
    struct session session = bars_session(date);
    struct bar bar = bars_bar(bars_time_us(&session, clock) + seconds * SECOND_US, 10, 10, 10, 10);
    series_append(&bars, &bar);
}

/* They make steps of 30, 50 and 10 seconds. */
static void add_minutes_with_strays(void)
{
    add_flat(TUESDAY, "09:30", "12:00", 1);
    add_stray(TUESDAY, "11:59", 30);
    add_flat(TUESDAY, "12:00", "14:00", 1);
    add_stray(TUESDAY, "13:59", 50);
    add_flat(TUESDAY, "14:00", "16:00", 1);
}

/* Stamps are judged by the step that is usual, and a step that divides stays allowed. */
static void a_stray_stamp_does_not_change_the_grid_of_stamps(void **state)
{
    (void)state;
    add_minutes_with_strays();
    assert_true(open_lane(MINUTE_US));
    assert_true(lane.source_us == MINUTE_US);
    bars.bars[271].open_time_us -= 3 * SECOND_US;
    assert_false(open_lane(MINUTE_US));
    assert_non_null(strstr(error.message, "13s"));
}

static void the_bars_own_timeframe_is_no_strays(void **state)
{
    (void)state;
    add_minutes_with_strays();
    assert_true(open_lane(0));
    assert_true(lane.timeframe_us == MINUTE_US && lane.source_us == MINUTE_US);
    series_release(&bars);
    assert_true(open_lane(0));
    assert_true(lane.timeframe_us == 0);
}

/* One of 40 steps, then one of 400. */
static void a_step_that_one_in_a_hundred_has_is_no_strays(void **state)
{
    (void)state;
    add_flat("2024-06-21", "09:30", "16:00", 10);
    add_stray("2024-06-21", "15:55", 0);
    assert_true(open_lane(5 * MINUTE_US));
    assert_true(lane.source_us == 5 * MINUTE_US);
    add_flat("2024-06-24", "09:30", "16:00", 2);
    add_flat(TUESDAY, "09:30", "16:00", 2);
    add_flat("2024-06-26", "09:30", "11:00", 1);
    add_flat("2024-06-26", "11:00", "11:01", 1);
    assert_true(open_lane(2 * MINUTE_US));
    assert_true(lane.source_us == MINUTE_US);
}

static void the_smallest_step_decides_wherever_it_is(void **state)
{
    (void)state;
    add_flat("2024-06-24", "09:30", "16:00", 10);
    add(TUESDAY, "09:30");
    add(TUESDAY, "09:45");
    add(TUESDAY, "09:50");
    assert_true(open_lane(5 * MINUTE_US));
    assert_true(lane.source_us == 5 * MINUTE_US);
}

static void steps_outside_sessions_do_not_count(void **state)
{
    (void)state;
    add_flat("2024-06-24", "09:30", "16:00", 30);
    add_flat("2024-06-24", "16:00", "16:30", 1);
    add_flat(TUESDAY, "09:00", "09:30", 1);
    add_flat(TUESDAY, "09:30", "16:00", 30);
    assert_true(open_lane(30 * MINUTE_US));
    assert_true(lane.source_us == 30 * MINUTE_US);
    assert_false(open_lane(10 * MINUTE_US));
}

static void nights_are_no_steps(void **state)
{
    (void)state;
    add("2024-06-24", "15:58");
    add(TUESDAY, "09:30");
    assert_true(open_lane(7 * MINUTE_US));
    assert_true(lane.source_us == 7 * MINUTE_US);
}

static void daily_bars_are_stamped_with_the_open_of_their_session(void **state)
{
    (void)state;
    bars_add_days(&bars, "2024-07-08", 6, 10);
    assert_true(open_daily(DAY_US));
    static const char *const dates[] = { "2024-06-27", "2024-06-28", "2024-07-01",
                                         "2024-07-02", "2024-07-03", "2024-07-05" };
    assert_int_equal(lane.bars.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(lane.bars.bars[i].open_time_us == bars_session(dates[i]).open_us);
    assert_true(bars.bars[0].open_time_us == bars_date("2024-06-27") * DAY_US);
}

static void daily_bars_serve_no_shorter_timeframe(void **state)
{
    (void)state;
    bars_add_days(&bars, TUESDAY, 5, 10);
    assert_false(open_daily(2 * MINUTE_US));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_non_null(strstr(error.message, "1Day"));
    assert_non_null(strstr(error.message, "2Min"));
}

static void the_span_runs_from_the_first_to_the_last_bar_in_a_session(void **state)
{
    (void)state;
    int32_t first, last;
    add("2024-06-21", "16:00");
    add("2024-06-24", "09:29");
    add(TUESDAY, "09:30");
    add("2024-06-27", "15:59");
    add("2024-06-28", "09:00");
    assert_true(open_lane(MINUTE_US));
    assert_true(lane_span(&lane, &first, &last));
    assert_int_equal(first, bars_date(TUESDAY));
    assert_int_equal(last, bars_date("2024-06-27"));
}

static void bars_outside_trading_hours_span_nothing(void **state)
{
    (void)state;
    int32_t first, last;
    assert_true(open_lane(MINUTE_US));
    assert_false(lane_span(&lane, &first, &last));
    add("2024-06-24", "16:00");
    add(TUESDAY, "09:29");
    assert_true(open_lane(MINUTE_US));
    assert_false(lane_span(&lane, &first, &last));
}

/* Two bars each on a Friday, a Saturday and a Sunday. */
static void bars_on_days_without_a_session_are_found_by_date(void **state)
{
    (void)state;
    struct session monday = bars_session("2024-06-24");
    for (int hours = 60; hours >= 10; hours -= 10) {
        struct bar bar = bars_bar(monday.midnight_us - hours * HOUR_US, 10, 10, 10, 10);
        series_append(&bars, &bar);
    }
    assert_true(open_lane(MINUTE_US));
    lane_begin(&lane, &monday, &findings);
    assert_int_equal(findings.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(findings.items[i].kind, FINDING_OUTSIDE_SESSION);
        assert_int_equal(findings.items[i].date, bars_date("2024-06-21") + (int)i);
        assert_int_equal(findings.items[i].count, 2);
    }
    assert_int_equal(lane.next, 6);
}

static void a_daily_bar_without_a_session_belongs_to_none(void **state)
{
    (void)state;
    struct bar saturday = bars_bar(bars_date("2024-06-22") * DAY_US, 10, 10, 10, 10);
    series_append(&bars, &saturday);
    assert_true(open_daily(DAY_US));
    lane_finish(&lane, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].date, bars_date("2024-06-22"));
    assert_int_equal(findings.items[0].kind, FINDING_OUTSIDE_SESSION);
}

/* What is found about repeats in a session; what its bars are does not matter here. */
static void collect_repeats(const struct session *session)
{
    size_t kept = 0;
    findings.count = 0;
    lane_begin(&lane, session, &findings);
    lane_end(&lane, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        enum finding_kind kind = findings.items[i].kind;
        if (kind == FINDING_DUPLICATE_BARS || kind == FINDING_CONFLICTING_BARS)
            findings.items[kept++] = findings.items[i];
    }
    findings.count = kept;
}

static void repeats_are_told_in_the_session_they_belong_to(void **state)
{
    (void)state;
    struct session first = bars_session("2024-06-24");
    struct session second = bars_session(TUESDAY);
    struct bar_repeat repeats[] = {
        { bars_time_us(&first, "09:31"), 2, 0 },
        { bars_time_us(&first, "10:14"), 1, 3 },
        { bars_time_us(&second, "15:59"), 0, 1 },
    };
    struct bar_file_report report = { .repeats = repeats, .repeat_count = 3 };
    add(TUESDAY, "09:30");
    assert_true(lane_open(&lane, 0, &(struct lane_input) { .bars = &bars, .report = &report }, xnys,
                          MINUTE_US, false, &error));
    collect_repeats(&first);
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.items[0].kind, FINDING_DUPLICATE_BARS);
    assert_int_equal(findings.items[0].count, 3);
    assert_string_equal(findings.items[0].detail, "first at 09:31");
    assert_int_equal(findings.items[1].kind, FINDING_CONFLICTING_BARS);
    assert_int_equal(findings.items[1].count, 3);
    assert_string_equal(findings.items[1].detail, "first at 10:14");
    collect_repeats(&second);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].kind, FINDING_CONFLICTING_BARS);
    assert_int_equal(findings.items[0].date, second.date);
}

/* Daily stamps are midnight UTC, which is the evening before in New York. */
static void repeats_of_daily_bars_are_told_in_their_own_session(void **state)
{
    (void)state;
    struct session friday = bars_session("2024-06-21");
    struct session monday = bars_session("2024-06-24");
    struct bar_repeat repeats[] = { { monday.date * DAY_US, 1, 0 } };
    struct bar_file_report report = { .repeats = repeats, .repeat_count = 1 };
    bars_add_days(&bars, TUESDAY, 5, 10);
    struct lane_input input = { .bars = &bars, .is_daily = true, .report = &report };
    assert_true(lane_open(&lane, 0, &input, xnys, DAY_US, false, &error));
    collect_repeats(&friday);
    assert_int_equal(findings.count, 0);
    collect_repeats(&monday);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].date, monday.date);
}

static size_t count_found(enum finding_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < findings.count; i++)
        count += findings.items[i].kind == kind ? findings.items[i].count : 0;
    return count;
}

static void open_reported(const struct bar_file_report *report)
{
    assert_true(lane_open(&lane, 0, &(struct lane_input) { .bars = &bars, .report = report }, xnys,
                          MINUTE_US, false, &error));
}

static void unsorted_rows_are_told_in_the_session_they_belong_to(void **state)
{
    (void)state;
    struct session first = bars_session("2024-06-24");
    struct session second = bars_session(TUESDAY);
    int64_t unsorted_us[] = { bars_time_us(&first, "04:00"), bars_time_us(&first, "10:14"),
                              bars_time_us(&second, "15:59") };
    struct bar_file_report report = { .unsorted = 3, .unsorted_us = unsorted_us };
    add(TUESDAY, "09:30");
    open_reported(&report);
    lane_begin(&lane, &first, &findings);
    lane_end(&lane, &findings);
    assert_int_equal(count_found(FINDING_UNSORTED_BARS), 2);
    const struct finding *found = &findings.items[findings.count - 1];
    assert_int_equal(found->kind, FINDING_UNSORTED_BARS);
    assert_int_equal(found->date, first.date);
    assert_string_equal(found->detail, "first at 04:00");
    findings.count = 0;
    lane_begin(&lane, &second, &findings);
    lane_end(&lane, &findings);
    assert_int_equal(count_found(FINDING_UNSORTED_BARS), 1);
}

/* As a backtest's start does. */
static void what_lies_before_the_first_session_is_passed_over(void **state)
{
    (void)state;
    struct session before = bars_session("2024-06-24");
    struct session session = bars_session(TUESDAY);
    struct bar_repeat repeats[] = { { before.open_us, 1, 1 }, { session.open_us, 1, 0 } };
    int64_t unsorted_us[] = { before.open_us, session.open_us };
    struct bar_file_report report = {
        .unsorted = 2, .unsorted_us = unsorted_us, .repeats = repeats, .repeat_count = 2
    };
    add("2024-06-24", "09:30");
    add(TUESDAY, "09:30");
    open_reported(&report);
    lane_seek(&lane, &session);
    lane_begin(&lane, &session, &findings);
    lane_end(&lane, &findings);
    assert_int_equal(count_found(FINDING_DUPLICATE_BARS), 1);
    assert_int_equal(count_found(FINDING_CONFLICTING_BARS), 0);
    assert_int_equal(count_found(FINDING_UNSORTED_BARS), 1);
}

static void disorder_on_a_date_without_a_session_is_told_with_the_date(void **state)
{
    (void)state;
    struct session monday = bars_session("2024-06-24");
    int64_t saturday_us = monday.midnight_us - 40 * HOUR_US;
    struct bar bar = bars_bar(saturday_us, 10, 10, 10, 10);
    struct bar_repeat repeats[] = { { saturday_us, 2, 1 } };
    struct bar_file_report report = {
        .unsorted = 1, .unsorted_us = &saturday_us, .repeats = repeats, .repeat_count = 1
    };
    series_append(&bars, &bar);
    open_reported(&report);
    lane_begin(&lane, &monday, &findings);
    assert_int_equal(findings.count, 4);
    for (size_t i = 0; i < findings.count; i++) {
        assert_int_equal(findings.items[i].date, bars_date("2024-06-22"));
        assert_string_equal(findings.items[i].detail, "no session on this date");
    }
    assert_int_equal(count_found(FINDING_OUTSIDE_SESSION), 1);
    assert_int_equal(count_found(FINDING_DUPLICATE_BARS), 2);
    assert_int_equal(count_found(FINDING_CONFLICTING_BARS), 1);
    assert_int_equal(count_found(FINDING_UNSORTED_BARS), 1);
}

static double close_before(const char *date)
{
    struct session session = bars_session(date);
    assert_true(open_lane(MINUTE_US));
    lane_seek(&lane, &session);
    lane_begin(&lane, &session, &findings);
    return lane.intake.previous_close;
}

static void the_close_before_is_the_last_sound_one_of_a_session(void **state)
{
    (void)state;
    struct session friday = bars_session("2024-06-21");
    bars_add(&bars, &friday, "15:58", 20, 20, 20, 20);
    bars_add(&bars, &friday, "15:59", 30, 10, 20, 30);
    bars_add(&bars, &friday, "16:00", 40, 40, 40, 40);
    assert_true(close_before("2024-06-24") == 20);
    struct session monday = bars_session("2024-06-24");
    bars_add(&bars, &monday, "09:00", 50, 50, 50, 50);
    assert_true(close_before("2024-06-24") == 20);
    assert_true(close_before("2024-06-28") == 20);
    assert_true(isnan(close_before("2024-07-01")));
    assert_true(isnan(close_before("2024-06-21")));
}

static void a_history_that_is_given_is_taken_and_else_made_from_the_bars(void **state)
{
    (void)state;
    struct series days = { 0 };
    bars_add_days(&days, TUESDAY, 7, 20);
    add("2024-06-24", "09:30");
    add(TUESDAY, "09:30");
    struct lane_input input = { .bars = &bars, .days = &days };
    assert_true(lane_open(&lane, 0, &input, xnys, MINUTE_US, true, &error));
    assert_int_equal(lane.days.count, 7);
    lane_close(&lane);
    input.days = NULL;
    assert_true(lane_open(&lane, 0, &input, xnys, MINUTE_US, true, &error));
    assert_int_equal(lane.days.count, 2);
    lane_close(&lane);
    assert_true(lane_open(&lane, 0, &input, xnys, MINUTE_US, false, &error));
    assert_int_equal(lane.days.count, 0);
    series_release(&days);
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(bars_serve_every_multiple_of_their_own_timeframe),
        RELEASED(another_timeframe_is_refused_naming_both),
        RELEASED(the_refusal_names_where_the_step_is),
        RELEASED(a_stray_stamp_does_not_change_the_grid_of_stamps),
        RELEASED(the_bars_own_timeframe_is_no_strays),
        RELEASED(a_step_that_one_in_a_hundred_has_is_no_strays),
        RELEASED(the_smallest_step_decides_wherever_it_is),
        RELEASED(steps_outside_sessions_do_not_count),
        RELEASED(nights_are_no_steps),
        RELEASED(daily_bars_are_stamped_with_the_open_of_their_session),
        RELEASED(daily_bars_serve_no_shorter_timeframe),
        RELEASED(the_span_runs_from_the_first_to_the_last_bar_in_a_session),
        RELEASED(bars_outside_trading_hours_span_nothing),
        RELEASED(bars_on_days_without_a_session_are_found_by_date),
        RELEASED(a_daily_bar_without_a_session_belongs_to_none),
        RELEASED(repeats_are_told_in_the_session_they_belong_to),
        RELEASED(repeats_of_daily_bars_are_told_in_their_own_session),
        RELEASED(unsorted_rows_are_told_in_the_session_they_belong_to),
        RELEASED(what_lies_before_the_first_session_is_passed_over),
        RELEASED(disorder_on_a_date_without_a_session_is_told_with_the_date),
        RELEASED(the_close_before_is_the_last_sound_one_of_a_session),
        RELEASED(a_history_that_is_given_is_taken_and_else_made_from_the_bars),
    };
    return cmocka_run_group_tests(tests, find_calendar, NULL);
}
