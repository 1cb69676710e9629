#include "service/jobs/backtest.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/jobs/merge.h"
#include "service/jobs/symbol_run.h"
#include "writers/tables.h"

#include <assert.h>
#include <stdlib.h>

/* What a thread keeps from one symbol to the next. */
struct worker {
    struct simulation simulation;
    struct equity equity;
};

/* The sessions of a symbol's first and last bar. */
struct span {
    bool has_bars;
    int32_t first, last;
};

struct run {
    const struct backtest_options *options;
    size_t symbol_count;
    struct lane *lanes;         /* one per symbol, and so for the others */
    struct span *spans;         /* of opened lanes */
    struct error *errors;       /* of opening a lane */
    struct symbol_run *symbols; /* what each symbol's run came to */
    struct range_session *sessions;
    size_t session_count;
    struct worker *workers;
    size_t worker_count;
};

static bool open_lane(struct run *run, size_t symbol, const struct lane_input *input)
{
    const struct playbook *playbook = run->options->playbook;
    struct lane *lane = &run->lanes[symbol];
    struct span *span = &run->spans[symbol];
    if (!lane_open(lane, symbol, input, run->options->calendar, playbook->timeframe_us,
                   playbook->strategy->daily_history > 0, &run->errors[symbol]))
        return false;
    span->has_bars = lane_span(lane, &span->first, &span->last);
    return true;
}

static bool open_input(void *context, size_t thread, size_t symbol)
{
    (void)thread;
    struct run *run = context;
    return open_lane(run, symbol, &run->options->inputs[symbol]);
}

static bool check_errors(const struct run *run, struct error *error)
{
    for (size_t i = 0; i < run->symbol_count; i++) {
        if (run->errors[i].kind == ERROR_NONE)
            continue;
        *error = run->errors[i];
        return error_context(error, "%s", run->options->playbook->symbols[i]);
    }
    return true;
}

/* The first and last session with a bar of any symbol. */
static struct span span_of(const struct run *run)
{
    struct span whole = { .has_bars = false };
    for (size_t i = 0; i < run->symbol_count; i++) {
        const struct span *span = &run->spans[i];
        if (!span->has_bars)
            continue;
        if (!whole.has_bars || span->first < whole.first)
            whole.first = span->first;
        if (!whole.has_bars || span->last > whole.last)
            whole.last = span->last;
        whole.has_bars = true;
    }
    return whole;
}

/* Of opened lanes: whether there are bars where there should be. */
static bool check_span(const struct run *run, struct span *ret_span, struct error *error)
{
    const struct backtest_options *options = run->options;
    struct span span = span_of(run);
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    if (!span.has_bars)
        return error_set(error, ERROR_DATA, "no bar lies within the trading hours of calendar %s",
                         options->calendar->name);
    if ((options->start != DATE_NONE && options->start > span.last) ||
        (options->end != DATE_NONE && options->end < span.first))
        return error_set(error, ERROR_DATA, "the range has no bars: they run from %s to %s",
                         date_format(span.first, from), date_format(span.last, to));
    *ret_span = span;
    return true;
}

/* From what was asked for, else from the span. */
static bool choose_range(const struct run *run, const struct span *span, struct backtest *result,
                         struct error *error)
{
    const struct backtest_options *options = run->options;
    int32_t start = options->start != DATE_NONE ? options->start : span->first;
    int32_t end = options->end != DATE_NONE ? options->end : span->last;
    struct session begin_session, end_session;
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    if (!calendar_session_from(options->calendar, start, &begin_session) ||
        !calendar_session_until(options->calendar, end, &end_session) ||
        begin_session.date > end_session.date)
        return error_set(error, ERROR_DATA, "calendar %s has no session from %s to %s",
                         options->calendar->name, date_format(start, from), date_format(end, to));
    result->first_session = begin_session.date;
    result->last_session = end_session.date;
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

/* The lane is there while the symbol is run, and no longer. */
static bool run_from_source(void *context, size_t thread, size_t symbol)
{
    struct run *run = context;
    const struct backtest_source *source = run->options->source;
    struct lane_input input;
    if (!source->open(source->context, symbol, &input, &run->errors[symbol]))
        return false;
    bool is_open = open_lane(run, symbol, &input);
    if (is_open)
        run_symbol(run, thread, symbol);
    lane_close(&run->lanes[symbol]);
    source->close(source->context, symbol);
    return is_open;
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
    const struct merge_options options = {
        .symbols = run->symbols,
        .symbol_count = run->symbol_count,
        .sessions = run->sessions,
        .session_count = run->session_count,
        .threads = run->worker_count,
    };
    result->trades = merge_trades(&options, &result->trade_count);
    merge_journals(&options, &result->journal);
    merge_findings(run, result);
    count_sessions(run, result);
    for (size_t i = 0; i < run->symbol_count; i++) {
        result->signals += run->symbols[i].signals;
        result->open_positions += run->symbols[i].is_open;
    }
    struct equity *equity = &run->workers[0].equity;
    for (size_t i = 1; i < run->worker_count; i++)
        equity_add(equity, &run->workers[i].equity);
    result->max_drawdown = equity_max_drawdown(equity);
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
    free(run->spans);
    free(run->errors);
    free(run->symbols);
    free(run->sessions);
    free(run->workers);
}

/* The sessions are known: what bars there are is seen on the way. */
static bool run_source(struct run *run, struct backtest *result, struct error *error)
{
    struct span span = { .has_bars = false };
    assert(run->options->start != DATE_NONE && run->options->end != DATE_NONE);
    if (!choose_range(run, &span, result, error) ||
        !hire(run, result->first_session, result->last_session, error))
        return false;
    list_sessions(run, result->first_session, result->last_session);
    parallel_for(run->symbol_count, run->worker_count, run_from_source, run);
    return check_errors(run, error) && check_span(run, &span, error);
}

static bool run_inputs(struct run *run, struct backtest *result, struct error *error)
{
    struct span span;
    parallel_for(run->symbol_count, run->worker_count, open_input, run);
    if (!check_errors(run, error) || !check_span(run, &span, error) ||
        !choose_range(run, &span, result, error) ||
        !hire(run, result->first_session, result->last_session, error))
        return false;
    list_sessions(run, result->first_session, result->last_session);
    parallel_for(run->symbol_count, run->worker_count, run_symbol, run);
    return true;
}

bool backtest_run(const struct backtest_options *options, struct backtest *ret_backtest,
                  struct error *error)
{
    size_t symbol_count = options->playbook->symbol_count;
    size_t worker_count = options->threads < symbol_count ? options->threads : symbol_count;
    worker_count += worker_count == 0;
    struct backtest result = {
        .playbook = options->playbook,
        .capital = options->capital,
        .journal.table = &journal_table,
    };
    struct run run = {
        .options = options,
        .symbol_count = symbol_count,
        .lanes = memory_new(symbol_count, sizeof *run.lanes),
        .spans = memory_new(symbol_count, sizeof *run.spans),
        .errors = memory_new(symbol_count, sizeof *run.errors),
        .symbols = memory_new(symbol_count, sizeof *run.symbols),
        .workers = memory_new(worker_count, sizeof *run.workers),
        .worker_count = worker_count,
    };
    bool done =
        options->source ? run_source(&run, &result, error) : run_inputs(&run, &result, error);
    if (done) {
        conclude(&run, &result);
        *ret_backtest = result;
    }
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
