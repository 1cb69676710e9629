#include "service/jobs/backtest.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/jobs/symbol_run.h"
#include "writers/tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a thread keeps from one symbol to the next. */
struct worker {
    struct simulation simulation;
    struct equity equity;
};

struct run {
    const struct backtest_options *options;
    size_t symbol_count;
    struct lane *lanes;         /* one per symbol, and so for the others */
    struct error *errors;       /* of opening a lane */
    struct symbol_run *symbols; /* what each symbol's run came to */
    struct range_session *sessions;
    size_t session_count;
    struct worker *workers;
    size_t worker_count;
};

static bool open_lane(void *context, size_t thread, size_t symbol)
{
    (void)thread;
    struct run *run = context;
    const struct playbook *playbook = run->options->playbook;
    return lane_open(&run->lanes[symbol], symbol, &run->options->inputs[symbol],
                     run->options->calendar, playbook->timeframe_us,
                     playbook->strategy->daily_history > 0, &run->errors[symbol]);
}

static bool open_lanes(struct run *run, struct error *error)
{
    parallel_for(run->symbol_count, run->worker_count, open_lane, run);
    for (size_t i = 0; i < run->symbol_count; i++) {
        if (run->errors[i].kind == ERROR_NONE)
            continue;
        *error = run->errors[i];
        return error_context(error, "%s", run->options->playbook->symbols[i]);
    }
    return true;
}

/* The first and last session with a bar of any symbol. */
static bool span_of(const struct run *run, int32_t *ret_first, int32_t *ret_last)
{
    bool found = false;
    for (size_t i = 0; i < run->symbol_count; i++) {
        int32_t first, last;
        if (!lane_span(&run->lanes[i], &first, &last))
            continue;
        *ret_first = found && *ret_first < first ? *ret_first : first;
        *ret_last = found && *ret_last > last ? *ret_last : last;
        found = true;
    }
    return found;
}

static bool choose_range(const struct run *run, int32_t *ret_first, int32_t *ret_last,
                         struct error *error)
{
    const struct backtest_options *options = run->options;
    int32_t first, last;
    if (!span_of(run, &first, &last))
        return error_set(error, ERROR_DATA, "no bar lies within the trading hours of calendar %s",
                         options->calendar->name);
    int32_t start = options->start != DATE_NONE ? options->start : first;
    int32_t end = options->end != DATE_NONE ? options->end : last;
    struct session begin_session, end_session;
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    if (start > last || end < first)
        return error_set(error, ERROR_DATA, "the range has no bars: they run from %s to %s",
                         date_format(first, from), date_format(last, to));
    if (!calendar_session_from(options->calendar, start, &begin_session) ||
        !calendar_session_until(options->calendar, end, &end_session) ||
        begin_session.date > end_session.date)
        return error_set(error, ERROR_DATA, "calendar %s has no session from %s to %s",
                         options->calendar->name, date_format(start, from), date_format(end, to));
    *ret_first = begin_session.date;
    *ret_last = end_session.date;
    return true;
}

static void list_sessions(struct run *run, int32_t first, int32_t last)
{
    const struct calendar *calendar = run->options->calendar;
    int daily_history = run->options->playbook->strategy->daily_history;
    struct history_window history;
    struct session session;
    size_t capacity = 0;
    history_window_begin(&history, calendar, first, daily_history);
    for (int32_t date = first; calendar_session_from(calendar, date, &session); date++) {
        if (session.date > last)
            break;
        date = session.date;
        run->sessions =
            memory_grow(run->sessions, run->session_count, &capacity, sizeof *run->sessions);
        run->sessions[run->session_count++] = (struct range_session) { session, history };
        history_window_next(&history);
    }
    assert(run->session_count > 0);
}

static bool hire(struct run *run, int32_t first, int32_t last, struct error *error)
{
    const struct backtest_options *options = run->options;
    const struct playbook *playbook = options->playbook;
    for (size_t i = 0; i < run->worker_count; i++) {
        struct worker *worker = &run->workers[i];
        equity_init(&worker->equity, options->calendar, first, last, playbook->timeframe_us);
        if (!simulation_init(&worker->simulation, playbook, &options->costs, &worker->equity,
                             error))
            return false;
    }
    return true;
}

static bool run_symbol(void *context, size_t thread, size_t symbol)
{
    struct run *run = context;
    symbol_run(
        &(struct symbol_run_options) {
            .playbook = run->options->playbook,
            .simulation = &run->workers[thread].simulation,
            .lane = &run->lanes[symbol],
            .sessions = run->sessions,
            .session_count = run->session_count,
            .to_the_end = run->options->end == DATE_NONE,
        },
        &run->symbols[symbol]);
    return true;
}

static int compare_trades(const void *a, const void *b)
{
    const struct trade *left = a;
    const struct trade *right = b;
    if (left->exit_time_us != right->exit_time_us)
        return left->exit_time_us < right->exit_time_us ? -1 : 1;
    if (left->symbol != right->symbol)
        return left->symbol < right->symbol ? -1 : 1;
    if (left->entry_time_us != right->entry_time_us)
        return left->entry_time_us < right->entry_time_us ? -1 : 1;
    return left->key.number - right->key.number;
}

