#include "service/indicators/ema.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_means(const double *values, size_t count, size_t length, const double *expected)
{
    double *results = calloc(count, sizeof *results);
    ema_array(values, count, length, results);
    for (size_t i = 0; i < count; i++)
        assert_exactly(results[i], expected[i]);
    free(results);
}

/* By hand: k is 1/2, 1/4 and 1, and every step is exact in binary. */
static void each_value_moves_the_mean_by_its_share_of_the_distance(void **state)
{
    (void)state;
    const double values[] = { 10, 20, 20, 10, 11.25 };
    assert_means(values, 5, 3, (const double[]) { 10, 15, 17.5, 13.75, 12.5 });
    assert_means(values, 5, 7, (const double[]) { 10, 12.5, 14.375, 13.28125, 12.7734375 });
    assert_means(values, 5, 1, values);
}

/* Python's doubles, k = 2/21 and ema += k * (value - ema) as the rule writes it; fractions.Fraction
 * gives the same to 6e-14. */
static void twenty_bars_of_a_morning_have_the_values_of_an_independent_calculation(void **state)
{
    (void)state;
    static const double closes[] = {
        440.05, 440.41, 439.87, 439.12, 440.33, 441.90, 441.88, 440.02,
        438.75, 439.99, 440.00, 442.10, 443.27, 441.66, 441.67, 440.98
    };
    static const double means[] = {
        440.05,
        440.0842857142857,
        440.0638775510204,
        439.97398445092324,
        440.00789069369245,
        440.18809158000744,
        440.3492257152448,
        440.3178708852215,
        440.16854984853376,
        440.15154510105435,
        440.13711223428726,
        440.3240539262599,
        440.60462021899707,
        440.7051325790926,
        440.79702471441715,
        440.8144509320917,
    };
    assert_means(closes, COUNT(closes), 20, means);
}

/* (19/21)^15 = 0.22285...: how much the first close of a session still weighs at 10:00. */
static void the_first_value_seeds_it_and_weighs_long(void **state)
{
    (void)state;
    double values[16] = { 1 }, results[16];
    ema_array(values, 16, 20, results);
    assert_exactly(results[0], 1);
    assert_true(results[15] > 0.22285100310243 && results[15] < 0.22285100310245);
}

static void after_a_restart_the_next_value_seeds_it(void **state)
{
    (void)state;
    struct ema ema;
    ema_init(&ema, 3);
    ema_push(&ema, 1000);
    ema_push(&ema, 2000);
    ema_restart(&ema);
    assert_exactly(ema_push(&ema, 10), 10);
    assert_exactly(ema_push(&ema, 20), 15);
}

static void pushing_and_the_array_agree_bit_for_bit(void **state)
{
    (void)state;
    enum { VALUES = 1000 };
    struct random random = { 42 };
    double values[VALUES], results[VALUES], pushed[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        values[i] = random_price(&random);
    for (size_t length = 1; length <= 64; length++) {
        ema_array(values, VALUES, length, results);
        struct ema ema;
        ema_init(&ema, length);
        for (size_t i = 0; i < VALUES; i++)
            pushed[i] = ema_push(&ema, values[i]);
        assert_memory_equal(pushed, results, sizeof results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_moves_the_mean_by_its_share_of_the_distance),
        cmocka_unit_test(twenty_bars_of_a_morning_have_the_values_of_an_independent_calculation),
        cmocka_unit_test(the_first_value_seeds_it_and_weighs_long),
        cmocka_unit_test(after_a_restart_the_next_value_seeds_it),
        cmocka_unit_test(pushing_and_the_array_agree_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
