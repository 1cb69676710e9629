#include "service/parquet/thrift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads an exact copy, so that the address sanitizer sees a look beyond the end. */
static struct thrift_reader reader_of(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    return (struct thrift_reader) { .next = copy, .end = copy + size };
}

#define READER(...)                                                                                \
    reader_of((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }))

static void release(struct thrift_reader *reader, size_t size)
{
    free((uint8_t *)(uintptr_t)(reader->end - size));
}

/* Whether skipping a value takes all bytes of it and no more. */
static bool skips(enum thrift_type type, const uint8_t *bytes, size_t size)
{
    for (size_t cut = 0; cut < size; cut++) {
        struct thrift_reader reader = reader_of(bytes, cut);
        thrift_skip(&reader, type);
        assert_true(reader.failed);
        release(&reader, cut);
    }
    struct thrift_reader reader = reader_of(bytes, size);
    thrift_skip(&reader, type);
    bool is_right = !reader.failed && reader.next == reader.end;
    release(&reader, size);
    return is_right;
}

#define SKIPS(type, ...)                                                                           \
    skips(type, (const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }))

static void numbers_have_seven_bits_a_byte(void **state)
{
    (void)state;
    struct thrift_reader reader = READER(0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0x01, 0x02, 0x01);
    assert_int_equal(thrift_read_varint(&reader), 0);
    assert_int_equal(thrift_read_varint(&reader), 127);
    assert_int_equal(thrift_read_varint(&reader), 128);
    assert_true(thrift_read_varint(&reader) == UINT64_MAX);
    assert_int_equal(thrift_read_signed(&reader), 1);
    assert_int_equal(thrift_read_signed(&reader), -1);
    assert_false(reader.failed);
    assert_int_equal(thrift_read_varint(&reader), 0);
    assert_true(reader.failed);
    release(&reader, 16);
}

static void a_number_without_an_end_is_none(void **state)
{
    (void)state;
    struct thrift_reader reader =
        READER(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    assert_int_equal(thrift_read_varint(&reader), 0);
    assert_true(reader.failed);
    release(&reader, 11);
}

static void fields_are_numbered_by_their_distance_or_in_full(void **state)
{
    (void)state;
    struct thrift_reader reader =
        READER(0x15, 0x06, 0x21, 0x08, 0x50, 0x03, 0x61, 0x16, 0x07, 0x00);
    struct thrift_field field = { 0 };
    size_t size;
    assert_true(thrift_read_field(&reader, &field));
    assert_int_equal(field.id, 1);
    assert_int_equal(thrift_read_integer(&reader, field.type), 3);
    assert_true(thrift_read_field(&reader, &field));
    assert_int_equal(field.id, 3);
    assert_true(thrift_read_bool(&reader, field.type));
    assert_true(thrift_read_field(&reader, &field)); /* in full: 40 */
    assert_int_equal(field.id, 40);
    const uint8_t *bytes = thrift_read_bytes(&reader, field.type, &size);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, "\x61\x16\x07", 3);
    assert_false(thrift_read_field(&reader, &field));
    assert_false(reader.failed);
    release(&reader, 10);
}

static void a_value_of_another_type_is_a_failure(void **state)
{
    (void)state;
    size_t size;
    struct thrift_reader reader = READER(0x02);
    assert_int_equal(thrift_read_integer(&reader, THRIFT_BINARY), 0);
    assert_true(reader.failed);
    reader.failed = false;
    thrift_read_bytes(&reader, THRIFT_I32, &size);
    assert_true(reader.failed && size == 0);
    reader.failed = false;
    thrift_read_bool(&reader, THRIFT_I32);
    assert_true(reader.failed);
    reader.failed = false;
    assert_false(thrift_read_struct(&reader, THRIFT_LIST));
    assert_true(reader.failed);
    reader.failed = false;
    assert_int_equal(thrift_read_list(&reader, THRIFT_STRUCT, THRIFT_I32), 0);
    assert_true(reader.failed);
    release(&reader, 1);
}

