"""The calls of the trading host: clock, calendar, account, assets. Amounts are texts there."""
from datetime import date

from .answers import Refusal, answer, not_found
from .bars import is_pair
from .pages import choice
from .sessions import FIRST, LAST, session, session_after, sessions
from .times import NEW_YORK, moment, new_york_date

ID = "904837e3-3b76-47ec-b432-046db621571b"
ZERO = ("accrued_fees", "initial_margin", "intraday_adjustments", "last_maintenance_margin",
        "long_market_value", "maintenance_margin", "pending_reg_taf_fees", "pending_transfer_in",
        "pending_transfer_out", "position_market_value", "short_market_value", "sma")


def new_york_text(time_us):
    return moment(time_us, NEW_YORK).isoformat(timespec="seconds")


def clock(call):
    today = session(new_york_date(call.now_us))
    if not today or call.now_us >= today.close:
        today = session_after(new_york_date(call.now_us))
    is_open = today.open <= call.now_us
    opens = session_after(today.date) if is_open else today
    stamp = moment(call.now_us, NEW_YORK).isoformat(timespec="microseconds")
    return answer({"timestamp": f"{stamp[:26]}789{stamp[26:]}", "is_open": is_open,
                   "next_open": new_york_text(opens.open),
                   "next_close": new_york_text(today.close)})


def calendar_day(found):
    """Two ways to write a time of New York."""
    opens, closes, begin, end = (moment(time_us, NEW_YORK) for time_us in
                                 (found.open, found.close, found.begin, found.end))
    return {"date": found.date.isoformat(), "open": f"{opens:%H:%M}", "close": f"{closes:%H:%M}",
            "session_open": f"{begin:%H%M}", "session_close": f"{end:%H%M}",
            "settlement_date": session_after(found.date).date.isoformat()}


def calendar(call):
    """Settlement is the next session, as since May 2024."""
    try:
        first, last = (date.fromisoformat(call.query.get(name) or str(default))
                       for name, default in (("start", FIRST), ("end", LAST)))
    except ValueError as error:
        raise Refusal(422, {"code": 42210000, "message": f"invalid date: {error}"}) from error
    key = {"TRADING": "date", "SETTLEMENT": "settlement_date"}[
        choice(call.query, "date_type", ("TRADING", "SETTLEMENT"))]
    days = map(calendar_day, sessions(FIRST, min(last, LAST)))
    return answer([day for day in days if str(first) <= day[key] <= str(last)])


def account(call):
    cash = call.exchange.cash
    texts = {"cash": cash, "equity": cash, "last_equity": cash, "portfolio_value": cash,
             "buying_power": cash * 2, "regt_buying_power": cash * 2, "effective_buying_power":
             cash * 2, "non_marginable_buying_power": cash, "options_buying_power": cash}
    return answer({
        "id": ID, "account_number": "PA3STANDIN00", "status": "ACTIVE", "crypto_status": "ACTIVE",
        "currency": "USD", "multiplier": "2", "admin_configurations": {},
        "user_configurations": None, "crypto_tier": 1, "created_at": "2024-01-02T15:04:05.678901Z",
        "balance_asof": new_york_date(call.now_us).isoformat(), "options_approved_level": 0,
        "options_trading_level": 0, "trading_blocked": False, "transfers_blocked": False,
        "account_blocked": False, "trade_suspended_by_user": False, "shorting_enabled": True,
        **{name: "0" for name in ZERO}, **{name: str(amount) for name, amount in texts.items()}})


def asset_of(symbol):
    pair = is_pair(symbol)
    found = {"id": ID, "class": "crypto" if pair else "us_equity",
             "exchange": "CRYPTO" if pair else "NASDAQ", "symbol": symbol, "name": symbol,
             "status": "active", "tradable": True, "marginable": not pair, "shortable": not pair,
             "easy_to_borrow": not pair, "fractionable": True, "attributes": []}
    return found | ({"min_order_size": "0.0001", "min_trade_increment": "0.0001",
                     "price_increment": "0.01"} if pair else {})


def assets(call):
    found = [asset_of(symbol) for symbol in sorted(call.exchange.market.tapes)]
    kind = call.query.get("asset_class")
    return answer([asset for asset in found if not kind or asset["class"] == kind])


def single_asset(call):
    if call.symbol not in call.exchange.market.tapes:
        raise not_found(f"asset not found for {call.symbol}")
    return answer(asset_of(call.symbol))


CALLS = {
    "/v2/clock": clock,
    "/v2/calendar": calendar,
    "/v2/account": account,
    "/v2/assets": assets,
    "/v2/assets/{symbol}": single_asset,
}
