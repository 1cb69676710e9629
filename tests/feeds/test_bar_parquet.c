#include "service/feeds/bar_parquet.h"

#include "service/base/date.h"
#include "service/base/file.h"
#include "tests/support/exact.h"
#include "tests/support/parquet_parted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The files, and what is in them: parquet/README.md and parquet/make.py. */
#define FOLDER "tests/feeds/parquet/"
#define START_US INT64_C(1709908200000000) /* 2024-03-08T14:30:00Z */

static const struct bar_zone nowhere = { .kind = ZONE_NONE };
static const struct bar_zone new_york = { .kind = ZONE_NEW_YORK };

static bool read_file(const char *name, const struct bar_zone *zone, struct bar_rows *ret_rows,
                      struct error *error)
{
    char path[256];
    struct file_view view;
    snprintf(path, sizeof path, FOLDER "%s.parquet", name);
    if (!file_view_open(path, &view, error))
        fail_msg("%s (the tests run in the folder above)", error->message);
    /* An exact copy, so that the address sanitizer sees a look beyond the end. */
    char *copy = malloc(view.size);
    memcpy(copy, view.bytes, view.size);
    struct bar_source source = { "QQQ.parquet", copy, view.size, zone };
    assert_true(bar_parquet_is(&source));
    bool is_read = parted_parse(&source, 8, ret_rows, error);
    file_view_close(&view);
    free(copy);
    return is_read;
}

static struct bar_rows rows_of(const char *name, const struct bar_zone *zone)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    if (!read_file(name, zone, &rows, &error))
        fail_msg("%s: %s", name, error.message);
    return rows;
}

