"""Pages of bars: what is asked for, which rows that is, and the token that goes on from there."""
import base64
import json
import re
from bisect import bisect_left, bisect_right
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date

from .answers import bad_request
from .bars import zone_of
from .splits import adjusts_for_splits
from .timeframes import is_intraday, parse_timeframe
from .times import format_instant, new_york_date, parse_bound, parse_instant

LIMIT, LIMIT_MAX = 1000, 10_000
STOCK, PAIR = re.compile(r"[A-Z]+(\.[A-Z]+)?"), re.compile(r"[A-Z]+x?/[A-Z]+")

Asked = namedtuple("Asked", "symbols timeframe first last limit after adjusted descending")


@dataclass
class Page:
    """Rows by symbol, in order. `mark` is the kind of a token: M for minutes and hours, D."""

    groups: dict
    mark: str
    token: str | None = None
    asked_token: str | None = None
    single: str | None = None  # the symbol of a call that asks for one
    extra: dict = field(default_factory=dict)
    forced: str | None = None  # the text of "bars", whatever the rows; "" leaves it out
    end: str | None = None  # how to go on after it, when rows were added that belong before it

    def token_of(self, symbol, row):
        text = format_token_time(parse_instant(json.loads(row)["t"]))
        return base64.b64encode(f"{symbol}|{self.mark}|{text}".encode()).decode()

    def token_of_last(self):
        symbol = list(self.groups)[-1]
        return self.token_of(symbol, self.groups[symbol][-1])

    def going_on(self):
        """The token that leads on from here, even if there is nothing more."""
        return self.token or self.end or self.token_of_last()

    def bars(self):
        if self.forced is not None:
            return self.forced.encode()
        if self.single:
            rows = self.groups.get(self.single)
            return b"[" + b",".join(rows) + b"]" if rows else b"null"
        return b"{" + b",".join(json.dumps(symbol).encode() + b":[" + b",".join(rows) + b"]"
                                for symbol, rows in self.groups.items()) + b"}"

    def render(self):
        after = self.extra | ({"symbol": self.single} if self.single else {})
        rest = json.dumps({"next_page_token": self.token} | after, separators=(",", ":")).encode()
        bars = self.bars()
        return b'{"bars":' + bars + b"," + rest[1:] if bars else rest


def format_token_time(time_us):
    return f"{format_instant(time_us // 1_000_000 * 1_000_000)[:-1]}.{time_us % 1_000_000:06}000Z"


def parse_token(text):
    """The symbol and time of the last row of the page before; None without a token."""
    if not text:
        return None
    try:
        symbol, _, stamp = base64.b64decode(text, validate=True).decode().split("|")
        return symbol, parse_instant(stamp)
    except ValueError as error:
        raise bad_request("invalid page_token") from error


def parse_symbols(text, pattern):
    """In order and each once; one bad symbol refuses them all."""
    symbols = sorted(set(filter(None, text.split(","))))
    for symbol in symbols:
        if not pattern.fullmatch(symbol):
            raise bad_request(f"invalid symbol: {symbol}")
    if not symbols:
        raise bad_request("symbols is required")
    return symbols


def parse_bounds(query, zone, now_us):
    today = "" if query.get("start") else new_york_date(now_us).isoformat()
    try:
        first = parse_bound(query.get("start") or today, zone, False)
        last = parse_bound(query["end"], zone, True) if query.get("end") else now_us
    except ValueError as error:
        raise bad_request(f"invalid start or end: {error}") from error
    if last < first:
        raise bad_request("end should not be before start")
    return first, last


def check_asof(text):
    try:
        if text not in (None, "-"):
            date.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"invalid asof: {text}") from error


def choice(query, name, choices):
    """The first is what an absent parameter means."""
    value = query.get(name) or choices[0]
    if value not in choices:
        raise bad_request(f"invalid {name}: {value}")
    return value


def parse_query(query, symbols, now_us):
    """A call's parameters; now_us is the default of `end`."""
    try:
        timeframe = parse_timeframe(query.get("timeframe", ""))
        is_adjusted = adjusts_for_splits(query.get("adjustment") or "raw")
    except ValueError as error:
        raise bad_request(error) from error
    limit = query.get("limit") or str(LIMIT)
    if not limit.isdecimal() or not 1 <= int(limit) <= LIMIT_MAX:
        raise bad_request(f"invalid limit: {limit}")
    check_asof(query.get("asof"))
    first, last = parse_bounds(query, zone_of(symbols[0]), now_us)
    return Asked(symbols, timeframe, first, last, int(limit), parse_token(query.get("page_token")),
                 is_adjusted, choice(query, "sort", ("asc", "desc")) == "desc")


def rows_of(market, asked, symbol, now_us):
    """The rows of a symbol that are left to tell."""
    if asked.after and symbol < asked.after[0]:
        return []
    times, rows = market.visible(symbol, asked.timeframe, now_us, asked.adjusted)
    begin, end = bisect_left(times, asked.first), bisect_right(times, asked.last)
    if asked.after and symbol == asked.after[0]:
        if asked.descending:
            end = min(end, bisect_left(times, asked.after[1]))
        else:
            begin = max(begin, bisect_right(times, asked.after[1]))
    found = rows[begin:max(begin, end)]
    return found[::-1] if asked.descending else found


def page_of(market, asked, now_us):
    """Symbol by symbol as far as the limit goes, which counts the rows of all of them."""
    page = Page({}, "M" if is_intraday(asked.timeframe) else "D")
    left = asked.limit
    for symbol in asked.symbols:
        rows = rows_of(market, asked, symbol, now_us)
        if rows and left:
            page.groups[symbol] = rows[:left]
        if len(rows) > left:
            page.token = page.token_of_last()
            break
        left -= len(rows)
    return page
