#include "service/feeds/bar_file.h"

#include "service/base/date.h"
#include "tests/support/bars_made.h"
#include "tests/support/random.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPEN_US INT64_C(1719581400000000) /* 2024-06-28T13:30:00Z */

static struct scratch scratch;
static struct error error;
static struct bar bars[2];
static const struct series series = { .bars = bars, .count = 2 };

static int prepare(void **state)
{
    (void)state;
    scratch_init(&scratch);
    error = (struct error) { 0 };
    bars[0] = bars_bar(OPEN_US, 1, 4, 0.5, 2);
    bars[1] = bars_bar(OPEN_US + MINUTE_US, 2, 3, 2, 3);
    return 0;
}

static int release(void **state)
{
    (void)state;
    scratch_release(&scratch);
    return 0;
}

static bool write_as(const char *name, bool is_daily)
{
    return bar_file_write(scratch_path(&scratch, name), &series, is_daily, &error);
}

static void assert_reads_back(const char *name, bool is_daily)
{
    struct series read = { 0 };
    struct bar_file_report report = { 0 };
    bool daily = !is_daily;
    if (!write_as(name, is_daily) ||
        !bar_file_read(scratch_path(&scratch, name), &(struct bar_zone) { 0 }, 1, &read, &daily,
                       &report, &error))
        fail_msg("%s", error.message);
    assert_int_equal(daily, is_daily);
    assert_int_equal(read.count, series.count);
    assert_memory_equal(read.bars, bars, sizeof bars);
    series_release(&read);
    bar_file_report_release(&report);
}

static void the_ending_is_what_follows_the_last_point(void **state)
{
    (void)state;
    assert_string_equal(bar_file_ending("QQQ.csv"), "csv");
    assert_string_equal(bar_file_ending("some.folder/BRK.B.parquet"), "parquet");
    static const char *const others[] = {
        "",           "csv",      "QQQ",       ".csv", "bars/.csv", "QQQ.CSV",
        "QQQ.csv.gz", "QQQ.csv/", "a.csv/QQQ", "QQQ.", "QQQ.cs",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (bar_file_ending(others[i]))
            fail_msg("%s", others[i]);
}

static void the_ending_says_the_format(void **state)
{
    (void)state;
    assert_reads_back("x.csv", false);
    assert_reads_back("x.parquet", false);
    char *csv = scratch_read(&scratch, "x.csv");
    char *parquet = scratch_read(&scratch, "x.parquet");
    assert_memory_equal(csv, "timestamp,", 10);
    assert_memory_equal(parquet, "PAR1", 4);
    free(csv);
    free(parquet);
}

static void daily_bars_are_written_as_such(void **state)
{
    (void)state;
    bars[0].open_time_us = date_from_civil(2024, 6, 27) * DAY_US;
    bars[1].open_time_us = date_from_civil(2024, 6, 28) * DAY_US;
    assert_reads_back("x.csv", true);
    assert_reads_back("x.parquet", true);
}

/* Large enough that two threads are worth it: volumes like these are not compressed. */
static void a_large_file_is_read_alike_on_any_number_of_threads(void **state)
{
    (void)state;
    static const char *const names[] = { "QQQ.csv", "QQQ.parquet" };
    struct series many = { 0 };
    struct random random = { 7 };
    for (int64_t i = 0; i < 200000; i++) {
        struct bar bar = bars_bar(OPEN_US + i * MINUTE_US, 2, 4, 0.5, 3);
        bar.volume = (double)(random_next(&random) >> 11);
        series_append(&many, &bar);
    }
    for (size_t i = 0; i < 2; i++) {
        const char *path = scratch_path(&scratch, names[i]);
        assert_true(bar_file_write(path, &many, false, &error));
        for (size_t threads = 0; threads < 4; threads++) {
            struct series read;
            struct bar_file_report report;
            bool daily;
            assert_true(bar_file_read(path, &(struct bar_zone) { 0 }, threads, &read, &daily,
                                      &report, &error));
            assert_int_equal(read.count, many.count);
            assert_memory_equal(read.bars, many.bars, many.count * sizeof *many.bars);
            series_release(&read);
            bar_file_report_release(&report);
        }
    }
    series_release(&many);
}

static void another_ending_is_refused(void **state)
{
    (void)state;
    assert_false(write_as("x.txt", false));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "x.txt: bars are written as CSV or Parquet"));
    assert_int_equal(scratch_count(&scratch, "x"), 0);
    assert_null(bar_file_ending_wanted("x.txt", &error));
    assert_string_equal(bar_file_ending_wanted("x.csv", &error), "csv");
}

static void what_cannot_be_written_leaves_what_is_there(void **state)
{
    (void)state;
    scratch_write(&scratch, "x.csv", "mine");
    assert_false(write_as("x.csv/y.csv", false));
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_int_equal(scratch_count(&scratch, "x"), 1);
    assert_true(write_as("x.csv", false));
    assert_int_equal(scratch_count(&scratch, "x"), 1);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(the_ending_is_what_follows_the_last_point),
        PREPARED(the_ending_says_the_format),
        PREPARED(daily_bars_are_written_as_such),
        PREPARED(a_large_file_is_read_alike_on_any_number_of_threads),
        PREPARED(another_ending_is_refused),
        PREPARED(what_cannot_be_written_leaves_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
