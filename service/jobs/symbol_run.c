#include "service/jobs/symbol_run.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/jobs/journal.h"
#include "writers/tables.h"

#include <stdlib.h>

static void drain_trades(struct symbol_run *run, struct engine *engine)
{
    const struct trade *trade;
    while ((trade = engine_next_trade(engine))) {
        run->trades =
            memory_grow(run->trades, run->trade_count, &run->trade_capacity, sizeof *run->trades);
        run->trades[run->trade_count++] = *trade;
    }
}

/* Shows the cell that has ended by an instant, if there is one. */
static inline void show(const struct symbol_run_options *options, struct symbol_run *run,
                        int64_t time_us)
{
    const struct bar *bar = intake_advance(&options->lane->intake, time_us);
    if (bar && simulation_bar(options->simulation, options->lane->symbol, bar))
        drain_trades(run, options->simulation->engine);
}

static void sweep_session(const struct symbol_run_options *options, const struct session *session,
                          struct symbol_run *run)
{
    struct lane *lane = options->lane;
    int64_t end_us = session->midnight_us + DAY_US;
    while (lane->next < lane->bars.count) {
        const struct bar *bar = &lane->bars.bars[lane->next];
        if (bar->open_time_us >= end_us)
            break;
        show(options, run, bar->open_time_us);
        enum finding_kind fault = intake_push(&lane->intake, bar);
        if (fault != FINDING_NONE)
            engine_fault(options->simulation->engine, lane->symbol, fault, bar->open_time_us);
        lane->next++;
    }
    show(options, run, session->close_us);
}

static void write_journal(const struct symbol_run_options *options, const struct session *session,
                          size_t trades_before, size_t findings_before, struct symbol_run *run)
{
    const struct engine *engine = options->simulation->engine;
    size_t symbol = options->lane->symbol;
    struct journal_session of = {
        .playbook = options->playbook,
        .symbol = symbol,
        .session = session,
        .report = engine_session_report(engine, symbol),
        .trades = run->trades + trades_before,
        .trade_count = run->trade_count - trades_before,
        .position = engine_position(engine, symbol),
        .findings = run->findings.items + findings_before,
        .finding_count = run->findings.count - findings_before,
    };
    journal_append(&run->journal, &of);
}

static void run_session(const struct symbol_run_options *options, size_t index,
                        struct symbol_run *run)
{
    const struct range_session *at = &options->sessions[index];
    struct lane *lane = options->lane;
    struct engine *engine = options->simulation->engine;
    size_t trades_before = run->trade_count;
    struct series days = history_before(&at->history, &lane->days, at->session.date);
    lane_begin(lane, &at->session, &run->findings);
    size_t findings_before = run->findings.count;
    engine_session_begin(engine, lane->symbol, &at->session, &days);
    sweep_session(options, &at->session, run);
    simulation_session_end(options->simulation, lane->symbol);
    drain_trades(run, engine);
    lane_end(lane, &run->findings);
    struct session_report report = engine_session_report(engine, lane->symbol);
    run->has_bars[index] = report.bars > 0;
    run->signals += report.signals;
    write_journal(options, &at->session, trades_before, findings_before, run);
}

void symbol_run(const struct symbol_run_options *options, struct symbol_run *ret_run)
{
    struct lane *lane = options->lane;
    *ret_run = (struct symbol_run) {
        .journal.table = &journal_table,
        .has_bars = memory_new(options->session_count, sizeof *ret_run->has_bars),
    };
    record_list_reserve(&ret_run->journal, options->session_count);
    lane_input_findings(lane, &ret_run->findings);
    ret_run->input_finding_count = ret_run->findings.count;
    lane_seek(lane, &options->sessions[0].session);
    for (size_t i = 0; i < options->session_count; i++)
        run_session(options, i, ret_run);
    if (options->to_the_end)
        lane_finish(lane, &ret_run->findings);
    const struct engine *engine = options->simulation->engine;
    ret_run->is_open = engine_position(engine, lane->symbol)->quantity != 0;
}

void symbol_run_release(struct symbol_run *run)
{
    free(run->trades);
    free(run->has_bars);
    findings_release(&run->findings);
    record_list_release(&run->journal);
    *run = (struct symbol_run) { 0 };
}
