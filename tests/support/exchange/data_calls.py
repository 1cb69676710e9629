"""The calls of the market data host: bars, the latest bars, snapshots, corporate actions."""
import json
from collections import namedtuple
from datetime import date

from .answers import Answer, answer, bad_request, recent_sip
from .market import DAY, MINUTE
from .pages import PAIR, STOCK, choice, page_of, parse_query, parse_symbols
from .splits import action
from .times import MINUTE_US, format_instant, new_york_date, parse_instant

DELAY_US = 15 * MINUTE_US  # how recent is recent
FEEDS = ("sip", "iex", "boats", "otc")
LATEST_FEEDS = ("", "sip", "iex", "delayed_sip", "boats", "otc", "overnight")

# What a call may look at: the state of the exchange, what is asked, the name in the path, and now.
Call = namedtuple("Call", "exchange query symbol now_us")


def currency(call):
    return {"currency": call.query["currency"]} if call.query.get("currency") else {}


def bars(call, symbols, single=None):
    asked = parse_query(call.query, symbols, call.now_us)
    page = page_of(call.exchange.market, asked, call.now_us)
    page.single, page.asked_token = single, call.query.get("page_token") or None
    page.extra = currency(call)
    return Answer(page=page)


def stock_bars_of(call, symbols, single=None):
    """The basic plan sees all exchanges but for the last quarter of an hour."""
    feed = choice(call.query, "feed", FEEDS)
    if call.exchange.plan == "basic" and feed == "sip":
        latest_us = call.now_us - DELAY_US
        if call.query.get("feed") or call.query.get("end"):
            asked = parse_query(call.query, symbols, call.now_us)
            if asked.last > latest_us:
                raise recent_sip()
        else:
            call = call._replace(query=call.query | {"end": format_instant(latest_us)})
    return bars(call, symbols, single)


def stock_bars(call):
    return stock_bars_of(call, parse_symbols(call.query.get("symbols", ""), STOCK))


def single_stock_bars(call):
    symbols = parse_symbols(call.symbol, STOCK)
    return stock_bars_of(call, symbols, symbols[0])


def pair_bars(call):
    return bars(call, parse_symbols(call.query.get("symbols", ""), PAIR))


# ---- the latest ----------------------------------------------------------------------------------

def latest_us(call):
    """The time that the feed has reached."""
    feed = choice(call.query, "feed", LATEST_FEEDS)
    if feed == "sip" and call.exchange.plan == "basic":
        raise recent_sip()
    return call.now_us - DELAY_US if feed == "delayed_sip" else call.now_us


def last_rows(call, symbol, timeframe, count, now_us):
    rows = call.exchange.market.visible(symbol, timeframe, now_us)[1][-count:]
    return [json.loads(row) for row in rows]


def latest_bars(call, symbols, now_us):
    found = {symbol: last_rows(call, symbol, MINUTE, 1, now_us) for symbol in symbols}
    return {symbol: rows[0] for symbol, rows in found.items() if rows}


def latest_stock_bars(call):
    symbols = parse_symbols(call.query.get("symbols", ""), STOCK)
    return answer({"bars": latest_bars(call, symbols, latest_us(call))} | currency(call))


def latest_single_stock_bar(call):
    symbols = parse_symbols(call.symbol, STOCK)
    found = latest_bars(call, symbols, latest_us(call))
    return answer({"symbol": symbols[0], "bar": found.get(symbols[0])} | currency(call))


def latest_pair_bars(call):
    symbols = parse_symbols(call.query.get("symbols", ""), PAIR)
    return answer({"bars": latest_bars(call, symbols, call.now_us)})


# ---- snapshots -----------------------------------------------------------------------------------

def late_in(minute):
    return format_instant(parse_instant(minute["t"]) + MINUTE_US - 123_456)


