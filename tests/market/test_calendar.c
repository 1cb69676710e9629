#include "service/base/date.h"
#include "service/market/calendar.h"
#include "service/market/holidays.h"
#include "service/market/newyork.h"
#include "tests/market/lean_days.h"
#include "tests/market/xnys_days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct calendar *xnys, *always;

static int find_calendars(void **state)
{
    (void)state;
    xnys = calendar_find("xnys");
    always = calendar_find("24x7");
    return xnys && always ? 0 : -1;
}

/* 20240628, as the lists write it. */
static int32_t listed_date(int number)
{
    return date_from_civil(number / 10000, number / 100 % 100, number % 100);
}

static int number_of(int32_t date)
{
    struct civil civil = date_to_civil(date);
    return civil.year * 10000 + civil.month * 100 + civil.day;
}

/* A reading of New York's clock on a date, as the lists write it: 930. */
static int64_t listed_instant_us(int32_t date, int reading)
{
    return newyork_to_utc_us(date * DAY_US + reading / 100 * HOUR_US + reading % 100 * MINUTE_US);
}

static void assert_session(int32_t date, int open, int close)
{
    struct session session;
    char text[DATE_TEXT_SIZE];
    if (!calendar_session(xnys, date, &session))
        fail_msg("no session on %s", date_format(date, text));
    if (session.open_us != listed_instant_us(date, open) ||
        session.close_us != listed_instant_us(date, close))
        fail_msg("other hours on %s", date_format(date, text));
    assert_int_equal(session.date, date);
    assert_int_equal(session.midnight_us, listed_instant_us(date, 0));
}

static void an_unplanned_close_was_not_known_at_the_open(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
        int64_t shift_us;
    } days[] = {
        { 1994, 2, 11, 0 },
        { 1997, 10, 27, 0 },
        { 2005, 6, 1, 0 },
        { 1996, 1, 8, 2 * HOUR_US },
        { 1999, 12, 31, 3 * HOUR_US },
        { 1992, 12, 24, 2 * HOUR_US },
        { 2022, 11, 25, 3 * HOUR_US },
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int32_t date = date_from_civil(days[i].year, days[i].month, days[i].day);
        struct session session;
        assert_true(calendar_session(xnys, date, &session));
        assert_int_equal(session.close_shift_us, days[i].shift_us);
    }
}

static void every_day_of_the_exchange_is_as_public_lists_have_it(void **state)
{
    (void)state;
    size_t closed = 0, unusual = 0;
    for (int32_t date = xnys->first_date; date <= xnys->last_date; date++) {
        struct session session;
        char text[DATE_TEXT_SIZE];
        int number = number_of(date);
        enum weekday weekday = date_weekday(date);
        bool holiday = closed < COUNT(xnys_closed) && xnys_closed[closed] == number;
        if (holiday || weekday == SATURDAY || weekday == SUNDAY) {
            if (calendar_session(xnys, date, &session))
                fail_msg("a session on %s", date_format(date, text));
            closed += holiday;
        } else if (unusual < COUNT(xnys_unusual) && xnys_unusual[unusual].date == number) {
            assert_session(date, xnys_unusual[unusual].open, xnys_unusual[unusual].close);
            unusual++;
        } else {
            assert_session(date, 930, 1600);
        }
    }
    assert_int_equal(closed, COUNT(xnys_closed));
    assert_int_equal(unusual, COUNT(xnys_unusual));
}

static void every_year_has_its_number_of_sessions(void **state)
{
    (void)state;
    int counts[2041 - 1990] = { 0 };
    for (int32_t date = xnys->first_date; date <= xnys->last_date; date++) {
        struct session session;
        counts[date_to_civil(date).year - 1990] += calendar_session(xnys, date, &session);
    }
    assert_int_equal(COUNT(xnys_sessions_since_1990), COUNT(counts));
    for (size_t i = 0; i < COUNT(counts); i++)
        assert_int_equal(counts[i], xnys_sessions_since_1990[i]);
}

