"""Minutes made up by a seeded random walk, in cents: the same for the same seed and symbol.

A stock has every minute of regular hours and about one in three of extended hours, from 04:00 to
20:00, as the calendar has them. A pair has every minute of every UTC day; one in twenty is without
a trade: its volume, count and vwap are 0.
"""
import random
from datetime import timedelta, timezone

from .bars import Tape, bar, is_pair
from .sessions import sessions
from .times import MINUTE_US, midnight


def stock_minutes(chance, first, last):
    """Each minute's time, and its volume."""
    for session in sessions(first, last):
        for time_us in range(session.begin, session.end, MINUTE_US):
            if session.open <= time_us < session.close:
                yield time_us, chance.randrange(10_000, 300_000)
            elif chance.random() < 1 / 3:
                yield time_us, chance.randrange(100, 5000)


def pair_minutes(chance, first, last):
    for time_us in range(midnight(first, timezone.utc),
                         midnight(last + timedelta(1), timezone.utc), MINUTE_US):
        traded = chance.random() >= 1 / 20
        yield time_us, round(chance.uniform(0.001, 9), 8) if traded else 0


def walk(symbol, first, last, seed=1):
    """The tape of a symbol from one date to another."""
    chance = random.Random(f"{seed} {symbol}")
    make = pair_minutes if is_pair(symbol) else stock_minutes
    cents = chance.randrange(5000, 50_000)
    minutes = []
    for time_us, volume in make(chance, first, last):
        way = [cents]
        if volume:
            way += [max(100, way[-1] + chance.randrange(-12, 13)) for _ in range(4)]
        prices = [price / 100 for price in (way[0], max(way), min(way), way[-1])]
        minutes.append(bar(time_us, prices, volume))
        cents = way[-1]
    return Tape(minutes, [])
