#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && leap(year));
}

static void assert_civil(int32_t date, int year, int month, int day)
{
    struct civil civil = date_to_civil(date);
    assert_int_equal(civil.year, year);
    assert_int_equal(civil.month, month);
    assert_int_equal(civil.day, day);
    assert_int_equal(date_from_civil(year, month, day), date);
}

/* Counting day by day knows no formula. */
static void every_day_from_1600_to_2400_agrees_with_counting(void **state)
{
    (void)state;
    int32_t date = -135140; /* 1600-01-01, a Saturday */
    int weekday = SATURDAY;
    for (int year = 1600; year <= 2400; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= month_days(year, month); day++) {
                assert_civil(date, year, month, day);
                assert_int_equal(date_weekday(date), weekday);
                date++;
                weekday = (weekday + 1) % 7;
            }
    assert_civil(0, 1970, 1, 1);
    assert_int_equal(date_weekday(0), THURSDAY);
}

static void the_farthest_dates_convert_without_overflow(void **state)
{
    (void)state;
    assert_civil(INT32_MIN, -5877641, 6, 23);
    assert_civil(INT32_MAX, 5881580, 7, 11);
    assert_in_range(date_weekday(INT32_MIN), SUNDAY, SATURDAY);
    char buffer[DATE_TEXT_SIZE];
    assert_string_equal(date_format(INT32_MIN, buffer), "-5877641-06-23");
}

static void every_date_reads_back_as_it_was_written(void **state)
{
    (void)state;
    char text[DATE_TEXT_SIZE];
    int32_t last = date_from_civil(2199, 12, 31);
    for (int32_t date = 0; date <= last; date++) {
        int32_t again = -1;
        date_format(date, text);
        assert_int_equal(strlen(text), 10);
        assert_true(date_parse(text, 10, &again));
        assert_int_equal(again, date);
    }
    assert_string_equal(date_format(date_from_civil(2024, 6, 28), text), "2024-06-28");
}

static void what_is_not_exactly_a_date_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "2024",        "2024-06",     "2024-6-28",   "24-06-28",
        "2024-06-2",  "2024-06-28 ", " 2024-06-28", "2024-06-281", "2024/06/28",
        "20240628",   "2024-06-28T", "+024-06-28",  "2024--6-28",  "2024-0x-28",
        "2024-00-28", "2024-13-01",  "2024-06-00",  "2024-06-31",  "2024-06-32",
        "2023-02-29", "2100-02-29",  "1969-12-31",  "2200-01-01",  "9999-12-31",
        "0000-01-01", "2024-06-2\n", "2024-06 -28", "-2024-06-28",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int32_t date = 7;
        if (date_parse(wrong[i], strlen(wrong[i]), &date))
            fail_msg("\"%s\" was taken for a date", wrong[i]);
        assert_int_equal(date, 7); /* untouched on failure */
    }
    int32_t date;
    assert_false(date_parse("2024-06-28", 9, &date)); /* the size counts, not a NUL behind */
    assert_false(date_parse("2024\00006\00028", 10, &date));
    assert_true(date_parse("2024-02-29", 10, &date));
    assert_true(date_parse("2000-02-29", 10, &date));
}

static void an_instant_belongs_to_the_day_it_is_in(void **state)
{
    (void)state;
    assert_int_equal(date_of_instant(0), 0);
    assert_int_equal(date_of_instant(-1), -1);
    assert_int_equal(date_of_instant(DAY_US - 1), 0);
    assert_int_equal(date_of_instant(DAY_US), 1);
    assert_int_equal(date_of_instant(-DAY_US), -1);
    assert_int_equal(date_of_instant(-DAY_US - 1), -2);
    assert_int_equal(date_of_instant(INT64_MAX), 106751991);
    assert_int_equal(date_of_instant(INT64_MIN), -106751992);
}

/* 2024-06-28T13:30:00Z */
#define MOMENT_US (1719581400 * SECOND_US)