static bool listed(const int *numbers, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Lean lists some days of weekends too; they have no session either way. */
static void lean_has_the_same_holidays(void **state)
{
    (void)state;
    for (int32_t date = listed_date(19980101); date <= listed_date(20281231); date++) {
        struct session session;
        enum weekday weekday = date_weekday(date);
        bool holiday = listed(lean_holidays, COUNT(lean_holidays), number_of(date));
        bool expected = !holiday && weekday != SATURDAY && weekday != SUNDAY;
        if (calendar_session(xnys, date, &session) != expected)
            fail_msg("Lean differs on %d", number_of(date));
    }
}

/* Lean's early closes are whole from 2000 on, but for the breakdown of 2005-06-01. */
static void lean_has_the_same_early_closes(void **state)
{
    (void)state;
    for (int32_t date = listed_date(20000101); date <= listed_date(20281231); date++) {
        struct session session;
        if (!calendar_session(xnys, date, &session) || number_of(date) == 20050601)
            continue;
        bool early = listed(lean_early_closes, COUNT(lean_early_closes), number_of(date));
        if (session.close_shift_us != (early ? 3 * HOUR_US : 0))
            fail_msg("Lean differs on %d", number_of(date));
    }
}

/* Years that need the two corrections of the computus; none is in what the calendar covers. */
static void good_friday_is_right_beyond_the_calendar(void **state)
{
    (void)state;
    static const int fridays[] = { 20490416, 20760417, 21000326, 21060416, 21330417 };
    for (size_t i = 0; i < COUNT(fridays); i++) {
        struct trading_hours hours;
        int32_t date = listed_date(fridays[i]);
        assert_false(holidays_trading_hours(date, &hours));
        assert_true(holidays_trading_hours(date - 7, &hours));
        assert_true(holidays_trading_hours(date + 7, &hours));
    }
}

static void sessions_are_given_in_utc(void **state)
{
    (void)state;
    struct session session;
    char text[TIMESTAMP_TEXT_SIZE];
    assert_true(calendar_session(xnys, listed_date(20240628), &session));
    assert_string_equal(timestamp_format(session.midnight_us, text), "2024-06-28T04:00:00Z");
    assert_string_equal(timestamp_format(session.open_us, text), "2024-06-28T13:30:00Z");
    assert_string_equal(timestamp_format(session.close_us, text), "2024-06-28T20:00:00Z");
    assert_int_equal(session.close_shift_us, 0);

    assert_true(calendar_session(xnys, listed_date(20241129), &session));
    assert_string_equal(timestamp_format(session.midnight_us, text), "2024-11-29T05:00:00Z");
    assert_string_equal(timestamp_format(session.open_us, text), "2024-11-29T14:30:00Z");
    assert_string_equal(timestamp_format(session.close_us, text), "2024-11-29T18:00:00Z");
    assert_int_equal(session.close_shift_us, 3 * HOUR_US);

    assert_true(calendar_session(xnys, listed_date(20010917), &session));
    assert_string_equal(timestamp_format(session.open_us, text), "2001-09-17T13:33:00Z");
}

static void clock_readings_count_from_local_midnight(void **state)
{
    (void)state;
    /* A half day, a late open, and the days next to both changes of the clocks. */
    static const int dates[] = { 20240308, 20240311, 20240703, 20241101, 20241104, 20010917 };
    for (size_t i = 0; i < COUNT(dates); i++) {
        struct session session;
        int32_t date = listed_date(dates[i]);
        assert_true(calendar_session(xnys, date, &session));
        for (int minute = 0; minute <= 24 * 60; minute++)
            assert_int_equal(session_clock_us(&session, minute),
                             newyork_to_utc_us(date * DAY_US + minute * MINUTE_US));
    }
}

static void nothing_is_said_outside_what_is_covered(void **state)
{
    (void)state;
    struct session session;
    assert_int_equal(xnys->first_date, listed_date(19900101));
    assert_int_equal(xnys->last_date, listed_date(20401231));
    assert_int_equal(always->first_date, listed_date(19700101));
    assert_int_equal(always->last_date, listed_date(21991231));
    for (const struct calendar *calendar = calendars; calendar->name; calendar++) {
        assert_non_null(calendar->summary);
        assert_false(calendar_session(calendar, INT32_MIN, &session));
        assert_false(calendar_session(calendar, INT32_MAX, &session));
        for (int32_t days = 1; days <= 7; days++) {
            assert_false(calendar_session(calendar, calendar->first_date - days, &session));
            assert_false(calendar_session(calendar, calendar->last_date + days, &session));
        }
        assert_false(calendar_session_from(calendar, calendar->last_date + 1, &session));
        assert_false(calendar_session_from(calendar, INT32_MAX, &session));
        assert_false(calendar_session_until(calendar, calendar->first_date - 1, &session));
        assert_false(calendar_session_until(calendar, INT32_MIN, &session));
    }
    assert_true(calendar_session_until(always, 0, &session));
    assert_int_equal(session.date, 0);
    assert_false(calendar_session_until(xnys, listed_date(19900101), &session));
    assert_true(calendar_session_from(xnys, INT32_MIN, &session));
    assert_int_equal(number_of(session.date), 19900102);
    assert_true(calendar_session_until(xnys, INT32_MAX, &session));
    assert_int_equal(number_of(session.date), 20401231);
}

static void the_nearest_session_is_found_on_both_sides(void **state)
{
    (void)state;
    struct session session;
    assert_true(calendar_session_from(xnys, listed_date(20010911), &session));
    assert_int_equal(number_of(session.date), 20010917);
    assert_true(calendar_session_until(xnys, listed_date(20010916), &session));
    assert_int_equal(number_of(session.date), 20010910);
    assert_true(calendar_session_from(xnys, listed_date(20240628), &session));
    assert_int_equal(number_of(session.date), 20240628);
    assert_true(calendar_session_until(xnys, listed_date(20240628), &session));
    assert_int_equal(number_of(session.date), 20240628);

    /* Whatever lies between two neighbours leads to them. */
    int32_t last = listed_date(19900102);
    for (int32_t date = last + 1; date <= xnys->last_date; date++) {
        assert_true(calendar_session_until(xnys, date - 1, &session));
        assert_int_equal(session.date, last);
        if (!calendar_session(xnys, date, &session))
            continue;
        assert_true(calendar_session_from(xnys, last + 1, &session));
        assert_int_equal(session.date, date);
        last = date;
    }
}

static void the_other_calendar_never_closes(void **state)
{
    (void)state;
    struct session session;
    for (int32_t date = always->first_date; date <= always->last_date; date++) {
        assert_true(calendar_session(always, date, &session));
        assert_int_equal(session.date, date);
        assert_int_equal(session.midnight_us, date * DAY_US);
        assert_int_equal(session.open_us, date * DAY_US);
        assert_int_equal(session.close_us, (date + 1) * DAY_US);
        assert_int_equal(session.close_shift_us, 0);
        assert_int_equal(session_clock_us(&session, 930), date * DAY_US + 930 * MINUTE_US);
    }
}

static void a_calendar_tells_its_local_time(void **state)
{
    (void)state;
    int64_t summer_us = listed_date(20240628) * DAY_US, winter_us = listed_date(20240102) * DAY_US;
    assert_int_equal(xnys->offset_us(summer_us), -4 * HOUR_US);
    assert_int_equal(xnys->offset_us(winter_us), -5 * HOUR_US);
    assert_int_equal(always->offset_us(summer_us), 0);
    assert_int_equal(always->offset_us(winter_us), 0);
}

static void a_calendar_is_found_by_its_exact_name(void **state)
{
    (void)state;
    assert_string_equal(xnys->name, "xnys");
    assert_string_equal(always->name, "24x7");
    assert_null(calendar_find("XNYS"));
    assert_null(calendar_find("xnas"));
    assert_null(calendar_find(""));
}

static void a_date_begins_at_local_midnight(void **state)
{
    (void)state;
    int32_t summer = date_from_civil(2024, 6, 28);
    int32_t winter = date_from_civil(2025, 1, 1);
    assert_int_equal(calendar_date(xnys, summer * DAY_US + 4 * HOUR_US - 1), summer - 1);
    assert_int_equal(calendar_date(xnys, summer * DAY_US + 4 * HOUR_US), summer);
    assert_int_equal(calendar_date(xnys, winter * DAY_US + 5 * HOUR_US - 1), winter - 1);
    assert_int_equal(calendar_date(xnys, winter * DAY_US + 5 * HOUR_US), winter);
}

static void an_instant_reads_as_a_clock_within_the_sessions_day(void **state)
{
    (void)state;
    struct session session;
    char clock[CLOCK_TEXT_SIZE];
    assert_true(calendar_session(xnys, date_from_civil(2024, 6, 25), &session));
    assert_string_equal(session_clock_format(&session, session.open_us, clock), "09:30");
    assert_string_equal(session_clock_format(&session, session.midnight_us - HOUR_US, clock),
                        "00:00");
    assert_string_equal(session_clock_format(&session, session.midnight_us + 2 * DAY_US, clock),
                        "24:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unplanned_close_was_not_known_at_the_open),
        cmocka_unit_test(every_day_of_the_exchange_is_as_public_lists_have_it),
        cmocka_unit_test(every_year_has_its_number_of_sessions),
        cmocka_unit_test(lean_has_the_same_holidays),
        cmocka_unit_test(lean_has_the_same_early_closes),
        cmocka_unit_test(good_friday_is_right_beyond_the_calendar),
        cmocka_unit_test(sessions_are_given_in_utc),
        cmocka_unit_test(clock_readings_count_from_local_midnight),
        cmocka_unit_test(a_date_begins_at_local_midnight),
        cmocka_unit_test(an_instant_reads_as_a_clock_within_the_sessions_day),
        cmocka_unit_test(nothing_is_said_outside_what_is_covered),
        cmocka_unit_test(the_nearest_session_is_found_on_both_sides),
        cmocka_unit_test(the_other_calendar_never_closes),
        cmocka_unit_test(a_calendar_tells_its_local_time),
        cmocka_unit_test(a_calendar_is_found_by_its_exact_name),
    };
    return cmocka_run_group_tests(tests, find_calendars, NULL);
}
