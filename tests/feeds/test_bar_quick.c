#include "service/feeds/bar_quick.h"

#include "service/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_NUMBERS = 400000, RANDOM_STAMPS = 200000, TEXT_SIZE = 64 };

/* What may stand behind a cell, and enough of it that the text's end is not near. */
#define BEHIND ",1234567,1234567,1234567,1234567"

static uint64_t random_state = 42;

/* SplitMix64: the same texts on every run. */
static uint64_t random_next(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* How many characters of a number's text are taken; -1 when it is declined. */
static ptrdiff_t taken(const char *number, double *ret_value)
{
    char text[2 * TEXT_SIZE];
    int size = snprintf(text, sizeof text, "%s" BEHIND, number);
    const char *after = quick_number(text, text + size, ret_value);
    return after != NULL ? after - text : -1;
}

static void assert_same_bits(const char *text, double value, double expected)
{
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("\"%s\" is %.17g, not %.17g", text, value, expected);
}

static void plain_numbers_are_taken_whole(void **state)
{
    (void)state;
    static const char *const texts[] = { "0",
                                         "7",
                                         "346.46",
                                         "0.5",
                                         "000.10",
                                         "1234567",
                                         "12345678",
                                         "123456789",
                                         "123456.7",
                                         "1234567.8",
                                         "12345678.9",
                                         "12345678.",
                                         ".5",
                                         "97012.34",
                                         "0.000001",
                                         "0.0000001",
                                         "0.00000000001",
                                         "347",
                                         "9007199254740992",
                                         "0.000000000000000001" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = -1;
        assert_int_equal(taken(texts[i], &value), strlen(texts[i]));
        assert_same_bits(texts[i], value, strtod(texts[i], NULL));
    }
}

static void everything_else_is_declined(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "-1",
                                         "+1",
                                         "1e5",
                                         "1.5e5",
                                         "1.",
                                         ".",
                                         "nan",
                                         "inf",
                                         "abc",
                                         "1.2.3",
                                         "1..2",
                                         "12345.6.7.8",
                                         "0x10",
                                         "\"1\"",
                                         " 1",
                                         "1/2",
                                         "\xb1",
                                         "9007199254740993",
                                         "90071992547409.921",
                                         "00000000000000000001",
                                         "12345678901234567890" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        ptrdiff_t size = taken(texts[i], &value);
        /* Either nothing is taken, or so little that no cell ends there. */
        if (size > 0 && strchr(",\r\n", texts[i][size]) != NULL)
            fail_msg("\"%s\" is taken", texts[i]);
    }
}

static void numbers_are_rounded_to_the_nearest_double(void **state)
{
    (void)state;
    size_t taken_count = 0;
    for (size_t i = 0; i < RANDOM_NUMBERS; i++) {
        uint64_t whole = random_next() >> (random_next() % 64);
        uint64_t fraction = random_next() >> (random_next() % 64);
        char text[TEXT_SIZE];
        if (i % 5 == 0)
            snprintf(text, sizeof text, "%llu", (unsigned long long)whole);
        else
            snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(whole % 100000000),
                     (int)(random_next() % 12 + 1), (unsigned long long)(fraction % 1000000));
        double value;
        if (taken(text, &value) < 0)
            continue;
        assert_same_bits(text, value, strtod(text, NULL));
        taken_count++;
    }
    assert_true(taken_count > RANDOM_NUMBERS / 2);
}

/* Under the address sanitizer a byte too far is fatal. */
static void nothing_behind_the_end_is_looked_at(void **state)
{
    (void)state;
    static const char *const texts[] = { "2024-06-28T13:30:00Z,346.46,347",
                                         "2024-06-28 13:30:00",
                                         "2024-06-28 13:30:00+00:00,346",
                                         "346.46",
                                         "1234567",
                                         "12345678.12345678" };
    const struct bar_zone utc = { .kind = ZONE_UTC };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t size = 0; size <= strlen(texts[i]); size++) {
            char *copy = malloc(size ? size : 1);
            memcpy(copy, texts[i], size);
            struct quick_date date = { 0 };
            double value;
            int64_t time_us;
            const char *after = quick_number(copy, copy + size, &value);
            assert_true(after == NULL || after < copy + size);
            after = quick_stamp(copy, copy + size, &utc, &date, &time_us);
            assert_true(after == NULL || after < copy + size);
            free(copy);
        }
    }
}

