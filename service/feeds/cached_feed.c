#include "service/feeds/cached_feed.h"

#include "service/base/clock.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/feeds/cached_load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Reads months, each on any of the threads. */
struct reading {
    struct cached_load *load;
    bool *is_corrupt;
    struct error *errors;
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

static void set_dates(struct cached_load *load)
{
    const struct bar_request *request = load->request;
    const struct cached_feed_options *options = &load->cache->options;
    int64_t now_us = options->now_us();
    load->today = calendar_date(load->days.calendar, now_us);
    load->final_date = calendar_date(load->days.calendar, now_us - options->delay_us);
    load->first_date = date_at(&load->days, request->begin_us);
    load->last_date = date_at(&load->days, request->end_us - 1);
    int32_t end_date = request->only_keeps ? load->final_date - 1 : load->today;
    if (load->last_date > end_date)
        load->last_date = end_date;
    if (request->begin_us >= request->end_us)
        load->last_date = load->first_date - 1;
}

static int month_of(int32_t date)
{
    struct civil civil = date_to_civil(date);
    return 12 * civil.year + civil.month - 1;
}

static uint32_t final_sessions(const struct cached_load *load, const struct kept_month *month)
{
    return cached_plan_sessions(month, month->first_date, load->final_date - 1);
}

static bool read_month(void *context, size_t thread, size_t index)
{
    struct reading *reading = context;
    struct cached_load *load = reading->load;
    struct symbol_load *self = &load->symbols[index / load->month_count];
    struct kept_month *month = &self->months[index % load->month_count];
    if (self->result->error.kind != ERROR_NONE ||
        cached_plan_sessions(month, load->first_date, load->last_date) == 0)
        return true;
    return kept_month_read(month, cached_load_store(load, thread), &reading->is_corrupt[index],
                           &reading->errors[index]);
}

static bool read_months(struct cached_load *load, struct error *error)
{
    size_t count = load->request->symbol_count * load->month_count;
    struct reading reading = {
        .load = load,
        .is_corrupt = memory_new(count, sizeof *reading.is_corrupt),
        .errors = memory_new(count, sizeof *reading.errors),
    };
    parallel_for(count, cached_load_threads(load), read_month, &reading);
    bool is_read = true;
    for (size_t i = 0; i < count && is_read; i++) {
        load->cache->counts.months_corrupt += reading.is_corrupt[i];
        is_read = reading.errors[i].kind == ERROR_NONE;
        if (!is_read)
            *error = reading.errors[i];
    }
    free(reading.is_corrupt);
    free(reading.errors);
    return is_read;
}

bool cached_load_forget_outdated(struct cached_load *load, size_t symbol, struct kept_month *month,
                                 uint32_t *ret_outdated, struct error *error)
{
    const struct cached_feed_options *options = &load->cache->options;
    bool is_outdated = false;
    if (month->is_adjusted && month->bars.count > 0 && options->is_outdated != NULL &&
        !options->is_outdated(options->context, load->request->symbols[symbol], load->adjustment,
                              month->as_of, &is_outdated, error))
        return false;
    *ret_outdated = is_outdated ? kept_month_days(month) : 0;
    if (is_outdated)
        kept_month_forget(month);
    return true;
}

static uint32_t vain_days(const struct cached_feed *cache, const char *key)
{
    uint32_t days = 0;
    for (size_t i = 0; i < cache->vain_count; i++)
        if (strcmp(cache->vain[i].key, key) == 0)
            days |= cache->vain[i].days;
    return days;
}

/* Finds out what is missing in a month that has been read. */
static bool judge_month(struct cached_load *load, size_t symbol, struct kept_month *month,
                        uint32_t *ret_missing, struct error *error)
{
    struct cached_feed_counts *counts = &load->cache->counts;
    uint32_t wanted = cached_plan_sessions(month, load->first_date, load->last_date);
    if (wanted == 0)
        return true;
    uint32_t outdated;
    if (!cached_load_forget_outdated(load, symbol, month, &outdated, error))
        return false;
    uint32_t covered = kept_month_days(month) & final_sessions(load, month);
    *ret_missing = (load->cache->options.refresh ? wanted : wanted & ~covered) | outdated;
    *ret_missing &= ~vain_days(load->cache, month->key);
    counts->months_hit += *ret_missing == 0;
    counts->months_fetched += *ret_missing != 0;
    counts->months_stale += outdated != 0;
    return true;
}

static bool judge_symbol(struct cached_load *load, size_t symbol, struct error *error)
{
    struct symbol_load *self = &load->symbols[symbol];
    if (self->result->error.kind != ERROR_NONE)
        return true;
    for (size_t i = 0; i < load->month_count; i++)
        if (!judge_month(load, symbol, &self->months[i], &self->missing[i], error))
            return false;
    cached_plan_add(&load->plan, symbol, self->months, self->missing, load->month_count);
    return true;
}

/* Touches no store. */
static bool begin_symbol(struct cached_load *load, size_t symbol, struct error *error)
{
    const struct cached_feed_options *options = &load->cache->options;
    struct symbol_load *self = &load->symbols[symbol];
    const char *name = load->request->symbols[symbol];
    self->months = memory_new(load->month_count, sizeof *self->months);
    self->missing = memory_new(load->month_count, sizeof *self->missing);
    if (self->result->error.kind != ERROR_NONE || !symbol_check(name, &self->result->error))
        return true;
    int32_t date = load->first_date;
    for (size_t i = 0; i < load->month_count; i++) {
        struct kept_month_name month_name = {
            .provider = options->provider,
            .feed = symbol_is_pair(name) ? "crypto" : options->feed,
            .symbol = name,
            .adjustment = load->adjustment,
            .date = date,
        };
        if (!kept_month_init(&self->months[i], &load->days, &month_name, error))
            return false;
        date = self->months[i].first_date + self->months[i].day_count;
    }
    return true;
}

static bool begin(struct cached_load *load, struct error *error)
{
    for (size_t i = 0; i < load->request->symbol_count; i++)
        if (!begin_symbol(load, i, error))
            return false;
    if (!read_months(load, error))
        return false;
    for (size_t i = 0; i < load->request->symbol_count; i++)
        if (!judge_symbol(load, i, error))
            return false;
    cached_plan_sort(&load->plan);
    return true;
}

static void tell_progress(void *context, const struct feed_progress *fetched)
{
    struct cached_load *load = context;
    struct progress *progress = load->progress;
    double gaps =
        (double)load->gap_begin + fetched->done * (double)(load->gap_end - load->gap_begin);
    double parts = (double)progress->part + gaps / (double)load->plan.count;
    progress->now = (struct feed_progress) {
        .sessions = progress->before.sessions + fetched->sessions,
        .bars = progress->before.bars + fetched->bars,
        .requests = progress->before.requests + fetched->requests,
        .done = parts / (double)progress->part_count,
    };
    progress->now.left_us = feed_left_us(progress->now.done, progress->begun_us);
    load->request->progress(load->request->context, &progress->now);
}

/* Fetches the gaps [gap_begin, gap_end) of the plan, those of symbols without an error. */
static bool fetch(struct cached_load *load, struct error *error)
{
    const struct cached_gap *first = &load->plan.gaps[load->gap_begin];
    struct bar_request request = *load->request;
    request.adjustment = load->adjustment;
    request.only_keeps = false;
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
        if (load->symbols[gap->symbol].result->error.kind != ERROR_NONE)
            continue;
        symbols[request.symbol_count] = load->request->symbols[gap->symbol];
        asked[request.symbol_count++] = gap;
    }
    request.symbols = symbols;
    struct bar_set set = { 0 };
    bool is_loaded =
        request.symbol_count == 0 || feed_load(load->cache->options.source, &request, &set, error);
    cached_keep_answers(load, asked, &set);
    bar_set_release(&set);
    free(symbols);
    free(asked);
    load->progress->before = load->progress->now;
    return is_loaded;
}

