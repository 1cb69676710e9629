/* What the engine asks of a broker, and what the broker tells it. An order is known by the session
 * of its decision, its number in it and its leg: no other id, so nothing in it is random. */
#ifndef PLAYBOOK_TRADING_ORDER_H
#define PLAYBOOK_TRADING_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which trade of a symbol, or which order: a session, and 1, 2, ... within that session. A trade
 * counts in the session in which its entry was filled, an order in that of its decision. */
struct trade_key {
    int32_t session_date;
    int32_t number;
};

enum order_leg { LEG_ENTRY, LEG_EXIT };

enum order_action {
    ORDER_AT_OPEN,  /* at the market, at the open of the next bar present */
    ORDER_AT_CLOSE, /* at the close of the last bar present: the session is over */
    ORDER_CANCEL,
};

struct order {
    size_t symbol; /* index of the playbook's symbol */
    struct trade_key key;
    enum order_leg leg;
    enum order_action action;
    int64_t quantity;       /* 1e-9 units */
    double close;           /* of ORDER_AT_CLOSE: the price of that close */
    double stop_distance;   /* of an entry: below the real fill price; 0: none */
    double target_distance; /* of an entry: above it; 0: none */
    const char *reason;     /* static text; of an exit it becomes the trade's exit reason */
};

/* A fill: always the whole quantity for now. */
struct order_update {
    size_t symbol;
    struct trade_key key;
    enum order_leg leg;
    int64_t time_us;     /* of an open or a stop: the bar's open time; of a close: the bar's end */
    double price;        /* after slippage */
    int64_t quantity;    /* 1e-9 units */
    int64_t fee;         /* micro-dollars, > 0 is a cost */
    double stop_price;   /* of an entry: now in force; NaN: none */
    double target_price; /* likewise */
    bool at_close;       /* filled at the close of a bar already shown, not on a new one */
    const char *reason;  /* static text: the order's, or "stop_loss", "target" */
};

#endif
