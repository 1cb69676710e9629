#include "service/parquet/encoding.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NUMBERS = 1500, BYTES_MAX = 64 * 1024, BLOCK_RUNS = 4, RUN_SIZE = 32 };

struct bytes {
    uint8_t all[BYTES_MAX];
    size_t size;
};

static void append_varint(struct bytes *bytes, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        bytes->all[bytes->size++] = (uint8_t)(value | 0x80);
    bytes->all[bytes->size++] = (uint8_t)value;
}

static void append_signed(struct bytes *bytes, int64_t value)
{
    append_varint(bytes, (uint64_t)value << 1 ^ (0 - ((uint64_t)value >> 63)));
}

/* Bit by bit, as the specification draws it. */
static void append_bits(struct bytes *bytes, const uint64_t *words, size_t count, unsigned width)
{
    size_t bit = bytes->size * 8;
    memset(bytes->all + bytes->size, 0, count * width / 8 + 1);
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < width; k++, bit++)
            bytes->all[bit / 8] |= (uint8_t)((words[i] >> k & 1) << bit % 8);
    bytes->size = (bit + 7) / 8;
}

static uint64_t of_width(struct random *random, unsigned width)
{
    uint64_t word = random_next(random) ^ random_next(random) << 32;
    return width == 64 ? word : word & ((UINT64_C(1) << width) - 1);
}

/* An exact copy with the slack that is asked for. */
static uint8_t *copy_of(const struct bytes *bytes)
{
    uint8_t *copy = malloc(bytes->size + ENCODING_SLACK);
    memcpy(copy, bytes->all, bytes->size);
    memset(copy + bytes->size, 0xa5, ENCODING_SLACK);
    return copy;
}

/* Runs of both kinds; returns how many numbers there are. */
static size_t make_hybrid(struct random *random, unsigned width, struct bytes *bytes,
                          uint64_t *words)
{
    size_t count = 0;
    bytes->size = 0;
    while (count + 200 < NUMBERS) {
        size_t size = 1 + random_below(random, 20);
        if (random_below(random, 2)) {
            append_varint(bytes, size << 1 | 1);
            for (size_t i = 0; i < 8 * size; i++)
                words[count + i] = of_width(random, width);
            append_bits(bytes, words + count, 8 * size, width);
            count += 8 * size;
        } else {
            uint64_t word = of_width(random, width);
            append_varint(bytes, size << 1);
            for (unsigned k = 0; k < width; k += 8)
                bytes->all[bytes->size++] = (uint8_t)(word >> k);
            for (size_t i = 0; i < size; i++)
                words[count++] = word;
        }
    }
    return count;
}

static void runs_of_every_width_are_read_in_pieces_of_any_size(void **state)
{
    (void)state;
    static struct bytes bytes;
    static uint64_t expected[NUMBERS], words[NUMBERS];
    struct random random = { 7 };
    for (unsigned width = 0; width <= 32; width++) {
        size_t count = make_hybrid(&random, width, &bytes, expected);
        uint8_t *copy = copy_of(&bytes);
        struct hybrid hybrid;
        assert_true(hybrid_begin(&hybrid, copy, copy + bytes.size, width));
        for (size_t done = 0, part; done < count; done += part) {
            part = random_below(&random, 60);
            part = part < count - done ? part : count - done;
            assert_true(hybrid_read(&hybrid, words + done, part));
        }
        assert_memory_equal(words, expected, count * sizeof *words);
        assert_false(hybrid_read(&hybrid, words, 1));
        free(copy);
    }
    struct hybrid hybrid;
    assert_false(hybrid_begin(&hybrid, bytes.all, bytes.all, 33));
}

