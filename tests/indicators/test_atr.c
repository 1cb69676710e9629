#include "service/indicators/atr.h"
#include "tests/support/candles.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double push(struct atr *atr, double high, double low, double close)
{
    struct bar bar = candle_bar(0, &(struct candle) { low, high, low, close });
    return atr_push(atr, &bar);
}

/* Length 1 has k = 1: the average is the true range itself. */
static void assert_true_range(double previous_close, double high, double low, double expected)
{
    struct atr atr;
    atr_init(&atr, 1);
    push(&atr, previous_close, previous_close, previous_close);
    assert_exactly(push(&atr, high, low, low), expected);
}

/* The check value: high 105, low 95 is 10. */
static void the_first_range_is_high_minus_low(void **state)
{
    (void)state;
    struct atr atr;
    atr_init(&atr, 14);
    assert_exactly(push(&atr, 105, 95, 100), 10);
}

static void the_true_range_reaches_to_the_previous_close(void **state)
{
    (void)state;
    assert_true_range(100, 104, 98, 6);  /* inside: high - low */
    assert_true_range(90, 104, 98, 14);  /* gap up: high - previous close */
    assert_true_range(110, 104, 98, 12); /* gap down: previous close - low */
    assert_true_range(100, 100, 100, 0);
    assert_true_range(98, 104, 98, 6);
}

/* By hand: k = 1/2, every step exact in binary. */
static void ranges_are_averaged_exponentially(void **state)
{
    (void)state;
    struct atr atr;
    atr_init(&atr, 3);
    assert_exactly(push(&atr, 102, 98, 101), 4);
    assert_exactly(push(&atr, 109, 105, 106), 6); /* true range 8 */
    assert_exactly(push(&atr, 107, 105, 106), 4); /* true range 2 */
    assert_exactly(push(&atr, 106, 106, 106), 2); /* true range 0 */
    assert_exactly(push(&atr, 106, 94, 100), 7);  /* true range 12 */
}

static void the_factor_is_that_of_an_exponential_mean_not_wilders(void **state)
{
    (void)state;
    struct atr atr;
    atr_init(&atr, 14);
    push(&atr, 105, 95, 100);
    assert_exactly(push(&atr, 125, 120, 125), 12); /* 10 + 2/15 * (25 - 10) */
}

/* Python's doubles, k = 2/15, ranges and mean as the rule writes them; fractions.Fraction gives the
 * same to 1.2e-14. */
static void the_values_are_those_of_an_independent_calculation(void **state)
{
    (void)state;
    static const struct bar bars[] = {
        { .high = 440.50, .low = 439.80, .close = 440.05 },
        { .high = 441.00, .low = 440.05, .close = 440.41 },
        { .high = 439.95, .low = 438.70, .close = 439.87 },
        { .high = 439.90, .low = 439.00, .close = 439.12 },
        { .high = 441.20, .low = 440.90, .close = 441.10 },
        { .high = 441.10, .low = 441.10, .close = 441.10 },
        { .high = 438.00, .low = 436.50, .close = 437.75 },
    };
    static const double averages[] = {
        0.6999999999999886, 0.733333333333322,  0.8635555555555505, 0.8684148148148074,
        1.029959506172831,  0.8926315720164536, 1.3869473624142628,
    };
    double results[7];
    atr_array(bars, 7, 14, results);
    for (size_t i = 0; i < 7; i++)
        assert_exactly(results[i], averages[i]);
}

static void after_a_restart_there_is_no_previous_close(void **state)
{
    (void)state;
    struct atr atr;
    atr_init(&atr, 14);
    push(&atr, 105, 95, 100);
    push(&atr, 205, 195, 200);
    atr_restart(&atr);
    assert_exactly(push(&atr, 52, 49, 50), 3);
}

static void pushing_and_the_array_agree_bit_for_bit(void **state)
{
    (void)state;
    enum { BARS = 1000 };
    struct random random = { 42 };
    static struct bar bars[BARS];
    double results[BARS], pushed[BARS];
    for (size_t i = 0; i < BARS; i++) {
        double low = random_price(&random);
        double high = low + random_price(&random);
        bars[i] = candle_bar(0, &(struct candle) { low, high, low, (low + high) / 2 });
    }
    for (size_t length = 1; length <= 64; length++) {
        atr_array(bars, BARS, length, results);
        struct atr atr;
        atr_init(&atr, length);
        for (size_t i = 0; i < BARS; i++)
            pushed[i] = atr_push(&atr, &bars[i]);
        assert_memory_equal(pushed, results, sizeof results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_range_is_high_minus_low),
        cmocka_unit_test(the_true_range_reaches_to_the_previous_close),
        cmocka_unit_test(ranges_are_averaged_exponentially),
        cmocka_unit_test(the_factor_is_that_of_an_exponential_mean_not_wilders),
        cmocka_unit_test(the_values_are_those_of_an_independent_calculation),
        cmocka_unit_test(after_a_restart_there_is_no_previous_close),
        cmocka_unit_test(pushing_and_the_array_agree_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
