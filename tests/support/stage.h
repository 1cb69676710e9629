/* A simulation to try the engine's rules on: its strategy does what a script says, its bars are
 * candles, its trades are kept. */
#ifndef PLAYBOOK_TESTS_SUPPORT_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_STAGE_H

#include "service/engine/simulation.h"
#include "tests/support/candles.h"

#include <stdbool.h>
#include <stddef.h>

/* What the strategy asks for while it is shown the bar of a clock reading. A script ends with a cue
 * that asks nothing. Its entries have the reason "signal", its exits "cross". */
struct cue {
    int clock;
    enum { ASK_NOTHING, ASK_ENTRY, ASK_SHORT, ASK_EXIT, ASK_PASS } ask;
    double stop_distance, target_distance;
    size_t symbol;
    int date; /* 0: in every session */
};

struct stage_options {
    const struct cue *script; /* borrowed; NULL: it asks for nothing */
    bool overnight;           /* the strategy is not intraday */
    const char *timeframe;    /* NULL: 2Min */
    const char *exit_time;    /* NULL: the default */
    const char *calendar;     /* NULL: xnys */
    size_t symbols;           /* 0: one */
    struct costs costs;
};

enum { STAGE_TRADES_MAX = 256, STAGE_SYMBOLS_MAX = 3 };

#define STAGE_CAPITAL (1000 * INT64_C(1000000)) /* 1,000 dollars */

struct stage {
    const char *calendar;
    struct playbook playbook; /* of 100 shares */
    struct equity equity;     /* of 1990 to 2026 */
    struct simulation simulation;
    struct session session;
    struct trade trades[STAGE_TRADES_MAX];
    size_t trade_count;
};

/* One stage at a time: the script is the strategy's only memory of whom it plays for. */
void stage_open(struct stage *stage, const struct stage_options *options);
void stage_close(struct stage *stage);

/* A session for all symbols, on a date such as 20240628. */
void stage_begin(struct stage *stage, int date);
void stage_end(struct stage *stage);
void stage_end_of(struct stage *stage, size_t symbol);

/* A closed bar of the first symbol, or of another one. */
void stage_bar(struct stage *stage, int clock, double open, double high, double low, double close);
void stage_bar_of(struct stage *stage, size_t symbol, int clock, const struct candle *candle);

/* Bars of the first symbol at 100 dollars on every cell from one clock reading to another. */
void stage_flat(struct stage *stage, int first, int last);

/* What the session so far came to for the first symbol. */
struct session_report stage_report(const struct stage *stage);

/* Fails unless there is such a trade and it ended in the present session. */
void stage_assert_trade(const struct stage *stage, size_t index, int entry_clock,
                        double entry_price, int exit_clock, double exit_price, const char *reason);

#endif
