#include "service/feeds/bar_parquet_part.h"

#include "tests/support/exact.h"
#include "tests/support/parquet_made.h"
#include "tests/support/parquet_parted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* On up to four threads the cuts lie at 300, 400, 600, 800 and 900. */
enum { ROWS = 1200, THREADS = 4, PLAIN = 0, INDICES = 8 };

static const struct bar_zone nowhere = { 0 };

static double close_of(size_t row)
{
    return row % 3 == 0 ? NAN : (double)(row % 100) + 0.5;
}

/* Which rows of [begin, end) have a close, as a run of bits, then those closes: plain or as indices
 * into the dictionary, in which number i is i + 0.5. */
static void append_values(struct text *bytes, size_t begin, size_t end, int encoding)
{
    for (size_t row = begin; row < end; row++) {
        double number = close_of(row);
        uint8_t index = (uint8_t)number;
        if (isnan(number))
            continue;
        if (encoding == PLAIN)
            text_append_bytes(bytes, &number, sizeof number);
        else
            text_append_bytes(bytes, &index, sizeof index);
    }
}

static void append_run(struct text *bytes, size_t count)
{
    uint64_t header = (count + 7) / 8 << 1 | 1;
    for (; header >= 0x80; header >>= 7)
        text_append_bytes(bytes, &(uint8_t) { (uint8_t)(header | 0x80) }, 1);
    text_append_bytes(bytes, &(uint8_t) { (uint8_t)header }, 1);
}

static void append_levels(struct text *bytes, size_t begin, size_t end)
{
    append_run(bytes, end - begin);
    for (size_t row = begin; row < end; row += 8) {
        uint8_t bits = 0;
        for (size_t i = 0; i < 8 && row + i < end; i++)
            bits = (uint8_t)(bits | !isnan(close_of(row + i)) << i);
        text_append_bytes(bytes, &bits, 1);
    }
}

/* A page of version 2 with the closes of rows [begin, end). */
static void append_closes(struct text *pages, size_t begin, size_t end, int encoding)
{
    struct text bytes = { 0 };
    append_levels(&bytes, begin, end);
    size_t levels_size = bytes.size;
    if (encoding == INDICES) {
        text_append_bytes(&bytes, "\x08", 1);
        append_run(&bytes, (end - begin + 7) / 8 * 8);
    }
    append_values(&bytes, begin, end, encoding);
    made_page_append(pages, &(struct made_page) {
                                .kind = MADE_DATA_V2,
                                .encoding = encoding,
                                .value_count = (int64_t)(end - begin),
                                .bytes = text_string(&bytes),
                                .size = bytes.size,
                                .levels_size = (int64_t)levels_size,
                            });
    text_release(&bytes);
}

static void append_dictionary(struct text *pages)
{
    double numbers[100];
    for (size_t i = 0; i < 100; i++)
        numbers[i] = (double)i + 0.5;
    made_page_append(pages, &(struct made_page) { .kind = MADE_DICTIONARY,
                                                  .value_count = 100,
                                                  .bytes = numbers,
                                                  .size = sizeof numbers });
}

/* `count` times one number. */
static void append_repeat(struct text *bytes, size_t count, uint8_t number)
{
    const uint8_t run[] = { (uint8_t)(count << 1 | 0x80), (uint8_t)(count >> 6), number };
    text_append_bytes(bytes, run, sizeof run);
}

/* A page of so many QQQ and then so many SPY. */
static void append_symbols(struct text *pages, size_t first_count, size_t second_count)
{
    struct text bytes = { 0 };
    text_append_bytes(&bytes, "\x03\0\0\0", 4);
    append_repeat(&bytes, first_count + second_count, 1); /* each is there */
    text_append_bytes(&bytes, "\x01", 1);                 /* indices of one bit */
    append_repeat(&bytes, first_count, 0);
    append_repeat(&bytes, second_count, 1);
    made_page_append(pages,
                     &(struct made_page) { .encoding = INDICES,
                                           .value_count = (int64_t)(first_count + second_count),
                                           .bytes = bytes.bytes,
                                           .size = bytes.size });
    text_release(&bytes);
}

static void append_symbol_dictionary(struct text *pages)
{
    made_page_append(pages, &(struct made_page) { .kind = MADE_DICTIONARY,
                                                  .value_count = 2,
                                                  .bytes = "\x03\0\0\0QQQ\x03\0\0\0SPY",
                                                  .size = 14 });
}

