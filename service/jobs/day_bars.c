#include "service/jobs/day_bars.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/jobs/history.h"
#include "service/market/symbol.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Errors name the symbol. What fails altogether is the error of every symbol that it was asked
 * for. */
struct day_bars_symbol {
    char name[SYMBOL_TEXT_SIZE];
    int daily_history; /* the longest that a playbook wants of it; 0: none */
    struct symbol_bars minutes, days;
};

/* Symbols that are asked for together: a request takes one kind. */
struct batch {
    const struct calendar *calendar;
    bool is_daily;
    int64_t begin_us, end_us;
    struct day_bars_symbol **symbols;
    const char **names;
    size_t count;
};

static int compare_names(const void *a, const void *b)
{
    const struct day_bars_symbol *left = a;
    const struct day_bars_symbol *right = b;
    return strcmp(left->name, right->name);
}

static void add_symbol(struct day_bars *bars, const char *name, int daily_history)
{
    struct day_bars_symbol *symbol = &bars->symbols[bars->symbol_count++];
    symbol->daily_history = daily_history;
    assert(strlen(name) < sizeof symbol->name);
    memcpy(symbol->name, name, strlen(name) + 1);
}

/* All symbols sorted, each once. */
static struct day_bars collect(const struct playbook *const *playbooks, size_t count)
{
    size_t symbol_count = 0;
    for (size_t i = 0; i < count; i++)
        symbol_count += playbooks[i]->symbol_count;
    struct day_bars bars = { .symbols = memory_new(symbol_count, sizeof *bars.symbols) };
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < playbooks[i]->symbol_count; k++)
            add_symbol(&bars, playbooks[i]->symbols[k], playbooks[i]->strategy->daily_history);
    qsort(bars.symbols, bars.symbol_count, sizeof *bars.symbols, compare_names);
    size_t kept = 0;
    for (size_t i = 0; i < bars.symbol_count; i++) {
        struct day_bars_symbol *symbol = &bars.symbols[i];
        struct day_bars_symbol *last = &bars.symbols[kept > 0 ? kept - 1 : 0];
        if (kept == 0 || strcmp(last->name, symbol->name) != 0)
            bars.symbols[kept++] = *symbol;
        else if (last->daily_history < symbol->daily_history)
            last->daily_history = symbol->daily_history;
    }
    bars.symbol_count = kept;
    return bars;
}

static void take_answer(struct symbol_bars *answer, const struct batch *batch, size_t index)
{
    struct day_bars_symbol *symbol = batch->symbols[index];
    if (answer->error.kind != ERROR_NONE)
        error_context(&answer->error, "%s", symbol->name);
    else
        symbol_bars_log_dropped(answer, symbol->name);
    *(batch->is_daily ? &symbol->days : &symbol->minutes) = *answer;
    *answer = (struct symbol_bars) { 0 };
}

/* False when the feed failed altogether. */
static bool ask(const struct batch *batch, const struct day_bars_options *options,
                struct error *error)
{
    struct bar_request request = {
        .symbols = batch->names,
        .symbol_count = batch->count,
        .is_daily = batch->is_daily,
        .begin_us = batch->begin_us,
        .end_us = batch->end_us,
        .adjustment = batch->is_daily ? ADJUSTMENT_SPLIT : ADJUSTMENT_RAW,
        .deadline_us = options->deadline_us,
        .progress = options->progress,
        .context = options->context,
    };
    struct bar_set set = { 0 };
    struct error failure = { 0 };
    if (!feed_load(options->feed, &request, &set, &failure)) {
        for (size_t i = 0; i < batch->count; i++)
            take_answer(&(struct symbol_bars) { .error = failure }, batch, i);
        *error = failure;
        return false;
    }
    for (size_t i = 0; i < batch->count; i++)
        take_answer(&set.symbols[i], batch, i);
    bar_set_release(&set);
    return true;
}

/* Daily bars are wanted of symbols whose minutes were had, and that somebody looks back on. */
static bool is_wanted(const struct day_bars_symbol *symbol, const struct batch *batch)
{
    if (symbol_calendar(symbol->name) != batch->calendar)
        return false;
    return !batch->is_daily ||
           (symbol->daily_history > 0 && symbol->minutes.error.kind == ERROR_NONE);
}

static void batch_fill(struct batch *batch, const struct day_bars *bars)
{
    batch->symbols = memory_new(bars->symbol_count, sizeof *batch->symbols);
    batch->names = memory_new(bars->symbol_count, sizeof *batch->names);
    for (size_t i = 0; i < bars->symbol_count; i++) {
        if (!is_wanted(&bars->symbols[i], batch))
            continue;
        batch->symbols[batch->count] = &bars->symbols[i];
        batch->names[batch->count++] = bars->symbols[i].name;
    }
}

static void batch_release(struct batch *batch)
{
    free(batch->symbols);
    free(batch->names);
}

