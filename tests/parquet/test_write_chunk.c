#include "service/parquet/write_chunk.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

enum { MANY = 20000 };

static const struct written_column column = { "close", PARQUET_DOUBLE, MEANING_NONE, false };
static uint64_t words[MANY];

static void set_value(size_t row, double value)
{
    memcpy(&words[row], &value, sizeof value);
}

/* Writes the first words behind something else, and returns how. */
static struct written_chunk written(size_t count)
{
    struct written_values values = { .words = words, .count = count, .rows = count };
    struct written_chunk chunk;
    struct text target = { 0 };
    ZSTD_CCtx *compressor = ZSTD_createCCtx();
    text_append(&target, "before");
    parquet_write_chunk(&column, &values, compressor, &target, &chunk);
    assert_memory_equal(target.bytes, "before", 6);
    assert_int_equal(target.size, 6 + chunk.size);
    assert_int_equal(chunk.rows, count);
    ZSTD_freeCCtx(compressor);
    text_release(&target);
    return chunk;
}

static void assert_encoding(enum parquet_encoding encoding)
{
    for (size_t count = 1500; count <= MANY; count += 18500) {
        struct written_chunk chunk = written(count);
        assert_int_equal(chunk.encoding, encoding);
        assert_int_equal(chunk.dictionary_size > 0, encoding == ENCODING_RLE_DICTIONARY);
    }
}

static void prices_in_cents_have_a_dictionary(void **state)
{
    (void)state;
    struct random random = { 1 };
    int64_t cents = 40000;
    for (size_t i = 0; i < MANY; i++) {
        cents += (int64_t)random_below(&random, 21) - 10;
        set_value(i, (double)cents / 100);
    }
    assert_encoding(ENCODING_RLE_DICTIONARY);
}

static void prices_most_of_which_differ_have_a_dictionary(void **state)
{
    (void)state;
    struct random random = { 1 };
    for (size_t count = 1500; count <= MANY; count += 18500) {
        for (size_t i = 0; i < count; i++)
            set_value(i, (double)(1 + random_below(&random, 3 * count)) / 100);
        assert_int_equal(written(count).encoding, ENCODING_RLE_DICTIONARY);
    }
}

static void whole_numbers_that_all_differ_are_split(void **state)
{
    (void)state;
    struct random random = { 1 };
    for (size_t i = 0; i < MANY; i++)
        set_value(i, (double)random_below(&random, 10000000));
    assert_encoding(ENCODING_BYTE_STREAM_SPLIT);
}

static void whole_numbers_of_which_some_repeat_are_split(void **state)
{
    (void)state;
    struct random random = { 1 };
    for (size_t count = 1500; count <= MANY; count += 18500) {
        for (size_t i = 0; i < count; i++)
            set_value(i, (double)random_below(&random, 2 * count));
        assert_int_equal(written(count).encoding, ENCODING_BYTE_STREAM_SPLIT);
    }
}

/* Even when nearly all of them differ. */
static void few_values_are_written_in_the_smaller_way(void **state)
{
    (void)state;
    set_value(0, 1.25);
    assert_int_equal(written(1).encoding, ENCODING_BYTE_STREAM_SPLIT);
    assert_int_equal(written(0).encoding, ENCODING_BYTE_STREAM_SPLIT);
    struct random random = { 1 };
    for (size_t i = 0; i < 500; i++)
        words[i] = random_next(&random);
    assert_int_equal(written(500).encoding, ENCODING_BYTE_STREAM_SPLIT);
    for (size_t i = 0; i < 500; i++)
        set_value(i, random_price(&random));
    assert_int_equal(written(500).encoding, ENCODING_RLE_DICTIONARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_in_cents_have_a_dictionary),
        cmocka_unit_test(prices_most_of_which_differ_have_a_dictionary),
        cmocka_unit_test(whole_numbers_that_all_differ_are_split),
        cmocka_unit_test(whole_numbers_of_which_some_repeat_are_split),
        cmocka_unit_test(few_values_are_written_in_the_smaller_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
