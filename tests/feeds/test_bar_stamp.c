#include "service/feeds/bar_stamp.h"

#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct bar_zone nowhere = { 0 };

static struct bar_zone zone_named(const char *text)
{
    struct error error = { 0 };
    struct bar_zone zone = { 0 };
    if (!bar_zone_parse(text, &zone, &error))
        fail_msg("%s", error.message);
    return zone;
}

/* Compares as text, so that a failure can be read. */
static void assert_stamp(const char *text, const struct bar_zone *zone, const char *expected)
{
    int64_t time_us = 0;
    char buffer[TIMESTAMP_TEXT_SIZE];
    enum bar_stamp_kind kind = bar_stamp_parse(text, strlen(text), zone, &time_us);
    if (kind != STAMP_INSTANT)
        fail_msg("\"%s\" is of kind %d", text, kind);
    assert_string_equal(timestamp_format(time_us, buffer), expected);
}

static void assert_kind(const char *text, enum bar_stamp_kind expected)
{
    int64_t time_us;
    enum bar_stamp_kind kind = bar_stamp_parse(text, strlen(text), &nowhere, &time_us);
    if (kind != expected)
        fail_msg("\"%s\" is of kind %d, not %d", text, kind, expected);
}

static void rfc_3339_is_read_with_its_own_zone(void **state)
{
    (void)state;
    struct bar_zone elsewhere = zone_named("+09:00");
    assert_stamp("2024-06-28T13:30:00Z", &nowhere, "2024-06-28T13:30:00Z");
    assert_stamp("2024-06-28 13:30:00+00:00", &elsewhere, "2024-06-28T13:30:00Z");
    assert_stamp("2024-06-28 09:30:00-04:00", &elsewhere, "2024-06-28T13:30:00Z");
    assert_stamp("2024-06-28T09:30-04:00", &nowhere, "2024-06-28T13:30:00Z");
    assert_stamp("2024-06-28T00:30:00.123456789+05:30", &nowhere, "2024-06-27T19:00:00.123456Z");
}

static void the_unit_of_a_count_since_1970_follows_from_its_size(void **state)
{
    (void)state;
    assert_stamp("1719581400", &nowhere, "2024-06-28T13:30:00Z");
    assert_stamp("1719581400250", &nowhere, "2024-06-28T13:30:00.250000Z");
    assert_stamp("1719581400250001", &nowhere, "2024-06-28T13:30:00.250001Z");
    assert_stamp("1719581400250001999", &nowhere, "2024-06-28T13:30:00.250001Z");
}

static void every_unit_serves_from_1979_07_05_through_2199(void **state)
{
    (void)state;
    static const char *const zeros[] = { "", "000", "000000", "000000000" };
    static const char *const nines[] = { "", "999", "999999", "999999999" };
    static const char *const ends[] = { "2199-12-31T23:59:59Z", "2199-12-31T23:59:59.999000Z",
                                        "2199-12-31T23:59:59.999999Z",
                                        "2199-12-31T23:59:59.999999Z" };
    char text[32];
    for (size_t unit = 0; unit < 4; unit++) {
        snprintf(text, sizeof text, "300000000%s", zeros[unit]);
        assert_stamp(text, &nowhere, "1979-07-05T05:20:00Z");
        snprintf(text, sizeof text, "299999999%s", nines[unit]);
        assert_kind(text, STAMP_WRONG);
        snprintf(text, sizeof text, "7258118399%s", nines[unit]);
        assert_stamp(text, &nowhere, ends[unit]);
        snprintf(text, sizeof text, "7258118400%s", zeros[unit]);
        assert_kind(text, STAMP_WRONG);
    }
}

static void dates_written_as_numbers_are_no_counts(void **state)
{
    (void)state;
    assert_kind("20240628", STAMP_WRONG);
    assert_kind("202406280930", STAMP_WRONG);
    assert_kind("20240628093000", STAMP_WRONG);
    assert_kind("20240628093000000", STAMP_WRONG);
}

static void what_is_no_stamp_is_wrong(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "0",
                                         "-1719581400",
                                         "1719581400.5",
                                         "1.64E+12",
                                         "99999999999999999999",
                                         "18446744075429133016", /* 2^64 + 1719581400 */
                                         "2024-06-31",
                                         "2024-02-30T10:00:00Z",
                                         "6/28/2024 9:30",
                                         "09:30",
                                         "2024-06-28T",
                                         "2024-06-28T24:00:00Z",
                                         "2024-06-28T13:30:00Zulu",
                                         "NaT" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_kind(texts[i], STAMP_WRONG);
}

