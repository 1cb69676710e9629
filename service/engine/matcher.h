/* The simulated exchange for one symbol: takes orders and fills them on the bars that follow.
 *
 * Inside one bar, in this order: an exit ordered earlier fills at the open; an entry ordered
 * earlier fills at the open, and its stop and target come into force at once; then stop and target
 * are judged: touched when low <= stop or high >= target; a bar that opens at or beyond one of them
 * fills at its open, otherwise at its price, the stop before the target. */
#ifndef PLAYBOOK_ENGINE_MATCHER_H
#define PLAYBOOK_ENGINE_MATCHER_H

#include "service/engine/costs.h"
#include "service/market/bar.h"
#include "service/trading/order.h"

#include <stdbool.h>
#include <stddef.h>

/* An exit, an entry, and that entry's stop or target. */
enum { MATCHER_UPDATES_MAX = 3 };

struct matcher {
    const struct costs *costs; /* borrowed */
    bool is_idle;              /* nothing can happen on a bar */
    bool has_entry, has_exit;
    struct order entry, exit;        /* waiting for a bar */
    struct order held;               /* the entry order of the position held; quantity 0: flat */
    double stop_price, target_price; /* of the position; NaN: none */
};

void matcher_init(struct matcher *matcher, const struct costs *costs);

/* Takes an order. An order to close at a close already seen is matcher_close's. */
void matcher_place(struct matcher *matcher, const struct order *order);

/* Works through one bar; fills `updates` and returns how many there are. Without effect, and not
 * needed, while the matcher is idle. */
size_t matcher_bar(struct matcher *matcher, const struct bar *bar,
                   struct order_update updates[static MATCHER_UPDATES_MAX]);

/* Fills an ORDER_AT_CLOSE, at the end of the last bar present. What else was waiting is dropped. */
struct order_update matcher_close(struct matcher *matcher, const struct order *order,
                                  int64_t end_us);

#endif
