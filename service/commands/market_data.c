#include "service/commands/market_data.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/log.h"
#include "service/base/parallel.h"
#include "service/clients/http_client.h"
#include "service/feeds/cached_feed.h"
#include "service/market/calendar.h"
#include "service/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ATTEMPT_TIMEOUT_MS = 30000,
    REQUESTS_PER_MINUTE = 200,
    STORE_TIMEOUT_MS = 30000,
    FIRST_YEAR = 2016, /* older bars Alpaca has not */
};

/* From a session's close until its bars are all there: a free plan has all exchanges' trades after
 * 15 minutes, and pairs came 4 minutes late when that was measured. */
#define EQUITIES_DELAY_US (16 * MINUTE_US)
#define PAIRS_DELAY_US (5 * MINUTE_US)

/* Late trades and corrections of an evening are in by then. */
#define FINAL_DELAY_US (30 * MINUTE_US)

static const char *setting(const struct market_data *data, enum setting which)
{
    return settings_get(data->options.settings, which);
}

static enum alpaca_feed alpaca_feed_of(const char *name)
{
    if (strcmp(name, "sip") == 0)
        return ALPACA_FEED_SIP;
    return strcmp(name, "iex") == 0 ? ALPACA_FEED_IEX : ALPACA_FEED_AUTO;
}

static int32_t today(void)
{
    return calendar_date(calendar_find("xnys"), clock_wall_us());
}

/* Those of all symbols, once a run. */
static bool know_actions(struct market_data *data, enum adjustment adjustment, struct error *error)
{
    struct alpaca_actions_request request = {
        .symbols = data->options.symbols,
        .symbol_count = data->options.symbol_count,
        .adjustment = adjustment,
        .first_date = date_from_civil(FIRST_YEAR, 1, 1),
        .last_date = today(),
        .deadline_us = data->options.deadline_us,
    };
    if (!data->knows_actions &&
        !alpaca_actions_load(&data->account, &request, &data->actions, error))
        return false;
    data->knows_actions = true;
    return true;
}

/* Bars of today are as adjusted as today's can be: nobody needs to be asked. */
static bool is_outdated(void *context, const char *symbol, enum adjustment adjustment, int32_t date,
                        bool *ret_outdated, struct error *error)
{
    struct market_data *data = context;
    *ret_outdated = false;
    if (date >= today())
        return true;
    if (!know_actions(data, adjustment, error))
        return false;
    *ret_outdated = alpaca_actions_since(&data->actions, symbol, date);
    return true;
}

bool market_data_shares_since(void *context, const char *symbol, int32_t date, double *ret_shares,
                              struct error *error)
{
    struct market_data *data = context;
    *ret_shares = 1;
    if (date >= today() || symbol_is_pair(symbol))
        return true;
    if (!know_actions(data, ADJUSTMENT_SPLIT, error))
        return false;
    *ret_shares = alpaca_actions_shares_since(&data->actions, symbol, date, today());
    return true;
}

static bool open_client(struct market_data *data, struct error *error)
{
    data->client = http_client_open(
        &(struct http_client_options) {
            .user_agent = "playbook/" PLAYBOOK_VERSION,
            .connections_max = ALPACA_QUESTIONS_MAX,
            .attempt_timeout_ms = ATTEMPT_TIMEOUT_MS,
            .metrics = data->metrics,
            .seed = (uint64_t)clock_monotonic_us(),
            .threads = parallel_threads(),
        },
        error);
    return data->client != NULL;
}

struct store *market_data_store_open(const struct settings *settings, struct error *error)
{
    struct store *store = store_open(
        &(struct store_options) {
            .location = settings_get(settings, SETTING_DATA_CACHE_DIR),
            .timeout_ms = STORE_TIMEOUT_MS,
        },
        error);
    if (!store)
        error_context(error, "DATA_CACHE_DIR");
    return store;
}

/* Days that are over are of all exchanges under `auto`, too: they are older than 16 minutes. */
static const char *equities_feed_name(const struct settings *settings)
{
    return strcmp(settings_get(settings, SETTING_ALPACA_FEED), "iex") == 0 ? "iex" : "sip";
}

const char *market_data_feed_name(const struct settings *settings, const char *symbol)
{
    return symbol_is_pair(symbol) ? "crypto" : equities_feed_name(settings);
}

