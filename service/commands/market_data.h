/* Where a command's bars come from when it is given no files: Alpaca, and the cache before it, by
 * the settings. */
#ifndef PLAYBOOK_COMMANDS_MARKET_DATA_H
#define PLAYBOOK_COMMANDS_MARKET_DATA_H

#include "service/base/error.h"
#include "service/base/metrics.h"
#include "service/feeds/alpaca_actions.h"
#include "service/feeds/alpaca_bars.h"
#include "service/feeds/feed.h"
#include "service/settings.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct market_data_options {
    const struct settings *settings;
    const char *const *symbols; /* that will be asked for */
    size_t symbol_count;
    bool refresh;        /* what is kept is fetched anew */
    int64_t deadline_us; /* monotonic */
};

struct market_data {
    struct market_data_options options;
    struct metrics *metrics;
    struct http_client *client;
    struct rate_limit rate_limit;
    struct alpaca_account account;
    struct feed *alpaca;
    struct store *store; /* NULL: nothing is kept */
    struct feed *cache;  /* likewise */
    bool knows_actions;
    struct alpaca_actions actions; /* of all symbols, once a run */
};

/* In place: its parts point to each other, so it must not be moved. What the options name is
 * borrowed. Keys are asked for only when bars of equities are. */
bool market_data_open(struct market_data *data, const struct market_data_options *options,
                      struct error *error);
void market_data_close(struct market_data *data); /* accepts a zeroed one */

struct feed *market_data_feed(const struct market_data *data);

/* Shows on a terminal how far a request has come; for bar_request's progress, without context. */
void market_data_progress(void *context, const struct feed_progress *progress);

/* Logs what was done: requests, bytes, and what the cache had. */
void market_data_log(const struct market_data *data);

#endif
