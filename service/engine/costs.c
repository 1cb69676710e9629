#include "service/engine/costs.h"

#include "service/base/decimal.h"
#include "service/trading/trade.h"

#include <math.h>
#include <string.h>

#define BPS_PER_ONE 1e4
#define FEE_MAX 1e6
#define SLIPPAGE_BPS_MAX 1e3

static bool parse_amount(const char *text, const char *suffix, double most, double *ret_amount)
{
    size_t size = strlen(text);
    size_t suffix_size = strlen(suffix);
    if (size <= suffix_size || strcmp(text + size - suffix_size, suffix) != 0)
        return false;
    double amount;
    if (!double_parse(text, size - suffix_size, &amount) || !(amount >= 0 && amount <= most))
        return false;
    *ret_amount = amount;
    return true;
}

bool costs_parse_fee(const char *text, struct costs *costs, struct error *error)
{
    static const struct {
        const char *suffix;
        enum fee_kind kind;
    } forms[] = { { "/share", FEE_PER_SHARE }, { "bps", FEE_BPS }, { "/order", FEE_PER_ORDER } };

    if (strcmp(text, "0") == 0) {
        costs->fee_kind = FEE_NONE;
        return true;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (parse_amount(text, forms[i].suffix, FEE_MAX, &costs->fee)) {
            costs->fee_kind = forms[i].kind;
            return true;
        }
    }
    return error_set(error, ERROR_USAGE,
                     "\"%.40s\" is not a fee (one such as 0.005/share, 2bps or 1/order)", text);
}

bool costs_parse_slippage(const char *text, struct costs *costs, struct error *error)
{
    if (strcmp(text, "0") == 0) {
        costs->slippage_bps = 0;
        return true;
    }
    if (parse_amount(text, "bps", SLIPPAGE_BPS_MAX, &costs->slippage_bps))
        return true;
    return error_set(error, ERROR_USAGE,
                     "\"%.40s\" is not a slippage (one such as 1bps, at most 1000bps)", text);
}

int64_t costs_fee(const struct costs *costs, double price, int64_t quantity)
{
    if (costs->fee_kind == FEE_PER_SHARE)
        return money_of(costs->fee, quantity);
    if (costs->fee_kind == FEE_BPS)
        return money_from_double(dollars_of(price, quantity) * costs->fee / BPS_PER_ONE);
    return costs->fee_kind == FEE_PER_ORDER ? money_from_double(costs->fee) : 0;
}

double costs_buy_price(const struct costs *costs, double price)
{
    return price * (1 + costs->slippage_bps / BPS_PER_ONE);
}

double costs_sell_price(const struct costs *costs, double price)
{
    return price * (1 - costs->slippage_bps / BPS_PER_ONE);
}
