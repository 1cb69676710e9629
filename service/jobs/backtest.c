#include "service/jobs/backtest.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/engine/simulation.h"
#include "service/jobs/history.h"
#include "service/jobs/journal.h"
#include "service/market/timeframe.h"
#include "writers/tables.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct run {
    const struct backtest_options *options;
    struct simulation simulation;
    struct lane *lanes; /* one per symbol */
    size_t lane_count;
    struct history_window window;
    struct backtest *result;
};

static void add_finding(struct backtest *result, const struct finding *finding, size_t symbol)
{
    result->findings = memory_grow(result->findings, result->finding_count,
                                   &result->finding_capacity, sizeof *result->findings);
    result->findings[result->finding_count] = *finding;
    result->findings[result->finding_count++].symbol = symbol;
}

static void drain_trades(struct run *run)
{
    struct backtest *result = run->result;
    struct trade trade;
    while (engine_next_trade(run->simulation.engine, &trade)) {
        result->trades = memory_grow(result->trades, result->trade_count, &result->trade_capacity,
                                     sizeof *result->trades);
        result->trades[result->trade_count++] = trade;
    }
}

static void pass_over(struct run *run, int64_t until_us)
{
    struct finding finding;
    for (size_t i = 0; i < run->lane_count; i++) {
        while (lane_pass_over(&run->lanes[i], run->options->calendar, until_us, &finding))
            add_finding(run->result, &finding, i);
    }
}

static void begin_session(struct run *run, const struct session *session)
{
    int64_t timeframe_us = run->options->playbook->timeframe_us;
    pass_over(run, session->midnight_us);
    for (size_t i = 0; i < run->lane_count; i++) {
        struct lane *lane = &run->lanes[i];
        struct series days = history_before(&run->window, &lane->days, session->date);
        engine_session_begin(run->simulation.engine, i, session, &days);
        intake_begin(&lane->intake, session, timeframe_us, lane->source_us);
    }
}

/* Pushes what opens before the instant. */
static void take_in(struct run *run, size_t symbol, int64_t until_us)
{
    struct lane *lane = &run->lanes[symbol];
    while (lane->next < lane->bars.count) {
        const struct bar *bar = &lane->bars.bars[lane->next];
        if (bar->open_time_us >= until_us)
            break;
        enum finding_kind fault = intake_push(&lane->intake, bar);
        if (fault != FINDING_NONE)
            engine_fault(run->simulation.engine, symbol, fault, bar->open_time_us);
        lane->next++;
    }
}

static void sweep_session(struct run *run, const struct session *session)
{
    int64_t timeframe_us = run->options->playbook->timeframe_us;
    int64_t cells = timeframe_cells(session, timeframe_us);
    for (int64_t cell = 0; cell < cells; cell++) {
        int64_t end_us = timeframe_cell_end_us(session, timeframe_us, cell);
        for (size_t i = 0; i < run->lane_count; i++) {
            take_in(run, i, end_us);
            const struct bar *bar = intake_advance(&run->lanes[i].intake, end_us);
            if (bar && simulation_bar(&run->simulation, i, bar))
                drain_trades(run);
        }
    }
    for (size_t i = 0; i < run->lane_count; i++)
        take_in(run, i, session->midnight_us + DAY_US);
}

static void report_findings(struct run *run, size_t symbol, const struct session *session)
{
    struct lane *lane = &run->lanes[symbol];
    struct finding findings[FINDING_KIND_COUNT];
    size_t count = intake_findings(&lane->intake, symbol, findings);
    for (size_t i = 0; i < count; i++)
        add_finding(run->result, &findings[i], symbol);
    struct finding repeats[2];
    count = lane_repeats(lane, session, repeats);
    for (size_t i = 0; i < count; i++)
        add_finding(run->result, &repeats[i], symbol);
}

static void write_journal(struct run *run, size_t symbol, const struct session *session,
                          const struct trade *trades, size_t count)
{
    const struct engine *engine = run->simulation.engine;
    struct trade *own = memory_new(count, sizeof *own);
    size_t own_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (trades[i].symbol == symbol)
            own[own_count++] = trades[i];
    }
    struct journal_session of = {
        .playbook = run->options->playbook,
        .symbol = symbol,
        .session = session,
        .report = engine_session_report(engine, symbol),
        .trades = own,
        .trade_count = own_count,
        .position = engine_position(engine, symbol),
    };
    journal_append(&run->result->journal, &of);
    free(own);
}

static void end_session(struct run *run, const struct session *session, size_t trades_before)
{
    struct backtest *result = run->result;
    bool has_bars = false;
    for (size_t i = 0; i < run->lane_count; i++) {
        simulation_session_end(&run->simulation, i);
        drain_trades(run);
        struct session_report report = engine_session_report(run->simulation.engine, i);
        has_bars = has_bars || report.bars > 0;
        result->signals += report.signals;
        report_findings(run, i, session);
        write_journal(run, i, session, result->trades + trades_before,
                      result->trade_count - trades_before);
    }
    result->sessions++;
    result->sessions_skipped += !has_bars;
}

