#include "service/indicators/sma.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

/* Up to here a double holds every integer, and one division rounds once. */
#define DOUBLE_EXACT_MAX (INT64_C(1) << 53)

/* Above any value, which is within +-1e18: no value is narrow then. */
#define OFFSET_CAREFUL (INT64_C(1) << 62)

static void set_careful(struct sma *sma, size_t pushes)
{
    sma->careful = pushes;
    sma->offset = pushes > 0 ? OFFSET_CAREFUL : sma->narrow_max;
    sma->span = pushes > 0 ? 0 : 2 * (uint64_t)sma->narrow_max;
}

void sma_init(struct sma *sma, size_t length)
{
    assert(length >= 1);
    size_t places = 1;
    while (places < length)
        places *= 2;
    *sma = (struct sma) {
        .window = memory_new(places, sizeof *sma->window),
        .mask = places - 1,
        .length = length,
        .narrow_max = DOUBLE_EXACT_MAX / (int64_t)length,
        .missing = length,
        .divisor = (double)length * SMA_UNITS_PER_ONE,
    };
    set_careful(sma, length);
}

void sma_release(struct sma *sma)
{
    free(sma->window);
    *sma = (struct sma) { 0 };
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

static __int128 sum_of_window(const struct sma *sma)
{
    __int128 sum = 0;
    for (size_t i = 0; i < sma->length; i++)
        sum += sma->window[(sma->next - 1 - i) & sma->mask];
    return sum;
}

double sma_careful_mean(struct sma *sma, int64_t newest, int64_t oldest)
{
    bool begins = sma->careful == 0;
    sma->wide_sum = begins ? sum_of_window(sma) : sma->wide_sum + newest - oldest;
    bool is_wide = newest > sma->narrow_max || newest < -sma->narrow_max;
    set_careful(sma, is_wide ? sma->length - 1 : sma->careful - 1);
    if (sma->missing > 0 && --sma->missing > 0)
        return NAN;

    __int128 size = sma->wide_sum < 0 ? -sma->wide_sum : sma->wide_sum;
    double mean = size <= DOUBLE_EXACT_MAX ? (double)(int64_t)size / sma->divisor
                                           : divide_wide(size, (__int128)sma->divisor);
    return sma->wide_sum < 0 ? -mean : mean;
}

void sma_array(const double *values, size_t count, size_t length, double *results)
{
    struct sma sma;
    sma_init(&sma, length);
    for (size_t i = 0; i < count; i++)
        results[i] = sma_push(&sma, values[i]);
    sma_release(&sma);
}
