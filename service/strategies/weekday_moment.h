/* A moment on Tuesdays and Wednesdays: when the first bar that ends at or after a clock time has
 * closed. Shared by the strategies that act once, then. */
#ifndef PLAYBOOK_STRATEGIES_WEEKDAY_MOMENT_H
#define PLAYBOOK_STRATEGIES_WEEKDAY_MOMENT_H

#include "service/market/calendar.h"
#include "service/trading/desk.h"

#include <stdbool.h>
#include <stdint.h>

struct weekday_moment {
    int minute; /* of the clock time, since midnight; set by the owner */
    int64_t time_us;
    bool is_ahead;
};

/* A session begins; on another weekday the moment never comes, and the desk says so. */
void weekday_moment_begin(struct weekday_moment *moment, const struct session *session,
                          struct desk *desk);

/* Whether the bar being shown is the one; true at most once a session. */
bool weekday_moment_is_now(struct weekday_moment *moment, const struct desk *desk);

#endif