/* Bars that are all wanted are not copied into a series without room: those of the only month. */
static void take_between(struct series *from, int64_t begin_us, int64_t end_us, struct series *to)
{
    size_t begin = series_find(from, begin_us), end = series_find(from, end_us);
    if (to->capacity == 0 && begin == 0 && end == from->count) {
        *to = *from;
        *from = (struct series) { 0 };
        return;
    }
    struct series between = series_slice(from, begin, end);
    series_append_all(to, &between);
}

static size_t count_bars(const struct symbol_load *symbol, size_t month_count)
{
    size_t count = symbol->unfinished.count;
    for (size_t i = 0; i < month_count; i++)
        count += symbol->months[i].bars.count;
    return count;
}

/* The symbol's months end where dates are not final any more: what somebody with another clock or
 * delay has kept of those has been fetched. */
static void finish_symbol(struct cached_load *load, size_t symbol)
{
    struct symbol_load *self = &load->symbols[symbol];
    const struct bar_request *request = load->request;
    struct symbol_bars *result = self->result;
    int64_t final_us = bar_days_begin_us(&load->days, load->final_date);
    int64_t end_us = request->end_us < final_us ? request->end_us : final_us;
    if (result->error.kind != ERROR_NONE || request->only_keeps)
        return;
    if (load->month_count > 1)
        series_reserve(&result->bars, result->bars.count + count_bars(self, load->month_count));
    for (size_t i = 0; i < load->month_count; i++) {
        take_between(&self->months[i].bars, request->begin_us, end_us, &result->bars);
        kept_month_release(&self->months[i]);
    }
    take_between(&self->unfinished, request->begin_us, request->end_us, &result->bars);
    result->report.rows = result->bars.count + result->report.duplicates + result->report.conflicts;
}

