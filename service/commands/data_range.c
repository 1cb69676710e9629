#include "service/commands/data_range.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/commands/commands.h"
#include "service/jobs/collect.h"

#include <stdlib.h>
#include <string.h>

/* A year of minutes of 500 symbols is an hour's work at 200 requests a minute. */
#define TIMEOUT_US (24 * HOUR_US)

const char *data_range_timeframe(const struct data_range *range)
{
    return range->is_daily ? "1Day" : "1Min";
}

enum adjustment data_range_adjustment(const struct data_range *range, const char *symbol)
{
    return symbol_is_pair(symbol) ? ADJUSTMENT_RAW : range->adjustment;
}

const char *data_range_adjustment_name(const struct data_range *range, const char *symbol)
{
    return adjustment_names[data_range_adjustment(range, symbol)];
}

static bool read_timeframe(const struct arguments *arguments, bool *ret_daily, struct error *error)
{
    const char *name = arguments_value(arguments, "timeframe");
    *ret_daily = name != NULL && strcmp(name, "1Day") == 0;
    if (name == NULL || *ret_daily || strcmp(name, "1Min") == 0)
        return true;
    return error_set(error, ERROR_USAGE,
                     "--timeframe %.40s: 1Min or 1Day was expected; bars of all others are made "
                     "from these",
                     name);
}

/* The sessions of the range that are over. */
static bool find_sessions(struct data_part *part, int32_t start, int32_t end, struct error *error)
{
    const struct calendar *calendar = part->days.calendar;
    int32_t over = bar_arguments_last_date(calendar, clock_wall_us());
    int32_t until = end == DATE_NONE || end > over ? over : end;
    char start_text[DATE_TEXT_SIZE], end_text[DATE_TEXT_SIZE];
    struct session first, last, ahead;
    date_format(start, start_text);
    if (!calendar_session_from(calendar, start, &first) ||
        !calendar_session_until(calendar, until, &last) || first.date > last.date)
        return error_set(error, ERROR_DATA, "calendar %s has no session from %s %s%s that is over",
                         calendar->name, start_text, end == DATE_NONE ? "on" : "to ",
                         end == DATE_NONE ? "" : date_format(end, end_text));
    part->first_date = first.date;
    part->last_date = last.date;
    if (end != DATE_NONE && calendar_session_from(calendar, over + 1, &ahead) && ahead.date <= end)
        log_event(LOG_WARN, "--end %s: the last session of %s that is over is %s",
                  date_format(end, end_text), calendar->name, date_format(last.date, start_text));
    return true;
}

static void begin_part(struct data_range *range, enum data_part_kind kind, int32_t start,
                       int32_t end)
{
    struct data_part *part = &range->parts[kind];
    struct error error = { 0 };
    *part = (struct data_part) {
        .days = { calendar_find(kind == DATA_PAIRS ? "24x7" : "xnys"), range->is_daily },
        .symbols = memory_new(range->list.count, sizeof *part->symbols),
        .places = memory_new(range->list.count, sizeof *part->places),
    };
    for (size_t i = 0; i < range->list.count; i++) {
        if (range->errors[i].kind != ERROR_NONE ||
            symbol_is_pair(range->list.symbols[i]) != (kind == DATA_PAIRS))
            continue;
        part->symbols[part->count] = range->list.symbols[i];
        part->places[part->count++] = i;
    }
    if (part->count == 0 || find_sessions(part, start, end, &error))
        return;
    for (size_t i = 0; i < part->count; i++)
        range->errors[part->places[i]] = error;
    part->count = 0;
}

