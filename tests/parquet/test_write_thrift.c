#include "service/parquet/write_thrift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Releases the text. */
static void assert_bytes(struct text *text, const void *expected, size_t size)
{
    assert_int_equal(text->size, size);
    assert_memory_equal(text->bytes, expected, size);
    text_release(text);
}

static void a_number_takes_seven_bits_a_byte(void **state)
{
    (void)state;
    struct text text = { 0 };
    varint_append(&text, 0);
    varint_append(&text, 127);
    varint_append(&text, 128);
    varint_append(&text, 50399);
    assert_bytes(&text, "\x00\x7f\x80\x01\xdf\x89\x03", 7);
    varint_append(&text, UINT64_MAX);
    assert_bytes(&text, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
}

static void a_sign_is_the_lowest_bit(void **state)
{
    (void)state;
    struct text text = { 0 };
    varint_append_signed(&text, 0);
    varint_append_signed(&text, -1);
    varint_append_signed(&text, 1);
    varint_append_signed(&text, -2);
    assert_bytes(&text, "\x00\x01\x02\x03", 4);
    varint_append_signed(&text, INT64_MAX);
    assert_bytes(&text, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    varint_append_signed(&text, INT64_MIN);
    assert_bytes(&text, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
}

static void a_field_says_its_step_and_its_type(void **state)
{
    (void)state;
    struct text text = { 0 };
    struct thrift_writer writer = { .target = &text };
    thrift_write_begin(&writer, 0);
    thrift_write_i32(&writer, 1, -1);
    thrift_write_i64(&writer, 3, 64);
    thrift_write_bool(&writer, 4, true);
    thrift_write_bool(&writer, 5, false);
    thrift_write_string(&writer, 20, "QQQ");
    thrift_write_end(&writer);
    assert_bytes(&text, "\x15\x01\x26\x80\x01\x11\x12\xf8\x03QQQ\0", 13);
}

static void the_steps_of_a_struct_are_its_own(void **state)
{
    (void)state;
    struct text text = { 0 };
    struct thrift_writer writer = { .target = &text };
    thrift_write_begin(&writer, 0);
    thrift_write_begin(&writer, 8);
    thrift_write_i32(&writer, 2, 1);
    thrift_write_end(&writer);
    thrift_write_begin(&writer, 9);
    thrift_write_i32(&writer, 1, 1);
    thrift_write_end(&writer);
    thrift_write_i32(&writer, 10, 1);
    thrift_write_end(&writer);
    assert_bytes(&text, "\x8c\x25\x02\x00\x1c\x15\x02\x00\x15\x02\x00", 11);
}

static void a_list_says_how_many_of_what(void **state)
{
    (void)state;
    struct text text = { 0 };
    struct thrift_writer writer = { .target = &text };
    thrift_write_begin(&writer, 0);
    thrift_write_list(&writer, 1, THRIFT_I32, 2);
    thrift_write_i32(&writer, 0, 1);
    thrift_write_i32(&writer, 0, 2);
    thrift_write_list(&writer, 2, THRIFT_STRUCT, 14);
    thrift_write_list(&writer, 3, THRIFT_BINARY, 15);
    thrift_write_list(&writer, 4, THRIFT_BINARY, 200);
    thrift_write_end(&writer);
    assert_bytes(&text, "\x19\x25\x02\x04\x19\xec\x19\xf8\x0f\x19\xf8\xc8\x01\x00", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_takes_seven_bits_a_byte),
        cmocka_unit_test(a_sign_is_the_lowest_bit),
        cmocka_unit_test(a_field_says_its_step_and_its_type),
        cmocka_unit_test(the_steps_of_a_struct_are_its_own),
        cmocka_unit_test(a_list_says_how_many_of_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
