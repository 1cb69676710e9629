/* "Deep pullback 20": above its 200-day average, buy a pullback through the 20-bar average
 * between 10:00 and 10:30 once it has reversed strongly and been confirmed.
 *
 * Trend: the first bar present opens above the mean of the last 200 daily closes. EMA(20) and
 * ATR(14) start anew each session. In the window: pullback, the first bar that closes below its
 * EMA; reversal, the first later bar that closes above its EMA with close - low > strength x
 * (high - low); confirmation, the next bar present, still in the window: below its EMA it ends
 * the day, else the entry is ordered, with a stop of stop_atr x that ATR below the fill. */
#ifndef PLAYBOOK_STRATEGIES_DP20_H
#define PLAYBOOK_STRATEGIES_DP20_H

#include "service/strategies/strategy.h"

extern const struct strategy_type dp20;

#endif
