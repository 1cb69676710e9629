#include "service/feeds/cached_feed.h"

#include "service/base/clock.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/feeds/cached_plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 8 };

struct cached_feed {
    struct feed feed; /* first, see feed.h */
    struct cached_feed_options options;
    struct cached_feed_counts counts;
    bool has_warned; /* that the store cannot be written */
};

struct symbol_load {
    struct kept_month *months;
    uint32_t *missing;        /* days of each month */
    struct series unfinished; /* bars that are not kept; they come after all others */
    struct symbol_bars result;
};

struct load {
    struct cached_feed *cache;
    const struct bar_request *request;
    enum adjustment adjustment;
    struct bar_days days;
    int32_t first_date, last_date; /* of what is asked for, as far as it has begun */
    int32_t final_date;            /* the first date that is not final yet */
    int32_t today;
    struct symbol_load *symbols;
    size_t month_count;
    struct cached_plan plan;
    size_t gap_begin, gap_end; /* those of the plan that are being fetched */
    struct feed_progress before, now;
};

static struct cached_feed *cached_feed_of(struct feed *feed)
{
    return (struct cached_feed *)feed;
}

/* Held within the calendar, so that any time can be asked for. */
static int32_t date_at(const struct bar_days *days, int64_t time_us)
{
    const struct calendar *calendar = days->calendar;
    if (time_us < calendar->first_date * DAY_US)
        return calendar->first_date;
    if (time_us > calendar->last_date * DAY_US)
        return calendar->last_date;
    return days->is_daily ? date_of_instant(time_us) : calendar_date(calendar, time_us);
}

static void set_dates(struct load *load)
{
    const struct bar_request *request = load->request;
    const struct cached_feed_options *options = &load->cache->options;
    int64_t now_us = options->now_us();
    load->today = calendar_date(load->days.calendar, now_us);
    load->final_date = calendar_date(load->days.calendar, now_us - options->delay_us);
    load->first_date = date_at(&load->days, request->begin_us);
    load->last_date = date_at(&load->days, request->end_us - 1);
    if (load->last_date > load->today)
        load->last_date = load->today;
    if (request->begin_us >= request->end_us || load->first_date > load->last_date)
        return;
    struct civil first = date_to_civil(load->first_date), last = date_to_civil(load->last_date);
    int months = 12 * (last.year - first.year) + last.month - first.month;
    load->month_count = (size_t)months + 1;
}

static uint32_t final_sessions(const struct load *load, const struct kept_month *month)
{
    return cached_plan_sessions(month, month->first_date, load->final_date - 1);
}

/* Reads the file; outdated bars are as good as none. *ret_outdated: the days that have such. */
static bool read_month(struct load *load, size_t symbol, struct kept_month *month,
                       uint32_t *ret_outdated, struct error *error)
{
    const struct cached_feed_options *options = &load->cache->options;
    bool is_corrupt, is_outdated = false;
    if (!kept_month_read(month, options->store, &is_corrupt, error))
        return false;
    load->cache->counts.months_corrupt += is_corrupt;
    if (month->is_adjusted && month->bars.count > 0 && options->is_outdated != NULL &&
        !options->is_outdated(options->context, load->request->symbols[symbol], load->adjustment,
                              month->as_of, &is_outdated, error))
        return false;
    *ret_outdated = is_outdated ? kept_month_days(month) : 0;
    if (is_outdated)
        kept_month_forget(month);
    return true;
}

