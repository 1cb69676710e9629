"""Alpaca's timeframes: 5Min, 1Hour, 1Day, 1Week, 3Month, and how bars become longer ones."""
import re
from collections import namedtuple
from datetime import date, timedelta
from itertools import groupby

from .bars import Bar, is_pair, whole, zone_of
from .sessions import session
from .times import MINUTE_US, midnight, moment, new_york_date

UNITS = {"Min": "Min", "T": "Min", "Hour": "Hour", "H": "Hour", "Day": "Day", "D": "Day",
         "Week": "Week", "W": "Week", "Month": "Month", "M": "Month"}
COUNTS = {"Min": range(1, 60), "Hour": range(1, 24), "Day": (1,), "Week": (1,),
          "Month": (1, 2, 3, 4, 6, 12)}

Timeframe = namedtuple("Timeframe", "count unit")


def parse_timeframe(text):
    match = re.fullmatch(r"(\d{1,2})([A-Za-z]+)", text)
    unit = UNITS.get(match[2]) if match else None
    if not unit or int(match[1]) not in COUNTS[unit]:
        raise ValueError(f"invalid timeframe: {text}")
    return Timeframe(int(match[1]), unit)


def is_intraday(timeframe):
    return timeframe.unit in ("Min", "Hour")


def dates_of(day, timeframe):
    """The first date of the bar that holds a date, and the first after it."""
    if timeframe.unit == "Week":
        first = day - timedelta(day.weekday())
        return first, first + timedelta(7)
    if timeframe.unit == "Month":
        month = (day.month - 1) // timeframe.count * timeframe.count
        after = day.year * 12 + month + timeframe.count
        return date(day.year, month + 1, 1), date(after // 12, after % 12 + 1, 1)
    return day, day + timedelta(1)


def span(time_us, timeframe, zone):
    """When the bar that holds an instant begins and ends."""
    if is_intraday(timeframe):
        length_us = timeframe.count * MINUTE_US * (60 if timeframe.unit == "Hour" else 1)
        begin_us = time_us // length_us * length_us
        return begin_us, begin_us + length_us
    return tuple(midnight(day, zone) for day in dates_of(moment(time_us, zone).date(), timeframe))


def merged(time_us, bars, priced=None):
    """One bar of several; prices may be those of only some of them."""
    priced = priced or bars
    volume = round(sum(bar.volume for bar in bars), 8)
    value = sum(bar.vwap * bar.volume for bar in bars)
    return Bar(time_us, priced[0].open, max(bar.high for bar in priced),
               min(bar.low for bar in priced), priced[-1].close, whole(volume),
               sum(bar.count for bar in bars), whole(round(value / volume, 6) if volume else 0))


def aggregated(bars, timeframe, zone):
    groups = groupby(bars, lambda bar: span(bar.time, timeframe, zone)[0])
    return [merged(begin_us, list(group)) for begin_us, group in groups]


def day_of(begin_us, bars, symbol):
    """A stock's day has its prices from regular hours and its volume from all; None before them."""
    if is_pair(symbol):
        return merged(begin_us, bars)
    hours = session(new_york_date(begin_us))
    regular = [bar for bar in bars if hours and hours.open <= bar.time < hours.close]
    return merged(begin_us, bars, regular) if regular else None


def days(tape, symbol):
    """A day that was given is as it was given; others are made of their minutes."""
    timeframe, zone = Timeframe(1, "Day"), zone_of(symbol)
    found = {}
    for begin_us, group in groupby(tape.minutes, lambda bar: span(bar.time, timeframe, zone)[0]):
        found[begin_us] = day_of(begin_us, list(group), symbol)
    found |= {bar.time: bar for bar in tape.days}
    return [found[time_us] for time_us in sorted(found) if found[time_us]]


def bars_of(tape, symbol, timeframe):
    if timeframe == Timeframe(1, "Min"):
        return tape.minutes
    if is_intraday(timeframe):
        return aggregated(tape.minutes, timeframe, zone_of(symbol))
    made = days(tape, symbol)
    return made if timeframe.unit == "Day" else aggregated(made, timeframe, zone_of(symbol))