static void timestamps_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_us;
        bool has_zone;
    } cases[] = {
        { "2024-06-28T13:30:00Z", MOMENT_US, true },
        { "2024-06-28t13:30:00z", MOMENT_US, true },
        { "2024-06-28 13:30:00Z", MOMENT_US, true },
        { "2024-06-28T13:30Z", MOMENT_US, true },
        { "2024-06-28T13:30", MOMENT_US, false },
        { "2024-06-28 13:30:00", MOMENT_US, false },
        { "2024-06-28T09:30:00-04:00", MOMENT_US, true },
        { "2024-06-28T09:30-04:00", MOMENT_US, true },
        { "2024-06-28T19:00:00+05:30", MOMENT_US, true },
        { "2024-06-29T13:29:00+23:59", MOMENT_US, true },
        { "2024-06-27T13:31:00-23:59", MOMENT_US, true },
        { "2024-06-28T13:30:00-00:00", MOMENT_US, true },
        { "2024-06-28T13:30:00.5Z", MOMENT_US + 500000, true },
        { "2024-06-28 09:30:00.123456-04:00", MOMENT_US + 123456, true },
        { "2024-06-28T13:30:00.000001", MOMENT_US + 1, false },
        { "2024-06-28T13:30:00.999999999Z", MOMENT_US + 999999, true }, /* cut, never rounded */
        { "2024-06-28T13:30:00.000000999Z", MOMENT_US, true },
        { "1970-01-01T00:00:00+05:00", -5 * HOUR_US, true },
        { "1970-01-01T00:00:00Z", 0, true },
        { "2199-12-31T23:59:59.999999Z", 84006 * DAY_US - 1, true },
        { "2199-12-31T23:59:59-23:59", 84007 * DAY_US - SECOND_US - MINUTE_US, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t time_us = 7;
        bool has_zone = !cases[i].has_zone;
        if (!timestamp_parse(cases[i].text, strlen(cases[i].text), &time_us, &has_zone))
            fail_msg("\"%s\" was refused", cases[i].text);
        assert_int_equal(time_us, cases[i].time_us);
        assert_int_equal(has_zone, cases[i].has_zone);
    }
}

static void what_is_not_exactly_a_timestamp_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2024-06-28",
        "2024-06-28T",
        "2024-06-28Z",
        "2024-06-28T13Z",
        "2024-06-28T1330Z",
        "2024-06-28T13:3Z",
        "2024-06-28T3:30Z",
        "2024-06-28  13:30Z",
        "2024-06-28_13:30Z",
        "2024-06-28T24:00:00Z",
        "2024-06-28T13:60:00Z",
        "2024-06-28T13:30:60Z",
        "2016-12-31T23:59:60Z",
        "2024-06-28T13:30:0Z",
        "2024-06-28T13:30:Z",
        "2024-06-28T13:30:00.Z",
        "2024-06-28T13:30:00.",
        "2024-06-28T13:30:00,5Z",
        "2024-06-28T13:30.5Z",
        "2024-06-28T13:30:00.1234567890Z",
        "2024-06-28T13:30:00 Z",
        "2024-06-28T13:30:00ZZ",
        "2024-06-28T13:30:00Z ",
        " 2024-06-28T13:30:00Z",
        "2024-06-28T13:30:00UTC",
        "2024-06-28T13:30:00-4:00",
        "2024-06-28T13:30:00-0400",
        "2024-06-28T13:30:00-04",
        "2024-06-28T13:30:00-04:0",
        "2024-06-28T13:30:00-04:60",
        "2024-06-28T13:30:00+24:00",
        "2024-06-28T13:30:00+-4:00",
        "2024-06-28T13:30:00\342\210\22204:00", /* U+2212, a minus sign */
        "2024-06-31T13:30:00Z",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "1719581400",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t time_us = 7;
        bool has_zone = true;
        if (timestamp_parse(wrong[i], strlen(wrong[i]), &time_us, &has_zone))
            fail_msg("\"%s\" was taken for a timestamp", wrong[i]);
        assert_int_equal(time_us, 7);
        assert_true(has_zone);
    }
}

/* Of all texts one byte away from a timestamp, those that are read say the same when written again;
 * only in the last place may the Z have become a seventh digit. */
static void one_wrong_character_never_passes_unseen(void **state)
{
    (void)state;
    const char *right = "2024-06-28T13:30:00.123456Z";
    size_t size = strlen(right);
    for (size_t place = 0; place < size; place++)
        for (int character = 0; character < 256; character++) {
            char text[32], again[TIMESTAMP_TEXT_SIZE];
            int64_t time_us;
            bool has_zone;
            memcpy(text, right, size + 1);
            text[place] = (char)character;
            if (!timestamp_parse(text, size, &time_us, &has_zone))
                continue;
            assert_int_equal(has_zone, text[size - 1] == 'Z' || text[size - 1] == 'z');
            text[10] = 'T';
            text[size - 1] = 'Z';
            assert_string_equal(timestamp_format(time_us, again), text);
        }
}

/* On memory of exactly the text's size, for the sanitizer to watch. */
static void nothing_behind_the_size_is_read(void **state)
{
    (void)state;
    static const char *const whole[] = { "2024-06-28T13:30:00.123456789-04:00", "09:30" };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        for (size_t size = 1; size <= strlen(whole[i]); size++) {
            int32_t date;
            int64_t time_us;
            bool has_zone;
            int minute;
            char *text = malloc(size);
            assert_non_null(text);
            memcpy(text, whole[i], size);
            assert_int_equal(date_parse(text, size, &date), i == 0 && size == 10);
            assert_int_equal(clock_time_parse(text, size, &minute), i == 1 && size == 5);
            bool right = i == 0 && (size == 16 || size == 19 || (size > 20 && size < 30) ||
                                    size == strlen(whole[i]));
            assert_int_equal(timestamp_parse(text, size, &time_us, &has_zone), right);
            free(text);
        }
}

