"""All bars by symbol, and what of them can be seen at a time, as rows written out beforehand."""
from bisect import bisect_left, bisect_right
from collections import namedtuple

from .bars import Tape, row_text, zone_of
from .splits import adjusted, applied
from .timeframes import Timeframe, bars_of, span
from .times import MINUTE_US, new_york_date

MINUTE, DAY = Timeframe(1, "Min"), Timeframe(1, "Day")

# The times and rows of bars, in parallel; `ends` says when each is complete.
Series = namedtuple("Series", "times ends rows")


def begin_of(bar):
    return bar.time


def bars_between(bars, first_us, last_us):
    return bars[bisect_left(bars, first_us, key=begin_of):
                bisect_right(bars, last_us, key=begin_of)]


class Market:
    """The tapes, and the series made of them so far."""

    def __init__(self, tapes, splits=()):
        self.tapes = tapes
        self.splits = splits
        self.made = {}

    def series(self, symbol, timeframe, splits):
        """Everything there will ever be."""
        key = symbol, timeframe, splits
        if key not in self.made:
            bars = bars_of(adjusted(self.tapes[symbol], splits), symbol, timeframe)
            zone = zone_of(symbol)
            ends = [span(bar.time, timeframe, zone)[1] for bar in bars]
            self.made[key] = Series([bar.time for bar in bars], ends,
                                    [row_text(bar).encode() for bar in bars])
        return self.made[key]

    def prepare(self):
        """Writes out the rows that are most asked for, before the first call."""
        for symbol in self.tapes:
            self.series(symbol, MINUTE, ())

    def forming(self, symbol, timeframe, splits, begin_us, now_us):
        """The bar that has begun, of the minutes that are over; none when none is."""
        tape = self.tapes[symbol]
        seen = Tape(bars_between(tape.minutes, begin_us, now_us - MINUTE_US),
                    bars_between(tape.days, begin_us, now_us))
        return bars_of(adjusted(seen, splits), symbol, timeframe)[-1:]

    def visible(self, symbol, timeframe, now_us, is_adjusted=False):
        """Times and rows up to now; the bar that forms is among them as if it were complete."""
        if symbol not in self.tapes:
            return [], []
        splits = applied(self.splits, symbol, new_york_date(now_us)) if is_adjusted else ()
        series = self.series(symbol, timeframe, splits)
        count = bisect_right(series.ends, now_us)
        times, rows = series.times[:count], series.rows[:count]
        if count < len(series.times) and series.times[count] <= now_us and timeframe != MINUTE:
            for bar in self.forming(symbol, timeframe, splits, series.times[count], now_us):
                times.append(bar.time)
                rows.append(row_text(bar).encode())
        return times, rows