static void a_date_alone_is_its_midnight_utc_whatever_the_zone(void **state)
{
    (void)state;
    struct bar_zone zone = zone_named("America/New_York");
    int64_t time_us = 0;
    assert_int_equal(bar_stamp_parse("2024-06-28", 10, &zone, &time_us), STAMP_DATE);
    assert_int_equal(time_us, date_from_civil(2024, 6, 28) * DAY_US);
}

static void a_clock_reading_without_a_zone_anywhere_is_naive(void **state)
{
    (void)state;
    assert_kind("2024-06-28 09:30:00", STAMP_NAIVE);
    assert_kind("2024-06-28T09:30", STAMP_NAIVE);
    int64_t time_us = 5;
    assert_false(bar_zone_to_utc(&nowhere, &time_us));
    assert_int_equal(time_us, 5);
}

static void a_naive_stamp_takes_the_zone_that_was_named(void **state)
{
    (void)state;
    struct bar_zone utc = zone_named("UTC");
    struct bar_zone india = zone_named("+05:30");
    struct bar_zone west = zone_named("-04:00");
    assert_stamp("2024-06-28 09:30:00", &utc, "2024-06-28T09:30:00Z");
    assert_stamp("2024-06-28 09:30:00", &india, "2024-06-28T04:00:00Z");
    assert_stamp("2024-06-28 09:30:00.5", &west, "2024-06-28T13:30:00.500000Z");
}

static void new_york_changes_its_clocks(void **state)
{
    (void)state;
    struct bar_zone zone = zone_named("America/New_York");
    assert_stamp("2024-03-08 09:30:00", &zone, "2024-03-08T14:30:00Z");
    assert_stamp("2024-03-11 09:30:00", &zone, "2024-03-11T13:30:00Z");
    assert_stamp("2024-03-10 01:59:59", &zone, "2024-03-10T06:59:59Z");
    assert_stamp("2024-03-10 03:00:00", &zone, "2024-03-10T07:00:00Z");
    assert_stamp("2024-11-03 00:59:59", &zone, "2024-11-03T04:59:59Z");
    assert_stamp("2024-11-03 01:30:00", &zone, "2024-11-03T05:30:00Z");
    assert_stamp("2024-11-03 02:00:00", &zone, "2024-11-03T07:00:00Z");
    assert_stamp("1999-04-01 09:30:00", &zone, "1999-04-01T14:30:00Z");
}

static void zones_are_read(void **state)
{
    (void)state;
    assert_int_equal(zone_named("America/New_York").kind, ZONE_NEW_YORK);
    assert_int_equal(zone_named("UTC").kind, ZONE_UTC);
    assert_int_equal(zone_named("+05:30").kind, ZONE_FIXED);
    assert_int_equal(zone_named("+05:30").offset_us, 5 * HOUR_US + 30 * MINUTE_US);
    assert_int_equal(zone_named("-04:00").offset_us, -4 * HOUR_US);
    assert_int_equal(zone_named("-14:00").offset_us, -14 * HOUR_US);
}

static void what_is_no_zone_is_a_usage_error(void **state)
{
    (void)state;
    static const char *const texts[] = { "",       "EST",    "5",       "05:30", "+5:30",
                                         "+05:60", "+14:01", "+05:300", "+0530", "+ 5:30" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = { 0 };
        struct bar_zone zone;
        assert_false(bar_zone_parse(texts[i], &zone, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
    }
    struct error error = { 0 };
    struct bar_zone zone;
    assert_false(bar_zone_parse("Europe/Paris", &zone, &error));
    assert_string_equal(error.message,
                        "\"Europe/Paris\" is no zone (America/New_York, UTC or an offset from "
                        "-14:00 to +14:00 was expected)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_3339_is_read_with_its_own_zone),
        cmocka_unit_test(the_unit_of_a_count_since_1970_follows_from_its_size),
        cmocka_unit_test(every_unit_serves_from_1979_07_05_through_2199),
        cmocka_unit_test(dates_written_as_numbers_are_no_counts),
        cmocka_unit_test(what_is_no_stamp_is_wrong),
        cmocka_unit_test(a_date_alone_is_its_midnight_utc_whatever_the_zone),
        cmocka_unit_test(a_clock_reading_without_a_zone_anywhere_is_naive),
        cmocka_unit_test(a_naive_stamp_takes_the_zone_that_was_named),
        cmocka_unit_test(new_york_changes_its_clocks),
        cmocka_unit_test(zones_are_read),
        cmocka_unit_test(what_is_no_zone_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
