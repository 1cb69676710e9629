/* What a list of trades came to. Definitions: a win has net > 0, a loss net <= 0. */
#ifndef PLAYBOOK_STATS_PERFORMANCE_H
#define PLAYBOOK_STATS_PERFORMANCE_H

#include "service/trading/trade.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct performance {
    size_t trades, wins, losses;
    int64_t gross_pnl, fees, net_pnl; /* micro-dollars */
    double win_rate;                  /* 0..1; NaN without trades */
    double profit_factor;             /* sum of wins / |sum of losses|; NaN without losses */
    double expectancy;                /* dollars a trade, net; NaN without trades */
    double average_r;                 /* over the trades that have one; NaN when none has */
    size_t longest_losing_streak;     /* in the order of the list */
};

struct performance performance_of(const struct trade *trades, size_t count);

#endif
