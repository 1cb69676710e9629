/* What trading costs: a fee per side and slippage on every fill, always against the trader. */
#ifndef PLAYBOOK_ENGINE_COSTS_H
#define PLAYBOOK_ENGINE_COSTS_H

#include "service/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum fee_kind {
    FEE_NONE,
    FEE_PER_SHARE, /* dollars a share or coin */
    FEE_BPS,       /* 1/10,000 of price x quantity */
    FEE_PER_ORDER, /* dollars an order */
};

struct costs {
    enum fee_kind fee_kind;
    double fee;
    double slippage_bps;
};

/* "0.005/share", "2bps", "1/order"; "0" for none. */
bool costs_parse_fee(const char *text, struct costs *costs, struct error *error);

/* "1bps"; "0" for none. */
bool costs_parse_slippage(const char *text, struct costs *costs, struct error *error);

/* Micro-dollars for one fill, rounded once. */
int64_t costs_fee(const struct costs *costs, double price, int64_t quantity);

/* The price of a fill after slippage: a buyer pays more, a seller gets less. */
double costs_buy_price(const struct costs *costs, double price);
double costs_sell_price(const struct costs *costs, double price);

#endif
