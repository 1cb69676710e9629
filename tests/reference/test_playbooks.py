#!/usr/bin/env python3
"""The program and the reference calculation must make the same trades, one by one.

Runs the program named by PLAYBOOK on examples/QQQ.parquet and on bars made here that have
everything a file can suffer from, and compares its trades with those of playbooks.py; of the
journal's notes, what they say about missing bars. Prints TAP.
"""
import csv
import os
import random
import re
import subprocess
import sys
import tempfile
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import playbooks

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = os.environ.get("PLAYBOOK", str(ROOT / "build" / "playbook"))
TEXTS = {"session_date", "symbol", "exit_reason", "bars_held"}
TIMES = {"entry_time", "exit_time"}
ROUNDED = {"return_pct", "r_multiple"}  # printed with four decimals

# So loose that nearly every session trades, and so odd that every rule for leaving is met.
LOOSE = {
    "dp20": ["window_start=09:30", "window_end=10:36", "strength=0.5", "stop_atr=0.8",
             "exit_time=10:40"],
    "morning_reversal": ["window_start=10:05", "window_end=15:40", "lookback=4", "rise=0",
                         "exit_time=15:45"],
    "wed_tue_11am": ["entry_time=12:40", "exit_time=15:59", "quantity=7"],
    "momentum_wed_tue": ["entry_time=10:17", "rise_pct=0.05", "exit_time=16:00"],
}
# With every 21st missing, just 200 of 210 daily closes are there; with one of these more, too few.
MISSING = {date(2023, 12, 14), date(2024, 12, 20)}
COSTS = {"fee": "2bps", "slippage": "3bps"}


def program_records(folder, bars, strategy, timeframe, daily=None, settings=(), costs=None,
                    symbol="QQQ"):
    """The program's trades and its journal as dictionaries of text."""
    output, journal = Path(folder) / "trades.csv", Path(folder) / "journal.csv"
    output.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)
    command = [PLAYBOOK, "backtest", "--strategy", strategy, "--symbol", symbol, "--timeframe",
               timeframe, "--bars", str(bars), "--output", str(output)]
    command += ["--daily", str(daily)] if daily else []
    for setting in settings:
        command += ["--set", setting]
    for name, value in (costs or {}).items():
        command += [f"--{name}", value]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr.strip()}")
    with open(output, newline="") as trades, open(journal, newline="") as rows:
        return list(csv.DictReader(trades)), list(csv.DictReader(rows))


def same(name, expected, actual):
    if expected is None or actual == "":
        return expected is None and actual == ""
    if name in TEXTS:
        return str(expected) == actual
    if name in TIMES:
        return datetime.fromisoformat(expected) == datetime.fromisoformat(actual)
    return abs(expected - float(actual)) <= (5.1e-5 if name in ROUNDED else 1.001e-6)


def differences(expected, actual):
    """What differs, as sentences; trades are matched by session."""
    found = []
    expected = {str(trade["session_date"]): trade for trade in expected}
    by_session = {trade["session_date"]: trade for trade in actual}
    if len(by_session) != len(actual):
        found.append("the program trades more than once in a session")
    for session in sorted(expected.keys() | by_session.keys()):
        ours, theirs = expected.get(session), by_session.get(session)
        if ours is None or theirs is None:
            found.append(f"{session}: only the {'program' if ours is None else 'reference'} trades")
            continue
        found += [f"{session}: {name} is {theirs.get(name)}, the reference has {ours[name]}"
                  for name in playbooks.TRADE
                  if name not in theirs or not same(name, ours[name], theirs[name])]
    return found


def note_differences(expected, actual):
    """Where the notes count bars otherwise: those of a refusal, and those missing in a session
    in which something was entered or refused."""
    found = []
    for row, other in zip(expected, actual, strict=True):
        note, told = row["note"], other["notes"]
        refused = note if re.fullmatch(r"refused: \d+ of \d+ bars", note) else None
        begin = re.match(r"refused: \d+ of \d+ bars(?=;|$)", told)
        missing = re.search(r"missing_bars (\d+ of \d+) bars", told)
        concerned = row["entered"] or told.startswith("refused:")
        wanted = f"{row['bars']} of {row['due']}" if row["bars"] < row["due"] else None
        if str(row["session_date"]) != other["trade_date"]:
            found.append(f"{row['session_date']}: the program has {other['trade_date']}")
        elif refused != (begin and begin[0]) or (missing and missing[1]) != (
                wanted if concerned else None):
            found.append(f"{row['session_date']}: \"{told}\", the reference has \"{note}\", "
                         f"{row['bars']} of {row['due']} bars")
    return found


def nonsense_of(first, high, low, last):
    """Bars that no strategy may be shown, made of one that it may."""
    return [[first, low - 1, high, last], [first, high, low, high + 1], [0, 0, 0, 0],
            [-1, high, -1, last]]