static void make_file(struct text *closes, struct text *symbols, struct text *ret_file)
{
    struct made_file made = { .rows = ROWS,
                              .pages = closes->size ? closes : NULL,
                              .symbol_pages = symbols->size ? symbols : NULL,
                              .is_close_optional = closes->size > 0 };
    made_file_append(&made, ret_file);
    text_release(closes);
    text_release(symbols);
}

static void assert_bars(const struct bar *bars, size_t begin, size_t end)
{
    for (size_t row = begin; row < end; row++) {
        const struct bar *bar = &bars[row - begin];
        assert_int_equal(bar->open_time_us, MADE_START_US + (int64_t)row * MADE_STEP_US);
        assert_exactly(bar->open, (double)row + 100);
        assert_exactly(bar->close, close_of(row));
        assert_exactly(bar->volume, (double)row + 500);
    }
}

/* Also where the chunk goes on without its dictionary, and behind a page without values. */
static void a_page_may_end_at_a_cut_or_beside_it(void **state)
{
    (void)state;
    static const size_t cuts[] = { 300, 400, 600, 800, 900 };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (size_t end = cuts[i] - 2; end <= cuts[i] + 2; end++) {
            struct text closes = { 0 }, symbols = { 0 }, file = { 0 };
            append_dictionary(&closes);
            append_closes(&closes, 0, end, INDICES);
            append_closes(&closes, end, end, PLAIN);
            append_closes(&closes, end, ROWS, PLAIN);
            append_symbol_dictionary(&symbols);
            append_symbols(&symbols, 0, end);
            append_symbols(&symbols, 0, ROWS - end);
            make_file(&closes, &symbols, &file);
            struct bar_source source = { "QQQ.parquet", file.bytes, file.size, &nowhere };
            struct bar_rows rows;
            struct error error = { 0 };
            assert_true(parted_parse(&source, THREADS, &rows, &error));
            assert_bars(rows.series.bars, 0, ROWS);
            assert_true(rows.ascending);
            assert_string_equal(rows.symbol, "SPY");
            series_release(&rows.series);
            text_release(&file);
        }
}

static void a_symbol_that_changes_at_a_cut_or_beside_it_is_told_with_its_row(void **state)
{
    (void)state;
    for (size_t end = 598; end <= 602; end++) {
        char message[128];
        struct text closes = { 0 }, symbols = { 0 }, file = { 0 };
        append_symbol_dictionary(&symbols);
        append_symbols(&symbols, end, ROWS - end);
        make_file(&closes, &symbols, &file);
        struct bar_source source = { "QQQ.parquet", file.bytes, file.size, &nowhere };
        struct bar_rows rows;
        struct error error = { 0 };
        assert_false(parted_parse(&source, THREADS, &rows, &error));
        snprintf(message, sizeof message, "row %zu: \"SPY\" is not the \"QQQ\"", end + 1);
        assert_non_null(strstr(error.message, message));
        text_release(&file);
    }
}

/* The part of rows [begin, end), with room for them; of its symbols too, if it names one. */
static bool read_part(const struct text *file, size_t begin, size_t end, struct bar *bars,
                      const char *symbol)
{
    struct error error = { 0 };
    struct bar_source source = { "QQQ.parquet", file->bytes, file->size, &nowhere };
    struct bar_parquet_file parquet = { .source = &source, .rows_trusted = ROWS };
    struct series place = { .bars = bars, .capacity = end - begin };
    struct bar_parquet_part part = { .begin = begin, .end = end, .series = place };
    assert_true(parquet_footer_read(source.name, (const uint8_t *)file->bytes, file->size,
                                    &parquet.footer, &error));
    for (size_t i = 0; i < MADE_COLUMNS; i++)
        parquet.columns[i] = &parquet.footer.schema.columns[i];
    if (symbol)
        parquet.columns[FIELD_SYMBOL] = &parquet.footer.schema.columns[MADE_SYMBOL];
    bool is_read = bar_parquet_part_read(&parquet, &part, &error);
    assert_ptr_equal(part.series.bars, bars);
    if (is_read && symbol)
        assert_string_equal(part.symbol, symbol);
    parquet_footer_release(&parquet.footer);
    return is_read;
}

/* Pages of an encoding that is not read stand where nobody looks. */
static void only_pages_with_rows_of_the_part_are_looked_at(void **state)
{
    (void)state;
    static struct bar bars[ROWS];
    struct text closes = { 0 }, none = { 0 }, file = { 0 };
    append_closes(&closes, 0, 500, 7);
    append_closes(&closes, 500, 700, PLAIN);
    append_closes(&closes, 700, ROWS, 7);
    make_file(&closes, &none, &file);
    assert_true(read_part(&file, 500, 700, bars, NULL));
    assert_bars(bars, 500, 700);
    assert_true(read_part(&file, 611, 613, bars, NULL));
    assert_bars(bars, 611, 613);
    assert_false(read_part(&file, 499, 700, bars, NULL));
    assert_false(read_part(&file, 500, 701, bars, NULL));
    text_release(&file);
}

