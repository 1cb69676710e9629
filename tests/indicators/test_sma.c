#include "service/indicators/sma.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_means(const double *values, size_t count, size_t length, const double *expected)
{
    double *results = calloc(count, sizeof *results);
    sma_array(values, count, length, results);
    for (size_t i = 0; i < count; i++)
        assert_exactly(results[i], expected[i]);
    free(results);
}

/* The check value that every description of the mean gives. */
static void a_mean_begins_with_the_last_value_of_its_first_window(void **state)
{
    (void)state;
    const double values[] = { 10, 20, 30, 40, 50 };
    assert_means(values, 5, 3, (const double[]) { NAN, NAN, 20, 30, 40 });
    assert_means(values, 5, 5, (const double[]) { NAN, NAN, NAN, NAN, 30 });
    assert_means(values, 5, 6, (const double[]) { NAN, NAN, NAN, NAN, NAN });
    assert_means(values, 5, 1, values);
}

/* Python: float(sum(window) / n) over fractions.Fraction, the exact mean rounded once. */
static void a_mean_is_the_exact_one_rounded_once(void **state)
{
    (void)state;
    static const double closes[] = {
        440.05, 440.41, 439.87, 439.12, 440.33, 441.90, 441.88, 440.02,
        438.75, 439.99, 440.00, 442.10, 443.27, 441.66, 441.67, 440.98
    };
    static const double means_of_3[] = {
        NAN,
        NAN,
        440.11,
        439.8,
        439.7733333333333,
        440.45,
        441.37,
        441.26666666666665,
        440.21666666666664,
        439.58666666666664,
        439.58,
        440.69666666666666,
        441.79,
        442.3433333333333,
        442.2,
        441.43666666666667,
    };
    static const double means_of_7[] = {
        NAN,
        NAN,
        NAN,
        NAN,
        NAN,
        NAN,
        440.50857142857143,
        440.5042857142857,
        440.26714285714286,
        440.2842857142857,
        440.41,
        440.66285714285715,
        440.85857142857145,
        440.82714285714286,
        441.0628571428571,
        441.38142857142856,
    };
    assert_means(closes, COUNT(closes), 3, means_of_3);
    assert_means(closes, COUNT(closes), 7, means_of_7);
}

/* From Python's fractions too. */
static void eight_decimals_count(void **state)
{
    (void)state;
    const double coins[] = {
        0.00001234, 0.00001235, 0.00001233, 0.00001239, 0.0000124, 0.00001238
    };
    assert_means(coins, COUNT(coins), 3,
                 (const double[]) { NAN, NAN, 1.234e-05, 1.2356666666666666e-05,
                                    1.2373333333333334e-05, 1.239e-05 });
    const double bitcoins[] = { 67123.12345678, 67123.12345679, 67120.00000001,
                                66999.99999999, 67500.5,        67123.12345678 };
    assert_means(bitcoins, COUNT(bitcoins), 3,
                 (const double[]) { NAN, NAN, 67122.08230452667, 67081.04115226334,
                                    67206.83333333333, 67207.87448559 });
}

/* From Python's fractions too. */
static void values_may_be_as_large_as_1e9_and_negative(void **state)
{
    (void)state;
    const double values[] = { 1e9, -1e9, 999999999, 999999998, 0.00000001, 1e9 };
    assert_means(values, COUNT(values), 3,
                 (const double[]) { NAN, NAN, 333333333.0, 333333332.3333333, 666666665.6666666,
                                    666666666.0 });
}

/* From Python's fractions too. Rounding the sum first would give 250086134.26214555. */
static void a_large_value_counts_until_it_has_left_the_window(void **state)
{
    (void)state;
    const double values[] = { 1, 1, 750257551, 14.15482356, 837.63161301, 346.46 };
    assert_means(values, COUNT(values), 3,
                 (const double[]) { NAN, NAN, 250085851.0, 250085855.3849412, 250086134.26214552,
                                    399.41547885666665 });
}

/* From Python's fractions too. A sum of 13 such values, in 1e-9, is more than a double holds. */
static void a_sum_beyond_what_a_double_holds_is_rounded_once_too(void **state)
{
    (void)state;
    enum { LENGTH = 13, VALUES = 21 };
    static const double means[VALUES - LENGTH + 1] = { 8007000.51953125,  8008000.515024038,
                                                       8009000.509915865, 8010000.504206731,
                                                       8011000.497896635, 8012000.490985577,
                                                       8013000.483473558, 8014000.475360577,
                                                       8015000.466646635 };
    double values[VALUES], results[VALUES];
    for (int i = 1; i <= VALUES; i++)
        values[i - 1] = 8000000 + i * 1000 + (i * i * 12347 % 256) / 256.0;
    sma_array(values, VALUES, LENGTH, results);
    for (size_t i = LENGTH - 1; i < VALUES; i++)
        assert_exactly(results[i], means[i - (LENGTH - 1)]);
    for (size_t i = 0; i < VALUES; i++)
        values[i] = -values[i];
    sma_array(values, VALUES, LENGTH, results);
    for (size_t i = LENGTH - 1; i < VALUES; i++)
        assert_exactly(results[i], -means[i - (LENGTH - 1)]);
}

/* From Python's fractions too: the exact mean lies so little above the middle between two doubles
 * that its first 62 bits do not tell. */
static void a_mean_just_above_the_middle_of_two_doubles_is_rounded_up(void **state)
{
    (void)state;
    struct window window;
    struct sma sma = sma_of(999);
    window_init(&window, 999);
    for (int i = 1; i < 999; i++)
        window_push(&window, 80000000);
    window_push(&window, 80000000 + 203 / 256.0);
    assert_exactly(sma_mean(&sma, &window), 80000000.00079377);
    window_release(&window);
}

