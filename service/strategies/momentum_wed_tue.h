/* Buys at eleven on Tuesdays and Wednesdays if the morning has risen: at the same moment as
 * wed_tue_11am, but only when the close is at least rise_pct percent above the lowest low of the
 * session so far (bars stamped before entry_time, and the deciding bar). */
#ifndef PLAYBOOK_STRATEGIES_MOMENTUM_WED_TUE_H
#define PLAYBOOK_STRATEGIES_MOMENTUM_WED_TUE_H

#include "service/strategies/strategy.h"

extern const struct strategy_type momentum_wed_tue;

#endif
