#include "service/feeds/bar_parquet_stamps.h"

#include "service/base/date.h"
#include "service/parquet/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define INSTANT_S INT64_C(1719581400) /* 2024-06-28T13:30:00Z */
#define INSTANT_US (INSTANT_S * SECOND_US)
#define END_S INT64_C(7258118400) /* 2200-01-01 */

static const struct parquet_footer footer = { .file_name = "QQQ.parquet" };
static const struct bar_zone nowhere = { .kind = ZONE_NONE };
static const struct bar_zone utc = { .kind = ZONE_UTC };
static const struct bar_zone new_york = { .kind = ZONE_NEW_YORK };

static struct parquet_column column_of(enum parquet_meaning meaning, int64_t units_per_second)
{
    return (struct parquet_column) {
        .name = "timestamp",
        .name_size = strlen("timestamp"),
        .type = meaning == MEANING_DATE ? PARQUET_INT32 : PARQUET_INT64,
        .meaning = meaning,
        .units_per_second = units_per_second,
        .is_utc = true,
    };
}

static bool convert(const struct parquet_column *column, const struct bar_zone *zone,
                    int64_t *words, size_t count, struct error *error)
{
    struct parquet_stamps stamps;
    uint64_t copies[16];
    memcpy(copies, words, count * sizeof *words);
    bool is_right = parquet_stamps_init(&stamps, &footer, column, zone, error) &&
                    parquet_stamps_convert(&stamps, copies, count, error);
    memcpy(words, copies, count * sizeof *words);
    return is_right;
}

static void assert_time(const struct parquet_column *column, const struct bar_zone *zone,
                        int64_t word, int64_t time_us)
{
    struct error error = { 0 };
    if (!convert(column, zone, &word, 1, &error))
        fail_msg("%s", error.message);
    assert_int_equal(word, time_us);
}

