#include "service/clients/rate_limit.h"

#include "service/base/date.h"

#include <assert.h>

void rate_limit_init(struct rate_limit *limit, int per_minute, int64_t now_us)
{
    assert(per_minute >= 1);
    *limit = (struct rate_limit) { .per_minute = per_minute, .second = now_us / SECOND_US };
}

static int *taken_in(struct rate_limit *limit, int64_t second)
{
    return &limit->taken[second % RATE_LIMIT_SECONDS];
}

/* Forgets what has been taken more than a minute ago. */
static void advance(struct rate_limit *limit, int64_t now_us)
{
    int64_t second = now_us / SECOND_US;
    int64_t forgotten = second - limit->second;
    if (forgotten > RATE_LIMIT_SECONDS)
        forgotten = RATE_LIMIT_SECONDS;
    for (; forgotten > 0; forgotten--) {
        int *taken = taken_in(limit, second - forgotten + 1);
        limit->taken_count -= *taken;
        *taken = 0;
    }
    limit->second = second;
}

/* When so much has been forgotten that one more may be taken. */
static int64_t free_at_us(struct rate_limit *limit)
{
    int excess = limit->taken_count - limit->per_minute + 1;
    int64_t second = limit->second - RATE_LIMIT_SECONDS;
    while (excess > 0)
        excess -= *taken_in(limit, ++second);
    return (second + RATE_LIMIT_SECONDS) * SECOND_US;
}

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

int64_t rate_limit_take(struct rate_limit *limit, int64_t now_us)
{
    advance(limit, now_us);
    int64_t free_us = later(now_us, limit->blocked_until_us);
    if (limit->taken_count >= limit->per_minute)
        free_us = later(free_us, free_at_us(limit));
    if (limit->remaining == 0)
        free_us = later(free_us, limit->remaining_until_us);
    if (free_us > now_us)
        return free_us - now_us;
    ++*taken_in(limit, limit->second);
    limit->taken_count++;
    limit->remaining -= limit->remaining > 0;
    return 0;
}

void rate_limit_correct(struct rate_limit *limit, int per_minute, int remaining, int64_t reset_us,
                        int64_t now_us)
{
    if (per_minute > 0)
        limit->per_minute = per_minute;
    if (remaining < 0 || (reset_us >= 0 && reset_us <= now_us))
        return;
    if (reset_us < 0 || reset_us > now_us + MINUTE_US)
        reset_us = now_us + MINUTE_US;
    limit->remaining = remaining;
    limit->remaining_until_us = reset_us;
}

void rate_limit_block(struct rate_limit *limit, int64_t until_us)
{
    limit->blocked_until_us = later(limit->blocked_until_us, until_us);
}