static bool run(struct cached_load *load, struct error *error)
{
    if (!begin(load, error))
        return false;
    for (; load->gap_begin < load->plan.count; load->gap_begin = load->gap_end) {
        load->gap_end = cached_plan_end(&load->plan, load->gap_begin);
        if (!fetch(load, error))
            return false;
    }
    for (size_t i = 0; i < load->request->symbol_count; i++)
        finish_symbol(load, i);
    return true;
}

static void load_release(struct cached_load *load)
{
    for (size_t i = 0; i < load->request->symbol_count; i++) {
        struct symbol_load *self = &load->symbols[i];
        for (size_t j = 0; self->months != NULL && j < load->month_count; j++)
            kept_month_release(&self->months[j]);
        series_release(&self->unfinished);
        free(self->months);
        free(self->missing);
    }
    free(load->symbols);
    cached_plan_release(&load->plan);
}

static size_t months_left(const struct cached_load *load)
{
    if (load->first_date > load->last_date)
        return 0;
    int months = month_of(load->last_date) - month_of(load->first_date) + 1;
    return (size_t)months;
}

/* Some symbols in the first months of what is left, which then is less. */
static bool load_part(struct cached_load *left, const struct cached_part *part, size_t first_symbol,
                      struct bar_set *set, struct error *error)
{
    struct cached_load load = *left;
    struct bar_request request = *left->request;
    size_t symbols_left = request.symbol_count - first_symbol;
    request.symbols += first_symbol;
    request.symbol_count = symbols_left < part->symbol_count ? symbols_left : part->symbol_count;
    load.request = &request;
    load.month_count = months_left(left);
    if (load.month_count > part->month_count) {
        int next = month_of(left->first_date) + (int)part->month_count;
        load.month_count = part->month_count;
        load.last_date = date_from_civil(next / 12, next % 12 + 1, 1) - 1;
    }
    load.symbols = memory_new(request.symbol_count, sizeof *load.symbols);
    for (size_t i = 0; i < request.symbol_count; i++)
        load.symbols[i].result = &set->symbols[first_symbol + i];
    bool is_loaded = run(&load, error);
    load_release(&load);
    left->first_date = load.last_date + 1;
    left->progress->part++;
    return is_loaded;
}

/* Symbols in groups, and the months of each from the oldest on. Without months names are checked
 * nevertheless. */
static bool load_parts(const struct cached_load *whole, struct bar_set *set, struct error *error)
{
    struct cached_part part = cached_plan_part(&whole->days, set->count);
    size_t groups = (set->count + part.symbol_count - 1) / part.symbol_count;
    size_t windows = (months_left(whole) + part.month_count - 1) / part.month_count;
    whole->progress->part_count = groups * windows;
    for (size_t first = 0; first < set->count; first += part.symbol_count) {
        struct cached_load left = *whole;
        do {
            if (!load_part(&left, &part, first, set, error))
                return false;
        } while (left.first_date <= left.last_date);
    }
    return true;
}

static bool load_bars(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                      struct error *error)
{
    assert(request->symbol_count > 0);
    bool is_pair = symbol_is_pair(request->symbols[0]);
    struct progress progress = { .begun_us = clock_monotonic_us() };
    struct cached_load whole = {
        .cache = cached_feed_of(feed),
        .request = request,
        .adjustment = is_pair ? ADJUSTMENT_RAW : request->adjustment,
        .days = { symbol_calendar(request->symbols[0]), request->is_daily },
        .progress = &progress,
    };
    if (request->only_keeps)
        whole.cache->vain_count = 0;
    set_dates(&whole);
    struct bar_set set = {
        .symbols = memory_new(request->symbol_count, sizeof *set.symbols),
        .count = request->symbol_count,
    };
    bool is_loaded = load_parts(&whole, &set, error);
    if (is_loaded)
        *ret_set = set;
    else
        bar_set_release(&set);
    return is_loaded;
}

static void close_feed(struct feed *feed)
{
    if (feed != NULL)
        free(cached_feed_of(feed)->vain);
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
