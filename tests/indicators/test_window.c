#include "service/indicators/window.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct window window;

static int stop(void **state)
{
    (void)state;
    window_release(&window);
    return 0;
}

static void push_all(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        window_push(&window, values[i]);
}

static void sums_of_every_length_are_told(void **state)
{
    (void)state;
    window_init(&window, 4);
    push_all((const double[]) { 7, 0.25, 3, -1, 0.000000001 }, 5);
    assert_true(window.is_narrow);
    assert_int_equal(window_sum(&window, 1), 1);
    assert_int_equal(window_sum(&window, 2), -999999999);
    assert_int_equal(window_sum(&window, 3), 2000000001);
    assert_int_equal(window_sum(&window, 4), 2250000001);
}

/* 346.46 lies below its name as a double. */
static void a_value_is_its_nearest_integer_of_1e_9(void **state)
{
    (void)state;
    window_init(&window, 1);
    window_push(&window, 346.46);
    assert_int_equal(window_sum(&window, 1), 346460000000);
    window_push(&window, 0.0000000016);
    assert_int_equal(window_sum(&window, 1), 2);
    window_push(&window, -67123.12345678);
    assert_int_equal(window_sum(&window, 1), -67123123456780);
}

/* Nothing lies below a limit of 0, not even 0. */
static void a_window_is_narrow_once_it_is_full(void **state)
{
    (void)state;
    window_init(&window, 3);
    for (int i = 1; i <= 10; i++) {
        window_push(&window, 0);
        assert_int_equal(window.is_narrow, i >= 3);
    }
}

/* 2^53 / 3 is 3,002,399.751580330 and a third. */
static void a_window_with_a_large_value_is_not_narrow(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        window_init(&window, 3);
        push_all((const double[]) { 1, 1, sign * 3002399.751580330 }, 3);
        assert_true(window.is_narrow);
        window_push(&window, sign * 3002399.751580331);
        assert_false(window.is_narrow);
        push_all((const double[]) { 1, 1 }, 2);
        assert_false(window.is_narrow);
        window_push(&window, 0);
        assert_true(window.is_narrow);
        window_release(&window);
    }
}

/* Each 1e9 is 1e18 units, and ten of them are more than 2^63. */
static void a_sum_may_be_of_more_than_64_bits(void **state)
{
    (void)state;
    window_init(&window, 30);
    for (int i = 0; i < 100; i++)
        window_push(&window, 1e9);
    const __int128 e18 = 1000000000000000000;
    assert_true(window_sum_wide(&window, 30) == 30 * e18);
    window_push(&window, -1e9);
    assert_true(window_sum_wide(&window, 30) == 28 * e18);
    for (int i = 0; i < 29; i++)
        window_push(&window, -1e9);
    assert_true(window_sum_wide(&window, 30) == -30 * e18);
    assert_true(window_sum_wide(&window, 7) == -7 * e18);
}

/* 30 values up to 307,445,734 fit. With 1e9 among them they may not, also when it is the oldest. */
static void the_oldest_value_counts_to_the_last(void **state)
{
    (void)state;
    window_init(&window, 30);
    window_push(&window, 1e9);
    for (int i = 0; i < 29; i++)
        window_push(&window, 307000000);
    const __int128 e15 = 1000000000000000;
    assert_true(window_sum_wide(&window, 30) == 1000 * e15 + 29 * 307 * e15);
    window_push(&window, 307000000);
    assert_true(window_sum_wide(&window, 30) == 30 * 307 * e15);
}

static int64_t price_units(struct random *random)
{
    return llrint(random_price(random) * WINDOW_UNITS_PER_ONE);
}

/* The total wraps around 64 bits again and again: each round adds 2e18 and more. */
static void sums_stay_exact_however_much_has_passed_through(void **state)
{
    (void)state;
    enum { LENGTH = 5 };
    struct random random = { 88172645463325252u };
    window_init(&window, LENGTH);
    for (int round = 0; round < 1000; round++) {
        push_all((const double[]) { 1e9, 1e9 }, 2);
        int64_t sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            int64_t units = price_units(&random);
            sum += units;
            window_push(&window, (double)units / WINDOW_UNITS_PER_ONE);
        }
        assert_true(window.is_narrow);
        assert_int_equal(window_sum(&window, LENGTH), sum);
        assert_true(window_sum_wide(&window, LENGTH) == sum);
    }
}

static void a_released_or_zeroed_window_is_released_again(void **state)
{
    (void)state;
    struct window zeroed = { 0 };
    window_release(&zeroed);
    window_init(&zeroed, 3);
    window_release(&zeroed);
    window_release(&zeroed);
    assert_null(zeroed.totals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(sums_of_every_length_are_told, stop),
        cmocka_unit_test_teardown(a_value_is_its_nearest_integer_of_1e_9, stop),
        cmocka_unit_test_teardown(a_window_is_narrow_once_it_is_full, stop),
        cmocka_unit_test_teardown(a_window_with_a_large_value_is_not_narrow, stop),
        cmocka_unit_test_teardown(a_sum_may_be_of_more_than_64_bits, stop),
        cmocka_unit_test_teardown(the_oldest_value_counts_to_the_last, stop),
        cmocka_unit_test_teardown(sums_stay_exact_however_much_has_passed_through, stop),
        cmocka_unit_test(a_released_or_zeroed_window_is_released_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
