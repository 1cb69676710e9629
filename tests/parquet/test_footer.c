#include "service/parquet/footer.h"

#include "service/feeds/bar_parquet.h"
#include "service/parquet/write_thrift.h"
#include "tests/support/parquet_made.h"
#include "tests/support/parquet_parted.h"

#include <endian.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool parse(const struct text *file, struct bar_rows *ret_rows, struct error *error)
{
    const struct bar_zone nowhere = { 0 };
    char *copy = malloc(file->size ? file->size : 1);
    memcpy(copy, text_string(file), file->size);
    struct bar_source source = { "QQQ.parquet", copy, file->size, &nowhere };
    bool is_read = parted_parse(&source, 3, ret_rows, error);
    free(copy);
    return is_read;
}

static void assert_refused_as(const struct text *file, enum error_kind kind, const char *message)
{
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    assert_false(parse(file, &rows, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, kind);
    assert_null(rows.series.bars);
}

static void assert_refused(struct made_file made, const char *message)
{
    struct text file = { 0 };
    made_file_append(&made, &file);
    assert_refused_as(&file, ERROR_DATA, message);
    text_release(&file);
}

static void a_made_file_is_read(void **state)
{
    (void)state;
    struct text file = { 0 };
    struct error error = { 0 };
    struct bar_rows rows = { 0 };
    made_file_append(&(struct made_file) { .rows = 3 }, &file);
    assert_true(parse(&file, &rows, &error));
    assert_int_equal(rows.series.count, 3);
    for (size_t row = 0; row < 3; row++) {
        const struct bar *bar = &rows.series.bars[row];
        for (size_t column = 0; column < MADE_COLUMNS; column++) {
            uint64_t expected = made_word(column, row);
            assert_memory_equal((const char *)bar + 8 * column, &expected, sizeof expected);
        }
        assert_true(isnan(bar->vwap)); /* there is no such column */
        assert_int_equal(bar->trade_count, -1);
    }
    assert_true(rows.ascending);
    series_release(&rows.series);
    text_release(&file);
}

static void a_file_begins_and_ends_as_it_should(void **state)
{
    (void)state;
    static const char message[] = "QQQ.parquet: the file does not begin and end with PAR1, as "
                                  "Parquet does (was it cut short?)";
    struct text file = { 0 };
    made_file_append(&(struct made_file) { .rows = 3 }, &file);
    for (size_t size = file.size; size-- > 0;)
        assert_refused_as(&(struct text) { .bytes = file.bytes, .size = size }, ERROR_DATA,
                          message);
    file.bytes[0] = 'X';
    assert_refused_as(&file, ERROR_DATA, message);
    text_release(&file);
}

static void a_footer_lies_within_the_file(void **state)
{
    (void)state;
    struct text file = { 0 };
    made_file_append(&(struct made_file) { .rows = 3 }, &file);
    memset(file.bytes + file.size - 8, 0xff, 4);
    char message[128];
    snprintf(message, sizeof message,
             "QQQ.parquet: the footer's length is 4294967295, more than the file's %zu bytes have "
             "room for",
             file.size);
    assert_refused_as(&file, ERROR_DATA, message);
    text_release(&file);
}

static void encryption_is_not_read(void **state)
{
    (void)state;
    struct text file = { 0 };
    made_file_append(&(struct made_file) { .rows = 3 }, &file);
    memcpy(file.bytes, "PARE", 4);
    memcpy(file.bytes + file.size - 4, "PARE", 4);
    assert_true(parquet_is((const uint8_t *)file.bytes, file.size));
    assert_refused_as(&file, ERROR_DATA, "QQQ.parquet: the file is encrypted, which is not read");
    text_release(&file);
    assert_refused((struct made_file) { .rows = 3, .is_encrypted = true },
                   "QQQ.parquet: the footer says that the file is encrypted, which is not read");
    assert_refused((struct made_file) { .rows = 3, .is_close_encrypted = true },
                   "QQQ.parquet: column close: encryption is not read");
}

static void a_footer_that_makes_no_sense_is_damaged(void **state)
{
    (void)state;
    assert_refused((struct made_file) { .rows = 3, .file_rows = -1 },
                   "QQQ.parquet: the footer is damaged");
    assert_refused((struct made_file) { .rows = 3, .close_type = PARQUET_TYPE_COUNT },
                   "QQQ.parquet: the footer is damaged");
    assert_refused((struct made_file) { .rows = 3, .group_rows = -1 },
                   "QQQ.parquet: the footer is damaged: a row group has no count of rows");
    assert_refused((struct made_file) { .rows = 3, .lacks_last_column = true },
                   "QQQ.parquet: the footer is damaged: a row group lacks a column");
}

static void rows_are_as_many_everywhere(void **state)
{
    (void)state;
    static const char message[] = "QQQ.parquet: the footer is damaged: its row groups have more or "
                                  "fewer rows than the file";
    assert_refused((struct made_file) { .rows = 3, .file_rows = 2 }, message);
    assert_refused((struct made_file) { .rows = 3, .file_rows = 4 }, message);
    assert_refused((struct made_file) { .rows = 3, .groups = 2, .file_rows = 3 }, message);
    assert_refused((struct made_file) { .rows = 3, .value_count = 4 },
                   "QQQ.parquet: column close: row group 1 has 3 rows, and this column 4 values");
    assert_refused((struct made_file) { .rows = 3, .value_count = -1 },
                   "QQQ.parquet: column close: row group 1 has 3 rows, and this column -1 values");
}

static void values_lie_within_the_file(void **state)
{
    (void)state;
    static const char message[] =
        "QQQ.parquet: column close: the values of row group 1 lie outside the file";
    assert_refused((struct made_file) { .rows = 3, .close_offset = 1 }, message);
    assert_refused((struct made_file) { .rows = 3, .close_offset = -1 }, message);
    assert_refused((struct made_file) { .rows = 3, .close_offset = 1 << 20 }, message);
    assert_refused((struct made_file) { .rows = 3, .close_offset = INT64_MAX }, message);
    assert_refused((struct made_file) { .rows = 3, .close_size = 1 << 20 }, message);
    assert_refused((struct made_file) { .rows = 3, .close_size = -1 }, message);
    assert_refused((struct made_file) { .rows = 3, .close_size = INT64_MAX }, message);
}

/* Else a few bytes named by many row groups could keep a reader busy for ever. */
static void values_lie_there_once(void **state)
{
    (void)state;
    assert_refused((struct made_file) { .rows = 3, .groups = 20 },
                   "QQQ.parquet: column timestamp: the values of row group 2 lie where others do");
}

static void values_that_cannot_be_found_are_an_error(void **state)
{
    (void)state;
    assert_refused((struct made_file) { .rows = 3, .is_close_elsewhere = true },
                   "QQQ.parquet: column close: values in another file are not read");
    assert_refused((struct made_file) { .rows = 3, .has_close_no_place = true },
                   "QQQ.parquet: column close: row group 1 does not say where its values are");
}

static void compressions_that_are_not_read_are_named(void **state)
{
    (void)state;
    assert_refused((struct made_file) { .rows = 3, .close_codec = 3 },
                   "QQQ.parquet: column close: compression LZO is not read");
    assert_refused((struct made_file) { .rows = 3, .close_codec = 4 },
                   "QQQ.parquet: column close: compression BROTLI is not read");
    assert_refused((struct made_file) { .rows = 3, .close_codec = 5 },
                   "QQQ.parquet: column close: compression LZ4 is not read");
    assert_refused((struct made_file) { .rows = 3, .close_codec = 99 },
                   "QQQ.parquet: column close: compression 99 is not known");
    assert_refused((struct made_file) { .rows = 3, .close_codec = -1 },
                   "QQQ.parquet: column close: compression -1 is not known");
}

/* A file of so many columns, and nothing in them. */
static void append_file_of_columns(struct text *file, size_t count)
{
    struct text footer = { 0 };
    struct thrift_writer writer = { .target = &footer };
    thrift_write_begin(&writer, 0);
    thrift_write_list(&writer, 2, THRIFT_STRUCT, count + 1);
    for (size_t i = 0; i <= count; i++) {
        thrift_write_begin(&writer, 0);
        if (i > 0)
            thrift_write_i32(&writer, 1, PARQUET_DOUBLE);
        else
            thrift_write_i32(&writer, 5, (int32_t)count);
        thrift_write_end(&writer);
    }
    thrift_write_i64(&writer, 3, 0);
    thrift_write_end(&writer);
    uint32_t size = htole32((uint32_t)footer.size);
    text_append(file, "PAR1");
    text_append_bytes(file, footer.bytes, footer.size);
    text_append_bytes(file, &size, sizeof size);
    text_append(file, "PAR1");
    text_release(&footer);
}

static void columns_have_a_limit(void **state)
{
    (void)state;
    struct text file = { 0 };
    append_file_of_columns(&file, PARQUET_COLUMNS_MAX);
    assert_refused_as(&file, ERROR_DATA,
                      "QQQ.parquet: the file has no column timestamp or date (timestamp or date, "
                      "open, high, low, close and volume were expected)");
    text_clear(&file);
    append_file_of_columns(&file, PARQUET_COLUMNS_MAX + 1);
    assert_refused_as(&file, ERROR_LIMIT, "QQQ.parquet: the file has more than 4096 columns");
    text_release(&file);
}

static void rows_have_a_limit(void **state)
{
    (void)state;
    struct text file = { 0 };
    made_file_append(&(struct made_file) { .rows = 3, .file_rows = (1 << 26) + 1 }, &file);
    assert_refused_as(&file, ERROR_LIMIT,
                      "QQQ.parquet: the file has 67108865 rows, more than the 67108864 allowed");
    text_clear(&file);
    made_file_append(&(struct made_file) { .rows = 3, .file_rows = 1 << 26 }, &file);
    char message[128];
    snprintf(message, sizeof message,
             "QQQ.parquet: the file has 67108864 rows in %zu bytes, more than 1024 in a byte",
             file.size);
    assert_refused_as(&file, ERROR_LIMIT, message);
    text_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_file_is_read),
        cmocka_unit_test(a_file_begins_and_ends_as_it_should),
        cmocka_unit_test(a_footer_lies_within_the_file),
        cmocka_unit_test(encryption_is_not_read),
        cmocka_unit_test(a_footer_that_makes_no_sense_is_damaged),
        cmocka_unit_test(rows_are_as_many_everywhere),
        cmocka_unit_test(values_lie_within_the_file),
        cmocka_unit_test(values_lie_there_once),
        cmocka_unit_test(values_that_cannot_be_found_are_an_error),
        cmocka_unit_test(compressions_that_are_not_read_are_named),
        cmocka_unit_test(columns_have_a_limit),
        cmocka_unit_test(rows_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
