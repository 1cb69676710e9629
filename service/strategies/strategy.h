/* A strategy is one file and one row of the table in strategy.c.
 *
 * It is shown sessions and closed bars, keeps its own state, and asks things of its desk. It can
 * see nothing else, so it cannot look ahead. No function here blocks or fails for what bars say. */
#ifndef PLAYBOOK_STRATEGIES_STRATEGY_H
#define PLAYBOOK_STRATEGIES_STRATEGY_H

#include "service/base/error.h"
#include "service/market/bar.h"
#include "service/market/calendar.h"
#include "service/market/series.h"
#include "service/strategies/parameter.h"
#include "service/trading/desk.h"

#include <stdbool.h>
#include <stddef.h>

struct strategy_type {
    const char *name, *summary;
    const struct parameter *parameters; /* ends with a row without a name */
    const char *timeframe;              /* what it runs on unless told otherwise */
    const char *symbol;                 /* likewise; NULL: must be told */
    double quantity;                    /* shares or coins a trade, likewise */
    size_t state_size;                  /* zeroed state, one per playbook and symbol */
    bool intraday;     /* the engine then does for it: the time exit, flat at the session's end, the
                          missing-bars rule, one trade a session */
    int daily_history; /* prior daily bars it must be shown before its first session */

    /* The only place that may allocate. Parameters come in the order of the table, each within its
     * bounds; what does not fit together is an error of kind usage. */
    bool (*init)(void *state, const struct parameter_set *parameters, struct error *error);

    /* A session begins. prior_days: the daily bars of earlier sessions, borrowed for the call,
     * oldest first, at most 1.05 x daily_history sessions old (fewer when there are no more).
     * NULL when a session's beginning means nothing to the strategy. */
    void (*session)(void *state, struct desk *desk, const struct session *session,
                    const struct series *prior_days);

    /* A bar of the session has closed. */
    void (*bar)(void *state, struct desk *desk, const struct bar *bar);

    /* NULL when init allocates nothing; accepts zeroed state. */
    void (*release)(void *state);
};

/* The table, ended by NULL. */
extern const struct strategy_type *const strategy_types[];
const struct strategy_type *strategy_find(const char *name); /* NULL: unknown */

/* The same, with an error of kind usage that names the nearest one. */
const struct strategy_type *strategy_named(const char *name, struct error *error);

#endif