bool data_range_read(const struct arguments *arguments, const struct settings *settings,
                     struct data_range *ret_range, struct error *error)
{
    struct data_range range = { .settings = settings };
    int32_t start, end;
    if (strcmp(settings_get(settings, SETTING_CACHE_ENABLED), "false") == 0)
        return error_set(error, ERROR_USAGE,
                         "CACHE_ENABLED is false: then no bars are kept, and this command is about "
                         "those");
    if (!arguments_has(arguments, "symbol"))
        return error_set(error, ERROR_USAGE, "--symbol is needed: whose bars? QQQ, or QQQ,BTC/USD");
    if (!arguments_has(arguments, "start"))
        return error_set(error, ERROR_USAGE,
                         "--start is needed: the first session, such as 2024-01-02");
    if (!bar_arguments_range(arguments, &start, &end, error) ||
        !read_timeframe(arguments, &range.is_daily, error) ||
        !bar_arguments_adjustment(arguments, &range.adjustment, error))
        return false;
    range.list = bar_arguments_symbol_list(arguments);
    range.errors = memory_new(range.list.count, sizeof *range.errors);
    for (size_t i = 0; i < range.list.count; i++)
        symbol_check(range.list.symbols[i], &range.errors[i]);
    for (int kind = 0; kind < DATA_PART_COUNT; kind++)
        begin_part(&range, (enum data_part_kind)kind, start, end);
    *ret_range = range;
    return true;
}

void data_range_release(struct data_range *range)
{
    symbol_list_release(&range->list);
    free(range->errors);
    for (int kind = 0; kind < DATA_PART_COUNT; kind++) {
        free(range->parts[kind].symbols);
        free(range->parts[kind].places);
    }
    *range = (struct data_range) { 0 };
}

bool data_range_open(const struct data_range *range, bool refresh, struct market_data *data,
                     struct error *error)
{
    return market_data_open(data,
                            &(struct market_data_options) {
                                .settings = range->settings,
                                .symbols = range->parts[DATA_EQUITIES].symbols,
                                .symbol_count = range->parts[DATA_EQUITIES].count,
                                .refresh = refresh,
                                .deadline_us = clock_monotonic_us() + TIMEOUT_US,
                            },
                            error);
}

struct collecting {
    struct data_range *range;
    const struct data_part *part;
    bool (*take)(void *context, const struct data_part *part, size_t place,
                 const struct symbol_bars *bars, struct error *error);
    void *context;
};

static bool take_symbol(void *context, size_t symbol, const struct symbol_bars *bars,
                        struct error *error)
{
    const struct collecting *collecting = context;
    size_t place = collecting->part->places[symbol];
    symbol_bars_log_dropped(bars, collecting->range->list.symbols[place]);
    if (bars->error.kind == ERROR_NONE)
        return collecting->take(collecting->context, collecting->part, place, bars, error);
    collecting->range->errors[place] = bars->error;
    return true;
}

bool data_range_collect(struct data_range *range, struct feed *feed,
                        bool (*take)(void *context, const struct data_part *part, size_t place,
                                     const struct symbol_bars *bars, struct error *error),
                        void *context, struct error *error)
{
    for (int kind = 0; kind < DATA_PART_COUNT; kind++) {
        const struct data_part *part = &range->parts[kind];
        struct collecting collecting = { range, part, take, context };
        struct collect_options options = {
            .feed = feed,
            .symbols = part->symbols,
            .symbol_count = part->count,
            .days = part->days,
            .first_date = part->first_date,
            .last_date = part->last_date,
            .adjustment = range->adjustment,
            .deadline_us = clock_monotonic_us() + TIMEOUT_US,
            .progress = market_data_progress,
        };
        if (part->count > 0 && !collect_bars(&options, take_symbol, &collecting, error))
            return false;
    }
    return true;
}

int data_range_tell(const struct data_range *range)
{
    int worst = 0;
    for (size_t i = 0; i < range->list.count; i++) {
        struct error error = range->errors[i];
        if (error.kind == ERROR_NONE)
            continue;
        error_context(&error, "%s", range->list.symbols[i]);
        int code = command_fail(&error);
        worst = code > worst ? code : worst;
    }
    return worst;
}
