/* One symbol of a playbook over the sessions of a range: what a backtest does for each of its
 * symbols. Symbols share nothing but an engine that keeps them apart. */
#ifndef PLAYBOOK_JOBS_SYMBOL_RUN_H
#define PLAYBOOK_JOBS_SYMBOL_RUN_H

#include "service/engine/simulation.h"
#include "service/jobs/findings.h"
#include "service/jobs/history.h"
#include "service/jobs/lane.h"
#include "service/market/calendar.h"
#include "service/trading/trade.h"
#include "writers/record_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A session of the range, and how far back a strategy may look from it. */
struct range_session {
    struct session session;
    struct history_window history;
};

struct symbol_run_options {
    const struct playbook *playbook;
    struct simulation *simulation;        /* of the playbook; only the symbol's part is used */
    struct lane *lane;                    /* the symbol's, open */
    const struct range_session *sessions; /* all those of the range, in order */
    size_t session_count;
    bool to_the_end; /* bars behind the last session are told of, too */
};

struct symbol_run {
    struct trade *trades; /* owned; in the order of their exits */
    size_t trade_count, trade_capacity;
    struct findings findings;   /* those of the input, then by date */
    size_t input_finding_count; /* the former */
    struct record_list journal; /* a row for each session */
    bool *has_bars;             /* owned; of each session */
    size_t signals;
    bool is_open; /* a position is held at the end */
};

void symbol_run(const struct symbol_run_options *options, struct symbol_run *ret_run);
void symbol_run_release(struct symbol_run *run); /* accepts a zeroed one */

#endif
