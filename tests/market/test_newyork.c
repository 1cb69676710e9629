#include "service/base/date.h"
#include "service/base/zonefile.h"
#include "service/market/newyork.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILE_SIZE_MAX = 1 << 16 };

static int64_t instant_us(int year, int month, int day, int hour, int minute)
{
    return date_from_civil(year, month, day) * DAY_US + hour * HOUR_US + minute * MINUTE_US;
}

static void clocks_change_on_the_days_of_the_law(void **state)
{
    (void)state;
    static const struct {
        int year, begin_month, begin_day, end_month, end_day;
    } years[] = {
        { 1969, 4, 6, 10, 26 }, /* not what clocks showed, but the rule of 1987 */
        { 1987, 4, 5, 10, 25 }, { 1989, 4, 2, 10, 29 }, { 1990, 4, 1, 10, 28 },
        { 1995, 4, 2, 10, 29 }, { 2000, 4, 2, 10, 29 }, { 2001, 4, 1, 10, 28 },
        { 2005, 4, 3, 10, 30 }, { 2006, 4, 2, 10, 29 }, { 2007, 3, 11, 11, 4 },
        { 2008, 3, 9, 11, 2 },  { 2009, 3, 8, 11, 1 },  { 2015, 3, 8, 11, 1 },
        { 2020, 3, 8, 11, 1 },  { 2024, 3, 10, 11, 3 }, { 2025, 3, 9, 11, 2 },
        { 2026, 3, 8, 11, 1 },  { 2027, 3, 14, 11, 7 }, { 2028, 3, 12, 11, 5 },
        { 2029, 3, 11, 11, 4 }, { 2030, 3, 10, 11, 3 },
    };
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        int year = years[i].year;
        int64_t begin_us = instant_us(year, years[i].begin_month, years[i].begin_day, 7, 0);
        int64_t end_us = instant_us(year, years[i].end_month, years[i].end_day, 6, 0);
        assert_int_equal(newyork_offset_us(begin_us - 1), -5 * HOUR_US);
        assert_int_equal(newyork_offset_us(begin_us), -4 * HOUR_US);
        assert_int_equal(newyork_offset_us(end_us - 1), -4 * HOUR_US);
        assert_int_equal(newyork_offset_us(end_us), -5 * HOUR_US);
    }
}

/* Every 1801 s: no minute of the hour is left out for long. */
static void the_rule_agrees_with_the_zone_file_from_1987_to_2100(void **state)
{
    (void)state;
    FILE *stream = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    if (!stream)
        skip();
    unsigned char *bytes = malloc(FILE_SIZE_MAX);
    assert_non_null(bytes);
    size_t size = fread(bytes, 1, FILE_SIZE_MAX, stream);
    fclose(stream);

    struct zonefile zone;
    struct error error = { 0 };
    if (!zonefile_parse(bytes, size, &zone, &error))
        fail_msg("%s", error.message);
    int64_t end_us = instant_us(2101, 1, 1, 0, 0);
    for (int64_t time_us = instant_us(1987, 1, 1, 5, 0); time_us < end_us;
         time_us += 1801 * SECOND_US) {
        int64_t offset_us;
        assert_true(zonefile_offset_us(&zone, time_us, &offset_us));
        if (offset_us != newyork_offset_us(time_us)) {
            char text[TIMESTAMP_TEXT_SIZE];
            fail_msg("the zone file differs at %s", timestamp_format(time_us, text));
        }
    }
    free(bytes);
}

/* Whether the reading of an instant is the second of its kind: an hour before it was the same. */
static bool repeated(int64_t time_us)
{
    return newyork_offset_us(time_us) == -5 * HOUR_US &&
           newyork_offset_us(time_us - HOUR_US) == -4 * HOUR_US;
}

static void a_clock_reading_leads_back_to_its_instant(void **state)
{
    (void)state;
    int64_t end_us = instant_us(2060, 1, 1, 0, 0);
    int repeats = 0;
    for (int64_t time_us = instant_us(1987, 1, 1, 5, 0); time_us < end_us;
         time_us += 1801 * SECOND_US) {
        int64_t back_us = newyork_to_utc_us(time_us + newyork_offset_us(time_us));
        int64_t expected_us = repeated(time_us) ? time_us - HOUR_US : time_us;
        repeats += repeated(time_us);
        if (back_us != expected_us) {
            char text[TIMESTAMP_TEXT_SIZE];
            fail_msg("the reading of %s leads elsewhere", timestamp_format(time_us, text));
        }
    }
    assert_in_range(repeats, 73, 2 * 73); /* once or twice in each of the 73 autumns */
}

static void a_reading_that_occurs_twice_gives_the_first(void **state)
{
    (void)state;
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 11, 3, 0, 59)),
                     instant_us(2024, 11, 3, 4, 59));
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 11, 3, 1, 0)),
                     instant_us(2024, 11, 3, 5, 0));
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 11, 3, 2, 0) - 1),
                     instant_us(2024, 11, 3, 6, 0) - 1);
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 11, 3, 2, 0)),
                     instant_us(2024, 11, 3, 7, 0));
}

static void a_reading_that_spring_skips_gives_an_hour_later_on_the_clock(void **state)
{
    (void)state;
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 3, 10, 2, 0) - 1),
                     instant_us(2024, 3, 10, 7, 0) - 1);
    for (int minute = 0; minute < 60; minute++) {
        int64_t time_us = newyork_to_utc_us(instant_us(2024, 3, 10, 2, minute));
        assert_int_equal(time_us + newyork_offset_us(time_us), instant_us(2024, 3, 10, 3, minute));
    }
    assert_int_equal(newyork_to_utc_us(instant_us(2024, 3, 10, 3, 0)),
                     instant_us(2024, 3, 10, 7, 0));
}

static void the_farthest_instants_have_an_offset(void **state)
{
    (void)state;
    assert_int_equal(newyork_offset_us(INT64_MIN), -5 * HOUR_US); /* both fall in winter */
    assert_int_equal(newyork_offset_us(INT64_MAX), -5 * HOUR_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_change_on_the_days_of_the_law),
        cmocka_unit_test(the_rule_agrees_with_the_zone_file_from_1987_to_2100),
        cmocka_unit_test(a_clock_reading_leads_back_to_its_instant),
        cmocka_unit_test(a_reading_that_occurs_twice_gives_the_first),
        cmocka_unit_test(a_reading_that_spring_skips_gives_an_hour_later_on_the_clock),
        cmocka_unit_test(the_farthest_instants_have_an_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
