/* The bars of one date for all playbooks that run on it, each symbol fetched once: the session's
 * minutes as they traded, and the daily bars before it, adjusted for splits as they were known on
 * the date. */
#ifndef PLAYBOOK_JOBS_DAY_BARS_H
#define PLAYBOOK_JOBS_DAY_BARS_H

#include "service/base/error.h"
#include "service/engine/playbook.h"
#include "service/feeds/feed.h"
#include "service/jobs/lane.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct day_bars_options {
    struct feed *feed;   /* borrowed */
    int64_t deadline_us; /* monotonic */

    /* How many shares of today one share of the date is, by the splits since: 1 without any. Daily
     * bars come adjusted to today, and are brought back by it. NULL: there are none. */
    bool (*shares_since)(void *context, const char *symbol, int32_t date, double *ret_shares,
                         struct error *error);

    void (*progress)(void *context, const struct feed_progress *progress); /* NULL: none */
    void *context;                                                         /* of both */
};

struct day_bars {
    struct day_bars_symbol *symbols; /* owned; of all playbooks, each once */
    size_t symbol_count;
};

/* Fetches what the playbooks need for their sessions of the date, of which each must have one.
 * Fails when nothing could be had at all; a symbol of its own keeps its error until a playbook
 * asks for it. Release after success. */
bool day_bars_load(const struct playbook *const *playbooks, size_t count, int32_t date,
                   const struct day_bars_options *options, struct day_bars *ret_bars,
                   struct error *error);

/* Writes an input for each of the playbook's symbols, which borrow from the bars; false with the
 * error, naming the symbol, of the first that could not be had. */
bool day_bars_inputs(const struct day_bars *bars, const struct playbook *playbook,
                     struct lane_input *ret_inputs, struct error *error);

void day_bars_release(struct day_bars *bars); /* accepts a zeroed one */

#endif
