#include "service/jobs/backtest.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/jobs/merge.h"
#include "service/jobs/symbol_run.h"
#include "writers/tables.h"

#include <assert.h>
#include <pthread.h>
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
    struct backtest_source source;
    size_t symbol_count;
    struct span *spans;         /* one per symbol, and so for the others; of those that were open */
    struct error *errors;       /* of opening a symbol */
    struct symbol_run *symbols; /* what each symbol's run came to */
    struct worker *workers;
    size_t worker_count;

    pthread_mutex_t lock; /* of what follows, while symbols are run */
    int32_t first_session, last_session;
    struct range_session *sessions; /* none until the first symbol tells where they begin and end */
    size_t session_count;
    bool is_outgrown; /* a symbol has bars in other sessions */
};

static bool open_lane(struct run *run, struct lane *lane, size_t symbol,
                      const struct lane_input *input)
{
    const struct playbook *playbook = run->options->playbook;
    struct span *span = &run->spans[symbol];
    if (!lane_open(lane, symbol, input, run->options->calendar, playbook->timeframe_us,
                   playbook->strategy->daily_history > 0, &run->errors[symbol]))
        return error_context(&run->errors[symbol], "%s", playbook->symbols[symbol]);
    span->has_bars = lane_span(lane, &span->first, &span->last);
    return true;
}

