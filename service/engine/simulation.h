/* An engine with a simulated exchange behind it: bars in, trades out. Backtests, scheduled runs and
 * shadow trading drive this; live trading puts a broker in the matcher's place. */
#ifndef PLAYBOOK_ENGINE_SIMULATION_H
#define PLAYBOOK_ENGINE_SIMULATION_H

#include "service/engine/costs.h"
#include "service/engine/engine.h"
#include "service/engine/matcher.h"

#include <stdbool.h>

struct simulation {
    struct engine *engine;
    struct costs costs;
    struct matcher *matchers;                         /* one per symbol */
    struct order_update updates[MATCHER_UPDATES_MAX]; /* of the bar that is worked through */
};

/* In place: the matchers point into it, so it must not be moved afterwards. The playbook and the
 * equity curve are borrowed for its life. */
bool simulation_init(struct simulation *simulation, const struct playbook *playbook,
                     const struct costs *costs, const struct equity *equity, struct error *error);
void simulation_release(struct simulation *simulation); /* accepts a zeroed one */

/* Sessions begin, and faults are told, by calling the engine's own functions. */

/* What a bar does beyond being shown: fills what waits on it; takes the orders it led to. */
void simulation_fill(struct simulation *simulation, size_t symbol, const struct bar *bar);
void simulation_take_orders(struct simulation *simulation);

/* A bar has closed: fills what waited, then shows it. True: there may be trades to drain with
 * engine_next_trade. Inline, since on nearly every bar there is nothing to fill and no order. */
static inline bool simulation_bar(struct simulation *simulation, size_t symbol,
                                  const struct bar *bar)
{
    if (!simulation->matchers[symbol].is_idle)
        simulation_fill(simulation, symbol, bar);
    if (!engine_bar(simulation->engine, symbol, bar))
        return false;
    simulation_take_orders(simulation);
    return true;
}

/* The session is over: then drain the trades and read engine_session_report. */
void simulation_session_end(struct simulation *simulation, size_t symbol);

#endif
