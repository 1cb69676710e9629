/* How long a bar lasts, and the grid on which bars lie: cells of that length from the session's
 * open on; the last one ends with the session. A timeframe is its length in microseconds. */
#ifndef PLAYBOOK_MARKET_TIMEFRAME_H
#define PLAYBOOK_MARKET_TIMEFRAME_H

#include "service/base/error.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMEFRAME_TEXT_SIZE = 24 };

/* "1Min" to "59Min", "1Hour" to "23Hour", "1Day". */
bool timeframe_parse(const char *text, int64_t *ret_timeframe_us, struct error *error);

/* The same form; what is no such timeframe is printed in seconds ("90s"). */
const char *timeframe_format(int64_t timeframe_us, char buffer[static TIMEFRAME_TEXT_SIZE]);

/* The index of the cell that holds an instant of the session. */
int64_t timeframe_cell(const struct session *session, int64_t timeframe_us, int64_t time_us);

/* When a cell opens and when it ends: after the timeframe or with the session. */
int64_t timeframe_cell_open_us(const struct session *session, int64_t timeframe_us, int64_t cell);
int64_t timeframe_cell_end_us(const struct session *session, int64_t timeframe_us, int64_t cell);

/* How many cells the session has. */
int64_t timeframe_cells(const struct session *session, int64_t timeframe_us);

#endif
