/* The days and hours on which the New York Stock Exchange trades: its holidays and early closes by
 * rule, and every exception since 1990. Pure; all of it is in the two tables of holidays.c. */
#ifndef PLAYBOOK_MARKET_HOLIDAYS_H
#define PLAYBOOK_MARKET_HOLIDAYS_H

#include <stdbool.h>
#include <stdint.h>

/* Clock readings in New York: minutes since midnight. */
struct trading_hours {
    int open_minute;
    int close_minute;
    int expected_close_minute; /* what was known at the open; later than an unplanned close */
};

enum { USUAL_OPEN_MINUTE = 9 * 60 + 30, USUAL_CLOSE_MINUTE = 16 * 60 };

/* False: the exchange is closed on that date. What was true before 1990 is not known here. */
bool holidays_trading_hours(int32_t date, struct trading_hours *ret_hours);

#endif
