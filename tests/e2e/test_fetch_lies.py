#!/usr/bin/env python3
"""Backtests whose bars come from an exchange that lies by chance: each ends in the right bars or in
a clear error, and an honest answer afterwards makes it good. Prints TAP.

FETCH_RUNS says how many (60), FETCH_SEED the first one's seed (1); each run has a seed of its own.
"""
import os
import queue
import random
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, run_tests
from exchange.client import Exchange
from fetch_program import (NOW, account, assert_sound, assert_told, backtest, errors, fetch, kept,
                           results, wait_until_open)

RUNS, FIRST_SEED = int(os.environ.get("FETCH_RUNS", "60")), int(os.environ.get("FETCH_SEED", "1"))
EXCHANGES = 3
DAYS = [f"2024-05-{day}" for day in (20, 24, 29, 31)] + [f"2024-06-{day:02}" for day in
                                                         (3, 7, 10, 14, 19, 21, 24, 27)]
WHAT = [("QQQ", "--timeframe=1Min"), ("QQQ,SPY", "--timeframe=5Min"), ("SPY", "--timeframe=1Day"),
        ("BTC/USD", "--timeframe=1Min"), ("BTC/USD", "--timeframe=1Day"),
        ("QQQ,SPY", "--timeframe=1Day")]

# What no bar may have; null in n or vw would be right.
NUMBERS = ["NaN", "-Infinity", "1e999", '"1.5"', "null", "true", "[]", "{}", "", "0x10", ".5", "01",
           "1.", "- 1", "1,1", "1e", "'1'", "+1"]

# The lies with what may be chosen of their options. Not among them is what nobody can see through.
LIES = {
    "too_many": {"by": ["retry_after", "retry_date", "reset", "nothing"], "seconds": [0, 1]},
    "error": {"status": [400, 404, 408, 425, 429, 500, 502, 503, 504],
              "form": ["json", "html", "text", "nothing"], "retry_after": [None, 0, 1]},
    "unauthorized": {}, "forbidden": {}, "recent_sip": {},
    "redirect": {"to": ["self", "other"], "status": [301, 302, 307, 308]},
    "content_type": {"value": ["text/html", "application/octet-stream", "x"]},
    "number": {"text": NUMBERS, "field": ["o", "h", "l", "c", "v"]},
    "duplicate_keys": {},
    "cut_json": {"share": [0, 0.001, 0.3, 0.99]},
    "huge_body": {"size": [1_000_000, 40_000_000]},
    "gzip": {}, "gzip_cut": {"share": [0, 0.001, 0.5, 0.99]}, "gzip_bomb": {"size": [1 << 26]},
    "latency": {"milliseconds": [1, 40]},
    "stall": {"share": [0, 0.5, 1], "seconds": [0.1], "headers": [True, False]},
    "drip": {"size": [2048]},
    "long_length": {"by": [1, 1000]}, "short_length": {"by": [1, 1000]},
    "reset": {"share": [0, 0.5, 0.99]}, "close": {}, "refuse": {"seconds": [0.2]},
    "fewer_bars": {"share": [0.1, 0.5, 0.9]}, "empty_last_page": {}, "repeated_token": {},
    "repeated_bars": {"every": [1, 7]}, "unsorted_bars": {"seed": [1, 2]},
    "missing_symbol": {}, "no_bars": {"form": ["null", "object", "array", "absent", "symbol_null",
                                               "symbol_array"]},
}

# After one or two of these, alone, the bars must come.
HARMLESS = ("too_many", "content_type", "gzip", "latency", "drip", "long_length", "reset", "close",
            "stall", "fewer_bars", "empty_last_page", "repeated_bars", "unsorted_bars",
            "missing_symbol", "cut_json", "gzip_cut", "short_length")


def chosen_lies(chance):
    """One to three. What is held back for a later page the exchange tells only once, and bars that
    are said not to be there cannot be known to be: each of these comes alone. It closes its port
    only once."""
    names = chance.sample(sorted(LIES), chance.choice((1, 1, 2, 3)))
    if {"missing_symbol", "no_bars"} & set(names):
        names = names[:1]
    return [{"lie": name, "path": "/v*", "call": chance.choice((1, 1, 1, 2, 3)),
             "times": 1 if name == "refuse" else chance.choice((1, 1, 2, 5, 20)),
             **{option: chance.choice(values) for option, values in LIES[name].items()}}
            for name in names]


def must_succeed(lies):
    return len(lies) == 1 and lies[0]["lie"] in HARMLESS and lies[0]["times"] <= 2


