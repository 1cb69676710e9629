#!/usr/bin/env python3
"""Bars are fetched over the days on which clocks change, over half days, holidays and the end of a
year, and are kept and traded as the sessions that there were. Prints TAP.

When sessions were is written down here by hand, in UTC, and not asked of any calendar.
"""
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, program, run_tests, succeed, table, write
from exchange.client import Exchange
from exchange.walks import walk
from fetch_program import CACHE, account, assert_sound, backtest, fetch, results

NOW = "2025-01-15T21:30:00Z"
SUMMER, WINTER = ("13:30", "20:00"), ("14:30", "21:00")
SPRING = {"2024-03-07": WINTER, "2024-03-08": WINTER, "2024-03-11": SUMMER, "2024-03-12": SUMMER,
          "2024-03-13": SUMMER}
AUTUMN = {"2024-10-31": SUMMER, "2024-11-01": SUMMER, "2024-11-04": WINTER, "2024-11-05": WINTER,
          "2024-11-06": WINTER}
INDEPENDENCE = {"2024-07-01": SUMMER, "2024-07-02": SUMMER, "2024-07-03": ("13:30", "17:00"),
                "2024-07-05": SUMMER, "2024-07-08": SUMMER}
THANKSGIVING = {"2024-11-26": WINTER, "2024-11-27": WINTER, "2024-11-29": ("14:30", "18:00"),
                "2024-12-02": WINTER, "2024-12-03": WINTER}
YEARS_END = {"2024-12-23": WINTER, "2024-12-24": ("14:30", "18:00"), "2024-12-26": WINTER,
             "2024-12-27": WINTER, "2024-12-30": WINTER, "2024-12-31": WINTER,
             "2025-01-02": WINTER, "2025-01-03": WINTER, "2025-01-06": WINTER}
STOCK = "bars/provider=alpaca/feed=sip/adjustment=split/timeframe={}/symbol=QQQ/{}.parquet"
PAIR = "bars/provider=alpaca/feed=crypto/adjustment=raw/timeframe={}/symbol=BTC_USD/{}.parquet"


def instant(day, clock="00:00"):
    return datetime.fromisoformat(f"{day}T{clock}+00:00")


def moment(bar):
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=bar.time)


def numbers(bar):
    return [float(value) for value in (bar.open, bar.high, bar.low, bar.close, bar.volume)]


def of_row(row):
    return [float(row[name]) for name in ("open", "high", "low", "close", "volume")]


def merged(bars, of_all):
    """A day: prices of the bars, the volume of all."""
    return [bars[0].open, max(bar.high for bar in bars), min(bar.low for bar in bars),
            bars[-1].close, sum(bar.volume for bar in of_all)]


class Days:
    """What the exchange's tape has of the sessions; `wanted` are all but the first and the last."""

    def __init__(self, symbol, dates, hours_of):
        bars = walk(symbol, date.fromisoformat(dates[0]), date.fromisoformat(dates[-1])).minutes
        self.wanted = dates[1:-1]
        self.regular, self.around, self.daily = {}, {}, {}
        for day in self.wanted:
            (opens, closes), (begins, ends) = hours_of(day)
            self.regular[day] = [bar for bar in bars if opens <= moment(bar) < closes]
            self.around[day] = [bar for bar in bars if begins <= moment(bar) < ends]
            self.daily[day] = merged(self.regular[day], self.around[day])


def stock_hours(sessions):
    """By day: when the session opens and closes, and when trading around it begins and ends."""
    def hours_of(day):
        opens, closes = (instant(day, clock) for clock in sessions[day])
        return (opens, closes), (opens - timedelta(hours=5.5), closes + timedelta(hours=4))
    return hours_of


def pair_hours(day):
    span = instant(day), instant(day) + timedelta(1)
    return span, span


def kept(folder, pattern, timeframe, month):
    """The rows of a file of the cache, by their stamps."""
    path, copy = folder / CACHE / pattern.format(timeframe, month), folder / "copy.csv"
    done = program(folder, "data", "convert", path, copy, "--quiet")
    assert done.returncode == 0, done
    rows = table(copy)
    stamp = "date" if timeframe == "1Day" else "timestamp"
    found = {row[stamp]: of_row(row) for row in rows}
    assert len(found) == len(rows) and list(found) == sorted(found)
    return found


def months(days):
    return sorted({day[:7] for day in days})