static void assert_refused(const char *name, const char *message)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    assert_false(read_file(name, &nowhere, &rows, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
    assert_null(rows.series.bars);
}

/* The bar of a row, with all that may be there; its time is the caller's to set. */
static struct bar bar_of(size_t row)
{
    double price = 100 + (double)(row * 7 % 50) / 4;
    return (struct bar) {
        .open = price,
        .high = price + 1.25,
        .low = price - 0.75,
        .close = price + 0.5,
        .volume = (double)(1000 + row * 37 % 900),
        .vwap = row % 5 == 0 ? NAN : price + 0.125,
        .trade_count = row % 7 == 0 ? -1 : (int64_t)(row % 300),
    };
}

static void assert_bar(const struct bar *actual, const struct bar *expected)
{
    assert_int_equal(actual->open_time_us, expected->open_time_us);
    assert_exactly(actual->open, expected->open);
    assert_exactly(actual->high, expected->high);
    assert_exactly(actual->low, expected->low);
    assert_exactly(actual->close, expected->close);
    assert_exactly(actual->volume, expected->volume);
    assert_exactly(actual->vwap, expected->vwap);
    assert_int_equal(actual->trade_count, expected->trade_count);
}

/* The rows are those of make.py, `step_us` apart from the start on. */
static void assert_rows(struct bar_rows *rows, size_t count, int64_t start_us, int64_t step_us)
{
    assert_int_equal(rows->series.count, count);
    for (size_t i = 0; i < count; i++) {
        struct bar expected = bar_of(i);
        expected.open_time_us = start_us + (int64_t)i * step_us;
        assert_bar(&rows->series.bars[i], &expected);
    }
    assert_true(rows->ascending);
    series_release(&rows->series);
}

static void assert_minutes(const char *name, const struct bar_zone *zone, size_t count)
{
    struct bar_rows rows = rows_of(name, zone);
    assert_false(rows.daily);
    assert_string_equal(rows.ignored_columns, "");
    assert_string_equal(rows.symbol, "");
    assert_rows(&rows, count, START_US, MINUTE_US);
}

static void what_the_libraries_write_by_default_is_read(void **state)
{
    (void)state;
    const struct bar_zone utc = { .kind = ZONE_UTC };
    assert_minutes("pandas", &nowhere, 700);
    assert_minutes("polars", &nowhere, 700);
    assert_minutes("duckdb", &utc, 700);
    assert_minutes("duckdb_v2", &utc, 700);
}

static void pages_of_version_2_in_several_row_groups_are_read(void **state)
{
    (void)state;
    assert_minutes("pyarrow_pages_v2", &nowhere, 700);
}

static void a_chunk_may_go_on_without_its_dictionary(void **state)
{
    (void)state;
    assert_minutes("pyarrow_fallback", &nowhere, 700);
}

static void steps_and_split_streams_are_read(void **state)
{
    (void)state;
    assert_minutes("pyarrow_encodings", &nowhere, 700);
}

static void an_index_without_a_name_is_the_stamp_when_nothing_else_is(void **state)
{
    (void)state;
    assert_minutes("pandas_index", &nowhere, 40);
}

static void counts_since_1970_are_told_apart_by_size(void **state)
{
    (void)state;
    assert_minutes("pyarrow_seconds", &nowhere, 40);
}

static void numbers_may_be_of_any_plain_type(void **state)
{
    (void)state;
    static const char *const names[] = { "pyarrow_types", "pyarrow_types_encodings" };
    for (size_t k = 0; k < 2; k++) {
        struct bar_rows rows = rows_of(names[k], &nowhere);
        assert_int_equal(rows.series.count, 40);
        for (size_t i = 0; i < 40; i++) {
            struct bar expected = bar_of(i);
            expected.open_time_us = START_US + (int64_t)i * MINUTE_US;
            expected.high = (double)i;
            expected.vwap = expected.open + 0.125;
            expected.trade_count = (int64_t)i;
            assert_bar(&rows.series.bars[i], &expected);
        }
        series_release(&rows.series);
    }
}

static void dates_make_a_file_daily(void **state)
{
    (void)state;
    int64_t start_us = date_from_civil(2024, 1, 1) * DAY_US;
    static const char *const names[] = { "polars_dates", "pandas_midnights" };
    for (size_t i = 0; i < 2; i++) {
        struct bar_rows rows = rows_of(names[i], &nowhere);
        assert_true(rows.daily);
        assert_rows(&rows, 40, start_us, DAY_US);
        rows = rows_of(names[i], &new_york); /* whatever the zone */
        assert_rows(&rows, 40, start_us, DAY_US);
    }
}

static void readings_of_a_clock_are_turned_by_the_zone(void **state)
{
    (void)state;
    struct bar_rows rows = rows_of("pyarrow_readings", &new_york);
    assert_int_equal(rows.series.count, 120);
    assert_false(rows.daily);
    for (size_t i = 0; i < 120; i++) { /* across the change to daylight time */
        int64_t time_us = START_US + (int64_t)i * HOUR_US;
        bar_zone_to_utc(&new_york, &time_us);
        assert_int_equal(rows.series.bars[i].open_time_us, time_us);
    }
    assert_int_equal(rows.series.bars[0].open_time_us, START_US + 5 * HOUR_US);
    assert_int_equal(rows.series.bars[119].open_time_us, START_US + (119 + 4) * HOUR_US);
    series_release(&rows.series);
    assert_refused("pyarrow_readings", "QQQ.parquet: column timestamp: its times name no zone (say "
                                       "it with --zone America/New_York, UTC or +HH:MM)");
}

static void readings_in_a_column_named_date_are_dates_only_at_midnight(void **state)
{
    (void)state;
    struct bar_rows rows = rows_of("pyarrow_date_readings", &new_york);
    assert_false(rows.daily);
    assert_rows(&rows, 40, START_US + 5 * HOUR_US, MINUTE_US);
    assert_refused("pyarrow_date_readings",
                   "QQQ.parquet: column Date: its times name no zone (say it with --zone "
                   "America/New_York, UTC or +HH:MM)");
}

static void a_file_without_rows_is_a_series_without_bars(void **state)
{
    (void)state;
    struct bar_rows rows = rows_of("pyarrow_empty", &nowhere);
    assert_false(rows.daily);
    assert_rows(&rows, 0, 0, 0);
}

static void other_columns_are_passed_over_and_named_whatever_they_are(void **state)
{
    (void)state;
    struct bar_rows rows = rows_of("pyarrow_symbol", &nowhere);
    assert_string_equal(rows.ignored_columns, "Dividends, legs, halted, tick");
    assert_rows(&rows, 40, START_US, MINUTE_US);
}

static void a_symbol_that_all_rows_name_is_told(void **state)
{
    (void)state;
    struct bar_rows rows = rows_of("pyarrow_symbol", &nowhere);
    assert_string_equal(rows.symbol, "BTC/USD");
    assert_rows(&rows, 40, START_US, MINUTE_US);
    rows = rows_of("pyarrow_symbol_plain", &nowhere);
    assert_string_equal(rows.symbol, "QQQ");
    assert_rows(&rows, 40, START_US, MINUTE_US);
}

static void a_file_of_two_symbols_is_refused(void **state)
{
    (void)state;
    assert_refused("pyarrow_two_symbols",
                   "QQQ.parquet: column symbol: row 31: \"SPY\" is not the \"QQQ\" of the rows "
                   "above (a file holds the bars of one symbol)");
}

static void what_is_not_read_is_named(void **state)
{
    (void)state;
    assert_refused("refused_brotli",
                   "QQQ.parquet: column timestamp: compression BROTLI is not read");
    assert_refused("refused_lz4", "QQQ.parquet: column timestamp: compression LZ4_RAW is not read");
    assert_refused("refused_encoding",
                   "QQQ.parquet: column symbol: encoding DELTA_BYTE_ARRAY is not read");
    assert_refused("refused_decimal",
                   "QQQ.parquet: column close: type FIXED_LEN_BYTE_ARRAY DECIMAL is not read as a "
                   "number (INT32, INT64, FLOAT or DOUBLE was expected)");
    assert_refused("refused_nested", "QQQ.parquet: column close: a nested type is not read as a "
                                     "number (INT32, INT64, FLOAT or DOUBLE was expected)");
    assert_refused("refused_int96", "QQQ.parquet: column timestamp: type INT96 is not read as a "
                                    "time (TIMESTAMP, DATE or INT64 was expected)");
}

static void a_symbol_is_a_text(void **state)
{
    (void)state;
    assert_refused("refused_symbol_number", "QQQ.parquet: column symbol: type INT64 is not read as "
                                            "text (BYTE_ARRAY was expected)");
    assert_refused("refused_symbol_list",
                   "QQQ.parquet: column symbol: a nested type is not read as "
                   "text (BYTE_ARRAY was expected)");
}

static void a_row_without_a_stamp_is_named(void **state)
{
    (void)state;
    assert_refused("refused_null_stamp", "QQQ.parquet: column timestamp: row 4 is null");
}

static void a_count_that_is_not_whole_is_named(void **state)
{
    (void)state;
    assert_refused("refused_count", "QQQ.parquet: column trade_count: row 3: 1.5 is not a count (a "
                                    "whole number such as 1250 was expected)");
}

/* Two files, cut short anywhere and with any byte changed: read or refused, never more. */
static void damaged_files_are_read_or_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "pyarrow_types_encodings", "refused_int96" };
    for (size_t k = 0; k < 2; k++) {
        char path[256];
        struct file_view view;
        struct error error = { 0 };
        snprintf(path, sizeof path, FOLDER "%s.parquet", names[k]);
        assert_true(file_view_open(path, &view, &error));
        for (size_t i = 0; i < 2 * view.size; i++) {
            size_t size = i < view.size ? i : view.size;
            char *copy = malloc(size ? size : 1);
            memcpy(copy, view.bytes, size);
            if (i >= view.size)
                copy[i - view.size] ^= (char)(1 + i % 255);
            struct bar_source source = { "QQQ.parquet", copy, size, &nowhere };
            struct bar_rows rows = { 0 };
            error = (struct error) { 0 };
            if (parted_parse(&source, 2, &rows, &error))
                series_release(&rows.series);
            else
                assert_memory_equal(error.message, "QQQ.parquet: ", 13);
            assert_true(i >= view.size || error.kind == ERROR_DATA);
            free(copy);
        }
        file_view_close(&view);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_libraries_write_by_default_is_read),
        cmocka_unit_test(pages_of_version_2_in_several_row_groups_are_read),
        cmocka_unit_test(a_chunk_may_go_on_without_its_dictionary),
        cmocka_unit_test(steps_and_split_streams_are_read),
        cmocka_unit_test(an_index_without_a_name_is_the_stamp_when_nothing_else_is),
        cmocka_unit_test(counts_since_1970_are_told_apart_by_size),
        cmocka_unit_test(numbers_may_be_of_any_plain_type),
        cmocka_unit_test(dates_make_a_file_daily),
        cmocka_unit_test(readings_of_a_clock_are_turned_by_the_zone),
        cmocka_unit_test(readings_in_a_column_named_date_are_dates_only_at_midnight),
        cmocka_unit_test(a_file_without_rows_is_a_series_without_bars),
        cmocka_unit_test(other_columns_are_passed_over_and_named_whatever_they_are),
        cmocka_unit_test(a_symbol_that_all_rows_name_is_told),
        cmocka_unit_test(a_file_of_two_symbols_is_refused),
        cmocka_unit_test(what_is_not_read_is_named),
        cmocka_unit_test(a_symbol_is_a_text),
        cmocka_unit_test(a_row_without_a_stamp_is_named),
        cmocka_unit_test(a_count_that_is_not_whole_is_named),
        cmocka_unit_test(damaged_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