static void a_fraction_is_printed_only_when_there_is_one(void **state)
{
    (void)state;
    char text[TIMESTAMP_TEXT_SIZE];
    assert_string_equal(timestamp_format(MOMENT_US, text), "2024-06-28T13:30:00Z");
    assert_string_equal(timestamp_format(MOMENT_US + 1, text), "2024-06-28T13:30:00.000001Z");
    assert_string_equal(timestamp_format(MOMENT_US + 120000, text), "2024-06-28T13:30:00.120000Z");
    assert_string_equal(timestamp_format(-1, text), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(timestamp_format(INT64_MIN, text), "-290308-12-21T19:59:05.224192Z");
    assert_string_equal(timestamp_format(INT64_MAX, text), "294247-01-10T04:00:54.775807Z");
}

static void every_instant_reads_back_as_it_was_written(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 200000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t time_us = (int64_t)((random >> 1) % (uint64_t)(84006 * DAY_US)), again;
        if (i % 2)
            time_us -= time_us % SECOND_US;
        bool has_zone;
        char text[TIMESTAMP_TEXT_SIZE];
        timestamp_format(time_us, text);
        assert_true(timestamp_parse(text, strlen(text), &again, &has_zone));
        assert_true(has_zone);
        assert_int_equal(again, time_us);
    }
}

static void the_farthest_instants_are_printed(void **state)
{
    (void)state;
    char text[TIMESTAMP_TEXT_SIZE];
    assert_string_equal(timestamp_format(-1, text), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(timestamp_format(INT64_MAX, text), "294247-01-10T04:00:54.775807Z");
    assert_string_equal(timestamp_format(INT64_MIN, text), "-290308-12-21T19:59:05.224192Z");
}

static void what_is_put_into_a_text_has_no_nul_behind_it(void **state)
{
    (void)state;
    char text[64] = "...............................................";
    char *end = date_put(text, date_from_civil(2024, 6, 28));
    assert_int_equal(*end, '.');
    *end++ = ',';
    end = clock_put(end, 13 * 3600 + 5 * 60 + 9);
    *end++ = ',';
    *timestamp_put(end, 0) = '\0';
    assert_string_equal(text, "2024-06-28,13:05:09,1970-01-01T00:00:00Z");
}

static void clock_readings_are_read_and_written(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    for (int minute = 0; minute <= 24 * 60; minute++) {
        int again = -1;
        clock_time_format(minute, text);
        assert_true(clock_time_parse(text, strlen(text), &again));
        assert_int_equal(again, minute);
        if (text[0] == '0') {
            assert_true(clock_time_parse(text + 1, strlen(text + 1), &again));
            assert_int_equal(again, minute);
        }
    }
    assert_string_equal(clock_time_format(9 * 60 + 30, text), "09:30");
    assert_string_equal(clock_time_format(24 * 60, text), "24:00");
}

static void what_is_not_exactly_a_clock_reading_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",      "9",      "09",    "0930",     ":30",   "09:",   "09:3",
        "9:3",   "009:30", "24:01", "25:00",    "09:60", "-9:30", "09:30 ",
        " 9:30", "09:300", "9.30",  "09:30:00", "+9:30", "9:30a",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int minute = -7;
        if (clock_time_parse(wrong[i], strlen(wrong[i]), &minute))
            fail_msg("\"%s\" was taken for a clock reading", wrong[i]);
        assert_int_equal(minute, -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1600_to_2400_agrees_with_counting),
        cmocka_unit_test(the_farthest_dates_convert_without_overflow),
        cmocka_unit_test(every_date_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_not_exactly_a_date_is_refused),
        cmocka_unit_test(an_instant_belongs_to_the_day_it_is_in),
        cmocka_unit_test(timestamps_are_read),
        cmocka_unit_test(what_is_not_exactly_a_timestamp_is_refused),
        cmocka_unit_test(one_wrong_character_never_passes_unseen),
        cmocka_unit_test(nothing_behind_the_size_is_read),
        cmocka_unit_test(a_fraction_is_printed_only_when_there_is_one),
        cmocka_unit_test(every_instant_reads_back_as_it_was_written),
        cmocka_unit_test(the_farthest_instants_are_printed),
        cmocka_unit_test(what_is_put_into_a_text_has_no_nul_behind_it),
        cmocka_unit_test(clock_readings_are_read_and_written),
        cmocka_unit_test(what_is_not_exactly_a_clock_reading_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
