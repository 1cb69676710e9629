#!/usr/bin/env python3
"""Traps of Alpaca's REST API, each met by the whole program: what is in tests/mutants/traps.txt as
lines of code is here what a user would see. Where the day matters the program has another clock.
Prints TAP.
"""
import shutil
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, run_tests, succeed, table, walk, write
from clocked_program import at
from exchange.client import Exchange
from fetch_program import (CACHE, NOW, account, assert_sound, assert_told, backtest, errors, fetch,
                           kept, results)

JUNE = {"walk": "QQQ,SPY", "first": "2024-06-03", "last": "2024-06-28", "now": NOW, "plan": "plus"}
WEEK = ("QQQ", "2024-06-10", "2024-06-14")
PATHS = {"/v2/stocks/bars", "/v1beta3/crypto/us/bars", "/v1/corporate-actions"}


def moment(day):
    """When the session of a day in summer opens."""
    return datetime.fromisoformat(f"{day}T13:30:00+00:00")


def right(folder, exchange, arguments, clock=NOW):
    """What a run there gives, without what was there."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    done = fetch(folder, arguments, at(clock, account(exchange)))
    assert done.returncode == 0, done
    return results(folder)


@behaviour
def a_history_that_a_split_has_changed_is_not_mixed_with_what_was_kept(folder):
    splits = [{"symbol": "QQQ", "ex_date": "2024-06-20", "new_rate": 2, "old_rate": 1}]
    before, after = "2024-06-18T21:30:00Z", "2024-06-24T21:30:00Z"
    whole = backtest("QQQ", "2024-06-10", "2024-06-21")
    with Exchange(**JUNE | {"now": before}, splits=splits) as exchange:
        for symbols in ("QQQ", "SPY"):
            right(folder, exchange, backtest(symbols, *WEEK[1:]), before)
        exchange.control(now=after, clear=True)
        expected = right(folder / "cold", exchange, whole, after)
        exchange.control(clear=True)
        assert right(folder, exchange, whole, after) == expected
        assert kept(folder).items() >= kept(folder / "cold").items()
        days = {line.query["start"][:10] for line in exchange.log("/v2/stocks/bars")}
        assert days == {"2024-06-10"} and exchange.log("/v1/corporate-actions"), days
        exchange.control(clear=True)
        right(folder, exchange, backtest("SPY", *WEEK[1:]), after)
        assert not exchange.log("/v2/stocks/bars"), "SPY had no split"


@behaviour
def a_day_that_runs_is_handed_out_and_not_kept(folder):
    during, later = "2024-06-14T17:30:30Z", "2024-06-17T13:00:00Z"
    with Exchange(**JUNE | {"now": during}) as exchange:
        for timeframe in ("1Min", "1Day"):
            arguments = backtest(*WEEK, f"--timeframe={timeframe}")
            fetch(folder, arguments, at(during, account(exchange)))
        for name, content in kept(folder).items():
            place = folder / CACHE / "bars" / name
            succeed(folder, "data", "convert", place, "copy.csv", "--quiet")
            rows = table(folder / "copy.csv")
            last = rows[-1].get("date") or rows[-1]["timestamp"][:10]
            assert last == "2024-06-13" and content, (name, rows[-1])
        exchange.control(now=later, clear=True)
        for timeframe in ("1Min", "1Day"):
            arguments = backtest(*WEEK, f"--timeframe={timeframe}")
            expected = right(folder / f"cold-{timeframe}", exchange, arguments, later)
            assert right(folder, exchange, arguments, later) == expected
        assert kept(folder) == {**kept(folder / "cold-1Min"), **kept(folder / "cold-1Day")}


@behaviour
def minutes_without_a_trade_are_no_gap_that_is_fetched_again(folder):
    """Two thirds of the minutes are there."""
    (folder / "bars").mkdir()
    days = [f"2024-06-{day}" for day in (10, 11, 12, 13, 14)]
    rows = [row for day in days for row in walk(7, [moment(day)], 390)]
    write(folder / "bars" / "QQQ.csv", [row for index, row in enumerate(rows) if index % 3])
    with Exchange(bars=folder / "bars", now=NOW, plan="plus") as exchange:
        first = right(folder, exchange, backtest(*WEEK))
        asked = len(exchange.log("/v*"))
        assert right(folder, exchange, backtest(*WEEK)) == first
        assert len(exchange.log("/v*")) == asked == 1


@behaviour
def a_session_that_alpaca_has_lost_is_told_and_asked_for_again(folder):
    (folder / "bars").mkdir()
    days = [f"2024-06-{day}" for day in (10, 11, 13, 14)]
    write(folder / "bars" / "QQQ.csv", [row for day in days for row in walk(7, [moment(day)], 390)])
    with Exchange(bars=folder / "bars", now=NOW, plan="plus") as exchange:
        for _ in range(2):
            exchange.control(clear=True)
            right(folder, exchange, backtest(*WEEK))
            notes = {row["trade_date"]: row["notes"]
                     for row in table(folder / "out" / "journal.csv")}
            assert list(notes) == days[:2] + ["2024-06-12"] + days[2:], notes
            assert "bars" in notes["2024-06-12"], notes
            assert len(exchange.log("/v*")) == 1


@behaviour
def a_symbol_that_is_refused_is_named_and_nothing_is_wrong_with_the_others(folder):
    with Exchange(**JUNE) as exchange:
        done = fetch(folder, backtest("QQQ,BRK-B,SPY", *WEEK[1:]), account(exchange))
        assert_told(done, (2, 3), exchange.secret)
        assert "BRK-B" in errors(done)[0] and not results(folder)
        asked = [line.query["symbols"].split(",") for line in exchange.log("/v2/stocks/bars")]
        assert sum("BRK-B" in symbols for symbols in asked) == 1, asked
        done = fetch(folder, backtest("QQQ,SPY", *WEEK[1:]), account(exchange))
        assert done.returncode == 0 and len(exchange.log("/v2/stocks/bars")) == len(asked), done
    assert_sound(folder)


@behaviour
def nothing_but_bars_and_actions_is_ever_asked_for(folder):
    """Sizes of quotes have had two units, and a forming bar may be any: nobody needs them."""
    with Exchange(walk="QQQ,BTC/USD", first="2024-06-03", last="2024-06-28", now=NOW,
                  plan="plus") as exchange:
        for symbol in ("QQQ", "BTC/USD"):
            for timeframe in ("1Min", "1Day"):
                for clock in (NOW, "2024-07-02T21:30:00Z"):
                    arguments = backtest(symbol, *WEEK[1:], f"--timeframe={timeframe}")
                    right(folder, exchange, arguments, clock)
        seen = exchange.log("/*")
    assert {line.path for line in seen} == PATHS, {line.path for line in seen}
    assert {line.method for line in seen} == {"GET"}
    assert all(line.query.get("feed") == "sip" and line.query["end"] for line in seen
               if line.path == "/v2/stocks/bars")


if __name__ == "__main__":
    sys.exit(run_tests())
