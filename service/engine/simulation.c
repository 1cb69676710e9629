#include "service/engine/simulation.h"

#include "service/base/memory.h"

#include <stdlib.h>

bool simulation_init(struct simulation *simulation, const struct playbook *playbook,
                     const struct costs *costs, const struct equity *equity, struct error *error)
{
    struct engine *engine = engine_new(playbook, equity, error);
    if (!engine)
        return false;
    simulation->engine = engine;
    simulation->costs = *costs;
    simulation->matchers = memory_new(playbook->symbol_count, sizeof *simulation->matchers);
    for (size_t i = 0; i < playbook->symbol_count; i++)
        matcher_init(&simulation->matchers[i], &simulation->costs);
    return true;
}

void simulation_release(struct simulation *simulation)
{
    engine_free(simulation->engine);
    free(simulation->matchers);
    *simulation = (struct simulation) { 0 };
}

void simulation_take_orders(struct simulation *simulation)
{
    const struct order *order;
    while ((order = engine_next_order(simulation->engine))) {
        struct matcher *matcher = &simulation->matchers[order->symbol];
        if (order->action != ORDER_AT_CLOSE) {
            matcher_place(matcher, order);
            continue;
        }
        int64_t end_us = engine_now_us(simulation->engine, order->symbol);
        struct order_update update = matcher_close(matcher, order, end_us);
        engine_order_update(simulation->engine, &update);
    }
}

void simulation_fill(struct simulation *simulation, size_t symbol, const struct bar *bar)
{
    struct order_update *updates = simulation->updates;
    size_t count = matcher_bar(&simulation->matchers[symbol], bar, updates);
    for (size_t i = 0; i < count; i++)
        engine_order_update(simulation->engine, &updates[i]);
}

void simulation_session_end(struct simulation *simulation, size_t symbol)
{
    engine_session_end(simulation->engine, symbol);
    simulation_take_orders(simulation);
}