static void runs_may_break_off_with_the_bytes(void **state)
{
    (void)state;
    struct bytes bytes = { .all = { 1 << 1 | 1, 0x21, 0x43 }, .size = 3 }; /* 8, and 5 are there */
    uint8_t *copy = copy_of(&bytes);
    uint64_t words[6];
    struct hybrid hybrid;
    assert_true(hybrid_begin(&hybrid, copy, copy + bytes.size, 3));
    assert_true(hybrid_read(&hybrid, words, 5));
    assert_memory_equal(words, ((uint64_t[]) { 1, 4, 4, 1, 4 }), 5 * sizeof *words);
    assert_false(hybrid_read(&hybrid, words, 1));
    free(copy);
}

static void a_run_of_one_number_is_known_without_reading(void **state)
{
    (void)state;
    const uint8_t bytes[ENCODING_SLACK + 4] = { 0xc8, 1, 1 };
    uint64_t words[60];
    struct hybrid hybrid;
    assert_true(hybrid_begin(&hybrid, bytes, bytes + 3, 1));
    assert_true(hybrid_repeats(&hybrid, 1, 100));
    assert_false(hybrid_repeats(&hybrid, 1, 101));
    assert_false(hybrid_repeats(&hybrid, 0, 100));
    assert_true(hybrid_read(&hybrid, words, 60));
    assert_true(hybrid_repeats(&hybrid, 1, 40));
    assert_false(hybrid_repeats(&hybrid, 1, 41));
}

/* A level of 255 would make more values of a page than there are. */
static void a_number_wider_than_said_is_none(void **state)
{
    (void)state;
    const uint8_t bytes[ENCODING_SLACK + 2] = { 8 << 1, 0xff };
    uint64_t word;
    struct hybrid hybrid;
    assert_true(hybrid_begin(&hybrid, bytes, bytes + 2, 1));
    assert_false(hybrid_repeats(&hybrid, 1, 1));
    assert_false(hybrid_read(&hybrid, &word, 1));
}

static void a_run_of_two_thousand_million_takes_no_memory(void **state)
{
    (void)state;
    const uint8_t bytes[ENCODING_SLACK + 7] = { 0xfe, 0xff, 0xff, 0xff, 0x0f, 9, 0 };
    uint64_t words[10];
    struct hybrid hybrid;
    assert_true(hybrid_begin(&hybrid, bytes, bytes + 6, 8));
    assert_true(hybrid_repeats(&hybrid, 9, INT32_MAX));
    assert_true(hybrid_read(&hybrid, words, 10));
    assert_int_equal(words[9], 9);
}

/* Steps of `width` bits above the smallest, and of none in some runs when there are to be such. */
static void make_delta(struct random *random, unsigned width, bool some_none, size_t count,
                       struct bytes *bytes, uint64_t *words)
{
    const size_t block_size = BLOCK_RUNS * RUN_SIZE;
    bytes->size = 0;
    words[0] = random_next(random);
    append_varint(bytes, block_size);
    append_varint(bytes, BLOCK_RUNS);
    append_varint(bytes, count);
    append_signed(bytes, (int64_t)words[0]);
    for (size_t done = 1; done < count; done += block_size) {
        uint64_t steps[BLOCK_RUNS * RUN_SIZE] = { 0 };
        unsigned widths[BLOCK_RUNS];
        uint64_t smallest = random_next(random) >> random_below(random, 64);
        append_signed(bytes, (int64_t)smallest);
        for (size_t run = 0; run < BLOCK_RUNS; run++) {
            widths[run] = some_none && random_below(random, 4) == 0 ? 0 : width;
            bytes->all[bytes->size++] = (uint8_t)widths[run];
        }
        for (size_t i = 0; i < block_size && done + i < count; i++) {
            steps[i] = of_width(random, widths[i / RUN_SIZE]);
            words[done + i] = words[done + i - 1] + smallest + steps[i];
        }
        for (size_t run = 0; run < BLOCK_RUNS && done + run * RUN_SIZE < count; run++)
            append_bits(bytes, steps + run * RUN_SIZE, RUN_SIZE, widths[run]);
    }
}

