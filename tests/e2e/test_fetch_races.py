#!/usr/bin/env python3
"""Eight backtests at the same time fill one cache, with ranges and symbols that overlap: each has
the right results, and the cache is what they would have made one after the other. Prints TAP.

RACES says how many rounds (3), RACES_SEED the first one's seed (1); each round has its own.
"""
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import PLAYBOOK, behaviour, run_tests, settings
from exchange.client import Exchange
from fetch_program import (CACHE, NOW, account, assert_sound, backtest, errors, fetch, kept,
                           results)

ROUNDS, FIRST_SEED = int(os.environ.get("RACES", "3")), int(os.environ.get("RACES_SEED", "1"))
PROCESSES = 8
SYMBOLS = ("QQQ", "QQQ,SPY", "SPY,QQQ", "SPY", "BTC/USD")
DAYS = [f"2024-05-{day}" for day in (27, 28, 30, 31)] + [f"2024-06-{day:02}" for day in
                                                         (2, 3, 5, 7, 9, 10)]


def chosen(chance):
    """The arguments of all processes."""
    return [backtest(chance.choice(SYMBOLS), *sorted(chance.sample(DAYS, 2)),
                     chance.choice(("--timeframe=1Min", "--timeframe=1Day")))
            for _ in range(PROCESSES)]


class Race:
    """Processes with outputs of their own and one cache."""

    def __init__(self, folder, exchange, runs):
        self.folder, self.exchange, self.runs = folder, exchange, runs
        self.environment = account(exchange, DATA_CACHE_DIR=str(folder / CACHE))
        self.right, self.new = self.expected()

    def expected(self):
        """What each run gives alone, and the cache that they leave one after the other."""
        shared, right = self.folder / "one by one", []
        environment = account(self.exchange, DATA_CACHE_DIR=str(shared / CACHE))
        for number, arguments in enumerate(self.runs):
            place = self.folder / f"alone-{number}"
            assert fetch(place, arguments, account(self.exchange)).returncode == 0
            right.append(results(place))
            assert fetch(place, arguments, environment).returncode == 0
            assert results(place) == right[-1]
        return right, kept(shared)

    def start(self, number, *more):
        place = self.folder / f"run-{number}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        with open(place / "messages", "w", encoding="utf-8") as messages:
            return subprocess.Popen([PLAYBOOK, *self.runs[number], *more], cwd=place,
                                    stdout=subprocess.DEVNULL, stderr=messages,
                                    env=settings(self.environment))

    def go(self, refreshing=()):
        """All at the same time."""
        running = [self.start(number, *(["--refresh"] if number in refreshing else []))
                   for number in range(PROCESSES)]
        for number, process in enumerate(running):
            assert process.wait(120) == 0, self.messages(number)
            assert results(self.folder / f"run-{number}") == self.right[number], number
            assert "not kept" not in self.messages(number), self.messages(number)
        self.assert_done()

    def messages(self, number):
        return (self.folder / f"run-{number}" / "messages").read_text()

    def assert_done(self):
        """The cache is as it must be, and all that was asked for is there."""
        assert_sound(self.folder)
        assert kept(self.folder) == self.new
        self.exchange.control(clear=True)
        for number, arguments in enumerate(self.runs):
            place = self.folder / f"again-{number}"
            done = fetch(place, arguments, self.environment)
            assert done.returncode == 0 and not errors(done), done
            assert results(place) == self.right[number], number
        assert not self.exchange.log("/v*"), "something is fetched again"

    def damage(self, chance):
        """Some of the files, each in its own way: what is to be found set aside."""
        paths = sorted((self.folder / CACHE / "bars").rglob("*.parquet"))
        damaged = {}
        for path in chance.sample(paths, min(3, len(paths))):
            content = bytearray(path.read_bytes())
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            damaged[path] = chance.choice((bytes(content), content[:-30], b"", content + b"\n"))
            path.write_bytes(damaged[path])
        return sorted(damaged.values())

    def set_aside(self):
        return sorted(path.read_bytes()
                      for path in (self.folder / CACHE / "corrupt").rglob("*.parquet"))


def rounds(folder, act):
    """Calls act(race, chance) with another race each time."""
    seeds = range(FIRST_SEED, FIRST_SEED + ROUNDS)
    print(f"# seeds {seeds[0]} to {seeds[-1]}")
    with Exchange(walk="QQQ,SPY,BTC/USD", first="2024-05-27", last="2024-06-10", now=NOW,
                  plan="plus", calls_per_minute=1_000_000) as exchange:
        for seed in seeds:
            chance = random.Random(seed)
            exchange.control(clear=True)
            race = Race(folder / str(seed), exchange, chosen(chance))
            # So that the answers come when all are waiting for theirs.
            exchange.control(clear=True, lies=[{"lie": "latency", "times": 0, "path": "/v*",
                                                "milliseconds": chance.choice((0, 30, 60))}])
            try:
                act(race, chance)
            except BaseException:
                print(f"# RACES_SEED={seed} RACES=1", flush=True)
                raise


@behaviour
def a_cold_cache_is_filled_by_all_at_once(folder):
    rounds(folder, lambda race, _: race.go())


@behaviour
def some_fetch_anew_what_others_read(folder):
    def act(race, chance):
        race.go(refreshing=range(0, PROCESSES, 2))
        race.go(refreshing=chance.sample(range(PROCESSES), 3))

    rounds(folder, act)


@behaviour
def damaged_files_are_set_aside_once_and_made_good(folder):
    def act(race, chance):
        race.go()
        damaged = race.damage(chance)
        race.go(refreshing=chance.sample(range(PROCESSES), chance.choice((0, 2))))
        assert race.set_aside() == damaged, "what was damaged is not what was set aside"

    rounds(folder, act)


if __name__ == "__main__":
    sys.exit(run_tests())
