#include "service/stats/performance.h"

#include "service/base/decimal.h"

#include <math.h>

static double ratio(double numerator, double denominator)
{
    return denominator > 0 ? numerator / denominator : NAN;
}

struct performance performance_of(const struct trade *trades, size_t count)
{
    struct performance result = { .trades = count };
    int64_t won = 0;
    int64_t lost = 0;
    double r_sum = 0;
    size_t r_count = 0;
    size_t streak = 0;
    for (size_t i = 0; i < count; i++) {
        const struct trade *trade = &trades[i];
        bool is_win = trade->net_pnl > 0;
        result.gross_pnl += trade->gross_pnl;
        result.fees += trade->fees;
        result.net_pnl += trade->net_pnl;
        result.wins += is_win;
        won += is_win ? trade->net_pnl : 0;
        lost += is_win ? 0 : -trade->net_pnl;
        streak = is_win ? 0 : streak + 1;
        if (streak > result.longest_losing_streak)
            result.longest_losing_streak = streak;
        if (!isnan(trade->r_multiple)) {
            r_sum += trade->r_multiple;
            r_count++;
        }
    }
    result.losses = count - result.wins;
    result.win_rate = ratio((double)result.wins, (double)count);
    result.profit_factor = ratio((double)won, (double)lost);
    result.expectancy = ratio((double)result.net_pnl / MONEY_ONE, (double)count);
    result.average_r = ratio(r_sum, (double)r_count);
    return result;
}
