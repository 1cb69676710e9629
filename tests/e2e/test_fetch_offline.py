#!/usr/bin/env python3
"""What a backtest that fetches does without a network: one sentence that names the host, and
nothing lost; what is in the cache needs none. Prints TAP."""
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, run_tests
from exchange.client import Exchange
from fetch_program import NOW, account, assert_sound, assert_told, backtest, fetch, kept, results

WEEK = ("QQQ", "2024-06-03", "2024-06-07")
WALK = {"walk": "QQQ", "first": "2024-06-03", "last": "2024-06-14", "now": NOW, "plan": "plus"}


class ClosedPort(socket.socket):
    """A port where nobody listens, and nobody can while this is held; and an account there."""

    key, secret = "PKOFFLINE", "a-secret-of-nobody"

    def __init__(self):
        super().__init__()
        self.bind(("127.0.0.1", 0))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.getsockname()[1]}"


def assert_offline(done, nowhere):
    assert_told(done, (3,), nowhere.key, nowhere.secret)
    said = done.stderr.splitlines()[-1]
    assert nowhere.url.removeprefix("http://") in said and "connect" in said.lower(), said


def assert_all_offline(folder, runs, nowhere, **changes):
    """The runs are made at the same time, as each takes its time to try again."""
    environment = account(nowhere, **changes)

    def run(number):
        return fetch(folder / f"run-{number}", runs[number], environment)

    with ThreadPoolExecutor(len(runs)) as pool:
        for number, done in enumerate(pool.map(run, range(len(runs)))):
            assert_offline(done, nowhere)
            assert not results(folder / f"run-{number}"), runs[number]


@behaviour
def with_nobody_at_the_port_it_says_so_and_where(folder):
    runs = [backtest(symbol, *WEEK[1:], more) for symbol in ("QQQ", "BTC/USD")
            for more in ("--timeframe=1Min", "--timeframe=1Day", "--json", "--quiet")]
    with ClosedPort() as nowhere:
        assert_all_offline(folder, runs, nowhere, DATA_CACHE_DIR=str(folder / "data/cache"))
    assert not kept(folder)


@behaviour
def what_is_kept_needs_no_network(folder):
    with Exchange(**WALK) as exchange:
        done = fetch(folder, backtest(*WEEK), account(exchange))
        assert done.returncode == 0, done
    right, bars = results(folder), kept(folder)
    with ClosedPort() as nowhere:
        for start, end in (WEEK[1:], ("2024-06-04", "2024-06-05")):
            done = fetch(folder / "other", backtest("QQQ", start, end),
                         account(nowhere, DATA_CACHE_DIR=str(folder / "data/cache")))
            assert done.returncode == 0 and "0 requests" in done.stderr, done
            assert (results(folder / "other") == right) == (start == WEEK[1])
            (folder / "other/out/trades.csv").unlink()
            (folder / "other/out/journal.csv").unlink()
    assert kept(folder) == bars


@behaviour
def what_is_missing_cannot_be_had_and_costs_nothing_that_is_kept(folder):
    with Exchange(**WALK) as exchange:
        done = fetch(folder, backtest(*WEEK), account(exchange))
        assert done.returncode == 0, done
        right, bars = results(folder), kept(folder)
        with ClosedPort() as nowhere:
            runs = [backtest("QQQ", "2024-06-03", "2024-06-12"), backtest(*WEEK, "--refresh"),
                    backtest(*WEEK, "--timeframe=1Day")]
            assert_all_offline(folder, runs, nowhere, DATA_CACHE_DIR=str(folder / "data/cache"))
        assert kept(folder) == bars
        exchange.control(clear=True)
        done = fetch(folder, backtest(*WEEK), account(exchange))
        assert done.returncode == 0 and results(folder) == right, done
        assert not exchange.log("/v*")
    assert_sound(folder)


if __name__ == "__main__":
    sys.exit(run_tests())
