/* When an exchange trades: its sessions by date. Pure.
 *
 * xnys: New York Stock Exchange from 1990-01-01 to 2040-12-31, times in New York: holidays by rule,
 *       early closes, late opens, and every exceptional closure since 1990 (holidays.c).
 * 24x7: every UTC day from 1970 to 2199, midnight to midnight; clock times are UTC. */
#ifndef PLAYBOOK_MARKET_CALENDAR_H
#define PLAYBOOK_MARKET_CALENDAR_H

#include "service/base/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All instants are UTC. */
struct session {
    int32_t date;           /* the exchange's local date */
    int64_t midnight_us;    /* local midnight at which the date begins; clock times count from it */
    int64_t open_us;        /* the first instant that belongs */
    int64_t close_us;       /* the first instant that no longer belongs */
    int64_t close_shift_us; /* how much earlier than usual it was to close, as known at the open: 3
                               hours on a 13:00 close; 0 when trading broke off unplanned */
};

struct calendar {
    const char *name;
    const char *summary;
    int32_t first_date, last_date;         /* what the rules cover */
    int64_t (*offset_us)(int64_t time_us); /* local time minus UTC at an instant */

    /* False: no session on that date, or not covered. */
    bool (*session)(int32_t date, struct session *ret_session);
};

/* The table, ended by a row without a name. */
extern const struct calendar calendars[];
const struct calendar *calendar_find(const char *name); /* NULL: unknown */

bool calendar_session(const struct calendar *calendar, int32_t date, struct session *ret_session);

/* The exchange's local date at an instant. */
int32_t calendar_date(const struct calendar *calendar, int64_t time_us);

/* The first session on or after (the last on or before) the date; false when there is none within
 * what is covered. */
bool calendar_session_from(const struct calendar *calendar, int32_t date,
                           struct session *ret_session);
bool calendar_session_until(const struct calendar *calendar, int32_t date,
                            struct session *ret_session);

/* The instant of a clock reading (minutes since local midnight) within the session's day. Exact for
 * every session: New York changes its clocks on Sundays only. */
int64_t session_clock_us(const struct session *session, int minute);

/* An instant as a clock reading, "10:14", of the session's day; held within that day. */
const char *session_clock_format(const struct session *session, int64_t time_us,
                                 char buffer[static CLOCK_TEXT_SIZE]);

#endif
