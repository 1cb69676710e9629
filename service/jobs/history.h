/* Daily bars of the past, for strategies that look back: a series stamped with each date's
 * midnight UTC, as daily files are read. */
#ifndef PLAYBOOK_JOBS_HISTORY_H
#define PLAYBOOK_JOBS_HISTORY_H

#include "service/market/calendar.h"
#include "service/market/series.h"

#include <stddef.h>
#include <stdint.h>

/* A daily bar from every session that has a sound bar, complete or not; only the close counts.
 * Appends to *ret_days. */
void history_from_bars(const struct series *bars, const struct calendar *calendar,
                       struct series *ret_days);

/* The window that a strategy with this much daily_history may look back on: 1.05 x as many
 * sessions. Moves forward with the sessions of a run. */
struct history_window {
    const struct calendar *calendar;
    int32_t first_date; /* of the oldest session in it */
    int missing;        /* sessions it is short of, where the calendar begins */
};

void history_window_begin(struct history_window *window, const struct calendar *calendar,
                          int32_t session_date, int daily_history);
void history_window_next(struct history_window *window);

/* The days within the window before the session, borrowed from `days`. */
struct series history_before(const struct history_window *window, const struct series *days,
                             int32_t session_date);

#endif
