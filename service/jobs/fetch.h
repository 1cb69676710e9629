/* The bars of a playbook's symbols from a feed, for a range of sessions: as load.h does from files,
 * and with the same result. */
#ifndef PLAYBOOK_JOBS_FETCH_H
#define PLAYBOOK_JOBS_FETCH_H

#include "service/base/error.h"
#include "service/engine/playbook.h"
#include "service/feeds/feed.h"
#include "service/jobs/load.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stdint.h>

struct fetch_options {
    struct feed *feed;
    const struct calendar *calendar;
    int32_t start, end; /* both included */
    enum adjustment adjustment;
    int64_t deadline_us;                                                   /* monotonic */
    void (*progress)(void *context, const struct feed_progress *progress); /* NULL: none */
    void *context;
};

/* Minutes of the sessions, or daily bars for a playbook that runs on them, and the daily bars that
 * its strategy looks back on. Minutes outside trading hours, which a provider has too, are left
 * out. An error names the symbol where one has failed; kind data when the calendar has no session
 * in the range. */
bool fetch_bars(const struct playbook *playbook, const struct fetch_options *options,
                struct loaded *ret_loaded, struct error *error);

#endif
