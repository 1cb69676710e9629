/* The bars of a playbook's symbols from a feed, for a range of sessions: as load.h does from files,
 * and with the same result. */
#ifndef PLAYBOOK_JOBS_FETCH_H
#define PLAYBOOK_JOBS_FETCH_H

#include "service/base/error.h"
#include "service/engine/playbook.h"
#include "service/feeds/feed.h"
#include "service/jobs/backtest.h"
#include "service/jobs/loaded.h"
#include "service/market/calendar.h"

#include <pthread.h>
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

/* The same for a backtest that takes one symbol at a time, from a feed that keeps bars. */
struct fetch {
    const struct playbook *playbook; /* borrowed */
    struct fetch_options options;
    struct loaded *loaded; /* owned; of each symbol, while it is open */
    pthread_mutex_t lock;  /* a feed has one thread */
};

/* Has the feed fetch and keep all that will be asked for; errors as above. Stays where it is until
 * it is released. */
bool fetch_begin(struct fetch *fetch, const struct playbook *playbook,
                 const struct fetch_options *options, struct error *error);
void fetch_release(struct fetch *fetch); /* accepts a zeroed one */

struct backtest_source fetch_source(struct fetch *fetch);

#endif
