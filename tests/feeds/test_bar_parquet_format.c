#include "service/base/date.h"
#include "service/feeds/bar_parquet.h"
#include "tests/bench/walk.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GROUP_BARS = 65536 };

static struct text format(const struct series *series, bool is_daily)
{
    struct text text = { 0 };
    bar_parquet_format(series, is_daily, &text);
    assert_false(text.full);
    return text;
}

/* Reads an exact copy, so that the address sanitizer sees a look beyond the end. */
static struct bar_rows read_back(const struct text *text)
{
    char *copy = malloc(text->size);
    memcpy(copy, text->bytes, text->size);
    const struct bar_zone zone = { 0 };
    struct bar_source source = { "QQQ.parquet", copy, text->size, &zone };
    struct bar_rows rows = { 0 };
    struct error error = { 0 };
    if (!bar_parquet_parse(&source, 1, &rows, &error))
        fail_msg("%s", error.message);
    free(copy);
    return rows;
}

/* Written and read, the bars have the same bits: only the NaN that says there is no vwap may be
 * another one. Releases the series. */
static void assert_comes_back(struct series *series, bool is_daily)
{
    struct text text = format(series, is_daily);
    struct bar_rows rows = read_back(&text);
    assert_int_equal(rows.series.count, series->count);
    assert_true(rows.daily == is_daily);
    assert_string_equal(rows.ignored_columns, "");
    for (size_t i = 0; i < series->count; i++) {
        struct bar read = rows.series.bars[i], written = series->bars[i];
        if (isnan(read.vwap) && isnan(written.vwap))
            read.vwap = written.vwap = NAN;
        if (memcmp(&read, &written, sizeof read) != 0)
            fail_msg("bar %zu of %zu is another", i, series->count);
    }
    text_release(&text);
    series_release(&rows.series);
    series_release(series);
}

static bool contains(const struct text *text, const char *word)
{
    return memmem(text->bytes, text->size, word, strlen(word)) != NULL;
}

static struct series walk(size_t count)
{
    struct series series = { 0 };
    walk_fill(&series, count);
    return series;
}

static void bars_come_back_from_groups_of_every_size(void **state)
{
    (void)state;
    static const size_t counts[] = { 1,
                                     2,
                                     31,
                                     32,
                                     33,
                                     128,
                                     129,
                                     130,
                                     GROUP_BARS - 1,
                                     GROUP_BARS,
                                     GROUP_BARS + 1,
                                     2 * GROUP_BARS,
                                     2 * GROUP_BARS + 1 };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct series series = walk(counts[i]);
        assert_comes_back(&series, false);
    }
}

static void no_bars_are_a_file_without_rows(void **state)
{
    (void)state;
    struct series none = { 0 };
    assert_comes_back(&none, false);
    assert_comes_back(&none, true);
}