def rough_session(generator, session, price):
    """One-minute bars of a session that may lack minutes, start late, end early, hold nonsense."""
    chance_of_gap = generator.choice([0, 0, 0, 0.01, 0.04, 0.5])
    begin = session.open + 60 * generator.choice([0] * 9 + [7])
    end = session.close - 60 * generator.choice([0] * 8 + [5, 200])
    hole = generator.randrange(begin, end, 60)
    hole_end = hole + 60 * generator.choice([0, 0, 0, 4, 45])
    nonsense = generator.choice([0, 0, 0, 0, generator.randrange(begin, end, 60)])
    rows = []
    for stamp in range(session.open, session.close + 60, 60):  # the last one is out of the session
        steps = [price] + [price := price * generator.gauss(1, 4e-4) for _ in range(4)]
        bar = [round(4 * value) / 4 for value in (steps[0], max(steps), min(steps), steps[-1])]
        missing = generator.random() < chance_of_gap or hole <= stamp < hole_end
        if begin <= stamp < end and not missing or stamp == session.close:
            bar = generator.choice(nonsense_of(*bar)) if stamp == nonsense else bar
            rows.append([playbooks.stamp_text(stamp), *bar, 100])
    return rows


def write_rough(folder, seed):
    """A shuffled file of rough bars with duplicates, and daily closes of which some are missing.

    Quarters of a dollar, closes in steps of 50 and opens at, above and below the mean of 200 of
    them make ties, and a mean that is a day or one close off decides otherwise.
    """
    folder.mkdir(exist_ok=True)
    generator = random.Random(seed)
    days, rows = [], []
    for n, session in enumerate(playbooks.sessions_between(date(2023, 9, 1), date(2025, 1, 10))):
        if session.date >= date(2024, 10, 7):
            mean = sum(close for _, close in days[-200:]) / 200
            opening = mean + generator.choice([-0.25, 0, 0.25, 0.25, 0.5, 0.5])
            rows += rough_session(generator, session, opening)
        if n % 21 and session.date not in MISSING:
            days.append((session.date, 50 * generator.randrange(2, 13)))
    rows += generator.sample(rows, 200)
    rows += [[row[0], *(price + 0.5 for price in row[1:5]), 100]
             for row in generator.sample(rows, 200)]
    generator.shuffle(rows)
    for name, header, table in (
            ("bars.csv", ["timestamp", "open", "high", "low", "close", "volume"], rows),
            ("daily.csv", ["date", "open", "high", "low", "close", "volume"],
             [[day, close, close, close, close, 100] for day, close in days])):
        with open(folder / name, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *table])
    return folder / "bars.csv", folder / "daily.csv"


@lru_cache
def read_bars(path):
    """The file's bars. The reference reads CSV only, so Parquet becomes that first; whether it is
    read rightly is asked in tests/interop."""
    if path.suffix != ".parquet":
        return playbooks.read_bars(path)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "bars.csv"
        subprocess.run([PLAYBOOK, "data", "convert", path, text, "--quiet"], cwd=folder, check=True)
        return playbooks.read_bars(text)


def cases(folder):
    """Name, file of bars, file of daily closes, strategy, timeframe, settings, costs."""
    example = ROOT / "examples" / "QQQ.parquet"
    for strategy, loose in LOOSE.items():
        yield f"{strategy}, real bars", example, None, strategy, "5Min", [], {}
        yield f"{strategy}, real bars, loose", example, None, strategy, "5Min", loose, COSTS
    for seed in range(3):
        rough, daily = write_rough(Path(folder) / str(seed), seed)
        for strategy, loose in LOOSE.items():
            for timeframe in ("1Min", "2Min", "7Min"):
                yield (f"{strategy}, rough bars {seed}, {timeframe}", rough, daily, strategy,
                       timeframe, loose, COSTS if seed == 1 else {})


def main():
    failed = 0
    compared = dict.fromkeys(LOOSE, 0)  # trades; made-up bars differ between versions of Python
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases(folder), 1):
            name, bars, daily, strategy, timeframe, settings, costs = case
            try:
                expected, journal = playbooks.backtest(read_bars(bars), strategy, "QQQ", timeframe,
                                                 daily and playbooks.read_closes(daily),
                                                 [text.split("=") for text in settings], **costs)
                actual, rows = program_records(folder, bars, strategy, timeframe, daily, settings,
                                               costs)
                found = differences(expected, actual) + note_differences(journal, rows)
                compared[strategy] += len(expected)
            except (OSError, RuntimeError, KeyError, ValueError,
                    subprocess.CalledProcessError) as error:
                expected, found = [], [str(error)]
            print(f"{'not ok' if found else 'ok'} {number} - {name}: {len(expected)} trades")
            for sentence in found[:10]:
                print(f"#   {sentence}")
            failed += bool(found)
    for number, (strategy, trades) in enumerate(compared.items(), number + 1):
        print(f"{'ok' if trades > 20 else 'not ok'} {number} - {strategy}: {trades} trades in all")
        failed += trades <= 20
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