/* As far back as any of them is looked upon. */
static int64_t history_begin_us(const struct batch *batch, int32_t date)
{
    int daily_history = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (daily_history < batch->symbols[i]->daily_history)
            daily_history = batch->symbols[i]->daily_history;
    struct history_window window;
    history_window_begin(&window, batch->calendar, date, daily_history);
    return window.first_date * DAY_US;
}

/* Adjusted bars are of today's shares: what cost 100 of ten shares was 1000 of the one that they
 * were on the date. */
static void bring_back(struct day_bars_symbol *symbol, int32_t date,
                       const struct day_bars_options *options)
{
    struct series *days = &symbol->days.bars;
    double shares = 1;
    if (days->count == 0 || options->shares_since == NULL || symbol_is_pair(symbol->name))
        return;
    if (!options->shares_since(options->context, symbol->name, date, &shares,
                               &symbol->days.error)) {
        error_context(&symbol->days.error, "%s", symbol->name);
        return;
    }
    assert(shares > 0);
    for (size_t i = 0; i < days->count; i++) {
        struct bar *bar = &days->bars[i];
        bar->open *= shares;
        bar->high *= shares;
        bar->low *= shares;
        bar->close *= shares;
        bar->vwap *= shares;
        bar->volume /= shares;
    }
}

/* A session that is over has bars of everything that was traded. */
static void miss_bars(const struct batch *batch, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    for (size_t i = 0; i < batch->count; i++) {
        struct symbol_bars *minutes = &batch->symbols[i]->minutes;
        if (minutes->error.kind == ERROR_NONE && minutes->bars.count == 0)
            error_set(&minutes->error, ERROR_DATA, "%s has no bars on %s", batch->symbols[i]->name,
                      date_format(date, text));
    }
}

/* Sets *had when the feed has answered. */
static void load_calendar(const struct calendar *calendar, struct day_bars *bars, int32_t date,
                          const struct day_bars_options *options, bool *had, struct error *error)
{
    struct session session = { 0 };
    bool is_open = calendar_session(calendar, date, &session);
    struct batch minutes = { .calendar = calendar };
    struct batch days = { .calendar = calendar, .is_daily = true };
    batch_fill(&minutes, bars);
    assert((is_open || minutes.count == 0) && "the caller has looked for sessions");
    minutes.begin_us = session.open_us;
    minutes.end_us = session.close_us;
    if (minutes.count > 0 && ask(&minutes, options, error)) {
        *had = true;
        miss_bars(&minutes, date);
        batch_fill(&days, bars);
        days.begin_us = history_begin_us(&days, date);
        days.end_us = date * DAY_US;
        if (days.count > 0 && ask(&days, options, error))
            for (size_t i = 0; i < days.count; i++)
                bring_back(days.symbols[i], date, options);
    }
    batch_release(&minutes);
    batch_release(&days);
}

bool day_bars_load(const struct playbook *const *playbooks, size_t count, int32_t date,
                   const struct day_bars_options *options, struct day_bars *ret_bars,
                   struct error *error)
{
    struct day_bars bars = collect(playbooks, count);
    struct error failure = { 0 };
    bool had = false;
    for (const struct calendar *calendar = calendars; calendar->name; calendar++)
        load_calendar(calendar, &bars, date, options, &had, &failure);
    if (!had && failure.kind != ERROR_NONE) {
        *error = failure;
        day_bars_release(&bars);
        return false;
    }
    *ret_bars = bars;
    return true;
}

static const struct day_bars_symbol *find(const struct day_bars *bars, const char *name)
{
    struct day_bars_symbol wanted = { 0 };
    assert(strlen(name) < sizeof wanted.name);
    memcpy(wanted.name, name, strlen(name) + 1);
    const struct day_bars_symbol *symbol =
        bsearch(&wanted, bars->symbols, bars->symbol_count, sizeof *bars->symbols, compare_names);
    assert(symbol && "only playbooks whose bars were loaded are asked for");
    return symbol;
}

bool day_bars_inputs(const struct day_bars *bars, const struct playbook *playbook,
                     struct lane_input *ret_inputs, struct error *error)
{
    bool looks_back = playbook->strategy->daily_history > 0;
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        const struct day_bars_symbol *symbol = find(bars, playbook->symbols[i]);
        bool has_minutes = symbol->minutes.error.kind == ERROR_NONE;
        if (!has_minutes || (looks_back && symbol->days.error.kind != ERROR_NONE)) {
            *error = has_minutes ? symbol->days.error : symbol->minutes.error;
            return false;
        }
        ret_inputs[i] = (struct lane_input) {
            .bars = &symbol->minutes.bars,
            .report = &symbol->minutes.report,
            .days = looks_back ? &symbol->days.bars : NULL,
            .days_report = looks_back ? &symbol->days.report : NULL,
        };
    }
    return true;
}

void day_bars_release(struct day_bars *bars)
{
    for (size_t i = 0; i < bars->symbol_count; i++) {
        symbol_bars_release(&bars->symbols[i].minutes);
        symbol_bars_release(&bars->symbols[i].days);
    }
    free(bars->symbols);
    *bars = (struct day_bars) { 0 };
}
