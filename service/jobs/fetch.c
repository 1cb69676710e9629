#include "service/jobs/fetch.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/jobs/history.h"

#include <stdlib.h>

struct range {
    struct session first, last;
};

static bool find_range(const struct fetch_options *options, struct range *ret_range,
                       struct error *error)
{
    char start[DATE_TEXT_SIZE], end[DATE_TEXT_SIZE];
    struct range range = { 0 };
    if (!calendar_session_from(options->calendar, options->start, &range.first) ||
        !calendar_session_until(options->calendar, options->end, &range.last) ||
        range.first.date > range.last.date)
        return error_set(error, ERROR_DATA, "calendar %s has no session from %s to %s",
                         options->calendar->name, date_format(options->start, start),
                         date_format(options->end, end));
    *ret_range = range;
    return true;
}

/* What is to be loaded, or only kept. */
struct part {
    bool is_daily, only_keeps;
    int64_t begin_us, end_us;
};

static bool ask(const struct playbook *playbook, const struct fetch_options *options,
                const struct part *part, struct bar_set *ret_set, struct error *error)
{
    struct bar_request request = {
        .symbols = (const char *const *)playbook->symbols,
        .symbol_count = playbook->symbol_count,
        .is_daily = part->is_daily,
        .begin_us = part->begin_us,
        .end_us = part->end_us,
        .adjustment = options->adjustment,
        .deadline_us = options->deadline_us,
        .only_keeps = part->only_keeps,
        .progress = options->progress,
        .context = options->context,
    };
    if (!feed_load(options->feed, &request, ret_set, error))
        return false;
    for (size_t i = 0; i < ret_set->count; i++) {
        struct symbol_bars *symbol = &ret_set->symbols[i];
        if (symbol->error.kind != ERROR_NONE) {
            *error = symbol->error;
            bar_set_release(ret_set);
            return error_context(error, "%s", playbook->symbols[i]);
        }
        symbol_bars_log_dropped(symbol, playbook->symbols[i]);
    }
    return true;
}

/* A provider's minutes begin before the open and go on behind the close. */
static void keep_sessions(struct series *bars, const struct calendar *calendar)
{
    struct session session = { .close_us = INT64_MIN };
    size_t kept = 0;
    for (size_t i = 0; i < bars->count; i++) {
        int64_t time_us = bars->bars[i].open_time_us;
        if (time_us >= session.close_us &&
            !calendar_session_from(calendar, calendar_date(calendar, time_us), &session))
            break;
        if (time_us >= session.open_us && time_us < session.close_us)
            bars->bars[kept++] = bars->bars[i];
    }
    bars->count = kept;
}

static struct part part_of_bars(const struct playbook *playbook, const struct range *range)
{
    bool is_daily = playbook->timeframe_us == DAY_US;
    return (struct part) {
        .is_daily = is_daily,
        .begin_us = is_daily ? range->first.date * DAY_US : range->first.open_us,
        .end_us = is_daily ? (range->last.date + 1) * DAY_US : range->last.close_us,
    };
}

static struct part part_of_history(const struct playbook *playbook,
                                   const struct fetch_options *options, const struct range *range)
{
    struct history_window window;
    history_window_begin(&window, options->calendar, range->first.date,
                         playbook->strategy->daily_history);
    return (struct part) {
        .is_daily = true,
        .begin_us = window.first_date * DAY_US,
        .end_us = range->last.date * DAY_US,
    };
}

static bool ask_for_bars(const struct playbook *playbook, const struct fetch_options *options,
                         const struct range *range, struct loaded *loaded, struct error *error)
{
    struct part part = part_of_bars(playbook, range);
    struct bar_set set = { 0 };
    if (!ask(playbook, options, &part, &set, error))
        return false;
    for (size_t i = 0; i < set.count; i++) {
        struct loaded_symbol *symbol = &loaded->symbols[i];
        *symbol = (struct loaded_symbol) {
            .bars = set.symbols[i].bars,
            .is_daily = part.is_daily,
            .bars_report = set.symbols[i].report,
        };
        set.symbols[i] = (struct symbol_bars) { 0 };
        if (!part.is_daily)
            keep_sessions(&symbol->bars, options->calendar);
    }
    bar_set_release(&set);
    return true;
}

