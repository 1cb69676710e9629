/* Buys at eleven on Tuesdays and Wednesdays: when the first bar that ends at or after entry_time
 * has closed, the entry is ordered. No stop; out at the exit time. */
#ifndef PLAYBOOK_STRATEGIES_WED_TUE_11AM_H
#define PLAYBOOK_STRATEGIES_WED_TUE_11AM_H

#include "service/strategies/strategy.h"

extern const struct strategy_type wed_tue_11am;

#endif
