#include "service/base/date.h"
#include "service/base/zonefile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct file {
    unsigned char bytes[1024];
    size_t size;
};

static void put_number(struct file *file, int64_t number, int size)
{
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        file->bytes[file->size++] = (unsigned char)((uint64_t)number >> shift);
}

static void put_text(struct file *file, const char *text, size_t size)
{
    memcpy(file->bytes + file->size, text, size);
    file->size += size;
}

static void put_header(struct file *file, char version, int transitions, int types, int characters)
{
    put_text(file, "TZif", 4);
    put_number(file, version, 1);
    put_text(file, (const char[15]) { 0 }, 15);
    put_number(file, types, 4); /* a flag a type: universal or local, standard or wall clock */
    put_number(file, types, 4);
    put_number(file, 0, 4);
    put_number(file, transitions, 4);
    put_number(file, types, 4);
    put_number(file, characters, 4);
}

enum { FILE_SIZE_MAX = 1 << 16 };
enum { FIRST_S = -1000, SECOND_S = 2000, LAST_S = 1173596400 }; /* 2007-03-11T07:00:00Z */
enum { LOCAL_TYPE, STANDARD_TYPE, DAYLIGHT_TYPE, TYPE_COUNT };
enum { LOCAL_S = -17762, STANDARD_S = -18000, DAYLIGHT_S = -14400 };

/* A small New York: local mean time, standard time from FIRST_S, daylight time from SECOND_S,
 * standard time and what the footer says from LAST_S. */
static struct file make_file(const char *footer)
{
    struct file file = { 0 };
    for (int size = 4; size <= 8; size += 4) { /* the same in 32 and in 64 bits */
        put_header(&file, '2', 3, TYPE_COUNT, 12);
        put_number(&file, FIRST_S, size);
        put_number(&file, SECOND_S, size);
        put_number(&file, LAST_S, size);
        put_number(&file, STANDARD_TYPE, 1);
        put_number(&file, DAYLIGHT_TYPE, 1);
        put_number(&file, STANDARD_TYPE, 1);
        static const int offsets_s[] = { LOCAL_S, STANDARD_S, DAYLIGHT_S };
        for (int type = 0; type < TYPE_COUNT; type++) {
            put_number(&file, offsets_s[type], 4);
            put_number(&file, type == DAYLIGHT_TYPE, 1);
            put_number(&file, 4 * type, 1);
        }
        put_text(&file, "LMT\0EST\0EDT", 12);
        put_number(&file, 0, 2 * TYPE_COUNT);
    }
    put_text(&file, "\n", 1);
    put_text(&file, footer, strlen(footer));
    put_text(&file, "\n", 1);
    return file;
}

enum {
    BLOCK_1_SIZE = 44 + 3 * 5 + TYPE_COUNT * 8 + 12,
    TIMES_AT = BLOCK_1_SIZE + 44,
    INDEXES_AT = TIMES_AT + 3 * 8,
    TYPES_AT = INDEXES_AT + 3
};

static const char american[] = "EST5EDT,M3.2.0,M11.1.0";

static struct zonefile parse(const struct file *file)
{
    struct error error = { 0 };
    struct zonefile zone = { 0 };
    if (!zonefile_parse(file->bytes, file->size, &zone, &error))
        fail_msg("%s", error.message);
    return zone;
}

static void assert_offset(const struct zonefile *zone, int64_t time_us, int offset_s)
{
    int64_t offset_us = 1;
    assert_true(zonefile_offset_us(zone, time_us, &offset_us));
    assert_int_equal(offset_us, offset_s * SECOND_US);
}

