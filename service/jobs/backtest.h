/* A playbook over a range of sessions: bars of each symbol in, trades, journal and findings out.
 * Pure computation on bars already read. Symbols do not influence each other, so each is run by
 * itself (jobs/symbol_run), on several threads, and the results are put together in one order. */
#ifndef PLAYBOOK_JOBS_BACKTEST_H
#define PLAYBOOK_JOBS_BACKTEST_H

#include "service/base/decimal.h"
#include "service/base/error.h"
#include "service/engine/costs.h"
#include "service/engine/playbook.h"
#include "service/jobs/findings.h"
#include "service/jobs/lane.h"
#include "service/market/calendar.h"
#include "service/market/quality.h"
#include "service/stats/performance.h"
#include "service/trading/trade.h"
#include "writers/record_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a run begins with unless told otherwise, in micro-dollars. Nothing but its return depends on
 * it. */
#define BACKTEST_CAPITAL (100000 * MONEY_ONE)

/* Bars of one symbol at a time, when its turn comes: for more bars than memory should hold. Both
 * are called by several threads, `close` behind each `open` that went well; an error says whose
 * bars it is about. Without a start and an end a symbol may be opened a second time, when another
 * has bars in other sessions. */
struct backtest_source {
    bool (*open)(void *context, size_t symbol, struct lane_input *ret_input, struct error *error);
    void (*close)(void *context, size_t symbol);
    void *context;
};

struct backtest_options {
    const struct playbook *playbook; /* borrowed for the result's life */
    const struct calendar *calendar;
    int32_t start, end; /* sessions, both included; DATE_NONE: where the bars begin or end. Bars
                           before the start serve as history only */
    struct costs costs;
    int64_t capital;                      /* micro-dollars */
    const struct lane_input *inputs;      /* one per symbol of the playbook */
    const struct backtest_source *source; /* or NULL; instead of inputs */
    size_t threads;                       /* symbols are run on so many; the result is the same */
};

struct backtest {
    const struct playbook *playbook;
    int32_t first_session, last_session;
    size_t sessions, sessions_skipped; /* all in the range; those without a bar of any symbol */
    size_t signals;                    /* entries ordered */
    size_t open_positions;
    int64_t capital, max_drawdown; /* micro-dollars */
    struct trade *trades;          /* owned; by the time of their exit, then symbol */
    size_t trade_count;
    struct findings findings;   /* by session, then symbol */
    struct record_list journal; /* sorted by session, then symbol */
    struct performance performance;
};

/* An error of kind data when there is no session to run, when bars do not fit the timeframe, or are
 * others when they are opened again; of kind usage when the strategy refuses its parameters.
 * Release the result after success. */
bool backtest_run(const struct backtest_options *options, struct backtest *ret_backtest,
                  struct error *error);
void backtest_release(struct backtest *backtest); /* accepts a zeroed one */

#endif
