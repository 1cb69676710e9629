#include "service/commands/bytes_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_text(size_t bytes, const char *expected)
{
    char buffer[BYTES_TEXT_SIZE];
    assert_string_equal(bytes_text(bytes, buffer), expected);
}

static void small_sizes_are_told_to_the_byte(void **state)
{
    (void)state;
    assert_text(0, "0 bytes");
    assert_text(1, "1 byte");
    assert_text(999, "999 bytes");
}

static void larger_ones_have_a_decimal_and_the_unit_that_fits(void **state)
{
    (void)state;
    assert_text(1000, "1.0 kB");
    assert_text(999949, "999.9 kB");
    assert_text(999950, "1.0 MB");
    assert_text(1234567, "1.2 MB");
    assert_text(999950000, "1.0 GB");
    assert_text((size_t)5000000000000, "5.0 TB");
    assert_text((size_t)12345000000000000, "12345.0 TB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sizes_are_told_to_the_byte),
        cmocka_unit_test(larger_ones_have_a_decimal_and_the_unit_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