/* Reads the month of the date, and finds out what is missing. */
static bool begin_month(struct load *load, size_t symbol, int32_t date, struct kept_month *month,
                        uint32_t *ret_missing, struct error *error)
{
    const struct cached_feed_options *options = &load->cache->options;
    struct cached_feed_counts *counts = &load->cache->counts;
    bool is_pair = symbol_is_pair(load->request->symbols[symbol]);
    struct kept_month_name name = {
        .provider = options->provider,
        .feed = is_pair ? "crypto" : options->feed,
        .symbol = load->request->symbols[symbol],
        .adjustment = load->adjustment,
        .date = date,
    };
    if (!kept_month_init(month, &load->days, &name, error))
        return false;
    uint32_t wanted = cached_plan_sessions(month, load->first_date, load->last_date);
    if (wanted == 0)
        return true;
    uint32_t outdated;
    if (!read_month(load, symbol, month, &outdated, error))
        return false;
    uint32_t covered = kept_month_days(month) & final_sessions(load, month);
    *ret_missing = (options->refresh ? wanted : wanted & ~covered) | outdated;
    counts->months_hit += *ret_missing == 0;
    counts->months_fetched += *ret_missing != 0;
    counts->months_stale += outdated != 0;
    return true;
}

static bool begin_symbol(struct load *load, size_t symbol, struct error *error)
{
    struct symbol_load *self = &load->symbols[symbol];
    self->months = memory_new(load->month_count, sizeof *self->months);
    self->missing = memory_new(load->month_count, sizeof *self->missing);
    if (!symbol_check(load->request->symbols[symbol], &self->result.error))
        return true;
    int32_t date = load->first_date;
    for (size_t i = 0; i < load->month_count; i++) {
        struct kept_month *month = &self->months[i];
        if (!begin_month(load, symbol, date, month, &self->missing[i], error))
            return false;
        date = month->first_date + month->day_count;
    }
    cached_plan_add(&load->plan, symbol, self->months, self->missing, load->month_count);
    return true;
}

/* Puts a month into the store. Whoever was faster has put days that are not to be lost. */
static bool put_month(struct load *load, size_t symbol, struct kept_month *month,
                      const struct series *fresh, uint32_t days, struct error *error)
{
    struct store *store = load->cache->options.store;
    if (kept_month_write(month, store, error))
        return true;
    struct kept_month other = *month;
    other.bars = (struct series) { 0 };
    for (int try = 0; try < TRIES && error->kind == ERROR_CONFLICT; try++) {
        uint32_t outdated;
        *error = (struct error) { 0 };
        if (!read_month(load, symbol, &other, &outdated, error))
            break;
        kept_month_take(&other, fresh, days, load->today);
        if (kept_month_write(&other, store, error))
            break;
    }
    kept_month_release(&other);
    return error->kind == ERROR_NONE;
}

/* Returns how many of the bars belong to the given days of the month. */
static size_t keep_month(struct load *load, size_t symbol, size_t i, const struct series *fresh,
                         uint32_t days)
{
    struct cached_feed *cache = load->cache;
    struct kept_month *month = &load->symbols[symbol].months[i];
    struct error error = { 0 };
    size_t taken = kept_month_take(month, fresh, days, load->today);
    uint32_t empty = days & load->symbols[symbol].missing[i] & ~kept_month_days(month);
    cache->counts.sessions_empty += (size_t)__builtin_popcount(empty);
    if (taken == 0 || put_month(load, symbol, month, fresh, days, &error))
        return taken;
    cache->counts.months_unkept++;
    if (!cache->has_warned)
        log_event(LOG_WARN, "bars that were fetched are not kept: %s", error.message);
    cache->has_warned = true;
    return taken;
}

static size_t take_unfinished(struct load *load, size_t symbol, const struct cached_gap *gap,
                              const struct series *fresh)
{
    size_t taken = 0;
    struct session session;
    int32_t date = gap->first_date > load->final_date ? gap->first_date : load->final_date;
    for (; date <= gap->last_date; date++) {
        if (!calendar_session(load->days.calendar, date, &session))
            continue;
        size_t begin = series_find(fresh, bar_days_begin_us(&load->days, date));
        size_t end = series_find(fresh, bar_days_begin_us(&load->days, date + 1));
        for (size_t i = begin; i < end; i++)
            series_append(&load->symbols[symbol].unfinished, &fresh->bars[i]);
        taken += end - begin;
    }
    return taken;
}

