/* Buys the first bar of the morning window that closes more than `rise` above the lowest low of the
 * last `lookback` bars present of the session, itself included. No stop; out at the exit time. */
#ifndef PLAYBOOK_STRATEGIES_MORNING_REVERSAL_H
#define PLAYBOOK_STRATEGIES_MORNING_REVERSAL_H

#include "service/strategies/strategy.h"

extern const struct strategy_type morning_reversal;

#endif
