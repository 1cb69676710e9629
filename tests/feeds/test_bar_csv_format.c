#include "service/base/date.h"
#include "service/feeds/bar_csv.h"
#include "tests/support/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OPEN_US INT64_C(1719581400000000) /* 2024-06-28T13:30:00Z */

enum { RANDOM_BARS = 20000 };

static struct series series;
static struct text text;
static struct bar_rows rows;

static int release(void **state)
{
    (void)state;
    series_release(&series);
    series_release(&rows.series);
    text_release(&text);
    return 0;
}

static void add(int64_t time_us, double price, double volume, double vwap, int64_t trade_count)
{
    struct bar bar = { time_us, price, price, price, price, volume, vwap, trade_count };
    series_append(&series, &bar);
}

static void assert_text(bool is_daily, const char *expected)
{
    text_clear(&text);
    bar_csv_format(&series, is_daily, &text);
    assert_string_equal(text_string(&text), expected);
}

/* A NaN is a NaN, whatever its sign and payload. */
static void assert_same_number(double a, double b)
{
    if (!isnan(a) || !isnan(b))
        assert_memory_equal(&a, &b, sizeof a);
}

/* Written and read, the bars are the same bit for bit. */
static void assert_reads_back(bool is_daily)
{
    struct error error = { 0 };
    text_clear(&text);
    bar_csv_format(&series, is_daily, &text);
    struct bar_source source = { "QQQ.csv", text.bytes, text.size, &(struct bar_zone) { 0 } };
    series_release(&rows.series);
    if (!bar_csv_parse(&source, &rows, &error))
        fail_msg("%s", error.message);
    assert_int_equal(rows.daily, is_daily);
    assert_string_equal(rows.ignored_columns, "");
    assert_int_equal(rows.series.count, series.count);
    for (size_t i = 0; i < series.count; i++) {
        const struct bar *wanted = &series.bars[i];
        const struct bar *got = &rows.series.bars[i];
        assert_true(got->open_time_us == wanted->open_time_us);
        assert_same_number(got->open, wanted->open);
        assert_same_number(got->high, wanted->high);
        assert_same_number(got->low, wanted->low);
        assert_same_number(got->close, wanted->close);
        assert_same_number(got->volume, wanted->volume);
        assert_same_number(got->vwap, wanted->vwap);
        assert_true(got->trade_count == wanted->trade_count);
    }
}

static void bars_are_written_with_their_shortest_numbers(void **state)
{
    (void)state;
    struct bar bar = { OPEN_US, 346.46, 347.76, 345.8, 347, 2050831, NAN, -1 };
    series_append(&series, &bar);
    add(OPEN_US + MINUTE_US, 0.1, 0, NAN, -1);
    assert_text(false, "timestamp,open,high,low,close,volume\n"
                       "2024-06-28T13:30:00Z,346.46,347.76,345.8,347,2050831\n"
                       "2024-06-28T13:31:00Z,0.1,0.1,0.1,0.1,0\n");
    assert_reads_back(false);
}

static void without_bars_there_is_the_header(void **state)
{
    (void)state;
    assert_text(false, "timestamp,open,high,low,close,volume\n");
    assert_text(true, "date,open,high,low,close,volume\n");
    assert_reads_back(false);
    assert_reads_back(true);
}

static void daily_bars_have_dates(void **state)
{
    (void)state;
    add(date_from_civil(2024, 6, 27) * DAY_US, 1, 2, NAN, -1);
    add(date_from_civil(2024, 6, 28) * DAY_US, 3, 4, NAN, -1);
    assert_text(true, "date,open,high,low,close,volume\n"
                      "2024-06-27,1,1,1,1,2\n2024-06-28,3,3,3,3,4\n");
    assert_reads_back(true);
}

static void optional_columns_are_there_when_a_bar_has_one(void **state)
{
    (void)state;
    add(OPEN_US, 1, 2, NAN, -1);
    add(OPEN_US + 1, 1, 2, 1.5, -1);
    assert_text(false, "timestamp,open,high,low,close,volume,vwap\n"
                       "2024-06-28T13:30:00Z,1,1,1,1,2,\n"
                       "2024-06-28T13:30:00.000001Z,1,1,1,1,2,1.5\n");
    assert_reads_back(false);
    series.bars[1].vwap = NAN;
    series.bars[1].trade_count = 0;
    assert_text(false, "timestamp,open,high,low,close,volume,trade_count\n"
                       "2024-06-28T13:30:00Z,1,1,1,1,2,\n"
                       "2024-06-28T13:30:00.000001Z,1,1,1,1,2,0\n");
    assert_reads_back(false);
    series.bars[0].vwap = 0.5;
    assert_text(false, "timestamp,open,high,low,close,volume,vwap,trade_count\n"
                       "2024-06-28T13:30:00Z,1,1,1,1,2,0.5,\n"
                       "2024-06-28T13:30:00.000001Z,1,1,1,1,2,,0\n");
    assert_reads_back(false);
}

