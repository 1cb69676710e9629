#include "service/clients/http_body.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TEXT_SIZE = 100000, PACKED_MAX = 2 * TEXT_SIZE, SIZE_MAX_FAR = 1 << 24 };

static char text[TEXT_SIZE];
static unsigned char packed[PACKED_MAX];
static size_t packed_size;
static struct http_body body;

/* Appends a gzip member with these bytes to `packed`. */
static void pack(const void *bytes, size_t size)
{
    z_stream stream = { 0 };
    int window_bits = 15 + 16;
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = packed + packed_size;
    stream.avail_out = (uInt)(sizeof packed - packed_size);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed_size = sizeof packed - stream.avail_out;
    deflateEnd(&stream);
}

static int begin(void **state)
{
    (void)state;
    struct random random = { 99 };
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + random_below(&random, 16));
    packed_size = 0;
    http_body_init(&body, SIZE_MAX_FAR);
    return 0;
}

static int end(void **state)
{
    (void)state;
    http_body_release(&body);
    return 0;
}

static void anew(size_t size_max, bool is_gzip)
{
    http_body_release(&body);
    http_body_init(&body, size_max);
    body.is_gzip = is_gzip;
}

static void assert_body_is(const void *bytes, size_t size)
{
    assert_true(http_body_end(&body));
    assert_int_equal(body.text.size, size);
    assert_memory_equal(text_string(&body.text), bytes, size);
}

static void plain_bytes_come_as_they_are(void **state)
{
    (void)state;
    assert_true(http_body_add(&body, "a\0b", 3));
    assert_true(http_body_add(&body, "", 0));
    assert_true(http_body_add(&body, "c", 1));
    assert_body_is("a\0bc", 4);
}

static void nothing_is_a_body_too(void **state)
{
    (void)state;
    assert_body_is("", 0);
    anew(SIZE_MAX_FAR, true);
    assert_body_is("", 0);
}

static void any_cut_of_gzip_gives_the_same_text(void **state)
{
    (void)state;
    struct random random = { 3 };
    pack(text, TEXT_SIZE);
    for (int round = 0; round < 50; round++) {
        anew(SIZE_MAX_FAR, true);
        for (size_t done = 0; done < packed_size;) {
            size_t size = random_below(&random, round < 5 ? 3 : 20000);
            size = size < packed_size - done ? size : packed_size - done;
            assert_true(http_body_add(&body, packed + done, size));
            done += size;
        }
        assert_body_is(text, TEXT_SIZE);
    }
}

static void several_members_are_one_text(void **state)
{
    (void)state;
    pack(text, 1000);
    pack("", 0);
    pack(text + 1000, TEXT_SIZE - 1000);
    anew(SIZE_MAX_FAR, true);
    assert_true(http_body_add(&body, packed, packed_size));
    assert_body_is(text, TEXT_SIZE);
}

static void gzip_that_stops_anywhere_is_not_whole(void **state)
{
    (void)state;
    pack(text, 300);
    for (size_t size = 1; size < packed_size; size++) {
        anew(SIZE_MAX_FAR, true);
        assert_true(http_body_add(&body, packed, size));
        assert_false(http_body_end(&body));
        assert_int_equal(body.state, HTTP_BODY_GOOD);
    }
}

static void a_flipped_bit_is_noticed(void **state)
{
    (void)state;
    enum { HEADER_SIZE = 10 }; /* whose time stamp and the like may be anything */
    pack(text, 300);
    for (size_t i = HEADER_SIZE; i < packed_size; i++) {
        packed[i] ^= 4;
        anew(SIZE_MAX_FAR, true);
        bool added = http_body_add(&body, packed, packed_size);
        assert_false(added && http_body_end(&body));
        packed[i] ^= 4;
    }
}

static void what_is_no_gzip_is_broken_for_good(void **state)
{
    (void)state;
    anew(SIZE_MAX_FAR, true);
    assert_false(http_body_add(&body, "plain text", 10));
    assert_int_equal(body.state, HTTP_BODY_BROKEN);
    pack(text, 10);
    assert_false(http_body_add(&body, packed, packed_size));
    assert_false(http_body_end(&body));
    anew(SIZE_MAX_FAR, true);
    assert_true(http_body_add(&body, packed, packed_size));
    assert_false(http_body_add(&body, "and more", 8));
    assert_int_equal(body.state, HTTP_BODY_BROKEN);
}

static void the_cap_counts_what_comes_out(void **state)
{
    (void)state;
    for (int is_gzip = 0; is_gzip <= 1; is_gzip++) {
        packed_size = 0;
        pack(text, 5000);
        const void *bytes = is_gzip ? (const void *)packed : text;
        size_t size = is_gzip ? packed_size : 5000;
        assert_in_range(packed_size, 1, 4000);
        anew(5000, is_gzip);
        assert_true(http_body_add(&body, bytes, size));
        assert_body_is(text, 5000);
        anew(4999, is_gzip);
        assert_false(http_body_add(&body, bytes, size));
        assert_int_equal(body.state, HTTP_BODY_TOO_LARGE);
        assert_false(http_body_end(&body));
        assert_false(http_body_add(&body, "", 0));
    }
}

static void a_bomb_takes_no_more_memory_than_the_cap(void **state)
{
    (void)state;
    enum { BOMB_SIZE = 64 << 20, CAP = 100000 };
    char *zeros = calloc(1, BOMB_SIZE);
    assert_non_null(zeros);
    pack(zeros, BOMB_SIZE);
    free(zeros);
    anew(CAP, true);
    assert_false(http_body_add(&body, packed, packed_size));
    assert_int_equal(body.state, HTTP_BODY_TOO_LARGE);
    assert_in_range(body.text.capacity, 0, 2 * CAP);
}

static void a_zeroed_body_may_be_released(void **state)
{
    (void)state;
    struct http_body zeroed = { 0 };
    http_body_release(&zeroed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_bytes_come_as_they_are),
        TEST(nothing_is_a_body_too),
        TEST(any_cut_of_gzip_gives_the_same_text),
        TEST(several_members_are_one_text),
        TEST(gzip_that_stops_anywhere_is_not_whole),
        TEST(a_flipped_bit_is_noticed),
        TEST(what_is_no_gzip_is_broken_for_good),
        TEST(the_cap_counts_what_comes_out),
        TEST(a_bomb_takes_no_more_memory_than_the_cap),
        TEST(a_zeroed_body_may_be_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
