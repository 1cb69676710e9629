/* What is held of one symbol. */
#ifndef PLAYBOOK_TRADING_POSITION_H
#define PLAYBOOK_TRADING_POSITION_H

#include <stdint.h>

enum side { SIDE_LONG, SIDE_SHORT };

struct position {
    int64_t quantity;      /* 1e-9 units; 0: flat, and nothing else here means anything */
    double entry_price;    /* after slippage */
    int64_t entry_time_us; /* the open time of the bar on which it was filled */
    double stop_price;     /* NaN: none */
    double target_price;   /* NaN: none */
};

#endif
