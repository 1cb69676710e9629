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
    simulation->venues = memory_new(playbook->symbol_count, sizeof *simulation->venues);
    for (size_t i = 0; i < playbook->symbol_count; i++)
        matcher_init(&simulation->venues[i].matcher, &simulation->costs);
    return true;
}

void simulation_release(struct simulation *simulation)
{
    engine_free(simulation->engine);
    free(simulation->venues);
    *simulation = (struct simulation) { 0 };
}

static void pass_orders(struct simulation *simulation)
{
    struct order order;
    while (engine_next_order(simulation->engine, &order)) {
        struct venue *venue = &simulation->venues[order.symbol];
        if (order.action != ORDER_AT_CLOSE) {
            matcher_place(&venue->matcher, &order);
            continue;
        }
        int64_t end_us = engine_now_us(simulation->engine, order.symbol);
        struct order_update update =
            matcher_close(&venue->matcher, &order, venue->last_close, end_us);
        engine_order_update(simulation->engine, &update);
    }
}

static void fill_orders(struct simulation *simulation, struct matcher *matcher,
                        const struct bar *bar)
{
    struct order_update updates[MATCHER_UPDATES_MAX];
    size_t count = matcher_bar(matcher, bar, updates);
    for (size_t i = 0; i < count; i++)
        engine_order_update(simulation->engine, &updates[i]);
}

bool simulation_bar(struct simulation *simulation, size_t symbol, const struct bar *bar)
{
    struct venue *venue = &simulation->venues[symbol];
    if (!venue->matcher.is_idle)
        fill_orders(simulation, &venue->matcher, bar);
    venue->last_close = bar->close;
    if (!engine_bar(simulation->engine, symbol, bar))
        return false;
    pass_orders(simulation);
    return true;
}

void simulation_session_end(struct simulation *simulation, size_t symbol)
{
    engine_session_end(simulation->engine, symbol);
    pass_orders(simulation);
}
