#include "service/clients/http_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DRAWS = 10000 };

static void passing_trouble_is_retried_and_nothing_else(void **state)
{
    (void)state;
    for (int status = 0; status < 1000; status++) {
        bool passing = status == 408 || status == 425 || status == 429 || status / 100 == 5;
        assert_int_equal(http_retry_status(status), passing);
    }
}

/* From nothing to the whole, and evenly: halves and ends are all reached. */
static void the_jitter_is_full_and_doubles(void **state)
{
    (void)state;
    uint64_t random = 1;
    int64_t most_us = HTTP_RETRY_BASE_MS * 1000;
    for (int attempts = 1; attempts <= HTTP_ATTEMPTS_MAX; attempts++, most_us *= 2) {
        int64_t least = most_us, greatest = 0;
        int lower_half = 0;
        for (int i = 0; i < DRAWS; i++) {
            int64_t wait_us = http_retry_wait_us(attempts, 0, &random);
            assert_in_range(wait_us, 0, most_us);
            least = wait_us < least ? wait_us : least;
            greatest = wait_us > greatest ? wait_us : greatest;
            lower_half += wait_us < most_us / 2;
        }
        assert_in_range(least, 0, most_us / 100);
        assert_in_range(greatest, most_us - most_us / 100, most_us);
        assert_in_range(lower_half, DRAWS * 45 / 100, DRAWS * 55 / 100);
    }
}

static void what_the_server_asks_for_comes_first(void **state)
{
    (void)state;
    uint64_t random = 1, same = 1;
    for (int i = 0; i < DRAWS; i++)
        assert_int_equal(http_retry_wait_us(1, 7000000, &random),
                         7000000 + http_retry_wait_us(1, 0, &same));
    assert_in_range(http_retry_wait_us(1, -1, &random), 0, HTTP_RETRY_BASE_MS * 1000);
}

static void other_seeds_give_other_waits(void **state)
{
    (void)state;
    uint64_t none = 0, one = 1;
    int same = 0;
    for (int i = 0; i < DRAWS; i++)
        same += http_retry_wait_us(5, 0, &none) == http_retry_wait_us(5, 0, &one);
    assert_in_range(same, 0, DRAWS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passing_trouble_is_retried_and_nothing_else),
        cmocka_unit_test(the_jitter_is_full_and_doubles),
        cmocka_unit_test(what_the_server_asks_for_comes_first),
        cmocka_unit_test(other_seeds_give_other_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
