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
    int64_t
        *window; /* owned; the last values in 1e-9, a ring of a power of two: it needs no branch,
                        which would be mispredicted once in every round */
    size_t mask; /* of places in the ring */
    size_t length;
    size_t next;        /* where the next value goes */
    uint64_t sum;       /* of the window, modulo 2^64 */
    int64_t narrow_max; /* `length` values up to this have a sum that a double holds exactly */
    int64_t offset;     /* a value is narrow when value + offset <= span as unsigned; */
    uint64_t span;      /* while pushes are careful none is */
    size_t missing;     /* values still to come before the first mean */
    size_t careful;     /* pushes in which values are missing, or one in the window is larger */
    __int128 wide_sum;  /* of the window, in those pushes */
    double divisor;
};

#define SMA_UNITS_PER_ONE 1e9

/* length >= 1. Allocates; nothing after it does. */
void sma_init(struct sma *sma, size_t length);
void sma_release(struct sma *sma); /* accepts a zeroed one */

/* The mean after a push whose sum may be no double, several times slower. */
double sma_careful_mean(struct sma *sma, int64_t newest, int64_t oldest);

/* Takes the next value and returns the mean of the last `length`, or NaN before there are as
 * many. */
static inline double sma_push(struct sma *sma, double value)
{
    int64_t newest = llrint(value * SMA_UNITS_PER_ONE);
    size_t at = sma->next;
    int64_t oldest = sma->window[(at - sma->length) & sma->mask];
    uint64_t sum = sma->sum + (uint64_t)newest - (uint64_t)oldest;
    sma->next = at + 1;
    sma->sum = sum;
    sma->window[at & sma->mask] = newest;
    if ((uint64_t)newest + (uint64_t)sma->offset > sma->span)
        return sma_careful_mean(sma, newest, oldest);
    return (double)(int64_t)sum / sma->divisor;
}

/* The same over an array: results[i] belongs to values[i]. */
void sma_array(const double *values, size_t count, size_t length, double *results);

#endif