static bool check_errors(const struct run *run, struct error *error)
{
    for (size_t i = 0; i < run->symbol_count; i++) {
        if (run->errors[i].kind == ERROR_NONE)
            continue;
        *error = run->errors[i];
        return false;
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

/* Whether there are bars where there should be. */
static bool check_span(const struct backtest_options *options, const struct span *span,
                       struct error *error)
{
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    if (!span->has_bars)
        return error_set(error, ERROR_DATA, "no bar lies within the trading hours of calendar %s",
                         options->calendar->name);
    if ((options->start != DATE_NONE && options->start > span->last) ||
        (options->end != DATE_NONE && options->end < span->first))
        return error_set(error, ERROR_DATA, "the range has no bars: they run from %s to %s",
                         date_format(span->first, from), date_format(span->last, to));
    return true;
}

static void list_sessions(struct run *run)
{
    const struct calendar *calendar = run->options->calendar;
    int daily_history = run->options->playbook->strategy->daily_history;
    struct history_window history;
    struct session session;
    size_t capacity = 0;
    history_window_begin(&history, calendar, run->first_session, daily_history);
    for (int32_t date = run->first_session; calendar_session_from(calendar, date, &session);
         date++) {
        if (session.date > run->last_session)
            break;
        date = session.date;
        run->sessions =
            memory_grow(run->sessions, run->session_count, &capacity, sizeof *run->sessions);
        run->sessions[run->session_count++] = (struct range_session) { session, history };
        history_window_next(&history);
    }
    assert(run->session_count > 0);
}

/* From what was asked for, else from the span. */
static bool choose_sessions(struct run *run, const struct span *span, struct error *error)
{
    const struct backtest_options *options = run->options;
    const struct calendar *calendar = options->calendar;
    int32_t start = options->start != DATE_NONE ? options->start : span->first;
    int32_t end = options->end != DATE_NONE ? options->end : span->last;
    struct session first, last;
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    if (!calendar_session_from(calendar, start, &first) ||
        !calendar_session_until(calendar, end, &last) || first.date > last.date)
        return error_set(error, ERROR_DATA, "calendar %s has no session from %s to %s",
                         calendar->name, date_format(start, from), date_format(end, to));
    run->first_session = first.date;
    run->last_session = last.date;
    list_sessions(run);
    for (size_t i = 0; i < run->worker_count; i++)
        equity_init(&run->workers[i].equity, calendar, first.date, last.date,
                    options->playbook->timeframe_us);
    return true;
}

/* Whether a symbol with that span can tell which sessions to run. */
static bool tells_sessions(const struct backtest_options *options, const struct span *span)
{
    return span->has_bars || (options->start != DATE_NONE && options->end != DATE_NONE);
}

/* Whether the chosen sessions are those that the whole run would have with this symbol. */
static bool holds(const struct run *run, const struct span *span)
{
    const struct backtest_options *options = run->options;
    return run->session_count > 0 &&
           (!span->has_bars ||
            ((options->start != DATE_NONE || span->first >= run->first_session) &&
             (options->end != DATE_NONE || span->last <= run->last_session)));
}

/* The first symbol that is open chooses the sessions, which mostly suit them all. Behind one that
 * they do not suit, symbols are only looked at: all are run again when their bars are known. */
static bool is_to_be_run(struct run *run, size_t symbol)
{
    const struct span *span = &run->spans[symbol];
    struct error unsuited = { 0 };
    pthread_mutex_lock(&run->lock);
    if (run->session_count == 0 && tells_sessions(run->options, span))
        choose_sessions(run, span, &unsuited);
    run->is_outgrown = run->is_outgrown || !holds(run, span);
    bool is_run = !run->is_outgrown;
    pthread_mutex_unlock(&run->lock);
    return is_run;
}

static void run_symbol(struct run *run, size_t thread, struct lane *lane)
{
    symbol_run(
        &(struct symbol_run_options) {
            .playbook = run->options->playbook,
            .simulation = &run->workers[thread].simulation,
            .lane = lane,
            .sessions = run->sessions,
            .session_count = run->session_count,
            .to_the_end = run->options->end == DATE_NONE,
        },
        &run->symbols[lane->symbol]);
}

/* The bars are there while the symbol has its turn, and no longer. */
static bool take_turn(void *context, size_t thread, size_t symbol)
{
    struct run *run = context;
    const struct backtest_source *source = &run->source;
    struct lane_input input;
    struct lane lane;
    if (!source->open(source->context, symbol, &input, &run->errors[symbol]))
        return false;
    bool is_open = open_lane(run, &lane, symbol, &input);
    if (is_open && is_to_be_run(run, symbol))
        run_symbol(run, thread, &lane);
    lane_close(&lane);
    source->close(source->context, symbol);
    return is_open;
}

/* Every symbol has its turn. */
static bool run_round(struct run *run, struct error *error)
{
    const struct backtest_options *options = run->options;
    for (size_t i = 0; i < run->worker_count; i++) {
        struct worker *worker = &run->workers[i];
        if (!simulation_init(&worker->simulation, options->playbook, &options->costs,
                             &worker->equity, error))
            return false;
    }
    parallel_for(run->symbol_count, run->worker_count, take_turn, run);
    return check_errors(run, error);
}

/* What a round has left, but for what is known of the bars. */
static void clear_round(struct run *run)
{
    for (size_t i = 0; i < run->symbol_count; i++)
        symbol_run_release(&run->symbols[i]);
    for (size_t i = 0; i < run->worker_count; i++) {
        simulation_release(&run->workers[i].simulation);
        equity_release(&run->workers[i].equity);
    }
    free(run->sessions);
    run->sessions = NULL;
    run->session_count = 0;
    run->is_outgrown = false;
}

static bool run_all(struct run *run, struct error *error)
{
    if (!run_round(run, error))
        return false;
    struct span whole = span_of(run);
    if (!check_span(run->options, &whole, error))
        return false;
    if (!run->is_outgrown)
        return true;
    clear_round(run);
    if (!choose_sessions(run, &whole, error) || !run_round(run, error))
        return false;
    return !run->is_outgrown ||
           error_set(error, ERROR_DATA, "the bars have changed while they were read: run it again");
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
    result->first_session = run->first_session;
    result->last_session = run->last_session;
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
    clear_round(run);
    pthread_mutex_destroy(&run->lock);
    free(run->spans);
    free(run->errors);
    free(run->symbols);
    free(run->workers);
}

/* Bars that are there all the time. */
static bool open_input(void *context, size_t symbol, struct lane_input *ret_input,
                       struct error *error)
{
    (void)error;
    const struct backtest_options *options = context;
    *ret_input = options->inputs[symbol];
    return true;
}

static void close_input(void *context, size_t symbol)
{
    (void)context, (void)symbol;
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
        .source = { open_input, close_input, (void *)options },
        .symbol_count = symbol_count,
        .spans = memory_new(symbol_count, sizeof *run.spans),
        .errors = memory_new(symbol_count, sizeof *run.errors),
        .symbols = memory_new(symbol_count, sizeof *run.symbols),
        .workers = memory_new(worker_count, sizeof *run.workers),
        .worker_count = worker_count,
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    if (options->source)
        run.source = *options->source;
    bool done = run_all(&run, error);
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
