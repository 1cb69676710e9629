#include "service/jobs/collect.h"

#include "service/base/memory.h"

#include <stdlib.h>

/* A bar takes 64 bytes, and is there twice or three times on its way. */
enum { BARS_AT_ONCE = 1000000, SYMBOLS_AT_ONCE = 100 };

static int64_t bars_of_symbol(const struct collect_options *options)
{
    int64_t bars = 1;
    struct session session;
    for (int32_t date = options->first_date; date <= options->last_date; date++)
        if (calendar_session(options->days.calendar, date, &session))
            bars += options->days.is_daily ? 1 : (session.close_us - session.open_us) / MINUTE_US;
    return bars;
}

static size_t symbols_at_once(const struct collect_options *options)
{
    int64_t count = BARS_AT_ONCE / bars_of_symbol(options);
    if (count > SYMBOLS_AT_ONCE)
        return SYMBOLS_AT_ONCE;
    return count < 1 ? 1 : (size_t)count;
}

bool collect_bars(const struct collect_options *options,
                  bool (*take)(void *context, size_t symbol, const struct symbol_bars *bars,
                               struct error *error),
                  void *context, struct error *error)
{
    size_t portion = symbols_at_once(options);
    bool is_taken = true;
    for (size_t first = 0; is_taken && first < options->symbol_count; first += portion) {
        size_t rest = options->symbol_count - first;
        struct bar_request request = {
            .symbols = options->symbols + first,
            .symbol_count = rest < portion ? rest : portion,
            .is_daily = options->days.is_daily,
            .begin_us = bar_days_begin_us(&options->days, options->first_date),
            .end_us = bar_days_begin_us(&options->days, options->last_date + 1),
            .adjustment = options->adjustment,
            .deadline_us = options->deadline_us,
            .progress = options->progress,
            .context = options->context,
        };
        struct bar_set set = { 0 };
        is_taken = feed_load(options->feed, &request, &set, error);
        for (size_t i = 0; is_taken && i < set.count; i++)
            is_taken = take(context, first + i, &set.symbols[i], error);
        bar_set_release(&set);
    }
    return is_taken;
}

void coverage_count(const struct bar_days *days, int32_t first_date, int32_t last_date,
                    const struct series *bars, struct coverage *ret_coverage)
{
    struct coverage coverage = { 0 };
    struct session session;
    for (int32_t date = first_date; date <= last_date; date++) {
        if (!calendar_session(days->calendar, date, &session))
            continue;
        size_t begin = series_find(bars, bar_days_begin_us(days, date));
        size_t end = series_find(bars, bar_days_begin_us(days, date + 1));
        coverage.sessions++;
        coverage.bars += end - begin;
        if (begin < end)
            continue;
        coverage.empty = memory_grow(coverage.empty, coverage.empty_count, &coverage.empty_capacity,
                                     sizeof *coverage.empty);
        coverage.empty[coverage.empty_count++] = date;
    }
    *ret_coverage = coverage;
}

void coverage_release(struct coverage *coverage)
{
    free(coverage->empty);
    *coverage = (struct coverage) { 0 };
}