/* What had to be put in order within the request; the rest has gone into files in order. */
static void take_report(const struct bar_request *request, const struct bar_file_report *from,
                        struct bar_file_report *to)
{
    to->unsorted_us =
        memory_resize(to->unsorted_us, to->unsorted + from->unsorted + 1, sizeof *to->unsorted_us);
    for (size_t i = 0; i < from->unsorted; i++)
        if (from->unsorted_us[i] >= request->begin_us && from->unsorted_us[i] < request->end_us)
            to->unsorted_us[to->unsorted++] = from->unsorted_us[i];
    for (size_t i = 0; i < from->repeat_count; i++) {
        const struct bar_repeat *repeat = &from->repeats[i];
        if (repeat->time_us < request->begin_us || repeat->time_us >= request->end_us)
            continue;
        to->repeats =
            memory_grow(to->repeats, to->repeat_count, &to->repeat_capacity, sizeof *repeat);
        to->repeats[to->repeat_count++] = *repeat;
        to->duplicates += repeat->identical;
        to->conflicts += repeat->different;
    }
}

static void take_answer(struct load *load, const struct cached_gap *gap,
                        const struct symbol_bars *answer)
{
    struct symbol_load *self = &load->symbols[gap->symbol];
    if (answer->error.kind != ERROR_NONE) {
        self->result.error = answer->error;
        return;
    }
    size_t taken = 0;
    int32_t last_date = gap->last_date < load->final_date ? gap->last_date : load->final_date - 1;
    for (size_t i = 0; i < load->month_count; i++) {
        uint32_t days = cached_plan_sessions(&self->months[i], gap->first_date, last_date);
        if (days != 0)
            taken += keep_month(load, gap->symbol, i, &answer->bars, days);
    }
    taken += take_unfinished(load, gap->symbol, gap, &answer->bars);
    self->result.dropped += answer->dropped + answer->bars.count - taken;
    take_report(load->request, &answer->report, &self->result.report);
}

static void tell_progress(void *context, const struct feed_progress *progress)
{
    struct load *load = context;
    double done =
        (double)load->gap_begin + progress->done * (double)(load->gap_end - load->gap_begin);
    load->now = (struct feed_progress) {
        .bars = load->before.bars + progress->bars,
        .requests = load->before.requests + progress->requests,
        .done = done / (double)load->plan.count,
    };
    load->request->progress(load->request->context, &load->now);
}

/* Fetches the gaps [gap_begin, gap_end) of the plan, those of symbols without an error. */
static bool fetch(struct load *load, struct error *error)
{
    const struct cached_gap *first = &load->plan.gaps[load->gap_begin];
    struct bar_request request = *load->request;
    request.adjustment = load->adjustment;
    request.begin_us = bar_days_begin_us(&load->days, first->first_date);
    request.end_us = bar_days_begin_us(&load->days, first->last_date + 1);
    if (first->last_date >= load->final_date && request.end_us > load->request->end_us)
        request.end_us = load->request->end_us;
    if (request.progress != NULL)
        request.progress = tell_progress;
    request.context = load;
    request.symbol_count = 0;
    const char **symbols = memory_new(load->gap_end - load->gap_begin, sizeof *symbols);
    const struct cached_gap **asked = memory_new(load->gap_end - load->gap_begin, sizeof *asked);
    for (size_t i = load->gap_begin; i < load->gap_end; i++) {
        const struct cached_gap *gap = &load->plan.gaps[i];
        if (load->symbols[gap->symbol].result.error.kind != ERROR_NONE)
            continue;
        symbols[request.symbol_count] = load->request->symbols[gap->symbol];
        asked[request.symbol_count++] = gap;
    }
    request.symbols = symbols;
    struct bar_set set = { 0 };
    bool is_loaded =
        request.symbol_count == 0 || feed_load(load->cache->options.source, &request, &set, error);
    for (size_t i = 0; i < set.count; i++)
        take_answer(load, asked[i], &set.symbols[i]);
    bar_set_release(&set);
    free(symbols);
    free(asked);
    load->before = load->now;
    return is_loaded;
}