def assert_kept(folder, pattern, days):
    """Each month has the minutes of its days, those around the sessions too, and its days."""
    for month in months(days.wanted):
        of_month = [day for day in days.wanted if day.startswith(month)]
        minutes = {moment(bar).strftime("%Y-%m-%dT%H:%M:%SZ"): numbers(bar)
                   for day in of_month for bar in days.around[day]}
        assert kept(folder, pattern, "1Min", month) == minutes, month
        daily = kept(folder, pattern, "1Day", month)
        assert list(daily) == of_month, (daily, of_month)
        for day in of_month:
            for found, expected in zip(daily[day], days.daily[day]):
                assert abs(found - expected) < 1e-6, (day, daily[day], days.daily[day])


def assert_traded(folder, symbol, days, environment, timeframe):
    """The results are those of the same bars from a file that has nothing else."""
    rows = [[moment(bar).strftime("%Y-%m-%dT%H:%M:%SZ"), *numbers(bar)]
            for day in days.wanted for bar in days.regular[day]]
    header = None
    if timeframe == "1Day":
        rows = [[day, *days.daily[day]] for day in days.wanted]
        header = ["date", "open", "high", "low", "close", "volume"]
    bars = write(folder / "bars.csv", rows, header)
    arguments = backtest(symbol, days.wanted[0], days.wanted[-1], f"--timeframe={timeframe}")
    succeed(folder / "files", *arguments, "--bars", bars)
    done = fetch(folder / timeframe, arguments, environment)
    assert done.returncode == 0 and " warn " not in done.stderr, done
    assert results(folder / timeframe) == results(folder / "files"), timeframe
    assert [row["trade_date"] for row in table(folder / timeframe / "out" / "journal.csv")] == \
        days.wanted


def check(folder, symbol, pattern, days):
    (folder / "files").mkdir()
    first, last = days.wanted[0], days.wanted[-1]
    with Exchange(walk=symbol, now=NOW, plan="plus", first=days.first, last=days.last) as exchange:
        environment = account(exchange, DATA_CACHE_DIR=str(folder / CACHE))
        for timeframe in ("1Min", "1Day"):
            # In two pieces, so that the days in the middle are those that are missing.
            for day in (first, last):
                done = fetch(folder / "piece", backtest(symbol, day, day,
                                                        f"--timeframe={timeframe}"), environment)
                assert done.returncode == 0, done
            assert_traded(folder, symbol, days, environment, timeframe)
            (folder / "files" / "out" / "journal.csv").unlink()
            (folder / "files" / "out" / "trades.csv").unlink()
    assert_kept(folder, pattern, days)
    assert_sound(folder)


def check_stock(folder, sessions):
    days = Days("QQQ", list(sessions), stock_hours(sessions))
    days.first, days.last = list(sessions)[0], list(sessions)[-1]
    for day in days.wanted:
        minutes = 210 if sessions[day][1] in ("17:00", "18:00") else 390
        assert len(days.regular[day]) == minutes, day
    check(folder, "QQQ", STOCK, days)


def check_pair(folder, first, last):
    dates = [str(date.fromisoformat(first) + timedelta(n))
             for n in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)]
    days = Days("BTC/USD", dates, pair_hours)
    days.first, days.last = dates[0], dates[-1]
    assert all(len(bars) == 1440 for bars in days.regular.values())
    check(folder, "BTC/USD", PAIR, days)


@behaviour
def over_the_begin_of_daylight_time(folder):
    check_stock(folder, SPRING)


@behaviour
def over_the_end_of_daylight_time(folder):
    check_stock(folder, AUTUMN)


@behaviour
def over_the_half_day_before_independence_day(folder):
    check_stock(folder, INDEPENDENCE)


@behaviour
def over_the_half_day_behind_thanksgiving_and_the_end_of_its_month(folder):
    check_stock(folder, THANKSGIVING)


@behaviour
def over_christmas_and_the_end_of_the_year(folder):
    check_stock(folder, YEARS_END)


@behaviour
def days_of_a_pair_end_at_midnight_utc_whatever_new_yorks_clocks_do(folder):
    check_pair(folder, "2024-03-08", "2024-03-12")


@behaviour
def days_of_a_pair_over_the_end_of_the_year(folder):
    check_pair(folder, "2024-12-29", "2025-01-03")


if __name__ == "__main__":
    sys.exit(run_tests())
