#include "service/parquet/write_encoding.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Releases the text. */
static void assert_bytes(struct text *text, const void *expected, size_t size)
{
    assert_int_equal(text->size, size);
    assert_memory_equal(text->bytes, expected, size);
    text_release(text);
}

static void plain_words_are_eight_bytes_the_lowest_first(void **state)
{
    (void)state;
    const uint64_t words[] = { UINT64_C(0x0102030405060708), 1 };
    struct text text = { 0 };
    plain_encode(words, COUNT(words), &text);
    assert_bytes(&text, "\x08\x07\x06\x05\x04\x03\x02\x01\x01\0\0\0\0\0\0\0", 16);
}

static void split_words_are_eight_streams(void **state)
{
    (void)state;
    const uint64_t words[] = { UINT64_C(0x0102030405060708), UINT64_C(0x1112131415161718) };
    struct text text = { 0 };
    split_encode(words, COUNT(words), &text);
    assert_bytes(&text, "\x08\x18\x07\x17\x06\x16\x05\x15\x04\x14\x03\x13\x02\x12\x01\x11", 16);
}

static void no_words_are_no_bytes(void **state)
{
    (void)state;
    struct text text = { 0 };
    plain_encode(NULL, 0, &text);
    split_encode(NULL, 0, &text);
    assert_int_equal(text.size, 0);
    text_release(&text);
}

/* Example 2 of DELTA_BINARY_PACKED in Encodings.md, but for the sizes of block and run. */
static void steps_are_packed_less_the_smallest(void **state)
{
    (void)state;
    const uint64_t words[] = { 7, 5, 3, 1, 2, 3, 4, 5 };
    struct text text = { 0 };
    delta_encode(words, COUNT(words), &text);
    assert_bytes(&text,
                 "\x80\x01\x04\x08\x0e" /* 128, 4, 8, 7 */
                 "\x03\x02\0\0\0"       /* -2, widths */
                 "\xc0\x3f\0\0\0\0\0\0",
                 18);
}

/* Example 1: no bits at all. */
static void even_steps_take_no_room(void **state)
{
    (void)state;
    uint64_t words[1 + 2 * 128];
    for (size_t i = 0; i < COUNT(words); i++)
        words[i] = 60 * i;
    struct text text = { 0 };
    delta_encode(words, COUNT(words), &text);
    assert_bytes(&text, "\x80\x01\x04\x81\x02\0\x78\0\0\0\0\x78\0\0\0\0", 16);
}

/* A block's last run may be short, and begins at its first step. */
static void each_run_of_steps_has_its_own_width(void **state)
{
    (void)state;
    uint64_t words[1 + 33];
    for (size_t i = 0; i < COUNT(words); i++)
        words[i] = i < 33 ? 0 : 0x1ff;
    struct text text = { 0 };
    delta_encode(words, COUNT(words), &text);
    char expected[7 + 3 + 36] = "\x80\x01\x04\x22\0\0\0\x09\0\0\xff\x01";
    assert_bytes(&text, expected, 10 + 36);
}

static void the_step_between_any_two_integers_wraps_around(void **state)
{
    (void)state;
    const uint64_t words[] = { (uint64_t)INT64_MAX, (uint64_t)INT64_MIN, (uint64_t)INT64_MAX };
    struct text text = { 0 };
    delta_encode(words, COUNT(words), &text);
    /* Steps 1 and -1 as the sums wrap: -1 is the smallest, 2 and 0 are in two bits. */
    assert_int_equal(text.size, 4 + 10 + 1 + 4 + 8);
    assert_memory_equal(text.bytes + 14, "\x01\x02\0\0\0\x02\0\0\0\0\0\0\0", 13);
    text_release(&text);
}

static void one_integer_and_none_are_a_head(void **state)
{
    (void)state;
    const uint64_t word = (uint64_t)-3;
    struct text text = { 0 };
    delta_encode(&word, 1, &text);
    assert_bytes(&text, "\x80\x01\x04\x01\x05", 5);
    delta_encode(NULL, 0, &text);
    assert_bytes(&text, "\x80\x01\x04\0\0", 5);
}

/* The example of bit packing in Encodings.md: 0 to 7 in three bits. */
static void indices_are_packed_in_as_many_bits_as_the_largest_needs(void **state)
{
    (void)state;
    const uint64_t words[] = { 10, 11, 12, 13, 14, 15, 16, 17 };
    struct dictionary dictionary;
    struct text text = { 0 };
    assert_true(dictionary_init(&dictionary, words, COUNT(words), COUNT(words)));
    indices_encode(&dictionary, &text);
    assert_bytes(&text, "\x03\x03\x88\xc6\xfa", 5);
    dictionary_release(&dictionary);
}

static void indices_are_filled_up_to_groups_of_eight(void **state)
{
    (void)state;
    const uint64_t words[] = { 9, 8, 9, 8, 9, 8, 9, 8, 9 };
    struct dictionary dictionary;
    struct text text = { 0 };
    assert_true(dictionary_init(&dictionary, words, COUNT(words), COUNT(words)));
    indices_encode(&dictionary, &text);
    assert_bytes(&text, "\x01\x05\x55\x01", 4);
    dictionary_release(&dictionary);
}

