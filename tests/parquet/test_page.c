#include "service/parquet/page.h"

#include "service/feeds/bar_parquet.h"
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

#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

enum { ROWS = 4 };

static const double closes[ROWS] = { 1.5, 2.5, 3.5, 4.5 };

static bool parse(const struct made_file *made, struct bar_rows *ret_rows, struct error *error)
{
    struct text file = { 0 };
    const struct bar_zone nowhere = { 0 };
    made_file_append(made, &file);
    char *copy = malloc(file.size);
    memcpy(copy, file.bytes, file.size);
    struct bar_source source = { "QQQ.parquet", copy, file.size, &nowhere };
    bool is_read = parted_parse(&source, ROWS, ret_rows, error);
    free(copy);
    text_release(&file);
    return is_read;
}

/* The column close has these pages, and then these values. */
static void assert_closes(struct made_file made, struct text *pages, const double *expected)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    made.rows = ROWS;
    made.pages = pages;
    if (!parse(&made, &rows, &error))
        fail_msg("%s", error.message);
    assert_int_equal(rows.series.count, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        assert_exactly(rows.series.bars[i].close, expected[i]);
    series_release(&rows.series);
    text_clear(pages);
}

static void assert_refused(struct made_file made, struct text *pages, const char *problem)
{
    char message[256];
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    made.rows = ROWS;
    made.pages = pages;
    snprintf(message, sizeof message, "QQQ.parquet: column close: %s", problem);
    assert_false(parse(&made, &rows, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
    assert_null(rows.series.bars);
    text_clear(pages);
}

/* A plain page of all closes, to be changed. */
static struct made_page plain(void)
{
    return (struct made_page) { .value_count = ROWS, .bytes = closes, .size = sizeof closes };
}

/* A dictionary of the closes. */
static struct made_page dictionary(void)
{
    struct made_page page = plain();
    page.kind = MADE_DICTIONARY;
    return page;
}

/* Indices into it: 3 2 1 0, of two bits each. */
static const uint8_t backwards[] = { 2, 1 << 1 | 1, 0x1b, 0 };

static struct made_page indices(void)
{
    return (struct made_page) {
        .encoding = 8, .value_count = ROWS, .bytes = backwards, .size = sizeof backwards
    };
}

static void values_may_be_cut_into_pages_anywhere(void **state)
{
    (void)state;
    struct text pages = { 0 };
    for (int64_t cut = 0; cut <= ROWS; cut++) { /* a page may be empty */
        made_page_append(
            &pages,
            &(struct made_page) { .value_count = cut, .bytes = closes, .size = (size_t)cut * 8 });
        made_page_append(&pages,
                         &(struct made_page) { .kind = MADE_INDEX, .bytes = "x", .size = 1 });
        made_page_append(&pages, &(struct made_page) { .value_count = ROWS - cut,
                                                       .bytes = closes + cut,
                                                       .size = (size_t)(ROWS - cut) * 8 });
        assert_closes((struct made_file) { 0 }, &pages, closes);
    }
    text_release(&pages);
}

static void a_dictionary_is_looked_up_by_both_names_of_the_encoding(void **state)
{
    (void)state;
    static const double expected[] = { 4.5, 3.5, 2.5, 1.5 };
    struct text pages = { 0 };
    struct made_page page = dictionary();
    struct made_page data = indices();
    made_page_append(&pages, &page);
    made_page_append(&pages, &data);
    assert_closes((struct made_file) { 0 }, &pages, expected);
    page.encoding = data.encoding = 2;
    made_page_append(&pages, &page);
    made_page_append(&pages, &data);
    assert_closes((struct made_file) { 0 }, &pages, expected);
    text_release(&pages);
}

static void a_dictionary_has_to_be_there_once_and_whole(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = dictionary();
    struct made_page data = indices();
    made_page_append(&pages, &data);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: the dictionary it needs is not there");
    made_page_append(&pages, &page);
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 2 of row group 1: it is a second dictionary");
    page.value_count = ROWS + 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: it has fewer values than it says");
    page.value_count = ROWS - 1;
    made_page_append(&pages, &page);
    made_page_append(&pages, &data);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 2 of row group 1: its values end early or are not in the dictionary");
    page.value_count = 0;
    page.size = 0;
    made_page_append(&pages, &page);
    made_page_append(&pages, &data);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 2 of row group 1: its values end early or are not in the dictionary");
    text_release(&pages);
}

static void values_end_where_the_page_does(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    page.size--;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages, "page 1 of row group 1: its values end early");
    page = plain();
    page.encoding = 9;
    page.size -= 8;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages, "page 1 of row group 1: its values end early");
    struct made_page data = indices();
    data.size -= 2;
    page = dictionary();
    made_page_append(&pages, &page);
    made_page_append(&pages, &data);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 2 of row group 1: its values end early or are not in the dictionary");
    page = plain();
    page.encoding = 5;
    page.bytes = "\x80\x01\x04\x05\x02"; /* the first of five steps, and no block */
    page.size = 5;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .close_type = 2 }, &pages,
                   "page 1 of row group 1: its values end early");
    page.size = 2;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .close_type = 2 }, &pages,
                   "page 1 of row group 1: its values do not begin as they should");
    text_release(&pages);
}

