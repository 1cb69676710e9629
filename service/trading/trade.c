#include "service/trading/trade.h"

#include <math.h>

void trade_settle(struct trade *trade)
{
    double entry = trade->entry_price;
    double risk = dollars_of(entry - trade->stop_price, trade->quantity);
    trade->gross_pnl = money_of(trade->exit_price - entry, trade->quantity);
    trade->net_pnl = trade->gross_pnl - trade->fees;
    trade->mae = money_of(lower_of(trade->low - entry, 0), trade->quantity);
    trade->mfe = money_of(higher_of(trade->high - entry, 0), trade->quantity);
    double net = (double)trade->net_pnl / MONEY_ONE;
    trade->return_pct = 100 * net / dollars_of(entry, trade->quantity);
    trade->r_multiple = risk > 0 ? net / risk : NAN;
}
