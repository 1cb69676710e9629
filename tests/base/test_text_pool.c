#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/base/text_pool.h"

enum { MANY = 20000, LARGE = 1 << 20 };

static const char *kept[MANY];

static void keep_numbers(struct text_pool *pool, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        char text[16];
        int size = snprintf(text, sizeof text, "%d", i);
        kept[i] = text_pool_keep(pool, text, (size_t)size);
    }
}

static void assert_numbers(int begin, int end)
{
    for (int i = begin; i < end; i++)
        assert_int_equal(strtol(kept[i], NULL, 10), i);
}

static void texts_stay_as_they_were_and_where_they_are(void **state)
{
    (void)state;
    struct text_pool pool = { 0 };
    keep_numbers(&pool, 0, MANY);
    assert_numbers(0, MANY);
    assert_true(pool.block_count < MANY / 1000);
    text_pool_release(&pool);
    text_pool_release(&pool);
}

static void a_large_text_has_room_of_its_own(void **state)
{
    (void)state;
    struct text_pool pool = { 0 };
    char *large = malloc(LARGE);
    memset(large, 'x', LARGE);
    keep_numbers(&pool, 0, 10);
    const char *copy = text_pool_keep(&pool, large, LARGE);
    const char *empty = text_pool_keep(&pool, NULL, 0);
    keep_numbers(&pool, 10, 20);
    assert_numbers(0, 20);
    assert_memory_equal(copy, large, LARGE);
    assert_int_equal(strlen(copy), LARGE);
    assert_string_equal(empty, "");
    free(large);
    text_pool_release(&pool);
}

static void what_one_pool_takes_from_another_stays_where_it_is(void **state)
{
    (void)state;
    struct text_pool pool = { 0 }, other = { 0 }, empty = { 0 };
    keep_numbers(&pool, 0, 5);
    keep_numbers(&other, 5, 4000);
    text_pool_take(&pool, &other);
    text_pool_take(&pool, &empty);
    text_pool_release(&other);
    keep_numbers(&pool, 4000, 5000);
    assert_numbers(0, 5000);
    text_pool_take(&other, &pool);
    text_pool_release(&pool);
    assert_numbers(0, 5000);
    text_pool_release(&other);
}

static void a_cleared_pool_begins_anew(void **state)
{
    (void)state;
    struct text_pool pool = { 0 }, other = { 0 };
    text_pool_clear(&pool);
    keep_numbers(&pool, 0, MANY);
    text_pool_clear(&pool);
    keep_numbers(&pool, 0, MANY / 2);
    assert_numbers(0, MANY / 2);
    assert_int_equal(pool.block_count, 1);
    text_pool_take(&other, &pool);
    text_pool_clear(&other);
    keep_numbers(&other, 0, 100);
    assert_numbers(0, 100);
    text_pool_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stay_as_they_were_and_where_they_are),
        cmocka_unit_test(a_large_text_has_room_of_its_own),
        cmocka_unit_test(what_one_pool_takes_from_another_stays_where_it_is),
        cmocka_unit_test(a_cleared_pool_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
