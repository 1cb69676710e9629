/* Where a command's bars come from when it is given no files: Alpaca, and the cache before it, by
 * the settings. */
#ifndef PLAYBOOK_COMMANDS_MARKET_DATA_H
#define PLAYBOOK_COMMANDS_MARKET_DATA_H

#include "service/base/error.h"
#include "service/base/metrics.h"
#include "service/feeds/alpaca_actions.h"
#include "service/feeds/alpaca_bars.h"
#include "service/feeds/feed.h"
#include "service/market/calendar.h"
#include "service/settings.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As the cache's paths name it. */
#define MARKET_DATA_PROVIDER "alpaca"

/* As many threads write months at the same time as questions are on their way. */
enum { MARKET_DATA_MORE_STORES = ALPACA_QUESTIONS_MAX - 1 };

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
    struct store *more_stores[MARKET_DATA_MORE_STORES];
    struct feed *cache; /* likewise */
    bool knows_actions;
    struct alpaca_actions actions; /* of all symbols, once a run */
};

/* In place: its parts point to each other, so it must not be moved. What the options name is
 * borrowed. Keys are asked for only when bars of equities are. */
bool market_data_open(struct market_data *data, const struct market_data_options *options,
                      struct error *error);
void market_data_close(struct market_data *data); /* accepts a zeroed one */

struct feed *market_data_feed(const struct market_data *data);

/* How long after a session's close all its bars are there: of equities 16 minutes, as a free plan
 * gives all exchanges' trades only then; of pairs 5. */
int64_t market_data_delay_us(const struct calendar *calendar);

/* For day_bars_options, the market data as context: shares of today for one of a date, by the
 * splits since. */
bool market_data_shares_since(void *context, const char *symbol, int32_t date, double *ret_shares,
                              struct error *error);

/* Shows on a terminal how far a request has come, and how long it may still take. For bar_request's
 * progress, without context. */
void market_data_progress(void *context, const struct feed_progress *progress);

/* Logs what was done: requests, bytes, and what the cache had. */
void market_data_log(const struct market_data *data);

/* The store that bars are kept in, by itself: touches neither disk nor network yet. */
struct store *market_data_store_open(const struct settings *settings, struct error *error);

/* The feed by which the cache's paths name bars of the symbol: sip, iex or crypto. */
const char *market_data_feed_name(const struct settings *settings, const char *symbol);

/* The first date whose bars may still change, so that they are not kept yet. */
int32_t market_data_final_date(const struct calendar *calendar, int64_t now_us);

#endif
