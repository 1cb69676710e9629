#include "service/base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_hash(const char *text, const char *expected)
{
    char hex[SHA256_HEX_SIZE];
    memset(hex, 'x', sizeof hex);
    sha256_hex(text, strlen(text), hex);
    assert_string_equal(hex, expected);
}

/* The examples published with FIPS 180. */
static void the_published_examples_come_out(void **state)
{
    (void)state;
    assert_hash("a", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    assert_hash("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void nothing_has_a_hash_too(void **state)
{
    (void)state;
    static const char of_nothing[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_hash("", of_nothing);
    char hex[SHA256_HEX_SIZE];
    sha256_hex(NULL, 0, hex);
    assert_string_equal(hex, of_nothing);
}

static void zero_bytes_count(void **state)
{
    (void)state;
    char one[SHA256_HEX_SIZE], two[SHA256_HEX_SIZE];
    sha256_hex("\0", 1, one);
    sha256_hex("\0\0", 2, two);
    assert_string_equal(one, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples_come_out),
        cmocka_unit_test(nothing_has_a_hash_too),
        cmocka_unit_test(zero_bytes_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