static void stamp_text(char text[static TEXT_SIZE])
{
    static const char separators[] = "TT  x";
    static const char *const zones[] = { "Z",      "Z",      "",  "+00:00", "-04:00", "+05:30",
                                         "+24:00", "-01:60", "z", "+0530",  " ",      "Z " };
    int size = snprintf(
        text, TEXT_SIZE, "2024-%02d-%02d%c%02d:%02d:%02d%s", (int)(random_next() % 14),
        (int)(random_next() % 33), separators[random_next() % 5], (int)(random_next() % 26),
        (int)(random_next() % 62), (int)(random_next() % 62), zones[random_next() % 12]);
    if (random_next() % 4 == 0)
        text[random_next() % (uint64_t)size] = (char)random_next();
}

/* Whatever is taken as a whole cell, bar_stamp_parse reads as the same instant. */
static void stamps_are_the_same_as_read_carefully(void **state)
{
    (void)state;
    static const struct bar_zone zones[] = {
        { .kind = ZONE_NONE },
        { .kind = ZONE_NEW_YORK },
        { .kind = ZONE_UTC },
        { .kind = ZONE_FIXED, .offset_us = -90 * MINUTE_US },
    };
    struct quick_date date = { 0 };
    size_t taken_count = 0;
    for (size_t i = 0; i < RANDOM_STAMPS; i++) {
        char text[2 * TEXT_SIZE];
        stamp_text(text);
        size_t size = strlen(text);
        memcpy(text + size, BEHIND, sizeof BEHIND);
        const struct bar_zone *zone = &zones[i % 4];
        int64_t time_us, expected_us;
        const char *after = quick_stamp(text, strchr(text, '\0'), zone, &date, &time_us);
        if (after == NULL || *after != ',')
            continue;
        taken_count++;
        size = (size_t)(after - text);
        assert_int_equal(bar_stamp_parse(text, size, zone, &expected_us), STAMP_INSTANT);
        assert_int_equal(time_us, expected_us);
    }
    assert_true(taken_count > RANDOM_STAMPS / 10);
}

static void the_usual_stamps_are_taken_whole(void **state)
{
    (void)state;
    static const char *const texts[] = { "2024-06-28T13:30:00Z", "2024-06-28 13:30:00Z",
                                         "2024-06-28 13:30:00+00:00", "2024-06-28T09:30:00-04:00",
                                         "2024-06-28 13:30:00" };
    const struct bar_zone utc = { .kind = ZONE_UTC };
    int64_t expected_us = date_from_civil(2024, 6, 28) * DAY_US + 13 * HOUR_US + 30 * MINUTE_US;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[TEXT_SIZE];
        int size = snprintf(text, sizeof text, "%s" BEHIND, texts[i]);
        struct quick_date date = { 0 };
        int64_t time_us = 0;
        const char *after = quick_stamp(text, text + size, &utc, &date, &time_us);
        assert_ptr_equal(after, text + strlen(texts[i]));
        assert_int_equal(time_us, expected_us);
    }
}

static void no_date_read_yet_is_like_no_text(void **state)
{
    (void)state;
    static const char text[] = "\0\0\0\0\0\0\0\0\0\0T13:30:00Z" BEHIND;
    struct quick_date date = { 0 };
    const struct bar_zone utc = { .kind = ZONE_UTC };
    int64_t time_us;
    assert_null(quick_stamp(text, text + sizeof text - 1, &utc, &date, &time_us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_taken_whole),
        cmocka_unit_test(everything_else_is_declined),
        cmocka_unit_test(numbers_are_rounded_to_the_nearest_double),
        cmocka_unit_test(nothing_behind_the_end_is_looked_at),
        cmocka_unit_test(stamps_are_the_same_as_read_carefully),
        cmocka_unit_test(the_usual_stamps_are_taken_whole),
        cmocka_unit_test(no_date_read_yet_is_like_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