static void steps_of_every_width_are_added_up(void **state)
{
    (void)state;
    static struct bytes bytes;
    static uint64_t expected[NUMBERS], words[NUMBERS];
    struct random random = { 11 };
    for (unsigned width = 0; width <= 64; width++) {
        size_t count = 1 + random_below(&random, 600);
        make_delta(&random, width, true, count, &bytes, expected);
        uint8_t *copy = copy_of(&bytes);
        struct delta delta;
        assert_true(delta_begin(&delta, copy, copy + bytes.size));
        for (size_t done = 0, part; done < count; done += part) {
            part = random_below(&random, 60);
            part = part < count - done ? part : count - done;
            assert_true(delta_read(&delta, words + done, part));
        }
        assert_memory_equal(words, expected, count * sizeof *words);
        assert_false(delta_read(&delta, words, 1));
        free(copy);
    }
}

static void steps_cut_short_are_refused(void **state)
{
    (void)state;
    static struct bytes bytes;
    static uint64_t words[NUMBERS];
    struct random random = { 13 };
    make_delta(&random, 20, false, 1 + RUN_SIZE + 11, &bytes, words);
    size_t size = bytes.size;
    /* The last run is filled up to its size, but 11 steps of it are used. */
    size_t needed = size - RUN_SIZE * 20 / 8 + (11 * 20 + 7) / 8;
    for (bytes.size = 0; bytes.size <= size; bytes.size++) {
        uint8_t *copy = copy_of(&bytes);
        struct delta delta;
        bool is_read = delta_begin(&delta, copy, copy + bytes.size) &&
                       delta_read(&delta, words, 1 + RUN_SIZE + 11);
        assert_true(is_read == (bytes.size >= needed));
        free(copy);
    }
}

static void blocks_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const uint8_t headers[][4] = {
        { 0, 4, 1, 0 },   /* of nothing */
        { 128, 1, 0, 1 }, /* no runs */
        { 32, 3, 1, 0 },  /* runs that do not fit */
        { 12, 1, 1, 0 },  /* and that end within a byte */
    };
    struct delta delta;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_false(delta_begin(&delta, headers[i], headers[i] + 4));
    const uint8_t wide[ENCODING_SLACK + 7] = { 8, 1, 3, 0, 0, 65 }; /* bits */
    uint64_t words[3];
    assert_true(delta_begin(&delta, wide, wide + 7));
    assert_false(delta_read(&delta, words, 3));
}

static void split_streams_are_put_together(void **state)
{
    (void)state;
    struct random random = { 17 };
    for (size_t stride = 1; stride < 40; stride++) {
        uint64_t expected[40], words[40];
        uint8_t *eight = malloc(8 * stride);
        uint8_t *four = malloc(4 * stride);
        for (size_t i = 0; i < stride; i++) {
            expected[i] = random_next(&random);
            for (size_t k = 0; k < 8; k++)
                eight[k * stride + i] = (uint8_t)(expected[i] >> 8 * k);
            for (size_t k = 0; k < 4; k++)
                four[k * stride + i] = (uint8_t)(expected[i] >> 8 * k);
        }
        for (size_t from = 0; from < stride; from += 3) {
            split_read_eight(eight + from, stride, words, stride - from);
            assert_memory_equal(words, expected + from, (stride - from) * sizeof *words);
            split_read_four(four + from, stride, words, stride - from);
            for (size_t i = from; i < stride; i++)
                assert_int_equal(words[i - from], (uint32_t)expected[i]);
        }
        free(eight);
        free(four);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_every_width_are_read_in_pieces_of_any_size),
        cmocka_unit_test(runs_may_break_off_with_the_bytes),
        cmocka_unit_test(a_run_of_one_number_is_known_without_reading),
        cmocka_unit_test(a_number_wider_than_said_is_none),
        cmocka_unit_test(a_run_of_two_thousand_million_takes_no_memory),
        cmocka_unit_test(steps_of_every_width_are_added_up),
        cmocka_unit_test(steps_cut_short_are_refused),
        cmocka_unit_test(blocks_that_cannot_be_are_refused),
        cmocka_unit_test(split_streams_are_put_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