/* A page is read in pieces, and this one ends in its second. */
static void values_may_end_in_a_later_piece(void **state)
{
    (void)state;
    static const double many[600];
    static const int encodings[] = { 0, 9 };
    for (size_t i = 0; i < 2; i++) {
        struct text pages = { 0 };
        struct error error = { 0 };
        struct bar_rows rows = { 0 };
        struct made_file made = { .rows = 600, .pages = &pages };
        struct made_page page = {
            .encoding = encodings[i], .value_count = 600, .bytes = many, .size = 599 * sizeof *many
        };
        made_page_append(&pages, &page);
        assert_false(parse(&made, &rows, &error));
        assert_string_equal(error.message, "QQQ.parquet: column close: page 1 of row group 1: its "
                                           "values end early");
        text_clear(&pages);
        page.size = sizeof many;
        made_page_append(&pages, &page);
        assert_true(parse(&made, &rows, &error));
        assert_int_equal(rows.series.count, 600);
        series_release(&rows.series);
        text_release(&pages);
    }
}

static void pages_have_as_many_values_as_the_row_group_rows(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    page.value_count = ROWS + 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: it has more values than the row group has left");
    page.value_count = 1;
    made_page_append(&pages, &page);
    page.value_count = ROWS;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 2 of row group 1: it has more values than the row group has left");
    page.value_count = ROWS - 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages, "page 2 of row group 1: it is not there");
    page.value_count = -1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: its header is damaged");
    text_release(&pages);
}

static void a_page_without_values_is_judged_like_others(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    for (int64_t count = 0; count < ROWS; count++) {
        page.encoding = 0;
        page.value_count = count;
        made_page_append(&pages, &page);
        page.encoding = 7;
        page.value_count = 0;
        made_page_append(&pages, &page);
        page.encoding = 0;
        page.value_count = ROWS - count;
        made_page_append(&pages, &page);
        assert_refused((struct made_file) { 0 }, &pages, "encoding DELTA_BYTE_ARRAY is not read");
    }
    text_release(&pages);
}

static void a_page_lies_within_its_chunk(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    page.stored_size = (int64_t)page.size + 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages, "page 1 of row group 1: it is cut short");
    page.stored_size = -1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: its header is damaged");
    text_append_bytes(&pages, "\x15\x00\x15", 3);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: its header is damaged");
    page = plain();
    page.plain_size = (int64_t)page.size + 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: it is smaller than its header says");
    text_release(&pages);
}

/* Before any memory is taken for them. */
static void pages_that_would_be_too_large_are_refused(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    page.plain_size = ((int64_t)256 << 20) + 1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .close_codec = 6 }, &pages,
                   "page 1 of row group 1: it is larger than 256 MiB");
    page.plain_size = (int64_t)256 << 20;
    static const int codecs[] = { 1, 2, 6 };
    for (size_t i = 0; i < 3; i++) {
        made_page_append(&pages, &page);
        assert_refused((struct made_file) { .close_codec = codecs[i] }, &pages,
                       "page 1 of row group 1: it cannot be as large as its header says");
    }
    text_release(&pages);
}

static void compressed_bytes_give_what_the_header_says(void **state)
{
    (void)state;
    uint8_t bytes[256];
    struct text pages = { 0 };
    struct made_page page = plain();
    page.plain_size = sizeof closes;
    page.bytes = bytes;
    page.size = ZSTD_compress(bytes, sizeof bytes, closes, sizeof closes, 1);
    made_page_append(&pages, &page);
    assert_closes((struct made_file) { .close_codec = 6 }, &pages, closes);
    static const int codecs[] = { 1, 2 };
    for (size_t i = 0; i < 2; i++) { /* those of another one */
        made_page_append(&pages, &page);
        assert_refused((struct made_file) { .close_codec = codecs[i] }, &pages,
                       "page 1 of row group 1: its compressed bytes are damaged");
    }
    page.plain_size++;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .close_codec = 6 }, &pages,
                   "page 1 of row group 1: its compressed bytes are damaged");
    text_release(&pages);
}

static void a_checksum_is_looked_at_where_there_is_one(void **state)
{
    (void)state;
    struct text pages = { 0 };
    struct made_page page = plain();
    int32_t checksum = (int32_t)crc32(0, (const Bytef *)closes, sizeof closes);
    page.checksum = &checksum;
    made_page_append(&pages, &page);
    assert_closes((struct made_file) { 0 }, &pages, closes);
    checksum++;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { 0 }, &pages,
                   "page 1 of row group 1: its checksum is wrong");
    text_release(&pages);
}

/* Present, absent, present, present: levels as a run of bits, then three values. */
static const uint8_t gap_levels[] = { 1 << 1 | 1, 0x0d };

static void append_gap(struct text *page)
{
    text_append_bytes(page, gap_levels, sizeof gap_levels);
    text_append_bytes(page, closes, 3 * sizeof *closes);
}

