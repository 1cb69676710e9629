#!/usr/bin/env python3
"""A backtest without files fetches its bars, from the stand-in exchange. Prints TAP."""
import csv
import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import (JUNE, PLAYBOOK, behaviour, fail, june, program, run_tests, settings,
                          succeed, write)
from exchange.client import Exchange

NOW = "2024-06-28T21:30:00Z"
DP20 = ["backtest", "--strategy", "dp20", "--symbol", "QQQ", "--set", "strength=0",
        "--start", "2024-06-03", "--end", "2024-06-28"]
CROSS = ["backtest", "--strategy", "sma_cross", "--symbol", "BTC/USD",
         "--start", "2024-06-26", "--end", "2024-06-27"]
WALK = {"walk": "QQQ,SPY,BTC/USD", "first": "2023-06-01", "last": "2024-06-28", "now": NOW,
        "plan": "plus"}


def keys(exchange, **changes):
    """The settings of an account there, without a cache."""
    return {"ALPACA_DATA_URL": exchange.url, "ALPACA_API_KEY": exchange.key,
            "ALPACA_SECRET_KEY": exchange.secret, "CACHE_ENABLED": "false"} | changes


def kept(exchange):
    return keys(exchange, CACHE_ENABLED="true")


def requests(exchange, path="*"):
    return len(exchange.log(path))


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@behaviour
def fetched_bars_give_what_the_same_bars_in_a_file_give(folder):
    (folder / "bars").mkdir()
    write(folder / "bars" / "QQQ.csv", june())
    with Exchange(bars=folder / "bars", now=NOW, plan="plus") as exchange:
        done = succeed(folder, "backtest", "--strategy", "morning_reversal", "--symbol", "QQQ",
                       "--set", "rise=0.0004", "--start", str(JUNE[0]), "--end", str(JUNE[-1]),
                       "--output", "fetched/t.csv", environment=keys(exchange))
    succeed(folder, "backtest", "--strategy", "morning_reversal", "--symbol", "QQQ", "--set",
            "rise=0.0004", "--bars", "bars", "--output", "files/t.csv")
    assert " requests, " in done.stderr
    for name in ("t.csv", "journal.csv"):
        fetched, files = (rows(folder / way / name) for way in ("fetched", "files"))
        assert fetched == files and len(files) > 3, (name, fetched[:2], files[:2])


@behaviour
def a_strategy_that_looks_back_gets_its_history(folder):
    with Exchange(**WALK) as exchange:
        done = succeed(folder, *DP20, "--json", "--output", "t.csv", environment=keys(exchange))
        asked = [line.query["timeframe"] for line in exchange.log("/v2/stocks/bars")]
    result = json.loads(done.stdout)
    assert result["sessions"] == 19 and result["sessions_skipped"] == 0
    notes = {row["notes"].split(":")[0] for row in rows(folder / "journal.csv")}
    assert "warm-up" not in notes and {"1Min", "1Day"} <= set(asked), (notes, asked)


@behaviour
def pairs_need_no_keys_and_are_sent_none(folder):
    with Exchange(**WALK) as exchange:
        for environment in (keys(exchange), {"ALPACA_DATA_URL": exchange.url}):
            succeed(folder, *CROSS, "--output", "t.csv", environment=environment)
        assert all("apca-api-key-id" not in {name.lower() for name in line.headers}
                   for line in exchange.log("*"))
    assert len(rows(folder / "t.csv")) > 10


def on_a_terminal(folder, *arguments, environment):
    """What the program writes to the terminal that is its stderr."""
    terminal, its_end = pty.openpty()
    with subprocess.Popen([PLAYBOOK, *arguments], cwd=folder, stdout=subprocess.DEVNULL,
                          stderr=its_end, env=settings(environment)) as running:
        os.close(its_end)
        said = b""
        try:
            while part := os.read(terminal, 4096):
                said += part
        except OSError:  # the other end is closed
            pass
        os.close(terminal)
    assert running.returncode == 0, said
    return said.decode()


@behaviour
def progress_is_shown_on_a_terminal_alone(folder):
    with Exchange(**WALK) as exchange:
        shown = on_a_terminal(folder, *DP20, "--output", "t.csv", environment=keys(exchange))
        done = succeed(folder, *DP20, "--output", "t.csv", environment=keys(exchange))
    steps = re.findall(r"fetching: +(\d+) %, (\d+) sessions, (\d+) bars, (\d+) requests", shown)
    done_at = [step for step in steps if step[0] == "100"]  # the minutes, then the daily bars
    assert any(step[1] == "19" and int(step[2]) > 7000 and step[3] == "2"
               for step in done_at), steps
    assert steps[-1] == done_at[-1] and int(steps[-1][1]) > 200, steps
    assert re.search(r", \d+:\d\d left", shown), shown
    assert "fetching" not in done.stderr, done.stderr


@behaviour
def what_is_wrong_with_the_keys_is_said_and_they_are_not(folder):
    with Exchange(**WALK) as exchange:
        for changes in ({"ALPACA_SECRET_KEY": "another-secret"}, {"ALPACA_API_KEY": "PKOTHER"}):
            done = program(folder, *DP20, environment=keys(exchange, **changes))
            assert done.returncode == 2, done
            assert "ALPACA_API_KEY and ALPACA_SECRET_KEY" in done.stderr
            for secret in ("another-secret", "PKOTHER", exchange.secret, exchange.key):
                assert secret not in done.stderr + done.stdout
        done = program(folder, *DP20, environment={"ALPACA_DATA_URL": exchange.url})
        assert done.returncode == 2 and "ALPACA_API_KEY" in done.stderr, done
    assert not (folder / "output").exists()


