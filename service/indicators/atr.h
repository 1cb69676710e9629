/* Average true range as an exponential mean: true range = max(high - low, |high - previous close|,
 * |low - previous close|), the first one high - low; averaged as ema.h does, with
 * k = 2 / (length + 1), not Wilder's 1 / length. First valid index: 0.
 * True range: J. Welles Wilder, New Concepts in Technical Trading Systems (1978), chapter III. */
#ifndef PLAYBOOK_INDICATORS_ATR_H
#define PLAYBOOK_INDICATORS_ATR_H

#include "service/indicators/ema.h"
#include "service/market/bar.h"

#include <math.h>
#include <stddef.h>

struct atr {
    struct ema mean;
    double previous_close;
};

void atr_init(struct atr *atr, size_t length); /* length >= 1; nothing to release */

/* Forgets all bars: the next one has no previous close. */
void atr_restart(struct atr *atr);

static inline double atr_push(struct atr *atr, const struct bar *bar)
{
    double range = bar->high - bar->low;
    if (atr->mean.seeded) {
        range = fmax(range, fabs(bar->high - atr->previous_close));
        range = fmax(range, fabs(bar->low - atr->previous_close));
    }
    atr->previous_close = bar->close;
    return ema_push(&atr->mean, range);
}

/* The same over an array: results[i] belongs to bars[i]. */
void atr_array(const struct bar *bars, size_t count, size_t length, double *results);

#endif
