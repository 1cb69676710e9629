#include "service/indicators/sma.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

/* Up to here a double holds every integer, and one division rounds once. */
#define DOUBLE_EXACT_MAX (INT64_C(1) << 53)

/* No value is as small. */
#define LIMIT_CAREFUL (-1.0)

static void set_careful(struct sma *sma, size_t pushes)
{
    sma->careful = pushes;
    sma->limit = pushes > 0 ? LIMIT_CAREFUL : sma->narrow_max;
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
        .narrow_max = (double)(DOUBLE_EXACT_MAX / (int64_t)length),
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

double sma_push_careful(struct sma *sma, double value)
{
    double units = value * SMA_UNITS_PER_ONE;
    int64_t newest = llrint(units);
    bool is_wide = !(fabs(units) <= sma->narrow_max);
    if (sma->careful == 0)
        sma->wide_rest = sma->rest;
    __int128 sum = sma->wide_rest + newest;
    size_t at = sma->next++;
    sma->window[at & sma->mask] = newest;
    sma->wide_rest = sum - sma->window[(at + 1 - sma->length) & sma->mask];
    sma->rest = (int64_t)sma->wide_rest;
    set_careful(sma, is_wide ? sma->length - 1 : sma->careful - 1);
    if (sma->missing > 0 && --sma->missing > 0)
        return NAN;

    __int128 size = sum < 0 ? -sum : sum;
    double mean = size <= DOUBLE_EXACT_MAX ? (double)(int64_t)size / sma->divisor
                                           : divide_wide(size, (__int128)sma->divisor);
    return sum < 0 ? -mean : mean;
}

void sma_array(const double *values, size_t count, size_t length, double *results)
{
    struct sma sma;
    sma_init(&sma, length);
    for (size_t i = 0; i < count; i++)
        results[i] = sma_push(&sma, values[i]);
    sma_release(&sma);
}
