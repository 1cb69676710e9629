/* What is fetched goes into the store: see cached_load.h. */
#include "service/feeds/cached_load.h"

#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 8 };

/* A month to be kept, on any of the threads. */
struct keeping {
    struct cached_load *load;
    size_t symbol, month;
    const struct series *fresh;
    uint32_t days;
    size_t taken;       /* bars of these days */
    struct error error; /* why they are not kept */
};

struct store *cached_load_store(const struct cached_load *load, size_t thread)
{
    const struct cached_feed_options *options = &load->cache->options;
    return thread == 0 ? options->store : options->more_stores[thread - 1];
}

size_t cached_load_threads(const struct cached_load *load)
{
    return 1 + load->cache->options.more_store_count;
}

/* What has just been asked for in vain need not be asked for again. */
static void remember_vain(struct cached_feed *cache, const char *key, uint32_t days)
{
    cache->vain =
        memory_grow(cache->vain, cache->vain_count, &cache->vain_capacity, sizeof *cache->vain);
    struct vain_month *vain = &cache->vain[cache->vain_count++];
    *vain = (struct vain_month) { .days = days };
    memcpy(vain->key, key, strlen(key));
}

static bool keep_month(void *context, size_t thread, size_t index)
{
    struct keeping *keeping = (struct keeping *)context + index;
    struct cached_load *load = keeping->load;
    struct kept_month *month = &load->symbols[keeping->symbol].months[keeping->month];
    keeping->taken = kept_month_take(month, keeping->fresh, keeping->days, load->today);
    if (keeping->taken > 0)
        kept_month_write(month, cached_load_store(load, thread), &keeping->error);
    return true;
}

/* Somebody was faster, and has put days that are not to be lost. */
static void keep_with_others(struct keeping *keeping)
{
    struct cached_load *load = keeping->load;
    struct store *store = load->cache->options.store;
    struct error *error = &keeping->error;
    struct kept_month other = load->symbols[keeping->symbol].months[keeping->month];
    other.bars = (struct series) { 0 };
    for (int try = 0; try < TRIES && error->kind == ERROR_CONFLICT; try++) {
        uint32_t outdated;
        bool is_corrupt = false;
        *error = (struct error) { 0 };
        if (!kept_month_read(&other, store, &is_corrupt, error) ||
            !cached_load_forget_outdated(load, keeping->symbol, &other, &outdated, error))
            break;
        load->cache->counts.months_corrupt += is_corrupt;
        kept_month_take(&other, keeping->fresh, keeping->days, load->today);
        if (kept_month_write(&other, store, error))
            break;
    }
    kept_month_release(&other);
}

static void settle_month(struct keeping *keeping)
{
    struct cached_load *load = keeping->load;
    struct cached_feed *cache = load->cache;
    const struct symbol_load *self = &load->symbols[keeping->symbol];
    const struct kept_month *month = &self->months[keeping->month];
    uint32_t empty = keeping->days & self->missing[keeping->month] & ~kept_month_days(month);
    cache->counts.sessions_empty += (size_t)__builtin_popcount(empty);
    if (empty != 0 && load->request->only_keeps)
        remember_vain(cache, month->key, empty);
    if (keeping->error.kind == ERROR_CONFLICT)
        keep_with_others(keeping);
    if (keeping->error.kind == ERROR_NONE)
        return;
    cache->counts.months_unkept++;
    if (!cache->has_warned)
        log_event(LOG_WARN, "bars that were fetched are not kept: %s", keeping->error.message);
    cache->has_warned = true;
}

static size_t take_unfinished(struct cached_load *load, size_t symbol, const struct cached_gap *gap,
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
        struct series day = series_slice(fresh, begin, end);
        series_append_all(&load->symbols[symbol].unfinished, &day);
        taken += day.count;
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

/* The final days of an answer, by month. Returns how many months there are. */
static size_t list_months(struct cached_load *load, const struct cached_gap *gap,
                          const struct symbol_bars *answer, struct keeping *months)
{
    size_t count = 0;
    int32_t last_date = gap->last_date < load->final_date ? gap->last_date : load->final_date - 1;
    for (size_t i = 0; i < load->month_count; i++) {
        const struct kept_month *month = &load->symbols[gap->symbol].months[i];
        uint32_t days = cached_plan_sessions(month, gap->first_date, last_date);
        if (days != 0)
            months[count++] = (struct keeping) {
                .load = load,
                .symbol = gap->symbol,
                .month = i,
                .fresh = &answer->bars,
                .days = days,
            };
    }
    return count;
}

void cached_keep_answers(struct cached_load *load, const struct cached_gap *const *gaps,
                         const struct bar_set *answers)
{
    struct keeping *months = memory_new(answers->count * load->month_count, sizeof *months);
    size_t count = 0, settled = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct symbol_bars *answer = &answers->symbols[i];
        if (answer->error.kind == ERROR_NONE)
            count += list_months(load, gaps[i], answer, months + count);
    }
    parallel_for(count, cached_load_threads(load), keep_month, months);
    for (size_t i = 0; i < answers->count; i++) {
        const struct symbol_bars *answer = &answers->symbols[i];
        struct symbol_bars *result = load->symbols[gaps[i]->symbol].result;
        if (answer->error.kind != ERROR_NONE) {
            result->error = answer->error;
            continue;
        }
        size_t taken = take_unfinished(load, gaps[i]->symbol, gaps[i], &answer->bars);
        for (; settled < count && months[settled].symbol == gaps[i]->symbol; settled++) {
            taken += months[settled].taken;
            settle_month(&months[settled]);
        }
        result->dropped += answer->dropped + answer->bars.count - taken;
        take_report(load->request, &answer->report, &result->report);
    }
    free(months);
}