static void a_list_has_no_more_elements_than_bytes(void **state)
{
    (void)state;
    struct thrift_reader reader = READER(0x25, 0x02, 0x04);
    assert_int_equal(thrift_read_list(&reader, THRIFT_LIST, THRIFT_I32), 2);
    assert_false(reader.failed);
    release(&reader, 3);
    reader = READER(0xf5, 0x81, 0x80, 0x80, 0x80, 0x08, 0x02); /* 2^31 + 1 */
    assert_int_equal(thrift_read_list(&reader, THRIFT_LIST, THRIFT_I32), 0);
    assert_true(reader.failed);
    release(&reader, 7);
    reader = READER(0x25, 0x02, 0x04); /* other elements */
    assert_int_equal(thrift_read_list(&reader, THRIFT_LIST, THRIFT_STRUCT), 0);
    assert_true(reader.failed);
    release(&reader, 3);
}

static void every_type_is_skipped_to_its_end(void **state)
{
    (void)state;
    assert_true(skips(THRIFT_TRUE, (const uint8_t *)"", 0));
    assert_true(skips(THRIFT_FALSE, (const uint8_t *)"", 0));
    assert_true(SKIPS(THRIFT_BYTE, 0x80));
    assert_true(SKIPS(THRIFT_I16, 0x80, 0x01));
    assert_true(SKIPS(THRIFT_I64, 0xff, 0xff, 0x01));
    assert_true(SKIPS(THRIFT_DOUBLE, 0, 0, 0, 0, 0, 0, 0, 0));
    assert_true(SKIPS(THRIFT_BINARY, 3, 'a', 'b', 'c'));
    assert_true(SKIPS(THRIFT_LIST, 0x31, 1, 2, 1));                /* bools */
    assert_true(SKIPS(THRIFT_SET, 0x28, 1, 'a', 2, 'b', 'c'));     /* texts */
    assert_true(SKIPS(THRIFT_MAP, 2, 0x81, 1, 'a', 1, 1, 'b', 2)); /* texts to bools */
    assert_true(SKIPS(THRIFT_MAP, 0));
    assert_true(SKIPS(THRIFT_STRUCT, 0x11, 0x15, 0x02, 0x1c, 0x12, 0, 0)); /* one in another */
}

static void nesting_has_an_end(void **state)
{
    (void)state;
    uint8_t lists[100000]; /* of a list of a list ... */
    memset(lists, 0x19, sizeof lists);
    struct thrift_reader reader = { .next = lists, .end = lists + sizeof lists };
    thrift_skip(&reader, THRIFT_LIST);
    assert_true(reader.failed);
    memset(lists, 0x1c, sizeof lists); /* structs in structs */
    reader = (struct thrift_reader) { .next = lists, .end = lists + sizeof lists };
    thrift_skip(&reader, THRIFT_STRUCT);
    assert_true(reader.failed);
}

static void after_a_failure_there_is_nothing_left(void **state)
{
    (void)state;
    size_t size;
    struct thrift_field field = { 0 };
    struct thrift_reader reader = READER(0x1f, 0x15, 0x02); /* there is no type 15 */
    assert_false(thrift_read_field(&reader, &field));
    assert_true(reader.failed);
    assert_false(thrift_read_field(&reader, &field));
    assert_int_equal(thrift_read_integer(&reader, THRIFT_I32), 0);
    assert_int_equal(thrift_read_list(&reader, THRIFT_LIST, THRIFT_I32), 0);
    assert_false(thrift_read_struct(&reader, THRIFT_STRUCT));
    thrift_read_bytes(&reader, THRIFT_BINARY, &size);
    assert_int_equal(size, 0);
    thrift_skip(&reader, THRIFT_STRUCT);
    assert_true(reader.failed);
    release(&reader, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_seven_bits_a_byte),
        cmocka_unit_test(a_number_without_an_end_is_none),
        cmocka_unit_test(fields_are_numbered_by_their_distance_or_in_full),
        cmocka_unit_test(a_value_of_another_type_is_a_failure),
        cmocka_unit_test(a_list_has_no_more_elements_than_bytes),
        cmocka_unit_test(every_type_is_skipped_to_its_end),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(after_a_failure_there_is_nothing_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
