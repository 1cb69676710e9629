/* Holds while the fast mean of closes is above the slow one: enters when it crosses above (was
 * at or below on the bar before), exits when it crosses below. The means run on over sessions,
 * and so does the position. */
#ifndef PLAYBOOK_STRATEGIES_SMA_CROSS_H
#define PLAYBOOK_STRATEGIES_SMA_CROSS_H

#include "service/strategies/strategy.h"

extern const struct strategy_type sma_cross;

#endif
