/* Simple moving average: the plain mean of the last `length` values.
 *
 * First valid index: length - 1 (NaN before). Source: any textbook; seeded by nothing.
 * Values are summed exactly, as integers of 1e-9, as fine as any market's tick. So the mean is
 * correctly rounded and depends on nothing but the window: no drift over a million bars, equal
 * values give equal means whatever the length, and a crossing is never an artefact of rounding.
 * Values must be finite and within +-1e9; above 9,000,000 they are as fine as a double is. */
#ifndef PLAYBOOK_INDICATORS_SMA_H
#define PLAYBOOK_INDICATORS_SMA_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct sma {
    int64_t *window; /* owned; the last `length` values in 1e-9, a ring */
    __int128 sum;
    size_t length;
    size_t next;    /* where the next value goes: the oldest one's place */
    size_t missing; /* values still to come before the first mean */
    double divisor;
};

#define SMA_UNITS_PER_ONE 1e9

/* Up to here a double holds every sum, and one division rounds once. */
#define SMA_NARROW_MAX (INT64_C(1) << 53)

/* length >= 1. Allocates; nothing after it does. */
void sma_init(struct sma *sma, size_t length);
void sma_release(struct sma *sma); /* accepts a zeroed one */

/* The mean of a sum that no double holds, rounded once all the same. */
double sma_wide_mean(const struct sma *sma);

/* Takes the next value and returns the mean of the last `length`, or NaN before there are as
 * many. */
static inline double sma_push(struct sma *sma, double value)
{
    int64_t units = (int64_t)llrint(value * SMA_UNITS_PER_ONE);
    sma->sum += units - sma->window[sma->next];
    sma->window[sma->next] = units;
    sma->next = sma->next + 1 == sma->length ? 0 : sma->next + 1;
    if (sma->missing > 0 && --sma->missing > 0)
        return NAN;
    if (sma->sum > SMA_NARROW_MAX || sma->sum < -SMA_NARROW_MAX)
        return sma_wide_mean(sma);
    return (double)(int64_t)sma->sum / sma->divisor;
}

/* The same over an array: results[i] belongs to values[i]. */
void sma_array(const double *values, size_t count, size_t length, double *results);

#endif
