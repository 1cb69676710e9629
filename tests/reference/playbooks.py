#!/usr/bin/env python3
"""The four intraday playbooks, calculated a second time to check the program's trades.

    playbooks.py --bars FILE.csv [--daily FILE.csv] --symbol QQQ --timeframe 5Min --strategy dp20
                 [--set NAME=VALUE ...] [--start DATE] [--end DATE]
                 [--fee 0.005/share|2bps|1/order] [--slippage 1bps] [--journal FILE.csv]

Nothing here is driven by events. A session is a list of bars that is known as a whole: a signal is
the index of the first bar that satisfies a sentence, an exit is the smaller of two such indices.
Only the standard library is used, and no code is shared with the program.
"""
import argparse
import csv
import math
import sys
from bisect import bisect_left
from collections import namedtuple
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from types import SimpleNamespace
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
TRADE = ("session_date symbol entry_time entry_price exit_time exit_price exit_reason stop_price "
         "gross_pnl fees net_pnl return_pct r_multiple mae mfe bars_held").split()
JOURNAL = ("session_date trend_valid sma200 pullback reversal confirmation ema20 atr14 "
           "signal entered bars due note").split()

Bar = namedtuple("Bar", "time end open high low close")  # times are seconds since 1970, UTC


# The exchange calendar, by rule. It agrees with the published one from 2008 to 2026.

@lru_cache(None)
def closings(year):
    """The holidays and the half days of a year."""
    def nth(month, weekday, n):  # n = 0: the last one of the month before
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))

    def observed(month, day):
        nominal = date(year, month, day)
        return nominal + timedelta({5: -1, 6: 1}.get(nominal.weekday(), 0))

    moon = (19 * (year % 19) + 24) % 30  # Gauss's Easter, in the form for 1900-2099
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    good_friday = date(year, 3, 20) + timedelta(moon + sunday)
    thanksgiving = nth(11, 3, 4)
    # A New Year's Day on a Saturday is "observed" in the year before, where nobody looks for it.
    holidays = {nth(1, 0, 3), nth(2, 0, 3), good_friday, nth(6, 0, 0), observed(7, 4), nth(9, 0, 1),
                thanksgiving, observed(12, 25), observed(1, 1)}
    if year >= 2022:
        holidays.add(observed(6, 19))
    holidays |= {date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9)}
    return holidays, {date(year, 7, 3), thanksgiving + timedelta(1), date(year, 12, 24)}


def sessions_between(first, last):
    sessions = []
    for day in (first + timedelta(n) for n in range((last - first).days + 1)):
        holidays, half_days = closings(day.year)
        if day.weekday() < 5 and day not in holidays:
            begin = int(datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK).timestamp())
            close = begin + int(3600 * (3.5 if day in half_days else 6.5))
            sessions.append(SimpleNamespace(date=day, open=begin, close=close))
    return sessions


def at(session, clock):
    """A New York clock time of the session's day."""
    hours, minutes = clock.split(":")
    return session.open + (int(hours) * 60 + int(minutes) - 570) * 60


def exit_at(session, setting):
    """Keeps its distance to the close of 16:00 on a half day."""
    return at(session, setting.exit_time) + session.close - at(session, "16:00")


# Bars: from a file to the cells of the grid that starts at a session's open.

def read_bars(path):
    """The file's bars in time order; of several with one stamp the last in the file wins."""
    with open(path, newline="") as file:
        rows = {int(datetime.fromisoformat(row["timestamp"]).timestamp()):
                [float(row[name]) for name in ("open", "high", "low", "close")]
                for row in csv.DictReader(file)}
    return [Bar(stamp, None, *rows[stamp]) for stamp in sorted(rows)]


def read_closes(path):
    with open(path, newline="") as file:
        return sorted({date.fromisoformat(row["date"]): float(row["close"])
                       for row in csv.DictReader(file)}.items())


def is_fatal(bar):
    prices = (bar.open, bar.high, bar.low, bar.close)
    return (not all(math.isfinite(price) and price > 0 for price in prices)
            or bar.low > min(prices) or bar.high < max(prices))


def divide(bars, sessions):
    """Gives each session the bars that it shows and the stamp of the first fatal one."""
    stamps = [bar.time for bar in bars]
    for session in sessions:
        inside = bars[bisect_left(stamps, session.open):bisect_left(stamps, session.close)]
        session.step = min((b.time - a.time for a, b in pairwise(inside)), default=math.inf)
        session.fatal = min((bar.time for bar in inside if is_fatal(bar)), default=math.inf)
        session.bars = [bar for bar in inside if not is_fatal(bar)]


