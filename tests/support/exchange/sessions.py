"""The sessions of the New York Stock Exchange, by the list that the program's calendar must give.

Extended hours begin at 04:00 and end four hours after the close: at 20:00, on half days at 17:00.
"""
import re
from collections import namedtuple
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from .times import NEW_YORK, microseconds

DAYS = Path(__file__).resolve().parents[2] / "market" / "xnys_days.h"
FIRST, LAST = date(1990, 1, 1), date(2029, 12, 31)  # what the calendar is asked for

# Times in microseconds; `begin` and `end` are those of the extended hours.
Session = namedtuple("Session", "date begin open close end")


def to_date(digits):
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


@cache
def listed():
    """Weekdays without a session, and the unusual hours of others."""
    closed, rest = DAYS.read_text(encoding="utf-8").split("xnys_unusual")
    hours = re.findall(r"\{ (\d{8}), (\d+), (\d+) \}", rest)
    days = re.findall(r"\b\d{8}\b", closed.split("xnys_closed")[1])
    return ({to_date(digits) for digits in days},
            {to_date(day): (int(opens), int(closes)) for day, opens, closes in hours})


def instant(day, clock):
    """The instant of a clock reading in New York; 930 is 09:30."""
    return microseconds(datetime(day.year, day.month, day.day, *divmod(clock, 100),
                                 tzinfo=NEW_YORK))


@cache
def session(day):
    """The session of a date, or None."""
    closed, unusual = listed()
    if day.weekday() > 4 or day in closed or not FIRST <= day <= date(2040, 12, 31):
        return None
    opens, closes = unusual.get(day, (930, 1600))
    return Session(day, instant(day, 400), instant(day, opens), instant(day, closes),
                   instant(day, closes + 400))


def sessions(first, last):
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return [found for found in map(session, days) if found]


def session_after(day):
    while True:
        day += timedelta(1)
        if session(day):
            return session(day)
