"""Bars in memory, and where they come from: folders of CSV files.

A file is SYMBOL.csv (BTC_USD.csv for BTC/USD) with the columns timestamp (or date), open, high,
low, close, volume and perhaps vwap and trade_count. It holds minutes, or days when its times are
dates. A missing vwap or count is made up, always the same one.
"""
import csv
from collections import namedtuple
from datetime import date, timezone
from pathlib import Path

from .times import NEW_YORK, format_instant, midnight, parse_instant

Bar = namedtuple("Bar", "time open high low close volume count vwap")

# All that is known of a symbol; a day that is given is not made of minutes.
Tape = namedtuple("Tape", "minutes days")


def is_pair(symbol):
    return "/" in symbol


def zone_of(symbol):
    """Where the days of a symbol begin."""
    return timezone.utc if is_pair(symbol) else NEW_YORK


def number(text, convert=float):
    value = convert(text)
    if not abs(value) < float("inf"):
        raise ValueError(f"{text!r} is not finite")
    return value


def whole(value):
    """Whole numbers are integers, as in Alpaca's replies."""
    return int(value) if value == int(value) else value


def bar(time_us, prices, volume, count=None, vwap=None):
    opens, high, low, close = prices
    if count is None:
        count = max(1, int(volume // 100)) if volume else 0
    if vwap is None:
        vwap = round((high + low + close) / 3, 6) if volume else 0
    return Bar(time_us, *map(whole, (opens, high, low, close, volume)), count, whole(vwap))


def read_row(row, symbol):
    stamp = row.get("timestamp") or row.get("date")
    is_day = len(stamp) == len("2024-06-28")
    time_us = (midnight(date.fromisoformat(stamp), zone_of(symbol)) if is_day
               else parse_instant(stamp))
    prices = [number(row[name]) for name in ("open", "high", "low", "close")]
    count, vwap = row.get("trade_count"), row.get("vwap")
    return is_day, bar(time_us, prices, number(row["volume"]),
                       number(count, int) if count else None, number(vwap) if vwap else None)


def read_file(path):
    """The symbol, and a tape of the file's minutes or days, sorted and each only once."""
    symbol = path.stem.replace("_", "/")
    found = {True: {}, False: {}}
    with open(path, newline="", encoding="utf-8-sig") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            try:
                is_day, read = read_row(row, symbol)
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{line}: {error}") from error
            found[is_day].setdefault(read.time, read)
    return symbol, Tape(*([bars[time] for time in sorted(bars)]
                          for bars in (found[False], found[True])))


def read_folders(folders):
    tapes = {}
    for path in (path for folder in folders for path in sorted(Path(folder).glob("*.csv"))):
        symbol, tape = read_file(path)
        known = tapes.get(symbol, Tape([], []))
        tapes[symbol] = Tape(tape.minutes or known.minutes, tape.days or known.days)
    return tapes


def row_text(read):
    """A bar as Alpaca writes it."""
    return (f'{{"t":"{format_instant(read.time)}","o":{read.open!r},"h":{read.high!r},'
            f'"l":{read.low!r},"c":{read.close!r},"v":{read.volume!r},"n":{read.count!r},'
            f'"vw":{read.vwap!r}}}')
