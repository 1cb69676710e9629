/* A round trip: bought and sold. What is known of it, and the figures that follow. */
#ifndef PLAYBOOK_TRADING_TRADE_H
#define PLAYBOOK_TRADING_TRADE_H

#include "service/base/decimal.h"
#include "service/trading/order.h"
#include "service/trading/position.h"

#include <stdint.h>

struct trade {
    size_t symbol; /* index of the playbook's symbol */
    struct trade_key key;
    int32_t session_date; /* the session in which it ended */
    enum side side;
    int64_t quantity; /* 1e-9 units */
    int64_t entry_time_us, exit_time_us;
    double entry_price, exit_price;
    const char *exit_reason;         /* static text */
    double stop_price, target_price; /* NaN: none */
    int64_t fees;                    /* micro-dollars, both sides */
    int64_t bars_held;               /* from the entry bar through the exit bar */

    /* Worst and best price while held: the entry bar and those between whole, the exit bar only by
     * its exit price; at a session's close the last bar whole, and the exit price. So the result
     * lies between mae and mfe. */
    double low, high;

    /* What follows, filled by trade_settle. Money in micro-dollars. */
    int64_t gross_pnl; /* (exit - entry) x quantity, rounded once */
    int64_t net_pnl;   /* gross - fees */
    int64_t mae, mfe;  /* largest adverse (<= 0) and favourable (>= 0) excursion */
    double return_pct; /* 100 x net / (entry x quantity) */
    double r_multiple; /* net / (stop distance x quantity); NaN without a stop */
};

void trade_settle(struct trade *trade);

/* Of two prices. fmin and fmax would be calls, for the sake of numbers that are none. */
static inline double lower_of(double a, double b)
{
    return a < b ? a : b;
}

static inline double higher_of(double a, double b)
{
    return a > b ? a : b;
}

/* price x quantity in dollars, and the same as micro-dollars, rounded once. */
static inline double dollars_of(double price, int64_t quantity)
{
    return price * ((double)quantity / QUANTITY_ONE);
}

static inline int64_t money_of(double price, int64_t quantity)
{
    return money_from_double(dollars_of(price, quantity));
}

#endif
