#include "service/parquet/text.h"

#include "service/feeds/bar_parquet.h"
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

enum { ROWS = 4, PLAIN = 0, INDICES = 8 };

/* Levels: all four are there, none is, the second is not. */
#define ALL "\x02\0\0\0\x08\x01"
#define NONE "\x02\0\0\0\x08\x00"
#define GAP "\x02\0\0\0\x03\x0d"

static void append_page(struct text *pages, int kind, int encoding, int64_t count,
                        const char *bytes, size_t size)
{
    made_page_append(pages, &(struct made_page) { .kind = kind,
                                                  .encoding = encoding,
                                                  .value_count = count,
                                                  .bytes = bytes,
                                                  .size = size });
}

/* A literal without its last NUL. */
#define PAGE(pages, kind, encoding, count, bytes)                                                  \
    append_page(pages, kind, encoding, count, bytes, sizeof(bytes) - 1)

static bool parse(struct text *pages, struct bar_rows *ret_rows, struct error *error)
{
    struct text file = { 0 };
    const struct bar_zone nowhere = { 0 };
    made_file_append(&(struct made_file) { .rows = ROWS, .symbol_pages = pages }, &file);
    char *copy = malloc(file.size);
    memcpy(copy, file.bytes, file.size);
    struct bar_source source = { "QQQ.parquet", copy, file.size, &nowhere };
    bool is_read = parted_parse(&source, ROWS, ret_rows, error);
    free(copy);
    text_release(&file);
    text_release(pages);
    return is_read;
}

static void assert_symbol(struct text *pages, const char *expected)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    if (!parse(pages, &rows, &error))
        fail_msg("%s", error.message);
    assert_string_equal(rows.symbol, expected);
    assert_int_equal(rows.series.count, ROWS);
    series_release(&rows.series);
}

static void assert_refused(struct text *pages, const char *problem)
{
    char message[256];
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    snprintf(message, sizeof message, "QQQ.parquet: column symbol: %s", problem);
    assert_false(parse(pages, &rows, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_DATA);
    assert_null(rows.series.bars);
}

static void texts_may_be_plain_in_many_pages(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DATA, PLAIN, 1, ALL "\x03\0\0\0QQQ");
    PAGE(&pages, MADE_DATA, PLAIN, 0, ALL);
    PAGE(&pages, MADE_DATA, PLAIN, 3, ALL "\x03\0\0\0QQQ\x03\0\0\0QQQ\x03\0\0\0QQQ");
    assert_symbol(&pages, "QQQ");
}

static void a_dictionary_may_have_texts_that_no_row_says(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 2, "\x03\0\0\0SPY\x07\0\0\0BTC/USD");
    PAGE(&pages, MADE_DATA, INDICES, 4, ALL "\x01\x08\x01");
    assert_symbol(&pages, "BTC/USD");
}

static void a_column_of_nulls_names_no_symbol(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DATA, PLAIN, 4, NONE);
    assert_symbol(&pages, "");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 0, "");
    PAGE(&pages, MADE_DATA, INDICES, 4, NONE);
    assert_symbol(&pages, "");
}

static void a_null_says_what_an_empty_text_does(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 2, "\x03\0\0\0SPY\0\0\0\0");
    PAGE(&pages, MADE_DATA, INDICES, 4, GAP "\x01\x06\x01"); /* three are there */
    assert_symbol(&pages, "");
}

static void a_null_is_not_the_symbol_above(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DATA, PLAIN, 4, GAP "\x03\0\0\0QQQ\x03\0\0\0QQQ\x03\0\0\0QQQ");
    assert_refused(&pages,
                   "row 2: \"\" is not the \"QQQ\" of the rows above (a file holds the bars "
                   "of one symbol)");
}