static void the_index_of_a_single_word_has_a_bit(void **state)
{
    (void)state;
    const uint64_t words[] = { 9, 9, 9 };
    struct dictionary dictionary;
    struct text text = { 0 };
    assert_true(dictionary_init(&dictionary, words, COUNT(words), COUNT(words)));
    indices_encode(&dictionary, &text);
    assert_bytes(&text, "\x01\x03\0", 3);
    dictionary_release(&dictionary);
}

static void a_dictionary_has_each_word_once_ascending(void **state)
{
    (void)state;
    const uint64_t words[] = { UINT64_MAX, 3, UINT64_C(1) << 63, 3, 0, 256, UINT64_MAX };
    const uint64_t expected[] = { 0, 3, 256, UINT64_C(1) << 63, UINT64_MAX };
    struct dictionary dictionary;
    assert_true(dictionary_init(&dictionary, words, COUNT(words), COUNT(words)));
    assert_int_equal(dictionary.count, COUNT(expected));
    assert_memory_equal(dictionary.words, expected, sizeof expected);
    for (size_t i = 0; i < COUNT(words); i++)
        assert_true(dictionary.words[dictionary.indices[i]] == words[i]);
    dictionary_release(&dictionary);
}

/* The bits of a row's index, the lowest first, behind the width and the head of the run. */
static uint64_t index_at(const struct text *text, size_t row)
{
    unsigned width = (unsigned char)text->bytes[0];
    size_t begin = 1;
    while (text->bytes[begin++] & 0x80)
        continue;
    uint64_t index = 0;
    for (size_t bit = 0; bit < width; bit++) {
        size_t place = row * width + bit;
        index |= (uint64_t)((unsigned char)text->bytes[begin + place / 8] >> place % 8 & 1) << bit;
    }
    return index;
}

static void assert_found_again(const uint64_t *words, size_t count)
{
    struct dictionary dictionary;
    struct text text = { 0 };
    assert_true(dictionary_init(&dictionary, words, count, count));
    for (size_t i = 1; i < dictionary.count; i++)
        assert_true(dictionary.words[i - 1] < dictionary.words[i]);
    indices_encode(&dictionary, &text);
    for (size_t i = 0; i < count; i++)
        assert_true(dictionary.words[index_at(&text, i)] == words[i]);
    text_release(&text);
    dictionary_release(&dictionary);
}

static void any_words_are_found_again_by_their_indices(void **state)
{
    (void)state;
    static uint64_t words[5000];
    struct random random = { 1 };
    for (size_t kinds = 1; kinds <= COUNT(words); kinds *= 3) {
        for (size_t i = 0; i < COUNT(words); i++) {
            uint64_t kind = random_below(&random, kinds);
            words[i] = kind * kind * UINT64_C(0x2040000000000001);
        }
        assert_found_again(words, COUNT(words));
    }
    for (size_t i = 0; i < COUNT(words); i++)
        words[i] = random_next(&random);
    for (size_t i = 0; i + 7 <= COUNT(words); i++)
        assert_found_again(words + i, i % 7 + 1);
}

static void a_dictionary_of_too_many_words_is_not_made(void **state)
{
    (void)state;
    const uint64_t words[] = { 1, 2, 1, 3, 2 };
    struct dictionary dictionary;
    assert_false(dictionary_init(&dictionary, words, COUNT(words), 2));
    assert_true(dictionary_init(&dictionary, words, COUNT(words), 3));
    assert_int_equal(dictionary.count, 3);
    dictionary_release(&dictionary);
}

static void levels_that_differ_are_packed(void **state)
{
    (void)state;
    const bool present[] = { true, true, false, true, false, false, false, true, true };
    struct text text = { 0 };
    levels_encode(present, COUNT(present), 5, &text);
    assert_bytes(&text, "\x03\0\0\0\x05\x8b\x01", 7);
}

static void levels_that_are_the_same_are_a_run(void **state)
{
    (void)state;
    bool present[200];
    memset(present, true, sizeof present);
    struct text text = { 0 };
    levels_encode(present, COUNT(present), COUNT(present), &text);
    assert_bytes(&text, "\x03\0\0\0\x90\x03\x01", 7);
    memset(present, false, sizeof present);
    levels_encode(present, COUNT(present), 0, &text);
    assert_bytes(&text, "\x03\0\0\0\x90\x03\0", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_words_are_eight_bytes_the_lowest_first),
        cmocka_unit_test(split_words_are_eight_streams),
        cmocka_unit_test(no_words_are_no_bytes),
        cmocka_unit_test(steps_are_packed_less_the_smallest),
        cmocka_unit_test(even_steps_take_no_room),
        cmocka_unit_test(each_run_of_steps_has_its_own_width),
        cmocka_unit_test(the_step_between_any_two_integers_wraps_around),
        cmocka_unit_test(one_integer_and_none_are_a_head),
        cmocka_unit_test(indices_are_packed_in_as_many_bits_as_the_largest_needs),
        cmocka_unit_test(indices_are_filled_up_to_groups_of_eight),
        cmocka_unit_test(the_index_of_a_single_word_has_a_bit),
        cmocka_unit_test(a_dictionary_has_each_word_once_ascending),
        cmocka_unit_test(any_words_are_found_again_by_their_indices),
        cmocka_unit_test(a_dictionary_of_too_many_words_is_not_made),
        cmocka_unit_test(levels_that_differ_are_packed),
        cmocka_unit_test(levels_that_are_the_same_are_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
