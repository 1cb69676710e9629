/* The equity curve of a run, in micro-dollars: what changed in each cell of the sessions' grid,
 * over all symbols. It is marked once for each cell, when all bars of that time are in. Changes
 * are integers, so it does not matter in which order symbols are run, nor on how many threads:
 * each thread may keep a curve of its own, and the curves add up. */
#ifndef PLAYBOOK_ENGINE_EQUITY_H
#define PLAYBOOK_ENGINE_EQUITY_H

#include "service/market/calendar.h"

#include <stddef.h>
#include <stdint.h>

struct equity {
    int64_t *changes; /* owned; by cell, session after session */
    size_t count;
    size_t *rows; /* owned; where a session's cells begin, by its date since first_date */
    int32_t first_date;
    int32_t last_date;
};

/* No change yet in any session from the first date to the last, both included. */
void equity_init(struct equity *equity, const struct calendar *calendar, int32_t first_date,
                 int32_t last_date, int64_t timeframe_us);
void equity_release(struct equity *equity); /* accepts a zeroed one */

/* The changes of the cells of a session within those dates, to be added to. Borrowed. */
int64_t *equity_session(const struct equity *equity, int32_t date);

/* Adds a curve over the same sessions and cells. */
void equity_add(struct equity *equity, const struct equity *other);

/* The largest fall from a peak, >= 0: the beginning is the first peak. */
int64_t equity_max_drawdown(const struct equity *equity);

#endif
