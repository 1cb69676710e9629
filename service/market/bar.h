/* What happened in [open_time, open_time + timeframe). Seen only when closed. */
#ifndef PLAYBOOK_MARKET_BAR_H
#define PLAYBOOK_MARKET_BAR_H

#include <stdint.h>

struct bar {
    int64_t open_time_us; /* UTC */
    double open, high, low, close;
    double volume;       /* shares or coins */
    double vwap;         /* NaN: the source has none */
    int64_t trade_count; /* -1: the source has none */
};

_Static_assert(sizeof(struct bar) == 64, "a bar is one cache line");

#endif