static double mean_of_equal_values(double value, size_t length)
{
    struct window window;
    struct sma sma = sma_of(length);
    window_init(&window, length);
    for (size_t i = 0; i < length; i++)
        window_push(&window, value);
    double mean = sma_mean(&sma, &window);
    window_release(&window);
    return mean;
}

/* Every cent up to 1,000 dollars, also where the double lies below it. */
static void the_mean_of_a_price_is_the_price(void **state)
{
    (void)state;
    for (int cents = 1; cents <= 100000; cents++)
        assert_exactly(mean_of_equal_values(cents / 100.0, 1), cents / 100.0);
}

/* Else a flat market would cross its own mean. */
static void equal_values_give_equal_means_whatever_the_length(void **state)
{
    (void)state;
    static const double values[] = {
        0.00000001,     0.1,           346.46,          67123.12345678, 123456.78, 700000.37,
        1234567.890123, 12345678.1234, 99999999.999999, 999999999.99,   1e9,       -67123.12345678,
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        double mean = mean_of_equal_values(values[i], 1);
        for (size_t length = 2; length <= 10000; length += length < 300 ? 1 : 97) {
            if (mean_of_equal_values(values[i], length) != mean)
                fail_msg("%zu times %.17g has the mean %.17g", length, values[i],
                         mean_of_equal_values(values[i], length));
        }
    }
}

/* Large values come into the window and leave it, by which the sum is taken in another way; 31 of
 * them have one of more than 64 bits. That a window reaches further back makes no difference. */
static void a_mean_depends_on_nothing_but_the_window(void **state)
{
    (void)state;
    enum { LENGTH = 31, LONGER = 50, VALUES = 20000 };
    struct random random = { 88172645463325252u };
    struct sma sma = sma_of(LENGTH);
    struct window window, longer;
    window_init(&window, LENGTH);
    window_init(&longer, LONGER);
    double values[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        bool is_large = i % 500 < 100 || i % 500 == 300;
        values[i] = random_price(&random) * (is_large ? 1e6 : 1) * (i % 1000 < 500 ? 1 : -1);
        window_push(&window, values[i]);
        window_push(&longer, values[i]);
        double fresh[LENGTH];
        if (i + 1 < LENGTH)
            continue;
        sma_array(&values[i + 1 - LENGTH], LENGTH, LENGTH, fresh);
        assert_exactly(sma_mean(&sma, &window), fresh[LENGTH - 1]);
        assert_exactly(sma_mean(&sma, &longer), fresh[LENGTH - 1]);
    }
    window_release(&window);
    window_release(&longer);
}

static void a_mean_does_not_drift_over_a_million_values(void **state)
{
    (void)state;
    enum { LENGTH = 50, VALUES = 1000000 };
    struct random random = { 88172645463325252u };
    struct sma sma = sma_of(LENGTH);
    struct window window;
    window_init(&window, LENGTH);
    double last[LENGTH], means[LENGTH];
    for (size_t i = 0; i < VALUES; i++) {
        last[i % LENGTH] = random_price(&random) * (i % 1000 == 0 ? 1e5 : 1);
        window_push(&window, last[i % LENGTH]);
    }
    sma_array(last, LENGTH, LENGTH, means);
    assert_exactly(sma_mean(&sma, &window), means[LENGTH - 1]);
    window_release(&window);
}

static void the_order_within_the_window_does_not_matter(void **state)
{
    (void)state;
    const double up[] = { 0.1, 0.2, 0.3, 0.4, 1e9, 346.46 };
    const double down[] = { 346.46, 1e9, 0.4, 0.3, 0.2, 0.1 };
    double means_up[6], means_down[6];
    sma_array(up, 6, 6, means_up);
    sma_array(down, 6, 6, means_down);
    assert_exactly(means_up[5], means_down[5]);
}

static void views_of_one_window_and_arrays_agree_bit_for_bit(void **state)
{
    (void)state;
    enum { VALUES = 1000, LENGTH_MAX = 64 };
    struct random random = { 42 };
    double values[VALUES], results[LENGTH_MAX][VALUES];
    for (size_t i = 0; i < VALUES; i++)
        values[i] = random_price(&random);
    for (size_t length = 1; length <= LENGTH_MAX; length++)
        sma_array(values, VALUES, length, results[length - 1]);
    struct window window;
    window_init(&window, LENGTH_MAX);
    for (size_t i = 0; i < VALUES; i++) {
        window_push(&window, values[i]);
        for (size_t length = 1; length <= LENGTH_MAX; length++) {
            struct sma sma = sma_of(length);
            assert_exactly(sma_mean(&sma, &window), results[length - 1][i]);
        }
    }
    window_release(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_begins_with_the_last_value_of_its_first_window),
        cmocka_unit_test(a_mean_is_the_exact_one_rounded_once),
        cmocka_unit_test(eight_decimals_count),
        cmocka_unit_test(values_may_be_as_large_as_1e9_and_negative),
        cmocka_unit_test(a_large_value_counts_until_it_has_left_the_window),
        cmocka_unit_test(a_sum_beyond_what_a_double_holds_is_rounded_once_too),
        cmocka_unit_test(a_mean_just_above_the_middle_of_two_doubles_is_rounded_up),
        cmocka_unit_test(the_mean_of_a_price_is_the_price),
        cmocka_unit_test(equal_values_give_equal_means_whatever_the_length),
        cmocka_unit_test(a_mean_depends_on_nothing_but_the_window),
        cmocka_unit_test(a_mean_does_not_drift_over_a_million_values),
        cmocka_unit_test(the_order_within_the_window_does_not_matter),
        cmocka_unit_test(views_of_one_window_and_arrays_agree_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
