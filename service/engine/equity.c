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

int64_t equity_max_drawdown(const struct equity *equity, int64_t capital)
{
    int64_t value = capital;
    int64_t peak = capital;
    int64_t max_drawdown = 0;
    for (size_t i = 0; i < equity->count; i++) {
        value += equity->changes[i];
        peak = value > peak ? value : peak;
        int64_t drawdown = peak - value;
        max_drawdown = drawdown > max_drawdown ? drawdown : max_drawdown;
    }
    return max_drawdown;
}