/* Were it not, the file would be read on one thread: to the same end, but later. */
static void a_part_is_read_from_the_middle_of_a_page_on(void **state)
{
    (void)state;
    static struct bar bars[ROWS];
    struct text closes = { 0 }, symbols = { 0 }, file = { 0 };
    append_dictionary(&closes);
    append_closes(&closes, 0, 700, INDICES);
    append_closes(&closes, 700, ROWS, PLAIN);
    append_symbol_dictionary(&symbols);
    append_symbols(&symbols, 560, 140);
    append_symbols(&symbols, 0, ROWS - 700);
    make_file(&closes, &symbols, &file);
    assert_true(read_part(&file, 0, 560, bars, "QQQ"));
    assert_bars(bars, 0, 560);
    assert_true(read_part(&file, 560, ROWS, bars, "SPY"));
    assert_bars(bars, 560, ROWS);
    assert_true(read_part(&file, 1199, ROWS, bars, "SPY"));
    assert_bars(bars, 1199, ROWS);
    text_release(&file);
}

/* Bars a minute apart, of which the one in the middle opens `late_us` later. */
static void format_bars(size_t count, int64_t late_us, struct text *ret_file)
{
    struct series series = { 0 };
    for (size_t i = 0; i < count; i++) {
        double price = 100 + (double)(i * 37 % 501) / 4;
        struct bar bar = { .open_time_us =
                               MADE_STEP_US * (int64_t)(i + 1) + (i == count / 2) * late_us,
                           .open = price,
                           .high = price,
                           .low = price,
                           .close = price,
                           .volume = (double)(i * 7919 % 100003),
                           .vwap = NAN,
                           .trade_count = -1 };
        series_append(&series, &bar);
    }
    bar_parquet_format(&series, false, ret_file);
    series_release(&series);
}

static void assert_order(size_t count, int64_t late_us, bool is_ascending)
{
    struct text file = { 0 };
    struct bar_rows rows;
    struct error error = { 0 };
    format_bars(count, late_us, &file);
    struct bar_source source = { "QQQ.parquet", file.bytes, file.size, &nowhere };
    assert_true(parted_parse(&source, THREADS, &rows, &error));
    assert_int_equal(rows.series.count, count);
    assert_int_equal(rows.ascending, is_ascending);
    series_release(&rows.series);
    text_release(&file);
}

static void stamps_are_compared_across_a_cut(void **state)
{
    (void)state;
    assert_order(ROWS, 0, true);
    assert_order(ROWS, -MADE_STEP_US, false);     /* as the bar in front of the cut */
    assert_order(ROWS, -2 * MADE_STEP_US, false); /* before it */
    assert_order(ROWS, MADE_STEP_US, false);      /* as the one after it */
}

static void cuts_may_lie_anywhere_in_several_row_groups(void **state)
{
    (void)state;
    assert_order(3 * 65536 + 7, 0, true);
}

static void readings_are_dates_when_those_of_all_parts_are(void **state)
{
    (void)state;
    struct parquet_stamps stamps = { .are_midnights = true, .are_ascending = true, .last_us = 1 };
    struct parquet_stamps next = { .are_midnights = true, .are_ascending = true, .last_us = 5 };
    parquet_stamps_join(&stamps, &next, 2);
    assert_true(stamps.are_midnights && stamps.are_ascending && stamps.last_us == 5);
    next = (struct parquet_stamps) { .are_ascending = true, .last_us = 7 };
    parquet_stamps_join(&stamps, &next, 6);
    assert_true(!stamps.are_midnights && stamps.are_ascending && stamps.last_us == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_may_end_at_a_cut_or_beside_it),
        cmocka_unit_test(a_symbol_that_changes_at_a_cut_or_beside_it_is_told_with_its_row),
        cmocka_unit_test(only_pages_with_rows_of_the_part_are_looked_at),
        cmocka_unit_test(a_part_is_read_from_the_middle_of_a_page_on),
        cmocka_unit_test(stamps_are_compared_across_a_cut),
        cmocka_unit_test(cuts_may_lie_anywhere_in_several_row_groups),
        cmocka_unit_test(readings_are_dates_when_those_of_all_parts_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