int32_t market_data_final_date(const struct calendar *calendar, int64_t now_us)
{
    return calendar_date(calendar, now_us - FINAL_DELAY_US);
}

static bool open_cache(struct market_data *data, struct error *error)
{
    if (strcmp(setting(data, SETTING_CACHE_ENABLED), "false") == 0)
        return true;
    data->store = market_data_store_open(data->options.settings, error);
    if (!data->store)
        return false;
    for (size_t i = 0; i < MARKET_DATA_MORE_STORES; i++) {
        data->more_stores[i] = market_data_store_open(data->options.settings, error);
        if (!data->more_stores[i])
            return false;
    }
    data->cache = cached_feed_open(&(struct cached_feed_options) {
        .source = data->alpaca,
        .store = data->store,
        .more_stores = data->more_stores,
        .more_store_count = MARKET_DATA_MORE_STORES,
        .provider = MARKET_DATA_PROVIDER,
        .feed = equities_feed_name(data->options.settings),
        .delay_us = FINAL_DELAY_US,
        .refresh = data->options.refresh,
        .is_outdated = is_outdated,
        .context = data,
    });
    return true;
}

bool market_data_open(struct market_data *data, const struct market_data_options *options,
                      struct error *error)
{
    *data = (struct market_data) { .options = *options, .metrics = metrics_new() };
    if (!open_client(data, error)) {
        market_data_close(data);
        return false;
    }
    rate_limit_init(&data->rate_limit, REQUESTS_PER_MINUTE, clock_monotonic_us());
    data->account = (struct alpaca_account) {
        .data_url = setting(data, SETTING_ALPACA_DATA_URL),
        .key = setting(data, SETTING_ALPACA_API_KEY),
        .secret = setting(data, SETTING_ALPACA_SECRET_KEY),
        .client = data->client,
        .rate_limit = &data->rate_limit,
    };
    data->alpaca = alpaca_bars_open(&(struct alpaca_bars_options) {
        .account = &data->account,
        .feed = alpaca_feed_of(setting(data, SETTING_ALPACA_FEED)),
    });
    if (open_cache(data, error))
        return true;
    market_data_close(data);
    return false;
}

void market_data_close(struct market_data *data)
{
    feed_close(data->cache);
    store_close(data->store);
    for (size_t i = 0; i < MARKET_DATA_MORE_STORES; i++)
        store_close(data->more_stores[i]);
    feed_close(data->alpaca);
    http_client_close(data->client);
    metrics_free(data->metrics);
    alpaca_actions_release(&data->actions);
    *data = (struct market_data) { 0 };
}

struct feed *market_data_feed(const struct market_data *data)
{
    return data->cache ? data->cache : data->alpaca;
}

int64_t market_data_delay_us(const struct calendar *calendar)
{
    return strcmp(calendar->name, "24x7") == 0 ? PAIRS_DELAY_US : EQUITIES_DELAY_US;
}

void market_data_progress(void *context, const struct feed_progress *progress)
{
    (void)context;
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[Kfetching: %3.0f %%, %zu sessions, %zu bars, %zu requests",
            100 * progress->done, progress->sessions, progress->bars, progress->requests);
    int64_t left_s = (progress->left_us + SECOND_US - 1) / SECOND_US;
    if (progress->done >= 1)
        fputs("\n", stderr);
    else if (progress->left_us >= 0)
        fprintf(stderr, ", %" PRId64 ":%02" PRId64 " left", left_s / 60, left_s % 60);
}

void market_data_log(const struct market_data *data)
{
    double requests = metrics_sum(data->metrics, "playbook_http_requests_total", "");
    double bytes = metrics_sum(data->metrics, "playbook_http_received_bytes_total", "");
    struct cached_feed_counts counts = { 0 };
    if (data->cache)
        counts = cached_feed_counts(data->cache);
    log_event(LOG_INFO,
              "%.0f requests, %.1f MB; months of bars: %zu from the cache, %zu fetched (%zu were "
              "outdated, %zu damaged, %zu could not be kept)",
              requests, bytes / 1e6, counts.months_hit, counts.months_fetched, counts.months_stale,
              counts.months_corrupt, counts.months_unkept);
}
