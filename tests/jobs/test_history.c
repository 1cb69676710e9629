#include "service/base/date.h"
#include "service/jobs/history.h"
#include "tests/support/bars_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct calendar *xnys;
static struct series bars, days;

static int find_calendar(void **state)
{
    (void)state;
    xnys = calendar_find("xnys");
    return xnys ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    series_release(&bars);
    series_release(&days);
    return 0;
}

static void add(const char *date, const char *clock, double close)
{
    struct session session = bars_session(date);
    bars_add(&bars, &session, clock, close, close, close, close);
}

static void assert_day(size_t index, const char *date, double close)
{
    assert_true(index < days.count);
    assert_true(days.bars[index].open_time_us == bars_date(date) * DAY_US);
    assert_true(days.bars[index].close == close);
}

static void a_day_closes_with_the_last_bar_of_its_session(void **state)
{
    (void)state;
    add("2024-06-24", "09:30", 10);
    add("2024-06-24", "15:59", 11);
    add("2024-06-24", "16:00", 99);
    add("2024-06-24", "19:59", 98);
    add("2024-06-25", "08:00", 97);
    add("2024-06-25", "09:30", 12);
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 2);
    assert_day(0, "2024-06-24", 11);
    assert_day(1, "2024-06-25", 12);
}

static void an_incomplete_session_counts_too(void **state)
{
    (void)state;
    add("2024-06-24", "10:17", 10);
    add("2024-06-25", "09:30", 12);
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 2);
    assert_day(0, "2024-06-24", 10);
}

static void a_half_day_closes_at_one(void **state)
{
    (void)state;
    add("2024-07-03", "12:59", 10);
    add("2024-07-03", "13:00", 11);
    add("2024-07-03", "15:59", 12);
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 1);
    assert_day(0, "2024-07-03", 10);
}

static void a_session_without_a_bar_of_its_own_is_no_day(void **state)
{
    (void)state;
    add("2024-06-24", "15:59", 10);
    add("2024-06-25", "09:29", 11);
    add("2024-06-25", "16:00", 12);
    add("2024-06-26", "09:30", 13);
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 2);
    assert_day(0, "2024-06-24", 10);
    assert_day(1, "2024-06-26", 13);
}

static void a_bar_too_faulty_to_be_shown_closes_nothing(void **state)
{
    (void)state;
    add("2024-06-24", "15:58", 10);
    add("2024-06-24", "15:59", NAN);
    add("2024-06-25", "15:59", -1);
    add("2024-06-26", "15:59", 12);
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 2);
    assert_day(0, "2024-06-24", 10);
    assert_day(1, "2024-06-26", 12);
}

static void no_bars_are_no_days(void **state)
{
    (void)state;
    history_from_bars(&bars, xnys, &days);
    assert_int_equal(days.count, 0);
}

/* How many days the window of 200 lets through when the oldest of them is so many sessions old. */
static size_t days_within(size_t sessions, const char *session)
{
    struct history_window window;
    series_release(&days);
    bars_add_days(&days, session, sessions, 10);
    history_window_begin(&window, xnys, bars_date(session), 200);
    return history_before(&window, &days, bars_date(session)).count;
}

static void the_210th_session_before_is_the_oldest_that_counts(void **state)
{
    (void)state;
    static const char *const sessions[] = { "2024-06-25", "2024-01-02", "2023-07-05" };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(days_within(209, sessions[i]), 209);
        assert_int_equal(days_within(210, sessions[i]), 210);
        assert_int_equal(days_within(211, sessions[i]), 210);
        assert_int_equal(days_within(500, sessions[i]), 210);
    }
}

static void the_day_itself_and_what_follows_are_not_before_it(void **state)
{
    (void)state;
    struct history_window window;
    bars_add_days(&days, "2024-07-01", 10, 10);
    history_window_begin(&window, xnys, bars_date("2024-06-25"), 200);
    struct series before = history_before(&window, &days, bars_date("2024-06-25"));
    assert_int_equal(before.count, 6);
    assert_true(before.bars[5].open_time_us == bars_date("2024-06-24") * DAY_US);
}

static void no_history_wanted_is_no_day(void **state)
{
    (void)state;
    struct history_window window;
    bars_add_days(&days, "2024-06-25", 10, 10);
    history_window_begin(&window, xnys, bars_date("2024-06-25"), 0);
    assert_int_equal(history_before(&window, &days, bars_date("2024-06-25")).count, 0);
}

/* Moving on session by session is the same as beginning at each. */
static void the_window_moves_with_the_sessions(const struct calendar *calendar, const char *from,
                                               int sessions)
{
    struct history_window moving, fresh;
    struct session session;
    assert_true(calendar_session_from(calendar, bars_date(from), &session));
    history_window_begin(&moving, calendar, session.date, 200);
    for (int i = 0; i < sessions; i++) {
        char date[DATE_TEXT_SIZE];
        history_window_begin(&fresh, calendar, session.date, 200);
        if (moving.first_date != fresh.first_date)
            fail_msg("on %s the window begins %d days off", date_format(session.date, date),
                     moving.first_date - fresh.first_date);
        history_window_next(&moving);
        assert_true(calendar_session_from(calendar, session.date + 1, &session));
    }
}

static void the_window_moves_over_holidays_and_weekends(void **state)
{
    (void)state;
    the_window_moves_with_the_sessions(xnys, "2023-06-01", 300);
    the_window_moves_with_the_sessions(calendar_find("24x7"), "2023-06-01", 300);
}

/* Fewer sessions than wanted lie before: the window stays where the calendar begins. */
static void the_window_grows_where_the_calendar_begins(void **state)
{
    (void)state;
    the_window_moves_with_the_sessions(xnys, "1990-01-02", 300);
    the_window_moves_with_the_sessions(xnys, "1990-06-01", 300);
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(a_day_closes_with_the_last_bar_of_its_session),
        RELEASED(an_incomplete_session_counts_too),
        RELEASED(a_half_day_closes_at_one),
        RELEASED(a_session_without_a_bar_of_its_own_is_no_day),
        RELEASED(a_bar_too_faulty_to_be_shown_closes_nothing),
        RELEASED(no_bars_are_no_days),
        RELEASED(the_210th_session_before_is_the_oldest_that_counts),
        RELEASED(the_day_itself_and_what_follows_are_not_before_it),
        RELEASED(no_history_wanted_is_no_day),
        RELEASED(the_window_moves_over_holidays_and_weekends),
        RELEASED(the_window_grows_where_the_calendar_begins),
    };
    return cmocka_run_group_tests(tests, find_calendar, NULL);
}