static void a_fraction_of_a_second_is_written_only_if_there_is_one(void **state)
{
    (void)state;
    add(OPEN_US + 125000, 1, 2, NAN, -1);
    add(OPEN_US + SECOND_US, 1, 2, NAN, -1);
    assert_text(false, "timestamp,open,high,low,close,volume\n"
                       "2024-06-28T13:30:00.125000Z,1,1,1,1,2\n"
                       "2024-06-28T13:30:01Z,1,1,1,1,2\n");
    assert_reads_back(false);
}

static void numbers_at_the_edges_read_back(void **state)
{
    (void)state;
    static const double edges[] = {
        0.0,      -0.0,      DBL_MIN, DBL_TRUE_MIN, DBL_MAX,    -DBL_MAX, DBL_EPSILON,
        INFINITY, -INFINITY, NAN,     0x1p53,       0x1p53 - 1, 1e15,     1e16,
        1e22,     1e23,      0.1,     1e-4,         9.999e-5,   5e-324,   1.0 / 3,
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        add(OPEN_US + (int64_t)i * MINUTE_US, edges[i], -edges[i], edges[i], -1);
    add(OPEN_US + DAY_US, 1, 1, 1, 0);
    add(OPEN_US + DAY_US + 1, 1, 1, 1, INT64_C(1) << 53);
    assert_reads_back(false);
}

static void stamps_at_the_edges_read_back(void **state)
{
    (void)state;
    int64_t end_us = (date_from_civil(2199, 12, 31) + 1) * DAY_US;
    add(0, 1, 1, NAN, -1);
    add(DAY_US - 1, 1, 1, NAN, -1);
    add(DAY_US, 1, 1, NAN, -1);
    add(end_us - SECOND_US, 1, 1, NAN, -1);
    add(end_us - 1, 1, 1, NAN, -1);
    add(1, 1, 1, NAN, -1);
    assert_reads_back(false);
    series.count = 0;
    add(end_us - DAY_US, 1, 1, NAN, -1);
    add(0, 1, 1, NAN, -1);
    assert_reads_back(true);
}

static double any_double(struct random *random)
{
    uint64_t bits = random_next(random);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void any_bars_read_back(void **state)
{
    (void)state;
    struct random random = { 41 };
    const uint64_t span_us = (uint64_t)(date_from_civil(2199, 12, 31) * DAY_US);
    for (size_t i = 0; i < RANDOM_BARS; i++) {
        struct bar bar = {
            .open_time_us = (int64_t)random_below(&random, span_us),
            .open = any_double(&random),
            .high = any_double(&random),
            .low = random_price(&random),
            .close = (double)(float)random_price(&random),
            .volume = (double)random_below(&random, 1000000000000),
            .vwap = i % 3 ? any_double(&random) : NAN,
            .trade_count = i % 5 ? (int64_t)random_below(&random, UINT64_C(1) << 53) : -1,
        };
        if (i % 2)
            bar.open_time_us -= bar.open_time_us % SECOND_US;
        series_append(&series, &bar);
    }
    assert_reads_back(false);
}

static void the_text_is_appended(void **state)
{
    (void)state;
    text_append(&text, "# ");
    bar_csv_format(&series, true, &text);
    assert_string_equal(text_string(&text), "# date,open,high,low,close,volume\n");
}

#define CLEAN(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN(bars_are_written_with_their_shortest_numbers),
        CLEAN(without_bars_there_is_the_header),
        CLEAN(daily_bars_have_dates),
        CLEAN(optional_columns_are_there_when_a_bar_has_one),
        CLEAN(a_fraction_of_a_second_is_written_only_if_there_is_one),
        CLEAN(numbers_at_the_edges_read_back),
        CLEAN(stamps_at_the_edges_read_back),
        CLEAN(any_bars_read_back),
        CLEAN(the_text_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
