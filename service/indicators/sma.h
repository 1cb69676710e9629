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
    int64_t *window; /* owned; the last values in 1e-9. A ring of a power of two needs no branch, */
    size_t mask;     /* which would be mispredicted once in every round */
    size_t length;
    size_t next;        /* where the next value goes */
    int64_t rest;       /* sum of the window without its oldest value */
    double narrow_max;  /* `length` values up to this have a sum that a double holds exactly */
    double limit;       /* narrow_max, or less than any value while pushes are careful */
    size_t missing;     /* values still to come before the first mean */
    size_t careful;     /* pushes in which values are missing, or one in the window is larger */
    __int128 wide_rest; /* the rest in those pushes */
    double divisor;
};

#define SMA_UNITS_PER_ONE 1e9

/* length >= 1. Allocates; nothing after it does. */
void sma_init(struct sma *sma, size_t length);
void sma_release(struct sma *sma); /* accepts a zeroed one */

/* sma_push where the sum may be no double: several times slower. */
__attribute__((cold)) double sma_push_careful(struct sma *sma, double value);

/* Takes the next value and returns the mean of the last `length`, or NaN before there are as many.
 * The value that the next push leaves out is subtracted at once: then no push waits for it. */
static inline double sma_push(struct sma *sma, double value)
{
    double units = value * SMA_UNITS_PER_ONE;
    if (!(fabs(units) <= sma->limit))
        return sma_push_careful(sma, value);
    int64_t newest = llrint(units);
    int64_t sum = sma->rest + newest;
    size_t at = sma->next++;
    sma->window[at & sma->mask] = newest;
    sma->rest = sum - sma->window[(at + 1 - sma->length) & sma->mask];
    return (double)sum / sma->divisor;
}

/* The same over an array: results[i] belongs to values[i]. */
void sma_array(const double *values, size_t count, size_t length, double *results);

#endif