static void assert_refused(const struct file *file)
{
    struct error error = { 0 };
    struct zonefile zone = { .transition_count = 7 };
    assert_false(zonefile_parse(file->bytes, file->size, &zone, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_string_not_equal(error.message, "");
    assert_int_equal(zone.transition_count, 7);
}

static void offsets_change_at_the_transitions(void **state)
{
    (void)state;
    struct file file = make_file(american);
    struct zonefile zone = parse(&file);
    assert_offset(&zone, INT64_MIN, LOCAL_S);
    assert_offset(&zone, FIRST_S * SECOND_US - 1, LOCAL_S);
    assert_offset(&zone, FIRST_S * SECOND_US, STANDARD_S);
    assert_offset(&zone, SECOND_S * SECOND_US - 1, STANDARD_S);
    assert_offset(&zone, SECOND_S * SECOND_US, DAYLIGHT_S);
    assert_offset(&zone, LAST_S * SECOND_US - 1, DAYLIGHT_S);
}

static void from_the_last_transition_on_the_footer_speaks(void **state)
{
    (void)state;
    struct file file = make_file(american);
    struct zonefile zone = parse(&file);
    assert_offset(&zone, LAST_S * SECOND_US, DAYLIGHT_S); /* not standard time, as the table has */
    int64_t spring_us = date_from_civil(2030, 3, 10) * DAY_US + 7 * HOUR_US;
    int64_t autumn_us = date_from_civil(2030, 11, 3) * DAY_US + 6 * HOUR_US;
    assert_offset(&zone, spring_us - 1, STANDARD_S);
    assert_offset(&zone, spring_us, DAYLIGHT_S);
    assert_offset(&zone, autumn_us - 1, DAYLIGHT_S);
    assert_offset(&zone, autumn_us, STANDARD_S);
    assert_offset(&zone, date_from_civil(2031, 1, 1) * DAY_US, STANDARD_S);
    assert_offset(&zone, INT64_MAX, STANDARD_S);
}

static void the_fifth_week_of_a_footer_is_the_last(void **state)
{
    (void)state;
    struct file file = make_file("CET-1CEST,M3.5.0,M10.5.0");
    struct zonefile zone = parse(&file);
    int64_t spring_us = date_from_civil(2024, 3, 31) * DAY_US + 1 * HOUR_US;  /* the fifth Sunday */
    int64_t autumn_us = date_from_civil(2024, 10, 27) * DAY_US + 0 * HOUR_US; /* the fourth */
    assert_offset(&zone, spring_us - 1, 3600);
    assert_offset(&zone, spring_us, 7200);
    assert_offset(&zone, autumn_us - 1, 7200);
    assert_offset(&zone, autumn_us, 3600);
}

static void without_a_known_footer_nothing_is_said_behind_the_last_transition(void **state)
{
    (void)state;
    static const char *const footers[] = {
        "",
        "EST5",
        "<-03>3",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0/3,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0/3",
        "EST5EDT4,M3.2.0,M11.1.0",
        "EST5EDT,J60,J300",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M3.2.0,M13.1.0",
        "EST5EDT,M11.2.0,M3.1.0",
        "EST99EDT,M3.2.0,M11.1.0",
        "EST99999999999999999999EDT,M3.2.0,M11.1.0",
    };
    for (size_t i = 0; i < sizeof footers / sizeof *footers; i++) {
        struct file file = make_file(footers[i]);
        struct zonefile zone = parse(&file);
        int64_t offset_us = 7;
        assert_offset(&zone, LAST_S * SECOND_US - 1, DAYLIGHT_S);
        if (zonefile_offset_us(&zone, LAST_S * SECOND_US, &offset_us))
            fail_msg("\"%s\" was taken for a rule", footers[i]);
        assert_int_equal(offset_us, 7);
    }
}

static void every_file_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    struct file file = make_file(american);
    struct zonefile zone = parse(&file);
    (void)zone;
    while (file.size > 0) {
        file.size--;
        assert_refused(&file);
    }
}

static void refuse_with(size_t place, int64_t number, int size)
{
    struct file file = make_file(american), patch = { 0 };
    put_number(&patch, number, size);
    memcpy(file.bytes + place, patch.bytes, patch.size);
    assert_refused(&file);
}

static void defects_are_refused(void **state)
{
    (void)state;
    refuse_with(0, 'X', 1);                     /* not a zone file */
    refuse_with(BLOCK_1_SIZE, 'X', 1);          /* nor its second header */
    refuse_with(4, 0, 1);                       /* version 1 */
    refuse_with(TIMES_AT + 8, FIRST_S, 8);      /* two transitions at once */
    refuse_with(TIMES_AT + 8, FIRST_S - 1, 8);  /* out of order */
    refuse_with(INDEXES_AT + 1, TYPE_COUNT, 1); /* a type that is not there */

    /* Offsets of more than a day. */
    refuse_with(TYPES_AT, 26 * 3600 + 1, 4);
    refuse_with(TYPES_AT, -26 * 3600 - 1, 4);
    refuse_with(TYPES_AT, INT32_MIN, 4);

    /* Counts that would wrap around. */
    for (size_t count = 20; count < 44; count += 4) {
        refuse_with(count, UINT32_MAX, 4);
        refuse_with(BLOCK_1_SIZE + count, UINT32_MAX, 4);
    }
    struct file file = make_file("EST5\0EDT");
    file.bytes[file.size - 2] = '\0';
    assert_refused(&file);

    char long_footer[200];
    memset(long_footer, 'A', sizeof long_footer);
    long_footer[sizeof long_footer - 1] = '\0';
    file = make_file(long_footer);
    assert_refused(&file);
}

static void a_file_that_counts_leap_seconds_is_refused(void **state)
{
    (void)state;
    enum { LEAP_SECONDS_AT = TYPES_AT + TYPE_COUNT * 6 + 12, LEAP_SECOND_SIZE = 12 };
    struct file file = make_file(american);
    memmove(file.bytes + LEAP_SECONDS_AT + LEAP_SECOND_SIZE, file.bytes + LEAP_SECONDS_AT,
            file.size - LEAP_SECONDS_AT);
    file.size += LEAP_SECOND_SIZE;
    file.bytes[BLOCK_1_SIZE + 31] = 1; /* their count */
    assert_refused(&file);
}

/* On memory of exactly the file's size, for the sanitizer to watch. What is taken answers. */
static void no_damage_to_a_byte_reads_outside_the_file(void **state)
{
    (void)state;
    struct file file = make_file(american);
    unsigned char *bytes = malloc(file.size);
    assert_non_null(bytes);
    for (size_t place = 0; place < file.size; place++)
        for (int value = 0; value < 256; value++) {
            struct error error = { 0 };
            struct zonefile zone;
            int64_t offset_us;
            memcpy(bytes, file.bytes, file.size);
            bytes[place] = (unsigned char)value;
            if (!zonefile_parse(bytes, file.size, &zone, &error))
                continue;
            for (int64_t year = -1; year <= 100; year++)
                if (zonefile_offset_us(&zone, year * 366 * DAY_US, &offset_us))
                    assert_in_range(offset_us + 26 * HOUR_US, 0, 52 * HOUR_US);
        }
    free(bytes);
}

/* Daylight time came in January in 1974 and lasted all year in 1943: no rule tells that. */
static void the_system_file_knows_history(void **state)
{
    (void)state;
    FILE *stream = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    if (!stream)
        skip();
    unsigned char *bytes = malloc(FILE_SIZE_MAX);
    assert_non_null(bytes);
    size_t size = fread(bytes, 1, FILE_SIZE_MAX, stream);
    fclose(stream);

    struct error error = { 0 };
    struct zonefile zone;
    if (!zonefile_parse(bytes, size, &zone, &error))
        fail_msg("%s", error.message);
    assert_true(zone.has_rule);
    assert_offset(&zone, date_from_civil(1974, 1, 15) * DAY_US, DAYLIGHT_S);
    assert_offset(&zone, date_from_civil(1943, 12, 25) * DAY_US, DAYLIGHT_S);
    assert_offset(&zone, date_from_civil(1973, 1, 15) * DAY_US, STANDARD_S);
    assert_offset(&zone, date_from_civil(1880, 1, 1) * DAY_US, LOCAL_S);
    assert_offset(&zone, date_from_civil(2090, 7, 1) * DAY_US, DAYLIGHT_S);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_change_at_the_transitions),
        cmocka_unit_test(from_the_last_transition_on_the_footer_speaks),
        cmocka_unit_test(the_fifth_week_of_a_footer_is_the_last),
        cmocka_unit_test(without_a_known_footer_nothing_is_said_behind_the_last_transition),
        cmocka_unit_test(every_file_that_is_cut_off_is_refused),
        cmocka_unit_test(defects_are_refused),
        cmocka_unit_test(a_file_that_counts_leap_seconds_is_refused),
        cmocka_unit_test(no_damage_to_a_byte_reads_outside_the_file),
        cmocka_unit_test(the_system_file_knows_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
