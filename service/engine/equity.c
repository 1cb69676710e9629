#include "service/engine/equity.h"

#include "service/base/memory.h"
#include "service/market/timeframe.h"

#include <assert.h>
#include <stdlib.h>

void equity_init(struct equity *equity, const struct calendar *calendar, int32_t first_date,
                 int32_t last_date, int64_t timeframe_us)
{
    assert(first_date <= last_date);
    size_t count = 0;
    size_t *rows = memory_new((size_t)(last_date - first_date) + 1, sizeof *rows);
    for (int32_t date = first_date; date <= last_date; date++) {
        struct session session;
        rows[date - first_date] = count;
        if (calendar_session(calendar, date, &session))
            count += (size_t)timeframe_cells(&session, timeframe_us);
    }
    *equity = (struct equity) {
        .changes = memory_new(count, sizeof *equity->changes),
        .count = count,
        .rows = rows,
        .first_date = first_date,
        .last_date = last_date,
    };
}

void equity_release(struct equity *equity)
{
    free(equity->changes);
    free(equity->rows);
    *equity = (struct equity) { 0 };
}

int64_t *equity_session(const struct equity *equity, int32_t date)
{
    assert(date >= equity->first_date && date <= equity->last_date);
    return equity->changes + equity->rows[date - equity->first_date];
}

void equity_add(struct equity *equity, const struct equity *other)
{
    assert(equity->first_date == other->first_date && equity->count == other->count);
    for (size_t i = 0; i < equity->count; i++)
        equity->changes[i] += other->changes[i];
}

static int64_t larger_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How deep a fall is, which ends where it is made good, and how deep one has been. */
struct fall {
    int64_t now, max;
};

static struct fall fall_on(struct fall fall, int64_t change)
{
    int64_t now = larger_of(fall.now - change, 0);
    return (struct fall) { now, larger_of(fall.max, now) };
}

/* A fall from a peak is a sum of changes in a row, and the largest is the same from either end. So
 * it is looked for from both, in steps that do not wait for each other; where they meet, a fall
 * that runs up to there on either side is one. */
int64_t equity_max_drawdown(const struct equity *equity)
{
    const int64_t *begin = equity->changes;
    const int64_t *end = begin + equity->count;
    struct fall forward = { 0 };
    struct fall backward = { 0 };
    while (end - begin >= 2) {
        forward = fall_on(forward, *begin++);
        backward = fall_on(backward, *--end);
    }
    if (begin < end)
        forward = fall_on(forward, *begin);
    int64_t across = forward.now + backward.now;
    return larger_of(across, larger_of(forward.max, backward.max));
}