static void assert_refused(const struct parquet_column *column, int64_t word, const char *message)
{
    struct error error = { 0 };
    int64_t words[] = { word, word };
    assert_false(convert(column, &nowhere, words, 2, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
}

static void units_become_microseconds(void **state)
{
    (void)state;
    struct parquet_column column = column_of(MEANING_TIMESTAMP, 1000);
    assert_time(&column, &nowhere, INSTANT_S * 1000 + 1, INSTANT_US + 1000);
    column.units_per_second = 1000000;
    assert_time(&column, &nowhere, INSTANT_US + 1, INSTANT_US + 1);
    column.units_per_second = 1000000000;
    assert_time(&column, &nowhere, INSTANT_US * 1000 + 1999, INSTANT_US + 1);
    column = column_of(MEANING_DATE, 0);
    assert_time(&column, &nowhere, 19902, 19902 * DAY_US);
}

static void counts_say_their_unit_by_their_size(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct parquet_column column = column_of(MEANING_NONE, 0);
    assert_time(&column, &nowhere, INSTANT_S, INSTANT_US);
    assert_time(&column, &nowhere, INSTANT_S * 1000 + 1, INSTANT_US + 1000);
    assert_time(&column, &nowhere, INSTANT_US + 1, INSTANT_US + 1);
    assert_time(&column, &nowhere, INSTANT_US * 1000 + 1999, INSTANT_US + 1);
    int64_t mixed[] = { INSTANT_S, INSTANT_US * 1000 + 5, INSTANT_S * 1000, INSTANT_US };
    assert_true(convert(&column, &nowhere, mixed, 4, &error));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mixed[i], INSTANT_US);
    int64_t two[] = { INSTANT_S, INSTANT_S * 1000 };
    assert_true(convert(&column, &nowhere, two, 2, &error));
    assert_int_equal(two[0], INSTANT_US);
    assert_int_equal(two[1], INSTANT_US);
    int64_t early[] = { INSTANT_S, 1 };
    int64_t late[] = { INSTANT_S, INT64_MAX };
    assert_false(convert(&column, &nowhere, early, 2, &error));
    assert_false(convert(&column, &nowhere, late, 2, &error));
    assert_string_equal(error.message,
                        "QQQ.parquet: column timestamp: row 2: 9223372036854775807 is no time "
                        "(seconds, ms, us or ns since 1970 was expected)");
}

static void times_lie_between_1970_and_2199(void **state)
{
    (void)state;
    static const int64_t units[] = { 1000, 1000000, 1000000000 };
    for (size_t i = 0; i < 3; i++) {
        struct parquet_column column = column_of(MEANING_TIMESTAMP, units[i]);
        char message[128];
        assert_time(&column, &nowhere, 0, 0);
        assert_time(&column, &nowhere, END_S * units[i] - units[i], (END_S - 1) * SECOND_US);
        snprintf(message, sizeof message,
                 "QQQ.parquet: column timestamp: row 1: %lld is no time between 1970 and 2199",
                 (long long)(END_S * units[i]));
        assert_refused(&column, END_S * units[i], message);
        assert_refused(&column, -1,
                       "QQQ.parquet: column timestamp: row 1: -1 is no time between 1970 and 2199");
        assert_refused(&column, PARQUET_NULL_INTEGER,
                       "QQQ.parquet: column timestamp: row 1 is null");
    }
    struct parquet_column column = column_of(MEANING_DATE, 0);
    assert_time(&column, &nowhere, END_S / 86400 - 1, (END_S - 86400) * SECOND_US);
    assert_refused(&column, END_S / 86400,
                   "QQQ.parquet: column timestamp: row 1: 84006 is no time between 1970 and 2199");
    column = column_of(MEANING_NONE, 0);
    assert_refused(&column, 20240628,
                   "QQQ.parquet: column timestamp: row 1: 20240628 is no time (seconds, ms, us or "
                   "ns since 1970 was expected)");
}

static void the_row_that_is_wrong_is_named(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct parquet_stamps stamps;
    struct parquet_column column = column_of(MEANING_TIMESTAMP, 1000000);
    uint64_t first[] = { 1, 2, 3 };
    uint64_t second[] = { 4, (uint64_t)PARQUET_NULL_INTEGER };
    assert_true(parquet_stamps_init(&stamps, &footer, &column, &nowhere, &error));
    assert_true(parquet_stamps_convert(&stamps, first, 3, &error));
    assert_false(parquet_stamps_convert(&stamps, second, 2, &error));
    assert_string_equal(error.message, "QQQ.parquet: column timestamp: row 5 is null");
}

/* Around both changes of a year, and an hour that is skipped and one that comes twice. */
static void readings_of_a_clock_become_what_the_zone_says(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct parquet_column column = column_of(MEANING_TIMESTAMP, 1000000);
    column.is_utc = false;
    static const int dates[][3] = { { 2024, 3, 9 }, { 2024, 11, 2 }, { 2024, 6, 28 } };
    for (size_t i = 0; i < 3; i++) {
        int64_t begin_us = date_from_civil(dates[i][0], dates[i][1], dates[i][2]) * DAY_US;
        struct parquet_stamps stamps;
        assert_true(parquet_stamps_init(&stamps, &footer, &column, &new_york, &error));
        for (int64_t local_us = begin_us; local_us < begin_us + 3 * DAY_US;
             local_us += HOUR_US / 2) {
            uint64_t word = (uint64_t)local_us;
            int64_t time_us = local_us;
            assert_true(parquet_stamps_convert(&stamps, &word, 1, &error));
            bar_zone_to_utc(&new_york, &time_us);
            assert_int_equal(word, time_us);
        }
    }
    assert_time(&column, &utc, INSTANT_US, INSTANT_US);
    assert_refused(&column, INSTANT_US,
                   "QQQ.parquet: column timestamp: its times name no zone (say it with --zone "
                   "America/New_York, UTC or +HH:MM)");
}

static void readings_of_a_column_named_date_wait_for_the_last(void **state)
{
    (void)state;
    static const int64_t readings[][3] = {
        { DAY_US, 2 * DAY_US, 3 * DAY_US },
        { DAY_US + 1, 2 * DAY_US, 3 * DAY_US },
        { DAY_US, 2 * DAY_US, 3 * DAY_US + 1 },
    };
    for (size_t i = 0; i < 3; i++) {
        struct error error = { 0 };
        struct parquet_stamps stamps;
        struct bar_rows rows = { 0 };
        uint64_t words[3];
        struct parquet_column column = column_of(MEANING_TIMESTAMP, 1000000);
        column.is_utc = false;
        column.name = "Date";
        column.name_size = strlen("Date");
        memcpy(words, readings[i], sizeof words);
        assert_true(parquet_stamps_init(&stamps, &footer, &column, &new_york, &error));
        assert_true(parquet_stamps_convert(&stamps, words, 3, &error));
        for (size_t k = 0; k < 3; k++)
            series_append(&rows.series, &(struct bar) { .open_time_us = (int64_t)words[k] });
        assert_true(parquet_stamps_finish(&stamps, &rows, &error));
        assert_true(rows.daily == (i == 0) && rows.ascending);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(rows.series.bars[k].open_time_us,
                             readings[i][k] + (i == 0 ? 0 : 5 * HOUR_US));
        series_release(&rows.series);
    }
}

static void only_stamps_that_ascend_are_told_to(void **state)
{
    (void)state;
    static const uint64_t words[][3] = { { 1, 2, 3 }, { 1, 2, 2 }, { 2, 1, 3 } };
    for (size_t i = 0; i < 3; i++) {
        struct error error = { 0 };
        struct parquet_stamps stamps;
        struct bar_rows rows = { 0 };
        struct parquet_column column = column_of(MEANING_TIMESTAMP, 1000000);
        assert_true(parquet_stamps_init(&stamps, &footer, &column, &nowhere, &error));
        for (size_t k = 0; k < 3; k++) { /* also from call to call */
            uint64_t word = words[i][k];
            assert_true(parquet_stamps_convert(&stamps, &word, 1, &error));
        }
        assert_true(parquet_stamps_finish(&stamps, &rows, &error));
        assert_true(rows.ascending == (i == 0));
        assert_false(rows.daily);
    }
}

static void types_that_are_no_times_are_named(void **state)
{
    (void)state;
    static const struct {
        enum parquet_type type;
        enum parquet_meaning meaning;
        const char *meaning_name;
        bool is_nested;
        const char *type_text;
    } cases[] = {
        { PARQUET_DOUBLE, MEANING_NONE, NULL, false, "type DOUBLE" },
        { PARQUET_INT32, MEANING_NONE, NULL, false, "type INT32" },
        { PARQUET_INT32, MEANING_TIMESTAMP, "TIMESTAMP", false, "type INT32 TIMESTAMP" },
        { PARQUET_INT64, MEANING_DATE, "DATE", false, "type INT64 DATE" },
        { PARQUET_INT64, MEANING_OTHER, "DECIMAL", false, "type INT64 DECIMAL" },
        { PARQUET_BYTE_ARRAY, MEANING_OTHER, "STRING", false, "type BYTE_ARRAY STRING" },
        { PARQUET_INT64, MEANING_NONE, NULL, true, "a nested type" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = { 0 };
        struct parquet_stamps stamps;
        char message[256];
        struct parquet_column column = column_of(cases[i].meaning, 1000);
        column.type = cases[i].type;
        column.meaning_name = cases[i].meaning_name;
        column.is_nested = cases[i].is_nested;
        snprintf(
            message, sizeof message,
            "QQQ.parquet: column timestamp: %s is not read as a time (TIMESTAMP, DATE or INT64 "
            "was expected)",
            cases[i].type_text);
        assert_false(parquet_stamps_init(&stamps, &footer, &column, &utc, &error));
        assert_string_equal(error.message, message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_become_microseconds),
        cmocka_unit_test(counts_say_their_unit_by_their_size),
        cmocka_unit_test(times_lie_between_1970_and_2199),
        cmocka_unit_test(the_row_that_is_wrong_is_named),
        cmocka_unit_test(readings_of_a_clock_become_what_the_zone_says),
        cmocka_unit_test(readings_of_a_column_named_date_wait_for_the_last),
        cmocka_unit_test(only_stamps_that_ascend_are_told_to),
        cmocka_unit_test(types_that_are_no_times_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