static double random_double(struct random *random)
{
    uint64_t word = random_next(random);
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* Numbers of sixty-four random bits: NaN of every kind, infinities, subnormals. No dictionary pays,
 * and nothing can be compressed. */
static struct series noise(size_t count)
{
    struct random random = { 11 };
    struct series series = walk(count);
    for (size_t i = 0; i < series.count; i++) {
        struct bar *bar = &series.bars[i];
        bar->open = random_double(&random);
        bar->high = random_double(&random);
        bar->low = random_double(&random);
        bar->close = random_double(&random);
        bar->volume = random_double(&random);
        bar->vwap = random_double(&random);
        bar->trade_count = (int64_t)(random_next(&random) >> 11);
    }
    return series;
}

static void any_double_keeps_its_bits(void **state)
{
    (void)state;
    struct series series = noise(3000);
    assert_comes_back(&series, false);
}

/* A few of them again and again, so that they come from a dictionary. */
static void odd_doubles_keep_their_bits_in_a_dictionary(void **state)
{
    (void)state;
    static const double odd[] = { -0.0,      0.0,    NAN,     -NAN,     INFINITY,
                                  -INFINITY, 5e-324, 1.7e308, -1.7e308, 1.0 / 3 };
    const size_t count = sizeof odd / sizeof *odd;
    struct series series = walk(3000);
    for (size_t i = 0; i < series.count; i++) {
        struct bar *bar = &series.bars[i];
        bar->open = odd[i % count];
        bar->high = odd[i * 3 % count];
        bar->low = odd[i * 7 % count];
        bar->close = odd[i * 9 % count];
        bar->volume = odd[i / 300];
        bar->vwap = odd[i / 7 % count];
    }
    assert_comes_back(&series, false);
}

static void stamps_far_apart_and_in_disorder_come_back(void **state)
{
    (void)state;
    struct random random = { 5 };
    struct series series = walk(1000);
    for (size_t i = 0; i < series.count; i++)
        series.bars[i].open_time_us = (int64_t)random_below(&random, 7258118400) * SECOND_US +
                                      (int64_t)random_below(&random, 1000000);
    assert_comes_back(&series, false);
}

static void daily_bars_have_dates(void **state)
{
    (void)state;
    struct series series = walk(700);
    for (size_t i = 0; i < series.count; i++)
        series.bars[i].open_time_us = (int64_t)(i * i / 8) * DAY_US;
    struct text text = format(&series, true);
    assert_true(contains(&text, "date"));
    assert_false(contains(&text, "timestamp"));
    text_release(&text);
    assert_comes_back(&series, true);
}

static void vwap_and_trade_count_are_there_when_a_bar_has_one(void **state)
{
    (void)state;
    struct series series = walk(300);
    struct text without = format(&series, false);
    assert_false(contains(&without, "vwap"));
    assert_false(contains(&without, "trade_count"));
    text_release(&without);

    series.bars[299].vwap = 1.25;
    struct text vwap = format(&series, false);
    assert_true(contains(&vwap, "vwap"));
    assert_false(contains(&vwap, "trade_count"));
    text_release(&vwap);

    series.bars[0].trade_count = 0;
    struct text both = format(&series, false);
    assert_true(contains(&both, "vwap"));
    assert_true(contains(&both, "trade_count"));
    text_release(&both);
    assert_comes_back(&series, false);
}

static void a_part_of_a_data_set_has_all_columns(void **state)
{
    (void)state;
    struct series series = walk(300);
    const struct parquet_pair pair = { "of", "a data set" };
    struct text part = { 0 };
    bar_parquet_format_part(&series, false, &pair, 1, &part);
    assert_true(contains(&part, "vwap"));
    assert_true(contains(&part, "trade_count"));
    assert_true(contains(&part, "a data set"));
    struct bar_rows rows = read_back(&part);
    assert_int_equal(rows.series.count, 300);
    for (size_t i = 0; i < rows.series.count; i++)
        assert_true(isnan(rows.series.bars[i].vwap) && rows.series.bars[i].trade_count == -1);
    series_release(&rows.series);
    text_release(&part);
    series_release(&series);
}

/* One group has none of them, one all, one some. */
static void values_may_be_missing_in_any_group(void **state)
{
    (void)state;
    struct series series = walk(2 * GROUP_BARS + 1000);
    for (size_t i = GROUP_BARS; i < series.count; i++) {
        bool there = i < (size_t)2 * GROUP_BARS || i % 3 == 0;
        series.bars[i].vwap = there ? series.bars[i].close + 0.125 : NAN;
        series.bars[i].trade_count = there ? (int64_t)(i % 1000) : -1;
    }
    assert_comes_back(&series, false);
}

static void the_same_bars_are_the_same_bytes(void **state)
{
    (void)state;
    struct series series = walk(70000);
    struct text first = format(&series, false), second = { 0 };
    text_append(&second, "in front");
    bar_parquet_format(&series, false, &second);
    assert_int_equal(second.size, first.size + 8);
    assert_memory_equal(second.bytes + 8, first.bytes, first.size);
    text_release(&first);
    text_release(&second);
    series_release(&series);
}

/* 65 bytes a row as CSV; who spoils an encoding gets more than the nine it takes. */
static void bars_in_cents_are_small(void **state)
{
    (void)state;
    struct series series = walk(GROUP_BARS);
    struct text text = format(&series, false);
    assert_in_range(text.size, GROUP_BARS, 10 * GROUP_BARS);
    text_release(&text);
    series_release(&series);
}

/* A dictionary of numbers that hardly repeat would be as large as they are, with indices on top. */
static void noise_takes_no_more_than_its_bytes(void **state)
{
    (void)state;
    enum { BARS = 10000 };
    struct series series = noise(BARS);
    struct text text = format(&series, false);
    assert_true(text.size < 7 * 8 * BARS);
    text_release(&text);
    series_release(&series);
}

/* In the middle of a page that is stored as it is, so that nothing else could notice. */
static void a_flipped_bit_is_an_error(void **state)
{
    (void)state;
    struct series series = noise(1000);
    struct text text = format(&series, false);
    text.bytes[text.size / 2] ^= 1;
    const struct bar_zone zone = { 0 };
    struct bar_source source = { "QQQ.parquet", text.bytes, text.size, &zone };
    struct bar_rows rows = { 0 };
    struct error error = { 0 };
    assert_false(bar_parquet_parse(&source, 1, &rows, &error));
    assert_non_null(strstr(error.message, "checksum"));
    text_release(&text);
    series_release(&series);
}

static void a_text_with_too_little_room_is_full(void **state)
{
    (void)state;
    struct series series = walk(1000);
    struct text text = { .size_max = 4096 };
    bar_parquet_format(&series, false, &text);
    assert_true(text.full);
    text_release(&text);
    series_release(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_come_back_from_groups_of_every_size),
        cmocka_unit_test(no_bars_are_a_file_without_rows),
        cmocka_unit_test(any_double_keeps_its_bits),
        cmocka_unit_test(odd_doubles_keep_their_bits_in_a_dictionary),
        cmocka_unit_test(stamps_far_apart_and_in_disorder_come_back),
        cmocka_unit_test(daily_bars_have_dates),
        cmocka_unit_test(vwap_and_trade_count_are_there_when_a_bar_has_one),
        cmocka_unit_test(a_part_of_a_data_set_has_all_columns),
        cmocka_unit_test(values_may_be_missing_in_any_group),
        cmocka_unit_test(the_same_bars_are_the_same_bytes),
        cmocka_unit_test(bars_in_cents_are_small),
        cmocka_unit_test(noise_takes_no_more_than_its_bytes),
        cmocka_unit_test(a_flipped_bit_is_an_error),
        cmocka_unit_test(a_text_with_too_little_room_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
