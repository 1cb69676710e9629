/* A feed that keeps what it has fetched: monthly Parquet files in a store (kept_month.h), which
 * open as one table in pandas, polars and DuckDB. A request is answered from them; what they lack
 * is fetched from the feed behind in as few requests as can be (cached_plan.h), merged in and put
 * back with compare-and-swap, so that any number of processes may share the store. A large request
 * is done in parts, and what is only to be kept (bar_request.only_keeps) is let go with its part:
 * any number of bars needs the memory of one.
 *
 * Kept are whole and final days, and no others: what is asked of a day that still runs is handed
 * out and forgotten. An empty answer is not kept either, and takes the place of nothing, so that a
 * session without any bar is asked for again each time; only a load that just keeps is
 * believed by those that follow it. Adjusted bars are of the day on which they
 * were fetched: when they are outdated since, all that the file covers is fetched anew. A file that
 * cannot be right is set aside, with a warning, and fetched anew. Bars on dates without a session
 * are dropped.
 *
 * A symbol that the feed behind refuses keeps its error. A store that cannot be read fails the
 * load before anything of the part is fetched; one that cannot be written is a warning, once. */
#ifndef PLAYBOOK_FEEDS_CACHED_FEED_H
#define PLAYBOOK_FEEDS_CACHED_FEED_H

#include "service/feeds/feed.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cached_feed_options {
    struct feed *source; /* borrowed */
    struct store *store; /* borrowed */

    /* Further ones of the same place, for as many threads more that read and write months: a store
     * has one thread, and waits for its disk. Borrowed. */
    struct store *const *more_stores;
    size_t more_store_count;

    const char *provider, *feed; /* in the path: "alpaca", "sip" (pairs: feed=crypto); borrowed */
    int64_t (*now_us)(void);     /* the wall clock; NULL: clock_wall_us */

    /* A date is final so long after the midnight that ends it at the exchange: what is traded after
     * the close belongs to it, and to the volume of its daily bar. */
    int64_t delay_us;

    bool refresh; /* what is kept is fetched anew */

    /* Whether adjusted bars of the symbol that were fetched on a date may be others today. Asked
     * for every file: the answer should be at hand. NULL: they are never. */
    bool (*is_outdated)(void *context, const char *symbol, enum adjustment adjustment, int32_t date,
                        bool *ret_outdated, struct error *error);
    void *context;
};

/* What was done for the requests so far. */
struct cached_feed_counts {
    size_t months_hit;     /* answered by the file alone */
    size_t months_fetched; /* at least one day was fetched */
    size_t months_stale;   /* of these: all that was kept was outdated */
    size_t months_corrupt; /* set aside */
    size_t months_unkept;  /* fetched, but the store would not take them */
    size_t sessions_empty; /* final, asked for, and without a bar */
};

/* Errors of load are those of the feed behind, of the store, and of is_outdated. */
struct feed *cached_feed_open(const struct cached_feed_options *options);
struct cached_feed_counts cached_feed_counts(const struct feed *feed);

#endif