static bool ask_for_history(const struct playbook *playbook, const struct fetch_options *options,
                            const struct range *range, struct loaded *loaded, struct error *error)
{
    struct part part = part_of_history(playbook, options, range);
    struct bar_set set = { 0 };
    if (!ask(playbook, options, &part, &set, error))
        return false;
    for (size_t i = 0; i < set.count; i++) {
        struct loaded_symbol *symbol = &loaded->symbols[i];
        symbol->days = set.symbols[i].bars;
        symbol->has_days = true;
        symbol->days_report = set.symbols[i].report;
        set.symbols[i] = (struct symbol_bars) { 0 };
    }
    bar_set_release(&set);
    return true;
}

bool fetch_bars(const struct playbook *playbook, const struct fetch_options *options,
                struct loaded *ret_loaded, struct error *error)
{
    struct range range = { 0 };
    if (!find_range(options, &range, error))
        return false;
    struct loaded loaded;
    loaded_init(&loaded, playbook->symbol_count);
    bool has_history = playbook->strategy->daily_history > 0;
    if (!ask_for_bars(playbook, options, &range, &loaded, error) ||
        (has_history && !ask_for_history(playbook, options, &range, &loaded, error))) {
        loaded_release(&loaded);
        return false;
    }
    for (size_t i = 0; i < loaded.count; i++)
        loaded.inputs[i] = loaded_symbol_input(&loaded.symbols[i]);
    *ret_loaded = loaded;
    return true;
}

static bool keep(const struct fetch *fetch, struct part part, struct error *error)
{
    struct bar_set set = { 0 };
    part.only_keeps = true;
    bool is_kept = ask(fetch->playbook, &fetch->options, &part, &set, error);
    bar_set_release(&set);
    return is_kept;
}

bool fetch_begin(struct fetch *fetch, const struct playbook *playbook,
                 const struct fetch_options *options, struct error *error)
{
    struct range range = { 0 };
    *fetch = (struct fetch) {
        .playbook = playbook,
        .options = *options,
        .loaded = memory_new(playbook->symbol_count, sizeof *fetch->loaded),
    };
    pthread_mutex_init(&fetch->lock, NULL);
    bool has_history = playbook->strategy->daily_history > 0;
    bool is_kept = find_range(options, &range, error) &&
                   keep(fetch, part_of_bars(playbook, &range), error) &&
                   (!has_history || keep(fetch, part_of_history(playbook, options, &range), error));
    fetch->options.progress = NULL; /* little is left, and that symbol by symbol */
    if (!is_kept)
        fetch_release(fetch);
    return is_kept;
}

void fetch_release(struct fetch *fetch)
{
    if (fetch->loaded == NULL)
        return;
    pthread_mutex_destroy(&fetch->lock);
    free(fetch->loaded);
    *fetch = (struct fetch) { 0 };
}

/* As a playbook of this symbol alone would. */
static bool open_symbol(void *context, size_t symbol, struct lane_input *ret_input,
                        struct error *error)
{
    struct fetch *fetch = context;
    struct playbook one = *fetch->playbook;
    one.symbols += symbol;
    one.symbol_count = 1;
    pthread_mutex_lock(&fetch->lock);
    bool is_fetched = fetch_bars(&one, &fetch->options, &fetch->loaded[symbol], error);
    pthread_mutex_unlock(&fetch->lock);
    if (is_fetched)
        *ret_input = fetch->loaded[symbol].inputs[0];
    return is_fetched;
}

static void close_symbol(void *context, size_t symbol)
{
    struct fetch *fetch = context;
    loaded_release(&fetch->loaded[symbol]);
}

struct backtest_source fetch_source(struct fetch *fetch)
{
    return (struct backtest_source) {
        .open = open_symbol,
        .close = close_symbol,
        .context = fetch,
    };
}
