/* The bars that every measurement runs on: a random walk, the same on every machine. */
#ifndef PLAYBOOK_TESTS_BENCH_WALK_H
#define PLAYBOOK_TESTS_BENCH_WALK_H

#include "service/base/date.h"
#include "service/market/series.h"

#include <math.h>

#define WALK_START_US (INT64_C(1640995200) * SECOND_US) /* 2022-01-01T00:00:00Z */

static inline uint64_t walk_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One-minute bars without a gap, in cents, between 640 and some thousands of dollars. */
static inline void walk_fill(struct series *series, size_t count)
{
    uint64_t state = UINT64_C(88172645463325252);
    int64_t close = 100000;
    series_reserve(series, count);
    for (size_t i = 0; i < count; i++) {
        int64_t open = close + (int64_t)(walk_random(&state) % 5) - 2;
        close = open + (int64_t)(walk_random(&state) % 25) - 12;
        close += close < 64000 ? 128 : 0;
        int64_t high = (open > close ? open : close) + 3;
        int64_t low = (open < close ? open : close) - 3;
        series_append(series, &(struct bar) {
                                  .open_time_us = WALK_START_US + (int64_t)i * MINUTE_US,
                                  .open = (double)open / 100,
                                  .high = (double)high / 100,
                                  .low = (double)low / 100,
                                  .close = (double)close / 100,
                                  .volume = (double)(walk_random(&state) % 100000),
                                  .vwap = NAN,
                                  .trade_count = -1,
                              });
    }
}

#endif