/* The symbol's months end where dates are not final any more: what somebody with another clock or
 * delay has kept of those has been fetched. */
static void finish_symbol(struct load *load, size_t symbol)
{
    struct symbol_load *self = &load->symbols[symbol];
    const struct bar_request *request = load->request;
    struct symbol_bars *result = &self->result;
    int64_t final_us = bar_days_begin_us(&load->days, load->final_date);
    int64_t end_us = request->end_us < final_us ? request->end_us : final_us;
    if (result->error.kind != ERROR_NONE)
        return;
    for (size_t i = 0; i < load->month_count; i++) {
        const struct series *bars = &self->months[i].bars;
        for (size_t j = series_find(bars, request->begin_us);
             j < bars->count && bars->bars[j].open_time_us < end_us; j++)
            series_append(&result->bars, &bars->bars[j]);
        kept_month_release(&self->months[i]);
    }
    const struct series *bars = &self->unfinished;
    for (size_t j = series_find(bars, request->begin_us);
         j < bars->count && bars->bars[j].open_time_us < request->end_us; j++)
        series_append(&result->bars, &bars->bars[j]);
    result->report.rows = result->bars.count + result->report.duplicates + result->report.conflicts;
}

static bool run(struct load *load, struct error *error)
{
    const struct bar_request *request = load->request;
    for (size_t i = 0; i < request->symbol_count; i++)
        if (!begin_symbol(load, i, error))
            return false;
    cached_plan_sort(&load->plan);
    for (; load->gap_begin < load->plan.count; load->gap_begin = load->gap_end) {
        load->gap_end = cached_plan_end(&load->plan, load->gap_begin);
        if (!fetch(load, error))
            return false;
    }
    for (size_t i = 0; i < request->symbol_count; i++)
        finish_symbol(load, i);
    return true;
}

/* The results go to the set, or are released with the rest. */
static void load_release(struct load *load, struct bar_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct symbol_load *self = &load->symbols[i];
        set->symbols[i] = self->result;
        for (size_t j = 0; self->months != NULL && j < load->month_count; j++)
            kept_month_release(&self->months[j]);
        series_release(&self->unfinished);
        free(self->months);
        free(self->missing);
    }
    free(load->symbols);
    cached_plan_release(&load->plan);
}

static bool load_bars(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                      struct error *error)
{
    assert(request->symbol_count > 0);
    bool is_pair = symbol_is_pair(request->symbols[0]);
    struct load load = {
        .cache = cached_feed_of(feed),
        .request = request,
        .adjustment = is_pair ? ADJUSTMENT_RAW : request->adjustment,
        .days = { symbol_calendar(request->symbols[0]), request->is_daily },
        .symbols = memory_new(request->symbol_count, sizeof *load.symbols),
    };
    set_dates(&load);
    struct bar_set set = {
        .symbols = memory_new(request->symbol_count, sizeof *set.symbols),
        .count = request->symbol_count,
    };
    bool is_loaded = run(&load, error);
    load_release(&load, &set);
    if (is_loaded)
        *ret_set = set;
    else
        bar_set_release(&set);
    return is_loaded;
}

static void close_feed(struct feed *feed)
{
    free(feed);
}

static const struct feed_type cached_feed_type = {
    .name = "cached",
    .load = load_bars,
    .close = close_feed,
};

struct feed *cached_feed_open(const struct cached_feed_options *options)
{
    struct cached_feed *self = memory_new(1, sizeof *self);
    self->feed.type = &cached_feed_type;
    self->options = *options;
    if (self->options.now_us == NULL)
        self->options.now_us = clock_wall_us;
    return &self->feed;
}

struct cached_feed_counts cached_feed_counts(const struct feed *feed)
{
    return ((const struct cached_feed *)feed)->counts;
}
