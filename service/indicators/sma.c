#include "service/indicators/sma.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

void sma_init(struct sma *sma, size_t length)
{
    assert(length >= 1);
    *sma = (struct sma) {
        .window = memory_new(length, sizeof *sma->window),
        .length = length,
        .missing = length,
        .divisor = (double)length * SMA_UNITS_PER_ONE,
    };
}

void sma_release(struct sma *sma)
{
    free(sma->window);
    *sma = (struct sma) { 0 };
}

/* Divides as integers, with as many binary places as make a quotient of 61 or 62 bits, and lets a
 * lost remainder stand as its last bit: then converting rounds as the exact quotient would. */
double sma_wide_mean(const struct sma *sma)
{
    __int128 sum = sma->sum < 0 ? -sma->sum : sma->sum;
    __int128 divisor = (__int128)sma->divisor;
    int places = __builtin_clzll((uint64_t)(sum / divisor) | 1) - 2;
    __int128 quotient = (sum << places) / divisor;
    bool is_exact = quotient * divisor == sum << places;
    double mean = ldexp((double)((int64_t)quotient | !is_exact), -places);
    return sma->sum < 0 ? -mean : mean;
}

void sma_array(const double *values, size_t count, size_t length, double *results)
{
    struct sma sma;
    sma_init(&sma, length);
    for (size_t i = 0; i < count; i++)
        results[i] = sma_push(&sma, values[i]);
    sma_release(&sma);
}
