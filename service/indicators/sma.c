#include "service/indicators/sma.h"

#include <assert.h>

/* Up to here a double holds every integer, and one division rounds once. */
#define DOUBLE_EXACT_MAX (INT64_C(1) << 53)

struct sma sma_of(size_t length)
{
    assert(length >= 1);
    return (struct sma) {
        .length = (int64_t)length,
        .divisor = (double)length * WINDOW_UNITS_PER_ONE,
    };
}

/* sum / divisor, rounded once. Divides as integers, with as many binary places as make a
 * quotient of 61 or 62 bits, and lets a lost remainder stand as its last bit: then converting
 * rounds as the exact quotient would. */
static double divide_wide(__int128 sum, __int128 divisor)
{
    int places = __builtin_clzll((uint64_t)(sum / divisor) | 1) - 2;
    __int128 quotient = (sum << places) / divisor;
    bool is_exact = quotient * divisor == sum << places;
    return ldexp((double)((int64_t)quotient | !is_exact), -places);
}

double sma_mean_careful(const struct sma *sma, const struct window *window)
{
    if (window->count < sma->length)
        return NAN;
    __int128 sum = window_sum_wide(window, sma->length);
    __int128 size = sum < 0 ? -sum : sum;
    double mean = size <= DOUBLE_EXACT_MAX ? (double)(int64_t)size / sma->divisor
                                           : divide_wide(size, (__int128)sma->divisor);
    return sum < 0 ? -mean : mean;
}

void sma_array(const double *values, size_t count, size_t length, double *results)
{
    struct sma sma = sma_of(length);
    struct window window;
    window_init(&window, length);
    for (size_t i = 0; i < count; i++) {
        window_push(&window, values[i]);
        results[i] = sma_mean(&sma, &window);
    }
    window_release(&window);
}
