/* The feed of Alpaca's historical bars: one-minute and daily bars of stocks and of crypto pairs by
 * its REST API (https://docs.alpaca.markets/reference/stockbars, .../cryptobars-1).
 *
 * A request becomes questions (alpaca_plan.h), some of which are on their way at the same time; the
 * pages of each follow one another (alpaca_walk.h), are read (alpaca_page.h) and merged by symbol.
 * A name that Alpaca refuses gets its error, and the others are asked for again without it. Pairs
 * need no keys and get none to see. What is not over yet is left out: the running minute, and the
 * day whose session has not closed. */
#ifndef PLAYBOOK_FEEDS_ALPACA_BARS_H
#define PLAYBOOK_FEEDS_ALPACA_BARS_H

#include "service/feeds/alpaca_plan.h"
#include "service/feeds/alpaca_walk.h"
#include "service/feeds/feed.h"

#include <stdint.h>

struct alpaca_bars_options {
    const struct alpaca_account *account; /* borrowed, with what it points to */
    enum alpaca_feed feed;
    int page_bars;           /* 0: ALPACA_PAGE_BARS, which is also the most there can be */
    int64_t (*now_us)(void); /* NULL: clock_wall_us */
};

/* Errors of load: denied (keys, plan), provider (no reply that can be used), deadline. A symbol's
 * own error is of kind usage. */
struct feed *alpaca_bars_open(const struct alpaca_bars_options *options);

#endif