/* Each symbol's trades are in order already; the trades of one session are few. */
static void merge_trades(const struct run *run, struct backtest *result)
{
    size_t *next = memory_new(run->symbol_count, sizeof *next);
    size_t count = 0;
    for (size_t i = 0; i < run->symbol_count; i++)
        count += run->symbols[i].trade_count;
    result->trades = memory_new(count, sizeof *result->trades);
    for (size_t k = 0; k < run->session_count; k++) {
        size_t begin = result->trade_count;
        for (size_t i = 0; i < run->symbol_count; i++) {
            const struct symbol_run *symbol = &run->symbols[i];
            while (next[i] < symbol->trade_count &&
                   symbol->trades[next[i]].session_date == run->sessions[k].session.date)
                result->trades[result->trade_count++] = symbol->trades[next[i]++];
        }
        qsort(result->trades + begin, result->trade_count - begin, sizeof *result->trades,
              compare_trades);
    }
    free(next);
}

/* What is wrong with the inputs, then everything by date, then symbol. */
static void merge_findings(const struct run *run, struct backtest *result)
{
    size_t *next = memory_new(run->symbol_count, sizeof *next);
    for (size_t i = 0; i < run->symbol_count; i++) {
        while (next[i] < run->symbols[i].input_finding_count)
            findings_add(&result->findings, &run->symbols[i].findings.items[next[i]++]);
    }
    for (int32_t date = result->first_session, following; date != INT32_MAX; date = following) {
        following = INT32_MAX;
        for (size_t i = 0; i < run->symbol_count; i++) {
            const struct findings *findings = &run->symbols[i].findings;
            while (next[i] < findings->count && findings->items[next[i]].date <= date)
                findings_add(&result->findings, &findings->items[next[i]++]);
            if (next[i] < findings->count && findings->items[next[i]].date < following)
                following = findings->items[next[i]].date;
        }
    }
    free(next);
}

/* The rows of a session, symbol by symbol, before those of the next. */
static void merge_journals(struct run *run, struct backtest *result)
{
    struct record_list *journal = &result->journal;
    size_t row_size = journal->table->column_count * sizeof *journal->cells;
    record_list_reserve(journal, run->session_count * run->symbol_count);
    for (size_t k = 0; k < run->session_count; k++) {
        for (size_t i = 0; i < run->symbol_count; i++) {
            const struct record_list *from = &run->symbols[i].journal;
            memcpy(record_list_add(journal), from->cells + k * from->table->column_count, row_size);
        }
    }
    for (size_t i = 0; i < run->symbol_count; i++)
        record_list_take_texts(journal, &run->symbols[i].journal);
}

static void count_sessions(const struct run *run, struct backtest *result)
{
    result->sessions = run->session_count;
    for (size_t k = 0; k < run->session_count; k++) {
        bool has_bars = false;
        for (size_t i = 0; i < run->symbol_count; i++)
            has_bars = has_bars || run->symbols[i].has_bars[k];
        result->sessions_skipped += !has_bars;
    }
}

static void conclude(struct run *run, struct backtest *result)
{
    merge_trades(run, result);
    merge_findings(run, result);
    merge_journals(run, result);
    count_sessions(run, result);
    for (size_t i = 0; i < run->symbol_count; i++) {
        result->signals += run->symbols[i].signals;
        result->open_positions += run->symbols[i].is_open;
    }
    struct equity *equity = &run->workers[0].equity;
    for (size_t i = 1; i < run->worker_count; i++)
        equity_add(equity, &run->workers[i].equity);
    result->max_drawdown = equity_max_drawdown(equity, run->options->capital);
    result->performance = performance_of(result->trades, result->trade_count);
}

static void run_release(struct run *run)
{
    for (size_t i = 0; i < run->symbol_count; i++) {
        lane_close(&run->lanes[i]);
        symbol_run_release(&run->symbols[i]);
    }
    for (size_t i = 0; i < run->worker_count; i++) {
        simulation_release(&run->workers[i].simulation);
        equity_release(&run->workers[i].equity);
    }
    free(run->lanes);
    free(run->errors);
    free(run->symbols);
    free(run->sessions);
    free(run->workers);
}

bool backtest_run(const struct backtest_options *options, struct backtest *ret_backtest,
                  struct error *error)
{
    size_t symbol_count = options->playbook->symbol_count;
    size_t worker_count = options->threads < symbol_count ? options->threads : symbol_count;
    worker_count += worker_count == 0;
    struct backtest result = { .playbook = options->playbook, .journal.table = &journal_table };
    struct run run = {
        .options = options,
        .symbol_count = symbol_count,
        .lanes = memory_new(symbol_count, sizeof *run.lanes),
        .errors = memory_new(symbol_count, sizeof *run.errors),
        .symbols = memory_new(symbol_count, sizeof *run.symbols),
        .workers = memory_new(worker_count, sizeof *run.workers),
        .worker_count = worker_count,
    };
    bool done = false;
    if (!open_lanes(&run, error) ||
        !choose_range(&run, &result.first_session, &result.last_session, error) ||
        !hire(&run, result.first_session, result.last_session, error))
        goto out;
    list_sessions(&run, result.first_session, result.last_session);
    parallel_for(symbol_count, worker_count, run_symbol, &run);
    conclude(&run, &result);
    *ret_backtest = result;
    done = true;
out:
    run_release(&run);
    return done;
}

void backtest_release(struct backtest *backtest)
{
    free(backtest->trades);
    findings_release(&backtest->findings);
    record_list_release(&backtest->journal);
    *backtest = (struct backtest) { 0 };
}
