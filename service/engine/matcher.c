#include "service/engine/matcher.h"

#include <assert.h>
#include <math.h>

void matcher_init(struct matcher *matcher, const struct costs *costs)
{
    *matcher = (struct matcher) { .costs = costs, .is_idle = true };
}

static void judge_idle(struct matcher *matcher)
{
    bool guarded = matcher->held.quantity != 0 &&
                   !(isnan(matcher->stop_price) && isnan(matcher->target_price));
    matcher->is_idle = !matcher->has_entry && !matcher->has_exit && !guarded;
}

void matcher_place(struct matcher *matcher, const struct order *order)
{
    assert(order->action != ORDER_AT_CLOSE);
    if (order->action == ORDER_CANCEL) {
        matcher->has_entry = matcher->has_entry && order->leg != LEG_ENTRY;
        matcher->has_exit = matcher->has_exit && order->leg != LEG_EXIT;
    } else if (order->leg == LEG_ENTRY) {
        assert(!matcher->has_entry);
        matcher->entry = *order;
        matcher->has_entry = true;
    } else {
        assert(!matcher->has_exit && matcher->held.quantity != 0);
        matcher->exit = *order;
        matcher->has_exit = true;
    }
    judge_idle(matcher);
}

/* Updates are filled where they stay: a copy made at once would wait for the stores of its parts.
 * No member is left out, or all of the update would be cleared first. */
static void buy(struct matcher *matcher, const struct bar *bar, struct order_update *update)
{
    const struct order *order = &matcher->entry;
    double price = costs_buy_price(matcher->costs, bar->open);
    matcher->held = *order;
    matcher->has_entry = false;
    matcher->stop_price = order->stop_distance > 0 ? price - order->stop_distance : NAN;
    matcher->target_price = order->target_distance > 0 ? price + order->target_distance : NAN;
    *update = (struct order_update) {
        .symbol = order->symbol,
        .key = order->key,
        .leg = LEG_ENTRY,
        .time_us = bar->open_time_us,
        .price = price,
        .quantity = order->quantity,
        .fee = costs_fee(matcher->costs, price, order->quantity),
        .stop_price = matcher->stop_price,
        .target_price = matcher->target_price,
        .at_close = false,
        .reason = order->reason,
    };
}

static void sell(struct matcher *matcher, double market_price, int64_t time_us, const char *reason,
                 struct order_update *update)
{
    const struct order *held = &matcher->held;
    int64_t quantity = held->quantity;
    double price = costs_sell_price(matcher->costs, market_price);
    matcher->held.quantity = 0;
    matcher->has_exit = false;
    *update = (struct order_update) {
        .symbol = held->symbol,
        .key = held->key,
        .leg = LEG_EXIT,
        .time_us = time_us,
        .price = price,
        .quantity = quantity,
        .fee = costs_fee(matcher->costs, price, quantity),
        .stop_price = matcher->stop_price,
        .target_price = matcher->target_price,
        .at_close = false,
        .reason = reason,
    };
}

/* Comparisons with a stop or target that is NaN are false: there is none. */
static bool guard_fill(const struct matcher *matcher, const struct bar *bar, double *ret_price,
                       const char **ret_reason)
{
    double stop = matcher->stop_price;
    double target = matcher->target_price;
    bool stopped = bar->low <= stop && !(bar->open >= target);
    if (!stopped && !(bar->high >= target))
        return false;
    bool opens_beyond = bar->open <= stop || bar->open >= target;
    double touched = stopped ? stop : target;
    *ret_price = opens_beyond ? bar->open : touched;
    *ret_reason = stopped ? "stop_loss" : "target";
    return true;
}

size_t matcher_bar(struct matcher *matcher, const struct bar *bar,
                   struct order_update updates[static MATCHER_UPDATES_MAX])
{
    size_t count = 0;
    if (matcher->has_exit)
        sell(matcher, bar->open, bar->open_time_us, matcher->exit.reason, &updates[count++]);
    if (matcher->has_entry)
        buy(matcher, bar, &updates[count++]);
    double price;
    const char *reason;
    if (matcher->held.quantity != 0 && guard_fill(matcher, bar, &price, &reason))
        sell(matcher, price, bar->open_time_us, reason, &updates[count++]);
    judge_idle(matcher);
    return count;
}

struct order_update matcher_close(struct matcher *matcher, const struct order *order,
                                  int64_t end_us)
{
    assert(order->action == ORDER_AT_CLOSE && matcher->held.quantity != 0);
    struct order_update update;
    sell(matcher, order->close, end_us, order->reason, &update);
    update.at_close = true;
    matcher->has_entry = false;
    judge_idle(matcher);
    return update;
}
