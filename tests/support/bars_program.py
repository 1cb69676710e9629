"""What the end-to-end tests share: the program, bars made here, and TAP lines.

A test is a function with one argument, a folder of its own. The program runs in a folder, not in
the checkout, so that no .env or playbooks file of somebody's is read.
"""
import csv
import os
import random
import subprocess
import tempfile
import traceback
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = os.environ.get("PLAYBOOK", str(ROOT / "build" / "playbook"))
HEADER = ["timestamp", "open", "high", "low", "close", "volume"]

# The sessions of June 2024: New York is four hours behind UTC.
JUNE = [day for day in (date(2024, 6, 3) + timedelta(n) for n in range(26))
        if day.weekday() < 5 and day != date(2024, 6, 19)]
SETTINGS = ("OUTPUT_DIR", "WRITER_TYPE", "PLAYBOOKS_FILE", "ALPACA_", "CACHE_ENABLED",
            "DATA_CACHE_DIR", "STATE_LOCATION", "LOG_LEVEL", "LOG_FORMAT")


def settings(environment=None):
    """The environment without anybody's settings, and with these; the log is in text unless they
    say otherwise."""
    inherited = {name: value for name, value in os.environ.items()
                 if not any(name.startswith(setting) for setting in SETTINGS)}
    return inherited | {"LOG_FORMAT": "text"} | (environment or {})


def program(folder, *arguments, environment=None, stdout=subprocess.PIPE, **options):
    """Runs the program; the options are subprocess.run's."""
    return subprocess.run([PLAYBOOK, *map(str, arguments)], cwd=folder, stdout=stdout, text=True,
                          stderr=subprocess.PIPE, timeout=300, check=False,
                          env=settings(environment), **options)


def succeed(folder, *arguments, **options):
    done = program(folder, *arguments, **options)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr}"
    return done


def fail(folder, status, *arguments, says=(), **options):
    """Nothing but what went wrong, on stderr, in one line."""
    done = program(folder, *arguments, **options)
    shown = f"{' '.join(map(str, arguments))}: status {done.returncode}: {done.stderr}"
    assert done.returncode == status, f"{status} was expected: {shown}"
    assert not done.stdout, f"stdout is not empty: {done.stdout}"
    for part in [says] if isinstance(says, str) else says:
        assert part in done.stderr, f"\"{part}\" was expected: {shown}"
    return done


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def walk(seed, opens, minutes, step=1, price=400.0):
    """Rows of bars, one every `step` minutes: a random walk, in cents."""
    generator = random.Random(seed)
    rows = []
    for begin in opens:
        for minute in range(0, minutes, step):
            path = [price] + [price := round(price * generator.gauss(1, 5e-4), 2) for _ in range(4)]
            prices = (path[0], max(path), min(path), path[-1])
            rows.append([stamp(begin + timedelta(minutes=minute)),
                         *(f"{price:.2f}" for price in prices), "1000"])
    return rows


def june(seed=1, days=JUNE, price=400.0):
    """One-minute bars of whole sessions."""
    opens = [datetime(day.year, day.month, day.day, 13, 30, tzinfo=timezone.utc) for day in days]
    return walk(seed, opens, 390, price=price)


def write(path, rows, header=None):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header or HEADER, *rows])
    return path


def write_days(path, close=300.0):
    """Daily bars of the 210 weekdays before June, all with one close."""
    days, day = [], date(2024, 6, 3)
    while len(days) < 210:
        day -= timedelta(1)
        if day.weekday() < 5:
            days.append([day, close, close, close, close, 100])
    return write(path, reversed(days), ["date", *HEADER[1:]])


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files(folder):
    """All files below a folder with their content; locks are no results."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and path.suffix != ".lock"}


TESTS = []


class Skip(Exception):
    """Why a test cannot be run on this machine."""


def behaviour(function):
    """Marks a function as a test."""
    TESTS.append(function)
    return function


def run_tests():
    """Runs the tests in their order, prints TAP and returns the exit status."""
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Path(folder))
                verdict, why = "ok", ""
            except Skip as reason:
                verdict, why = "ok", f" # SKIP {reason}"
            except Exception:  # whatever it is, the next test runs
                verdict, why = "not ok", ""
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print(f"#   {line}")
        print(f"{verdict} {number} - {test.__name__}{why}", flush=True)
    return 1 if failed else 0
