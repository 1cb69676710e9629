#include "service/commands/backtest_bars.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/commands/bar_arguments.h"

#define FETCH_TIMEOUT_US (10 * MINUTE_US)

static bool open_files(const struct arguments *arguments, const struct backtest_options *options,
                       struct backtest_bars *bars, struct error *error)
{
    const char *zone = arguments_value(arguments, "zone");
    struct load_options load_options = {
        .bars = arguments_value(arguments, "bars"),
        .daily = arguments_value(arguments, "daily"),
        .threads = options->threads,
    };
    if (zone && !bar_zone_parse(zone, &load_options.zone, error))
        return error_context(error, "--zone");
    load_begin(&bars->load, options->playbook, &load_options);
    bars->source = load_source(&bars->load);
    return true;
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

static bool open_data(const struct arguments *arguments, const struct settings *settings,
                      const struct backtest_options *options, struct fetch_options *fetch_options,
                      struct market_data *data, struct error *error)
{
    const struct playbook *playbook = options->playbook;
    if (options->end == DATE_NONE)
        fetch_options->end = bar_arguments_last_date(options->calendar, clock_wall_us());
    if (!check_flags(arguments, options, error) ||
        !bar_arguments_adjustment(arguments, &fetch_options->adjustment, error) ||
        !market_data_open(data,
                          &(struct market_data_options) {
                              .settings = settings,
                              .symbols = (const char *const *)playbook->symbols,
                              .symbol_count = playbook->symbol_count,
                              .refresh = arguments_has(arguments, "refresh"),
                              .deadline_us = fetch_options->deadline_us,
                          },
                          error))
        return false;
    fetch_options->feed = market_data_feed(data);
    return true;
}

/* What is kept may be read symbol by symbol, unless each time it would be fetched anew. */
static bool is_kept(const struct backtest_options *options, const struct market_data *data)
{
    return data->cache != NULL && !data->options.refresh && options->end != DATE_NONE &&
           options->end < market_data_final_date(options->calendar, clock_wall_us());
}

static bool fetch(const struct arguments *arguments, const struct settings *settings,
                  const struct backtest_options *options, struct backtest_bars *bars,
                  struct error *error)
{
    struct fetch_options fetch_options = {
        .calendar = options->calendar,
        .start = options->start,
        .end = options->end,
        .deadline_us = clock_monotonic_us() + FETCH_TIMEOUT_US,
        .progress = market_data_progress,
    };
    if (!open_data(arguments, settings, options, &fetch_options, &bars->data, error))
        return false;
    bool by_symbol = is_kept(options, &bars->data);
    bool fetched = by_symbol ? fetch_begin(&bars->fetch, options->playbook, &fetch_options, error)
                             : fetch_bars(options->playbook, &fetch_options, &bars->loaded, error);
    market_data_log(&bars->data);
    if (fetched && by_symbol)
        bars->source = fetch_source(&bars->fetch);
    return fetched;
}

bool backtest_bars_open(const struct arguments *arguments, const struct settings *settings,
                        struct backtest_options *options, struct backtest_bars *ret_bars,
                        struct error *error)
{
    *ret_bars = (struct backtest_bars) { 0 };
    bool is_open = arguments_has(arguments, "bars")
                       ? open_files(arguments, options, ret_bars, error)
                       : fetch(arguments, settings, options, ret_bars, error);
    options->inputs = ret_bars->loaded.inputs;
    options->source = options->inputs ? NULL : &ret_bars->source;
    if (!is_open)
        backtest_bars_close(ret_bars);
    return is_open;
}

void backtest_bars_close(struct backtest_bars *bars)
{
    load_release(&bars->load);
    loaded_release(&bars->loaded);
    fetch_release(&bars->fetch);
    market_data_close(&bars->data);
}
