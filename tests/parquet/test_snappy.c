#include "service/parquet/snappy.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TARGET_MAX = 4096, ROUNDS = 3000 };

/* Decompresses an exact copy into exactly the room that is asked for. */
static bool decompress(const uint8_t *source, size_t size, uint8_t *target, size_t target_size)
{
    uint8_t *copy = malloc(size ? size : 1);
    uint8_t *room = malloc(target_size + SNAPPY_SLACK);
    memcpy(copy, source, size);
    bool is_done = snappy_decompress(copy, size, room, target_size);
    memcpy(target, room, is_done ? target_size : 0);
    free(room);
    free(copy);
    return is_done;
}

#define GIVES(expected, ...)                                                                       \
    gives(expected, sizeof(expected) - 1, (const uint8_t[]) { __VA_ARGS__ },                       \
          sizeof((const uint8_t[]) { __VA_ARGS__ }))

static bool gives(const char *expected, size_t expected_size, const uint8_t *source, size_t size)
{
    uint8_t target[TARGET_MAX];
    for (size_t cut = 0; cut < size; cut++)
        assert_false(decompress(source, cut, target, expected_size) && expected_size > 0);
    return decompress(source, size, target, expected_size) &&
           memcmp(target, expected, expected_size) == 0;
}

static void literals_are_copied(void **state)
{
    (void)state;
    assert_true(GIVES("", 0));
    assert_true(GIVES("abc", 3, 2 << 2, 'a', 'b', 'c'));
    assert_true(GIVES("abcd", 4, 1 << 2, 'a', 'b', 1 << 2, 'c', 'd'));
    assert_true(GIVES("abc", 3, 60 << 2, 2, 'a', 'b', 'c'));
    assert_true(GIVES("abc", 3, 61 << 2, 2, 0, 'a', 'b', 'c'));
    assert_true(GIVES("abc", 3, 62 << 2, 2, 0, 0, 'a', 'b', 'c'));
    assert_true(GIVES("abc", 3, 63 << 2, 2, 0, 0, 0, 'a', 'b', 'c'));
}

static void copies_repeat_what_came_before(void **state)
{
    (void)state;
    assert_true(GIVES("abcdabcd", 8, 3 << 2, 'a', 'b', 'c', 'd', 1, 4));
    assert_true(GIVES("abcdabcd", 8, 3 << 2, 'a', 'b', 'c', 'd', 2 | 3 << 2, 4, 0));
    assert_true(GIVES("abcdabcd", 8, 3 << 2, 'a', 'b', 'c', 'd', 3 | 3 << 2, 4, 0, 0, 0));
    assert_true(GIVES("aaaaaaaa", 8, 0, 'a', 1 | 3 << 2, 1)); /* a copy of itself */
    assert_true(GIVES("ababab", 6, 1 << 2, 'a', 'b', 1, 2));
}

static void what_does_not_add_up_is_refused(void **state)
{
    (void)state;
    assert_false(GIVES("abc", 4, 2 << 2, 'a', 'b', 'c'));  /* of another size */
    assert_false(GIVES("abcd", 4, 2 << 2, 'a', 'b', 'c')); /* too little */
    assert_false(GIVES("ab", 2, 2 << 2, 'a', 'b', 'c'));   /* too much */
    assert_false(GIVES("aaaaa", 5, 0, 'a', 1, 0));         /* from nowhere */
    assert_false(GIVES("aaaaa", 5, 0, 'a', 1, 2));         /* from before the start */
    assert_false(GIVES("aaa", 3, 0, 'a', 1, 1));           /* a copy too long */
    assert_false(GIVES("abc", 3, 63 << 2, 0xff, 0xff, 0xff, 0xff, 'a', 'b', 'c'));
    assert_false(GIVES("", 0x80, 0x80, 0x80, 0x80, 0x80, 0)); /* its size without an end */
}

/* Compresses by chance: any text is many different compressed ones. */
static size_t compress(struct random *random, const uint8_t *text, size_t size, uint8_t *target)
{
    size_t out = 0;
    target[out++] = (uint8_t)(size & 0x7f) | 0x80;
    target[out++] = (uint8_t)(size >> 7);
    for (size_t at = 0, length; at < size; at += length) {
        size_t offset = at > 0 ? 1 + random_below(random, at < 40 ? at : 40) : 0;
        for (length = 0; offset > 0 && length < 64 && at + length < size; length++)
            if (text[at + length] != text[at + length - offset])
                break;
        if (length >= 4 && length <= 11 && random_below(random, 2)) {
            target[out++] = (uint8_t)(1 | (length - 4) << 2 | (offset >> 8) << 5);
            target[out++] = (uint8_t)offset;
        } else if (length > 0) {
            target[out++] = (uint8_t)(2 | (length - 1) << 2);
            target[out++] = (uint8_t)offset;
            target[out++] = (uint8_t)(offset >> 8);
        } else {
            length = 1 + random_below(random, size - at < 30 ? size - at : 30);
            target[out++] = (uint8_t)((length - 1) << 2);
            memcpy(target + out, text + at, length);
            out += length;
        }
    }
    return out;
}

static void any_text_comes_out_as_it_went_in(void **state)
{
    (void)state;
    struct random random = { 7 };
    uint8_t text[TARGET_MAX], compressed[4 * TARGET_MAX], target[TARGET_MAX];
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = random_below(&random, 600);
        size_t letters = 1 + random_below(&random, 3);
        for (size_t i = 0; i < size; i++)
            text[i] = (uint8_t)('a' + random_below(&random, letters));
        size_t compressed_size = compress(&random, text, size, compressed);
        assert_true(decompress(compressed, compressed_size, target, size));
        assert_memory_equal(target, text, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_copied),
        cmocka_unit_test(copies_repeat_what_came_before),
        cmocka_unit_test(what_does_not_add_up_is_refused),
        cmocka_unit_test(any_text_comes_out_as_it_went_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
