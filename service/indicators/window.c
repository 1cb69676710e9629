#include "service/indicators/window.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>

/* Up to here a double holds every integer. */
#define DOUBLE_EXACT_MAX (INT64_C(1) << 53)

void window_init(struct window *window, size_t length)
{
    assert(length >= 1);
    size_t places = 1;
    while (places <= length)
        places *= 2;
    *window = (struct window) {
        .totals = memory_new(places, sizeof *window->totals),
        .mask = (int64_t)places - 1,
        .length = (int64_t)length,
        .narrow_max = DOUBLE_EXACT_MAX / (int64_t)length,
        .fitting_max = INT64_MAX / (int64_t)length,
    };
}

void window_release(struct window *window)
{
    free(window->totals);
    *window = (struct window) { 0 };
}

static bool is_within(int64_t value, int64_t max)
{
    return value >= -max && value <= max;
}

/* After so many values, whether all are there and none is large. */
static bool is_narrow(const struct window *window, int64_t count)
{
    return count - window->length >= window->narrow_from;
}

void window_push_careful(struct window *window, int64_t newest)
{
    window_add(window, newest);
    if (!is_within(newest, window->narrow_max))
        window->narrow_from = window->count;
    if (!is_within(newest, window->fitting_max))
        window->fitting_from = window->count;
    window->is_narrow = is_narrow(window, window->count);
    bool next_may_be = is_narrow(window, window->count + 1);
    window->limit = next_may_be ? (uint64_t)window->narrow_max + 1 : 0;
}

__int128 window_sum_wide(const struct window *window, int64_t length)
{
    int64_t begin = window->count - length;
    assert(begin >= 0 && length <= window->length);
    if (begin >= window->fitting_from)
        return window_sum(window, length);
    __int128 sum = 0;
    for (int64_t i = begin; i < window->count; i++)
        sum += (int64_t)(window->totals[(i + 1) & window->mask] - window->totals[i & window->mask]);
    return sum;
}