static void run_sessions(struct run *run, int32_t first, int32_t last)
{
    const struct calendar *calendar = run->options->calendar;
    struct session session;
    bool found = calendar_session_from(calendar, first, &session);
    assert(found);
    history_window_begin(&run->window, calendar, first,
                         run->options->playbook->strategy->daily_history);
    for (size_t i = 0; i < run->lane_count; i++)
        run->lanes[i].next = series_find(&run->lanes[i].bars, session.midnight_us);
    while (found && session.date <= last) {
        size_t trades_before = run->result->trade_count;
        begin_session(run, &session);
        sweep_session(run, &session);
        end_session(run, &session, trades_before);
        history_window_next(&run->window);
        found = calendar_session_from(calendar, session.date + 1, &session);
    }
}

/* The first and last session with a bar of any symbol. */
static bool span_of(const struct run *run, int32_t *ret_first, int32_t *ret_last)
{
    bool found = false;
    for (size_t i = 0; i < run->lane_count; i++) {
        int32_t first, last;
        if (!lane_span(&run->lanes[i], run->options->calendar, &first, &last))
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

static void add_file_finding(struct run *run, size_t symbol, enum finding_kind kind, size_t count,
                             const char *detail)
{
    struct finding finding = { .kind = kind, .date = DATE_NONE, .count = count };
    snprintf(finding.detail, sizeof finding.detail, "%s", detail);
    if (count > 0)
        add_finding(run->result, &finding, symbol);
}

/* What is wrong with the files as such, or with daily bars, and not with one session of the run. */
static void report_files(struct run *run, size_t symbol)
{
    static const char in_days[] = "in the daily bars";
    const struct lane_input *input = &run->options->inputs[symbol];
    if (input->report)
        add_file_finding(run, symbol, FINDING_UNSORTED_BARS, input->report->unsorted, "");
    if (input->days_report) {
        const struct bar_file_report *days = input->days_report;
        add_file_finding(run, symbol, FINDING_UNSORTED_BARS, days->unsorted, in_days);
        add_file_finding(run, symbol, FINDING_DUPLICATE_BARS, days->duplicates, in_days);
        add_file_finding(run, symbol, FINDING_CONFLICTING_BARS, days->conflicts, in_days);
    }
    for (size_t i = 0; input->days && i < input->days->count; i++) {
        const struct bar *day = &input->days->bars[i];
        struct finding finding = {
            .kind = quality_fault(day),
            .date = date_of_instant(day->open_time_us),
            .count = 1,
        };
        bool is_used = quality_is_price(day->close);
        snprintf(finding.detail, sizeof finding.detail, "daily bar, %s",
                 is_used ? "only its close counts" : "not used");
        if (finding.kind != FINDING_NONE)
            add_finding(run->result, &finding, symbol);
    }
}

static void conclude(struct run *run)
{
    struct backtest *result = run->result;
    if (result->trade_count > 0)
        qsort(result->trades, result->trade_count, sizeof *result->trades, compare_trades);
    result->performance = performance_of(result->trades, result->trade_count);
    result->max_drawdown = engine_equity(run->simulation.engine).max_drawdown;
    for (size_t i = 0; i < run->lane_count; i++)
        result->open_positions += engine_position(run->simulation.engine, i)->quantity != 0;
}

static bool open_lanes(struct run *run, struct error *error)
{
    const struct playbook *playbook = run->options->playbook;
    bool needs_days = playbook->strategy->daily_history > 0;
    for (size_t i = 0; i < run->lane_count; i++) {
        if (!lane_open(&run->lanes[i], &run->options->inputs[i], run->options->calendar,
                       playbook->timeframe_us, needs_days, error))
            return error_context(error, "%s", playbook->symbols[i]);
    }
    return true;
}

bool backtest_run(const struct backtest_options *options, struct backtest *ret_backtest,
                  struct error *error)
{
    const struct playbook *playbook = options->playbook;
    struct backtest result = { .playbook = playbook, .journal.table = &journal_table };
    struct run run = {
        .options = options,
        .lanes = memory_new(playbook->symbol_count, sizeof *run.lanes),
        .lane_count = playbook->symbol_count,
        .result = &result,
    };
    bool done = false;
    if (!open_lanes(&run, error) ||
        !choose_range(&run, &result.first_session, &result.last_session, error) ||
        !simulation_init(&run.simulation, playbook, &options->costs, options->capital, error))
        goto out;
    for (size_t i = 0; i < run.lane_count; i++)
        report_files(&run, i);
    run_sessions(&run, result.first_session, result.last_session);
    if (options->end == DATE_NONE)
        pass_over(&run, INT64_MAX);
    conclude(&run);
    *ret_backtest = result;
    done = true;
out:
    simulation_release(&run.simulation);
    for (size_t i = 0; i < run.lane_count; i++)
        lane_close(&run.lanes[i]);
    free(run.lanes);
    if (!done)
        backtest_release(&result);
    return done;
}

void backtest_release(struct backtest *backtest)
{
    free(backtest->trades);
    free(backtest->findings);
    record_list_release(&backtest->journal);
    *backtest = (struct backtest) { 0 };
}