static void nulls_are_not_a_number(void **state)
{
    (void)state;
    const double expected[] = { 1.5, NAN, 2.5, 3.5 };
    struct text pages = { 0 }, bytes = { 0 };
    text_append_bytes(&bytes, "\x02\0\0\0", 4);
    append_gap(&bytes);
    struct made_page page = plain();
    page.bytes = bytes.bytes;
    page.size = bytes.size;
    made_page_append(&pages, &page);
    assert_closes((struct made_file) { .is_close_optional = true }, &pages, expected);
    page.kind = MADE_DATA_V2;
    page.bytes = bytes.bytes + 4;
    page.size = bytes.size - 4;
    page.levels_size = sizeof gap_levels;
    made_page_append(&pages, &page);
    assert_closes((struct made_file) { .is_close_optional = true }, &pages, expected);
    page.is_stored_plain = true; /* in a chunk that is compressed otherwise */
    made_page_append(&pages, &page);
    assert_closes((struct made_file) { .is_close_optional = true, .close_codec = 6 }, &pages,
                  expected);
    text_release(&bytes);
    text_release(&pages);
}

static void a_page_of_nulls_may_be_levels_alone(void **state)
{
    (void)state;
    static const int encodings[] = { 0, 2, 5, 8, 9 };
    const double expected[] = { NAN, NAN, NAN, NAN };
    struct text pages = { 0 };
    struct made_page first = dictionary();
    first.size = 0;
    first.value_count = 0;
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        made_page_append(&pages, &first);
        made_page_append(&pages, &(struct made_page) { .encoding = encodings[i],
                                                       .value_count = ROWS,
                                                       .bytes = "\x02\0\0\0\x08\x00",
                                                       .size = 6 });
        assert_closes((struct made_file) { .is_close_optional = true, .close_type = 2 }, &pages,
                      expected);
    }
    text_release(&pages);
}

static void levels_lie_within_the_page(void **state)
{
    (void)state;
    static const char message[] = "page 1 of row group 1: its levels are larger than the page";
    struct text pages = { 0 };
    struct made_page page = plain();
    page.bytes = "\x03\0\0\0\x08\x01";
    page.size = 6;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages, message);
    page.size = 3;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages, message);
    page.kind = MADE_DATA_V2;
    page.levels_size = 4;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages, message);
    page.levels_size = -1;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages, message);
    page.levels_size = 1;
    page.repeated_size = 3;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages, message);
    page = plain();
    page.bytes = "\x02\0\0\0\x08\x05\0\0"; /* a level of five */
    page.size = 8;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages,
                   "page 1 of row group 1: its values end early");
    page.levels_encoding = 4;
    made_page_append(&pages, &page);
    assert_refused((struct made_file) { .is_close_optional = true }, &pages,
                   "levels that are not encoded as RLE are not read");
    text_release(&pages);
}

static void encodings_that_are_not_read_are_named(void **state)
{
    (void)state;
    static const struct {
        int kind, encoding;
        const char *problem;
    } cases[] = {
        { MADE_DATA, 5, "encoding DELTA_BINARY_PACKED is not read" }, /* of doubles */
        { MADE_DATA, 6, "encoding DELTA_LENGTH_BYTE_ARRAY is not read" },
        { MADE_DATA, 7, "encoding DELTA_BYTE_ARRAY is not read" },
        { MADE_DATA, 10, "encoding ALP is not read" },
        { MADE_DATA, 11, "encoding 11 is not known" },
        { MADE_DATA_V2, 4, "encoding BIT_PACKED is not read" },
        { MADE_DICTIONARY, 9, "encoding BYTE_STREAM_SPLIT is not read" },
    };
    struct text pages = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made_page page = plain();
        page.kind = cases[i].kind;
        page.encoding = cases[i].encoding;
        made_page_append(&pages, &page);
        assert_refused((struct made_file) { 0 }, &pages, cases[i].problem);
    }
    text_release(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_may_be_cut_into_pages_anywhere),
        cmocka_unit_test(a_dictionary_is_looked_up_by_both_names_of_the_encoding),
        cmocka_unit_test(a_dictionary_has_to_be_there_once_and_whole),
        cmocka_unit_test(values_end_where_the_page_does),
        cmocka_unit_test(values_may_end_in_a_later_piece),
        cmocka_unit_test(pages_have_as_many_values_as_the_row_group_rows),
        cmocka_unit_test(a_page_without_values_is_judged_like_others),
        cmocka_unit_test(a_page_lies_within_its_chunk),
        cmocka_unit_test(pages_that_would_be_too_large_are_refused),
        cmocka_unit_test(compressed_bytes_give_what_the_header_says),
        cmocka_unit_test(a_checksum_is_looked_at_where_there_is_one),
        cmocka_unit_test(nulls_are_not_a_number),
        cmocka_unit_test(a_page_of_nulls_may_be_levels_alone),
        cmocka_unit_test(levels_lie_within_the_page),
        cmocka_unit_test(encodings_that_are_not_read_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