static void two_symbols_are_told_with_the_row(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 2, "\x03\0\0\0SPY\x03\0\0\0QQQ");
    PAGE(&pages, MADE_DATA, INDICES, 2, ALL "\x01\x04\x01");
    PAGE(&pages, MADE_DATA, INDICES, 2, ALL "\x01\x02\x01\x02\x00");
    assert_refused(&pages, "row 4: \"SPY\" is not the \"QQQ\" of the rows above (a file holds the "
                           "bars of one symbol)");
}

static void a_text_that_is_no_symbol_is_refused(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 1, "\x10\0\0\0ABCDEFGHIJKLMNOP");
    PAGE(&pages, MADE_DATA, INDICES, 4, ALL "\x01\x08\x00");
    assert_refused(&pages, "row 1: \"ABCDEFGHIJKLMNOP\" is no symbol (at most 15 plain characters "
                           "were expected)");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 1, "\x03\0\0\0Q\x1bQ");
    PAGE(&pages, MADE_DATA, INDICES, 4, ALL "\x01\x08\x00");
    assert_refused(&pages,
                   "row 1: \"Q?Q\" is no symbol (at most 15 plain characters were expected)");
}

static void texts_end_where_the_page_does(void **state)
{
    (void)state;
    static const char early[] =
        "page 1 of row group 1: its values end early or are not in the dictionary";
    struct text pages = { 0 };
    PAGE(&pages, MADE_DATA, PLAIN, 4, ALL "\x03\0\0\0QQQ");
    assert_refused(&pages, early);
    PAGE(&pages, MADE_DATA, PLAIN, 4, ALL "\x03\0\0");
    assert_refused(&pages, early);
    PAGE(&pages, MADE_DATA, PLAIN, 4, ALL "\xff\xff\xff\xffQQQ");
    assert_refused(&pages, early);
    PAGE(&pages, MADE_DATA, INDICES, 4, ALL "\x01\x08\x00");
    assert_refused(&pages, early);
    PAGE(&pages, MADE_DATA, PLAIN, 4, "\0\0\0\0\x03\0\0\0QQQ"); /* without levels */
    assert_refused(&pages, early);
    PAGE(&pages, MADE_DATA, INDICES, 4, ALL "\x21\x08\x00");
    assert_refused(&pages, "page 1 of row group 1: its values do not begin as they should");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 2, "\x03\0\0\0QQQ\x03\0\0");
    assert_refused(&pages, "page 1 of row group 1: it has fewer values than it says");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 3, "\x03\0\0\0QQQ");
    assert_refused(&pages, "page 1 of row group 1: it has fewer values than it says");
}

static void pages_have_as_many_texts_as_the_row_group_rows(void **state)
{
    (void)state;
    struct text pages = { 0 };
    PAGE(&pages, MADE_DATA, PLAIN, 5, NONE);
    assert_refused(&pages, "page 1 of row group 1: it has more values than the row group has left");
    PAGE(&pages, MADE_DATA, PLAIN, 1, NONE);
    PAGE(&pages, MADE_DATA, PLAIN, 4, NONE);
    assert_refused(&pages, "page 2 of row group 1: it has more values than the row group has left");
    PAGE(&pages, MADE_DATA, PLAIN, 3, NONE);
    assert_refused(&pages, "page 2 of row group 1: it is not there");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 1, "\x03\0\0\0QQQ");
    PAGE(&pages, MADE_DICTIONARY, PLAIN, 1, "\x03\0\0\0QQQ");
    assert_refused(&pages, "page 2 of row group 1: it is a second dictionary");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_may_be_plain_in_many_pages),
        cmocka_unit_test(a_dictionary_may_have_texts_that_no_row_says),
        cmocka_unit_test(a_column_of_nulls_names_no_symbol),
        cmocka_unit_test(a_null_says_what_an_empty_text_does),
        cmocka_unit_test(a_null_is_not_the_symbol_above),
        cmocka_unit_test(two_symbols_are_told_with_the_row),
        cmocka_unit_test(a_text_that_is_no_symbol_is_refused),
        cmocka_unit_test(texts_end_where_the_page_does),
        cmocka_unit_test(pages_have_as_many_texts_as_the_row_group_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
