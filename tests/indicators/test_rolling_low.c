#include "service/indicators/rolling_low.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double lowest(const double *values, size_t end, size_t length)
{
    size_t begin = end < length ? 0 : end - length;
    double low = values[begin];
    for (size_t i = begin; i < end; i++)
        low = values[i] < low ? values[i] : low;
    return low;
}

/* By hand. */
static void the_newest_value_counts_and_the_oldest_leaves(void **state)
{
    (void)state;
    const double values[] = { 5, 3, 4, 6, 7, 2, 9, 9, 9 };
    const double lows[] = { 5, 3, 3, 3, 4, 2, 2, 2, 9 };
    double results[9];
    rolling_low_array(values, 9, 3, results);
    for (size_t i = 0; i < 9; i++)
        assert_exactly(results[i], lows[i]);
}

static void a_length_of_one_gives_the_value_itself(void **state)
{
    (void)state;
    const double values[] = { 5, 3, 4, 4, 1 };
    double results[5];
    rolling_low_array(values, 5, 1, results);
    assert_memory_equal(results, values, sizeof values);
}

/* Few different values, so that equal ones meet; many, so that they do not. */
static void it_agrees_with_looking_at_every_value_of_the_window(void **state)
{
    (void)state;
    enum { VALUES = 2000 };
    struct random random = { 7 };
    static double values[VALUES], results[VALUES];
    for (size_t length = 1; length <= 40; length++) {
        uint64_t kinds = length % 2 ? 4 : 100000;
        for (size_t i = 0; i < VALUES; i++)
            values[i] = (double)random_below(&random, kinds);
        rolling_low_array(values, VALUES, length, results);
        for (size_t i = 0; i < VALUES; i++)
            assert_exactly(results[i], lowest(values, i + 1, length));
    }
}

static void rising_and_falling_runs_longer_than_the_window_are_followed(void **state)
{
    (void)state;
    enum { VALUES = 300 };
    double values[VALUES], results[VALUES];
    for (int i = 0; i < VALUES; i++)
        values[i] = i < 100 ? i : i < 200 ? 200 - i : i - 200;
    rolling_low_array(values, VALUES, 15, results);
    for (size_t i = 0; i < VALUES; i++)
        assert_exactly(results[i], lowest(values, i + 1, 15));
}

static void after_a_restart_nothing_is_remembered(void **state)
{
    (void)state;
    struct rolling_low low;
    rolling_low_init(&low, 3);
    for (double value = 9; value >= 1; value--)
        rolling_low_push(&low, value);
    rolling_low_restart(&low);
    assert_exactly(rolling_low_push(&low, 100), 100);
    assert_exactly(rolling_low_push(&low, 101), 100);
    assert_exactly(rolling_low_push(&low, 102), 100);
    assert_exactly(rolling_low_push(&low, 103), 101);
    rolling_low_release(&low);
}

static void pushing_and_the_array_agree_bit_for_bit(void **state)
{
    (void)state;
    enum { VALUES = 1000 };
    struct random random = { 42 };
    double values[VALUES], results[VALUES], pushed[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        values[i] = random_price(&random);
    rolling_low_array(values, VALUES, 15, results);
    struct rolling_low low;
    rolling_low_init(&low, 15);
    for (size_t i = 0; i < VALUES; i++)
        pushed[i] = rolling_low_push(&low, values[i]);
    rolling_low_release(&low);
    assert_memory_equal(pushed, results, sizeof results);
}

static void a_released_or_zeroed_one_is_released_again(void **state)
{
    (void)state;
    struct rolling_low low = { 0 };
    rolling_low_release(&low);
    rolling_low_init(&low, 3);
    rolling_low_release(&low);
    rolling_low_release(&low);
    assert_null(low.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_value_counts_and_the_oldest_leaves),
        cmocka_unit_test(a_length_of_one_gives_the_value_itself),
        cmocka_unit_test(it_agrees_with_looking_at_every_value_of_the_window),
        cmocka_unit_test(rising_and_falling_runs_longer_than_the_window_are_followed),
        cmocka_unit_test(after_a_restart_nothing_is_remembered),
        cmocka_unit_test(pushing_and_the_array_agree_bit_for_bit),
        cmocka_unit_test(a_released_or_zeroed_one_is_released_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
