/* The bars that every measurement runs on: a random walk, the same on every machine. */
#ifndef PLAYBOOK_TESTS_BENCH_WALK_H
#define PLAYBOOK_TESTS_BENCH_WALK_H

#include "service/base/date.h"
#include "service/market/calendar.h"
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

/* The next bar of a walk in cents, between 640 and some thousands of dollars. */
static inline struct bar walk_bar(uint64_t *state, int64_t *close, int64_t time_us)
{
    int64_t open = *close + (int64_t)(walk_random(state) % 5) - 2;
    *close = open + (int64_t)(walk_random(state) % 25) - 12;
    *close += *close < 64000 ? 128 : 0;
    int64_t high = (open > *close ? open : *close) + 3;
    int64_t low = (open < *close ? open : *close) - 3;
    return (struct bar) {
        .open_time_us = time_us,
        .open = (double)open / 100,
        .high = (double)high / 100,
        .low = (double)low / 100,
        .close = (double)*close / 100,
        .volume = (double)(walk_random(state) % 100000),
        .vwap = NAN,
        .trade_count = -1,
    };
}

/* One-minute bars without a gap. */
static inline void walk_fill(struct series *series, size_t count)
{
    uint64_t state = UINT64_C(88172645463325252);
    int64_t close = 100000;
    series_reserve(series, count);
    for (size_t i = 0; i < count; i++) {
        struct bar bar = walk_bar(&state, &close, WALK_START_US + (int64_t)i * MINUTE_US);
        series_append(series, &bar);
    }
}

/* One-minute bars of New York's sessions, another walk for every number. */
static inline void walk_fill_sessions(struct series *series, size_t count, size_t number)
{
    const struct calendar *calendar = calendar_find("xnys");
    uint64_t state = UINT64_C(88172645463325252) + number;
    int64_t close = 100000;
    struct session session = { .date = date_of_instant(WALK_START_US) - 1 };
    series_reserve(series, count);
    while (series->count < count && calendar_session_from(calendar, session.date + 1, &session)) {
        for (int64_t time_us = session.open_us; time_us < session.close_us && series->count < count;
             time_us += MINUTE_US) {
            struct bar bar = walk_bar(&state, &close, time_us);
            series_append(series, &bar);
        }
    }
}

#endif
