/* Simple moving average: the plain mean of the last `length` values of a window.
 *
 * First valid index: length - 1 (NaN before). Source: any textbook; seeded by nothing.
 * Values are summed exactly (window.h). So the mean is correctly rounded and depends on nothing but
 * these values: no drift over a million bars, equal values give equal means whatever the length,
 * and a crossing is never an artefact of rounding. */
#ifndef PLAYBOOK_INDICATORS_SMA_H
#define PLAYBOOK_INDICATORS_SMA_H

#include "service/indicators/window.h"

#include <stddef.h>
#include <stdint.h>

/* Which mean: a value without anything to release. */
struct sma {
    int64_t length;
    double divisor; /* of a sum in the window's units */
};

struct sma sma_of(size_t length); /* length >= 1 */

/* sma_mean where values are missing or the sum may be no double: several times slower. */
__attribute__((cold)) double sma_mean_careful(const struct sma *sma, const struct window *window);

/* The mean of the last values pushed, or NaN before there are as many. The window must be at least
 * as long. */
static inline double sma_mean(const struct sma *sma, const struct window *window)
{
    if (!window->is_narrow)
        return sma_mean_careful(sma, window);
    return (double)window_sum(window, sma->length) / sma->divisor;
}

/* The same over an array: results[i] belongs to values[i]. */
void sma_array(const double *values, size_t count, size_t length, double *results);

#endif