def chosen_arguments(chance):
    symbols, timeframe = chance.choice(WHAT)
    start, end = sorted(chance.sample(DAYS, 2))
    return backtest(symbols, start, end, timeframe,
                    f"--adjustment={chance.choice(('raw', 'split'))}")


class Liar:
    """An exchange that lies, and what it tells when it does not, by arguments."""

    def __init__(self, folder):
        self.folder, self.known = folder, {}
        self.whole = {}  # whether one page has it all
        self.exchange = Exchange(walk="QQQ,SPY,BTC/USD", first="2024-05-20", last="2024-06-28",
                                 now=NOW, plan="plus").__enter__()

    def run(self, folder, arguments, lies=()):
        """The program, with these lies from its first call on."""
        wait_until_open(self.exchange)
        self.exchange.control(clear=True, lies=list(lies))
        return fetch(folder, arguments, account(self.exchange))

    def asked(self):
        return len(self.exchange.log("/v*"))

    def honest(self, arguments):
        place = self.folder / f"honest-{len(self.known)}"
        key = tuple(arguments)
        if key not in self.known:
            done = self.run(place, arguments)
            assert done.returncode == 0, done
            self.known[key] = results(place), kept(place)
            self.whole[key] = self.asked() == 1
            assert set(self.known[key][0]) == {"journal.csv", "trades.csv"} and self.known[key][1]
        return self.known[key]

    def check(self, seed):
        """What became of the run: "right", "told" or "empty"."""
        chance = random.Random(seed)
        arguments, lies = chosen_arguments(chance), chosen_lies(chance)
        right, bars = self.honest(arguments)
        place = self.folder / f"run-{seed}"
        done = self.run(place, arguments, lies)
        assert_sound(place)
        says_none = lies[0]["lie"] == "no_bars"
        if done.returncode == 0 and not says_none:
            assert results(place) == right and kept(place) == bars, (lies, arguments, done.stderr)
            assert not errors(done), done
        elif done.returncode != 0:
            assert not must_succeed(lies), (lies, done.stderr)
            assert_told(done, (2, 3), self.exchange.secret, self.exchange.key)
            assert not results(place), f"{lies}: results although it failed"
        self.assert_mended(place, arguments, (right, bars), lies)
        return "empty" if says_none else "told" if done.returncode else "right"

    def assert_mended(self, place, arguments, expected, lies):
        """Behind the lies, the same cache leads to the right results; then nobody is asked. Where a
        later page had no bars, a part of a day is kept for the whole, as nobody can know: only what
        is fetched anew is right."""
        is_part = lies[0]["lie"] == "no_bars" and not self.whole[tuple(arguments)]
        for more in ((["--refresh"] if is_part else []), []):
            done = self.run(place, [*arguments, *more])
            assert done.returncode == 0, (lies, done)
            assert (results(place), kept(place)) == expected, (lies, arguments, done.stderr)
        assert self.asked() == 0, f"{lies}: {self.asked()} requests for what is kept"
        assert_sound(place)


def check_in_parallel(liars, seeds):
    """By seed, what became of it or what went wrong."""
    free = queue.Queue()
    for liar in liars:
        free.put(liar)

    def check(seed):
        liar = free.get()
        try:
            return liar.check(seed)
        except Exception:  # it is told with its seed
            return traceback.format_exc()
        finally:
            free.put(liar)

    with ThreadPoolExecutor(len(liars)) as pool:
        return dict(zip(seeds, pool.map(check, seeds)))


@behaviour
def whatever_the_exchange_says_the_bars_are_right_or_the_trouble_is_told(folder):
    seeds = range(FIRST_SEED, FIRST_SEED + RUNS)
    liars = []
    try:
        for number in range(min(EXCHANGES, RUNS)):
            liars.append(Liar(folder / str(number)))
        ends = check_in_parallel(liars, seeds)
    finally:
        for liar in liars:
            liar.exchange.stop()
    counts = {end: list(ends.values()).count(end) for end in ("right", "told", "empty")}
    print(f"# seeds {seeds[0]} to {seeds[-1]}: {counts}")
    wrong = {seed: end for seed, end in ends.items() if end not in counts}
    for seed, end in wrong.items():
        print(f"# FETCH_SEED={seed} FETCH_RUNS=1:", *end.splitlines(), sep="\n#   ")
    assert not wrong, sorted(wrong)
    assert RUNS < 20 or (counts["right"] and counts["told"]), counts


if __name__ == "__main__":
    sys.exit(run_tests())