def stock_last(minute):
    """The last trade and quote, as they may have been."""
    time, price = late_in(minute), minute["c"]
    return {"latestTrade": {"t": time, "x": "V", "p": price, "s": 100, "c": ["@"], "i": 62_700,
                            "z": "C"},
            "latestQuote": {"t": time, "ax": "V", "ap": round(price + 0.01, 4), "as": 200,
                            "bx": "V", "bp": round(price - 0.01, 4), "bs": 100, "c": ["R"],
                            "z": "C"}}


def pair_last(minute):
    time, price = late_in(minute), minute["c"]
    return {"latestTrade": {"t": time, "p": price, "s": 0.0012, "tks": "B", "i": 25_661_005},
            "latestQuote": {"t": time, "bp": price - 1, "bs": 0.405, "ap": price + 1,
                            "as": 0.405}}


def snapshot(call, symbol, last_of, now_us):
    """None for a symbol without bars; a member is null when there is none."""
    minutes = last_rows(call, symbol, MINUTE, 1, now_us)
    days = last_rows(call, symbol, DAY, 2, now_us)
    if not minutes and not days:
        return None
    before = days[-2] if len(days) > 1 else None
    last = last_of(minutes[0]) if minutes else {"latestTrade": None, "latestQuote": None}
    return last | {"minuteBar": minutes[0] if minutes else None,
                   "dailyBar": days[-1] if days else None, "prevDailyBar": before}


def stock_snapshots(call):
    symbols = parse_symbols(call.query.get("symbols", ""), STOCK)
    now_us = latest_us(call)
    return answer({symbol: snapshot(call, symbol, stock_last, now_us) for symbol in symbols})


def single_stock_snapshot(call):
    symbol, = parse_symbols(call.symbol, STOCK)
    found = snapshot(call, symbol, stock_last, latest_us(call)) or {}
    return answer({"symbol": symbol} | found | currency(call))


def pair_snapshots(call):
    symbols = parse_symbols(call.query.get("symbols", ""), PAIR)
    found = {symbol: snapshot(call, symbol, pair_last, call.now_us) for symbol in symbols}
    return answer({"snapshots": {symbol: one for symbol, one in found.items() if one}})


# ---- corporate actions ---------------------------------------------------------------------------

def actions(call):
    """Splits only: type and record, in the order of their process dates."""
    today = new_york_date(call.now_us).isoformat()
    first, last = (call.query.get(name) or today for name in ("start", "end"))
    try:
        date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise bad_request(f"invalid date: {error}") from error
    symbols, types = (set(filter(None, call.query.get(name, "").split(",")))
                      for name in ("symbols", "types"))
    found = [action(split) for split in call.exchange.market.splits]
    return sorted((record["process_date"], record["id"], kind, record) for kind, record in found
                  if first <= record["process_date"] <= last
                  and (not symbols or record["symbol"] in symbols)
                  and (not types or kind in types))


def corporate_actions(call):
    """A page token is the number of actions told."""
    limit, token = (call.query.get(name) or default
                    for name, default in (("limit", "100"), ("page_token", "0")))
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000 or not token.isdecimal():
        raise bad_request("invalid limit or page_token")
    found, begin, end = actions(call), int(token), int(token) + int(limit)
    if choice(call.query, "sort", ("asc", "desc")) == "desc":
        found.reverse()
    groups = {}
    for _, _, kind, record in found[begin:end]:
        groups.setdefault(kind + "s", []).append(record)
    return answer({"corporate_actions": groups,
                   "next_page_token": str(end) if end < len(found) else None})


CALLS = {
    "/v2/stocks/bars": stock_bars,
    "/v2/stocks/bars/latest": latest_stock_bars,
    "/v2/stocks/snapshots": stock_snapshots,
    "/v2/stocks/{symbol}/bars": single_stock_bars,
    "/v2/stocks/{symbol}/bars/latest": latest_single_stock_bar,
    "/v2/stocks/{symbol}/snapshot": single_stock_snapshot,
    "/v1beta3/crypto/us/bars": pair_bars,
    "/v1beta3/crypto/us/latest/bars": latest_pair_bars,
    "/v1beta3/crypto/us/snapshots": pair_snapshots,
    "/v1/corporate-actions": corporate_actions,
}
