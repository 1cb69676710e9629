#include "service/engine/equity.h"

void equity_init(struct equity *equity, int64_t capital)
{
    *equity = (struct equity) { .value = capital, .peak = capital, .time_us = INT64_MIN };
}

void equity_mark(struct equity *equity)
{
    if (equity->value > equity->peak)
        equity->peak = equity->value;
    if (equity->peak - equity->value > equity->max_drawdown)
        equity->max_drawdown = equity->peak - equity->value;
}
