/* The equity curve of a run, in micro-dollars: capital, what trades have brought, and open
 * positions at the last close. It is marked once for each time, when all bars of that time are in;
 * only peak and drawdown are kept. Sums are integers, so the order of symbols does not matter. */
#ifndef PLAYBOOK_ENGINE_EQUITY_H
#define PLAYBOOK_ENGINE_EQUITY_H

#include <stdint.h>

struct equity {
    int64_t value;
    int64_t peak;
    int64_t max_drawdown; /* >= 0 */
    int64_t time_us;      /* of the changes since the last mark */
};

void equity_init(struct equity *equity, int64_t capital);

/* Marks the curve: what has changed counts from here on. */
void equity_mark(struct equity *equity);

/* Something changed the value at a time; times never go back. */
static inline void equity_change(struct equity *equity, int64_t time_us, int64_t change)
{
    if (time_us != equity->time_us) {
        equity_mark(equity);
        equity->time_us = time_us;
    }
    equity->value += change;
}

#endif