def grid(session, step):
    cells = []
    for cell, group in groupby(session.bars, lambda bar: (bar.time - session.open) // step):
        stamp, group = session.open + cell * step, list(group)
        cells.append(Bar(stamp, min(stamp + step, session.close), group[0].open,
                         max(bar.high for bar in group), min(bar.low for bar in group),
                         group[-1].close))
    return cells


# The strategies. Each returns the index of the bar whose close decides, or None; the distance of
# the stop, or None; what it saw; and why there is no entry, or "".

def first(indices):
    return next(iter(indices), None)


def window(session, bars, setting):
    begin, end = at(session, setting.window_start), at(session, setting.window_end)
    return [i for i, bar in enumerate(bars) if begin <= bar.time <= end]


def sma200(closes, sessions):
    """The mean of the last 200 closes, and how many of them lie in the last 210 sessions."""
    recent = sum(day >= sessions[-210].date for day, _ in closes[-200:])
    return (sum(close for _, close in closes[-200:]) / 200 if recent == 200 else None), recent


def dp20(session, bars, setting):
    ema = list(accumulate((bar.close for bar in bars), lambda e, close: e + 2 / 21 * (close - e)))
    ranges = [bars[0].high - bars[0].low] + [
        max(b.high - b.low, abs(b.high - a.close), abs(b.low - a.close)) for a, b in pairwise(bars)]
    atr = list(accumulate(ranges, lambda a, true_range: a + 2 / 15 * (true_range - a)))

    inside = window(session, bars, setting)
    pullback = first(i for i in inside if bars[i].close < ema[i])
    reversal = first(
        i for i in inside if pullback is not None and i > pullback and bars[i].close > ema[i]
        and bars[i].close - bars[i].low > setting.strength * (bars[i].high - bars[i].low))
    confirmation = first(i for i in inside if reversal is not None and i == reversal + 1)

    mean, recent = sma200(session.prior_closes, session.prior_sessions)
    facts = {"sma200": mean, "trend_valid": None if mean is None else bars[0].open > mean}
    for name, i in (("pullback", pullback), ("reversal", reversal), ("confirmation", confirmation)):
        facts[name] = None if i is None else clock_text(bars[i].time)
    if confirmation is not None:
        facts |= {"ema20": ema[confirmation], "atr14": atr[confirmation]}
    note = (f"warm-up: {recent} of 200 daily closes" if mean is None
            else "open not above SMA200" if bars[0].open <= mean
            else "no pullback" if pullback is None
            else "no strong reversal" if reversal is None
            else "no confirmation" if confirmation is None
            else "invalidated" if bars[confirmation].close < ema[confirmation]
            else "refused: stop distance 0" if setting.stop_atr * atr[confirmation] == 0 else "")
    distance = None if note else setting.stop_atr * atr[confirmation]
    return confirmation, distance, facts, note


def morning_reversal(session, bars, setting):
    decision = first(i for i in window(session, bars, setting) if bars[i].close > (1 + setting.rise)
                     * min(bar.low for bar in bars[max(0, i + 1 - setting.lookback):i + 1]))
    return decision, None, {}, "no rise" if decision is None else ""


def wed_tue_11am(session, bars, setting):
    if session.date.weekday() not in (1, 2):
        return None, None, {}, "neither Tuesday nor Wednesday"
    decision = first(i for i, bar in enumerate(bars) if bar.end >= at(session, setting.entry_time))
    return decision, None, {}, "no bar at the entry time" if decision is None else ""


def momentum_wed_tue(session, bars, setting):
    decision, distance, facts, note = wed_tue_11am(session, bars, setting)
    if not note:
        low = min(bar.low for bar in bars[:decision + 1])
        if 100 * (bars[decision].close - low) < setting.rise_pct * low:
            note = "no momentum"
    return decision, distance, facts, note


STRATEGIES = {
    "dp20": (dp20, {"window_start": "10:00", "window_end": "10:30", "strength": 0.6,
                    "stop_atr": 1.2}),
    "morning_reversal": (morning_reversal, {"window_start": "09:30", "window_end": "11:00",
                                            "lookback": 15, "rise": 0.002}),
    "wed_tue_11am": (wed_tue_11am, {"entry_time": "11:00"}),
    "momentum_wed_tue": (momentum_wed_tue, {"entry_time": "11:00", "rise_pct": 0.3}),
}


# From a decision to a trade.

def refusal(session, bars, decision, setting, step):
    """Why no entry may be ordered once the deciding bar has closed; empty if one may."""
    bar = bars[decision]
    seen, due = decision + 1, (bar.time - session.open) // step + 1
    return ("at or after the exit time" if bar.end >= exit_at(session, setting)
            else "after a fatal bar" if bar.end > session.fatal
            else f"refused: {seen} of {due} bars" if seen * 20 < due * 19 else "")


def money(amount):
    """To a millionth of a dollar, halves away from zero."""
    return math.copysign(math.floor(abs(amount) * 1e6 + 0.5) / 1e6, amount)


def fee_of(fee, price, quantity):
    """Not rounded: a program that rounds each side's fee is then a millionth away at most."""
    amount, unit = (fee[:-3], "bps") if fee.endswith("bps") else fee.split("/")
    base = {"share": quantity, "order": 1, "bps": price * quantity / 10000}
    return float(amount) * base[unit]


def trade_of(session, bars, decision, distance, setting, costs):
    entry, end = decision + 1, len(bars)
    entry_price = bars[entry].open * (1 + costs.slippage)
    stop = None if distance is None else entry_price - distance

    # The time exit fills at an open, one bar after it was ordered and ahead of that bar's stop.
    held = range(entry, end)
    stopped = next((i for i in held if stop is not None and bars[i].low <= stop), end)
    timed = next((i + 1 for i in held if bars[i].end >= exit_at(session, setting)), end)
    leave = min(stopped, timed, end - 1)
    if stopped < timed:
        reason, price, moment = "stop_loss", min(bars[leave].open, stop), bars[leave].time
    elif timed < end:
        reason, price, moment = "time_exit", bars[leave].open, bars[leave].time
    else:
        reason, price, moment = "session_close", bars[leave].close, bars[leave].end
    exit_price = price * (1 - costs.slippage)

    whole = bars[entry:leave + (reason == "session_close")]
    worst = min([entry_price, exit_price] + [bar.low for bar in whole])
    best = max([entry_price, exit_price] + [bar.high for bar in whole])
    quantity = setting.quantity
    gross = money((exit_price - entry_price) * quantity)
    fees = fee_of(costs.fee, entry_price, quantity) + fee_of(costs.fee, exit_price, quantity)
    net = gross - fees
    return dict(zip(TRADE, (
        session.date, costs.symbol, stamp_text(bars[entry].time), entry_price, stamp_text(moment),
        exit_price, reason, stop, gross, fees, net, 100 * net / (entry_price * quantity),
        None if stop is None else net / (distance * quantity),
        money((worst - entry_price) * quantity), money((best - entry_price) * quantity),
        leave - entry + 1), strict=True))


def clock_text(stamp):
    return datetime.fromtimestamp(stamp, NEW_YORK).strftime("%H:%M:%S")


def stamp_text(stamp):
    return datetime.fromtimestamp(stamp, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def backtest(bars, strategy, symbol="QQQ", timeframe="2Min", closes=None, settings=(), start=None,
             end=None, fee="0/order", slippage="0bps"):
    """All trades and the journal of one strategy as lists of dictionaries.

    `closes` are pairs of date and close; without them the sessions' own last bars serve.
    """
    decide, defaults = STRATEGIES[strategy]
    setting = SimpleNamespace(exit_time="15:55", quantity=100, **defaults)
    for name, value in settings:
        setattr(setting, name, type(getattr(setting, name))(value))
    costs = SimpleNamespace(symbol=symbol, fee=fee, slippage=float(slippage[:-3]) / 10000)
    unit = timeframe.lstrip("0123456789")
    step = int(timeframe.removesuffix(unit)) * {"Min": 60, "Hour": 3600}[unit]

    begin, last = (datetime.fromtimestamp(bars[i].time, NEW_YORK).date() for i in (0, -1))
    begin, last = start or begin, end or last
    history = min(begin, datetime.fromtimestamp(bars[0].time, NEW_YORK).date()) - timedelta(365)
    calendar = sessions_between(history, last)
    divide(bars, calendar)
    file_step = min(session.step for session in calendar)
    if file_step < math.inf and step % file_step:
        raise SystemExit(f"the file's bars of {file_step / 60:g}Min do not divide {timeframe}")
    if closes is None:
        closes = [(session.date, session.bars[-1].close) for session in calendar if session.bars]

    trades, journal = [], []
    for number, session in enumerate(calendar):
        if session.date < begin:
            continue
        cells, due = grid(session, step), -((session.open - session.close) // step)
        row = {"session_date": session.date, "signal": False, "entered": False, "bars": len(cells),
               "due": due, "note": "no bars"}
        journal.append(row)
        if not cells:
            continue
        session.prior_closes = closes[:bisect_left(closes, (session.date,))]
        session.prior_sessions = calendar[:number]
        decision, distance, facts, note = decide(session, cells, setting)
        note = note or refusal(session, cells, decision, setting, step)
        row |= facts | {"note": note, "signal": not note}
        if not note and decision + 1 == len(cells):
            row["note"] = "no bar to fill"
        elif not note:
            row["entered"] = True
            trades.append(trade_of(session, cells, decision, distance, setting, costs))
    return trades, journal


def write_csv(file, columns, rows):
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description="The intraday playbooks, calculated once more.")
    parser.add_argument("--bars", required=True)
    parser.add_argument("--daily")
    parser.add_argument("--symbol", default="QQQ")
    parser.add_argument("--timeframe", default="2Min")
    parser.add_argument("--strategy", required=True, choices=STRATEGIES)
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE",
                        type=lambda text: text.split("=", 1))
    parser.add_argument("--start", type=date.fromisoformat)
    parser.add_argument("--end", type=date.fromisoformat)
    parser.add_argument("--fee", default="0/order")
    parser.add_argument("--slippage", default="0bps")
    parser.add_argument("--journal")
    options = vars(parser.parse_args())
    bars, daily, journal_path = (options.pop(name) for name in ("bars", "daily", "journal"))
    closes = read_closes(daily) if daily else None
    trades, journal = backtest(read_bars(bars), closes=closes, **options)
    write_csv(sys.stdout, TRADE, trades)
    if journal_path:
        with open(journal_path, "w", newline="") as file:
            write_csv(file, JOURNAL, journal)


if __name__ == "__main__":
    main()