@behaviour
def a_name_that_the_provider_refuses_is_named(folder):
    with Exchange(**WALK) as exchange:
        done = program(folder, *DP20, "--symbol", "BRK-B", environment=keys(exchange))
    assert done.returncode in (2, 3) and "BRK-B" in done.stderr, done


@behaviour
def trouble_that_passes_leaves_no_trace_in_the_result(folder):
    lies = [("too_many", {"by": "retry_after", "seconds": 1}), ("error", {"status": 503}),
            ("reset", {"share": 0.5}), ("unsorted_bars", {"seed": 3}), ("repeated_bars", {}),
            ("empty_last_page", {}), ("gzip", {})]
    with Exchange(**WALK) as exchange:
        succeed(folder, *DP20, "--output", "quiet/t.csv", environment=keys(exchange))
        for name, how in lies:
            exchange.control(clear=True)
            exchange.lie(name, path="/v2/stocks/bars", call=1, times=1, **how)
            succeed(folder, *DP20, "--output", f"{name}/t.csv", environment=keys(exchange))
            assert rows(folder / name / "t.csv") == rows(folder / "quiet/t.csv"), name


@behaviour
def trouble_that_stays_is_one_clear_error(folder):
    lies = [("number", {"text": "NaN"}), ("number", {"text": "1e999"}), ("cut_json", {}),
            ("repeated_token", {}), ("redirect", {"to": "other"}), ("duplicate_keys", {})]
    with Exchange(**WALK) as exchange:
        for name, how in lies:
            exchange.control(clear=True)
            exchange.lie("fewer_bars", path="/v2/stocks/bars", times=0)  # else a page has it all
            exchange.lie(name, path="/v2/stocks/bars", times=0, **how)
            done = program(folder, *DP20, "--output", f"{name}/t.csv", environment=keys(exchange))
            errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            assert done.returncode == 3 and errors, (name, done)
            assert not (folder / name).exists(), name


@behaviour
def what_was_fetched_once_is_not_fetched_again(folder):
    with Exchange(**WALK) as exchange:
        first = succeed(folder, *DP20, "--output", "first/t.csv", environment=kept(exchange))
        asked = requests(exchange)
        again = succeed(folder, *DP20, "--output", "again/t.csv", environment=kept(exchange))
        assert asked > 0 and requests(exchange) == asked
        assert "0 from the cache" in first.stderr and "0 fetched" in again.stderr
        environment = kept(exchange)
    offline = succeed(folder, *DP20, "--output", "offline/t.csv", environment=environment)
    for name in ("t.csv", "journal.csv"):
        results = [(folder / run / name).read_bytes() for run in ("first", "again", "offline")]
        assert len(set(results)) == 1 and len(results[0]) > 1000, name
    assert "0 requests" in offline.stderr


@behaviour
def only_what_is_missing_is_fetched(folder):
    def fetch(start, end):
        before = requests(exchange, "/v2/stocks/bars")
        succeed(folder, "backtest", "--strategy", "sma_cross", "--symbol", "SPY", "--start", start,
                "--end", end, "--output", "t.csv", environment=kept(exchange))
        return requests(exchange, "/v2/stocks/bars") - before

    with Exchange(**WALK) as exchange:
        assert fetch("2024-05-01", "2024-05-31") > 0
        assert fetch("2024-05-06", "2024-05-10") == 0
        assert fetch("2024-05-01", "2024-06-07") > 0
        assert fetch("2024-05-28", "2024-06-05") == 0


@behaviour
def refreshing_fetches_all_of_it_anew(folder):
    with Exchange(**WALK) as exchange:
        succeed(folder, *DP20, "--output", "t.csv", environment=kept(exchange))
        asked = requests(exchange, "/v2/stocks/bars")
        before = (folder / "t.csv").read_bytes()
        succeed(folder, *DP20, "--refresh", "--output", "t.csv", environment=kept(exchange))
        assert requests(exchange, "/v2/stocks/bars") == 2 * asked
        assert (folder / "t.csv").read_bytes() == before


@behaviour
def a_damaged_file_is_set_aside_and_fetched_anew(folder):
    with Exchange(**WALK) as exchange:
        succeed(folder, *DP20, "--output", "t.csv", environment=kept(exchange))
        before = (folder / "t.csv").read_bytes()
        path = next((folder / "data" / "cache").rglob("timeframe=1Min/*/2024-06.parquet"))
        path.write_bytes(path.read_bytes()[:-100])
        done = succeed(folder, *DP20, "--output", "t.csv", environment=kept(exchange))
        assert "1 damaged" in done.stderr and path.name in done.stderr, done.stderr
        assert (folder / "t.csv").read_bytes() == before


@behaviour
def without_a_network_it_says_so(folder):
    with Exchange(**WALK) as exchange:
        environment = keys(exchange)
    begun = time.monotonic()
    done = program(folder, *DP20, environment=environment)
    assert done.returncode == 3 and "connect" in done.stderr, (done, time.monotonic() - begun)


@behaviour
def flags_that_do_not_fit_are_refused(folder):
    fail(folder, 2, "backtest", "--strategy", "sma_cross", "--symbol", "SPY", says="--start")
    fail(folder, 2, *DP20, "--zone", "UTC", says="--zone")
    fail(folder, 2, *DP20, "--adjustment", "splits", says="split")
    fail(folder, 2, *DP20, "--feed", "sipp", says="sip")
    done = program(folder, *DP20, environment={"ALPACA_DATA_URL": "http://example.com",
                                               "ALPACA_API_KEY": "k", "ALPACA_SECRET_KEY": "s"})
    assert done.returncode == 2 and "https" in done.stderr, done


if __name__ == "__main__":
    sys.exit(run_tests())
