#include "service/commands/backtest_bars.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/parallel.h"
#include "service/base/unknown.h"
#include "service/commands/market_data.h"
#include "service/jobs/fetch.h"

#include <string.h>

#define FETCH_TIMEOUT_US (10 * MINUTE_US)

static bool load_files(const struct arguments *arguments, const struct playbook *playbook,
                       struct loaded *ret_loaded, struct error *error)
{
    const char *zone = arguments_value(arguments, "zone");
    struct load_options options = {
        .bars = arguments_value(arguments, "bars"),
        .daily = arguments_value(arguments, "daily"),
        .threads = parallel_threads(),
    };
    if (zone && !bar_zone_parse(zone, &options.zone, error))
        return error_context(error, "--zone");
    return load_bars(playbook, &options, ret_loaded, error);
}

static bool choose_adjustment(const struct arguments *arguments, enum adjustment *ret_adjustment,
                              struct error *error)
{
    static const char *const names[] = {
        [ADJUSTMENT_RAW] = "raw", [ADJUSTMENT_SPLIT] = "split", [ADJUSTMENT_ALL] = "all", NULL
    };
    const char *name = arguments_value(arguments, "adjustment");
    *ret_adjustment = ADJUSTMENT_SPLIT;
    for (int i = 0; name && names[i]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_adjustment = (enum adjustment)i;
            return true;
        }
    }
    return !name || unknown_name(error, "adjustment", name, names);
}

/* What goes with files has no meaning without them. */
static bool check_flags(const struct arguments *arguments, const struct backtest_options *options,
                        struct error *error)
{
    static const char *const files_only[] = { "daily", "zone" };
    for (size_t i = 0; i < sizeof files_only / sizeof files_only[0]; i++) {
        if (arguments_has(arguments, files_only[i]))
            return error_set(error, ERROR_USAGE, "--%s goes with --bars", files_only[i]);
    }
    if (options->start == DATE_NONE)
        return error_set(error, ERROR_USAGE,
                         "--start is needed, since bars are fetched from there on (or --bars: a "
                         "file or a folder of bars)");
    return true;
}

/* The last session that is over. */
static int32_t last_session(const struct calendar *calendar, int64_t now_us)
{
    struct session session;
    int32_t today = calendar_date(calendar, now_us);
    if (!calendar_session_until(calendar, today, &session))
        return today;
    return session.close_us <= now_us ? session.date : session.date - 1;
}

static bool fetch(const struct arguments *arguments, const struct settings *settings,
                  const struct backtest_options *options, struct loaded *ret_loaded,
                  struct error *error)
{
    const struct playbook *playbook = options->playbook;
    struct market_data data = { 0 };
    struct fetch_options fetch_options = {
        .calendar = options->calendar,
        .start = options->start,
        .end = options->end,
        .deadline_us = clock_monotonic_us() + FETCH_TIMEOUT_US,
        .progress = market_data_progress,
    };
    if (options->end == DATE_NONE)
        fetch_options.end = last_session(options->calendar, clock_wall_us());
    if (!check_flags(arguments, options, error) ||
        !choose_adjustment(arguments, &fetch_options.adjustment, error) ||
        !market_data_open(&data,
                          &(struct market_data_options) {
                              .settings = settings,
                              .symbols = (const char *const *)playbook->symbols,
                              .symbol_count = playbook->symbol_count,
                              .refresh = arguments_has(arguments, "refresh"),
                              .deadline_us = fetch_options.deadline_us,
                          },
                          error))
        return false;
    fetch_options.feed = market_data_feed(&data);
    bool fetched = fetch_bars(playbook, &fetch_options, ret_loaded, error);
    market_data_log(&data);
    market_data_close(&data);
    return fetched;
}

bool backtest_bars_load(const struct arguments *arguments, const struct settings *settings,
                        const struct backtest_options *options, struct loaded *ret_loaded,
                        struct error *error)
{
    if (arguments_has(arguments, "bars"))
        return load_files(arguments, options->playbook, ret_loaded, error);
    return fetch(arguments, settings, options, ret_loaded, error);
}
