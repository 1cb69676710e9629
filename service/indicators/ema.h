/* Exponential moving average: the first value seeds it, then ema += k * (value - ema) with
 * k = 2 / (length + 1). First valid index: 0. */
#ifndef PLAYBOOK_INDICATORS_EMA_H
#define PLAYBOOK_INDICATORS_EMA_H

#include <stdbool.h>
#include <stddef.h>

struct ema {
    double factor;
    double value;
    bool seeded;
};

void ema_init(struct ema *ema, size_t length); /* length >= 1; nothing to release */

/* Forgets all values: the next one seeds it. */
void ema_restart(struct ema *ema);

static inline double ema_push(struct ema *ema, double value)
{
    ema->value = ema->seeded ? ema->value + ema->factor * (value - ema->value) : value;
    ema->seeded = true;
    return ema->value;
}

/* The same over an array: results[i] belongs to values[i]. */
void ema_array(const double *values, size_t count, size_t length, double *results);

#endif
