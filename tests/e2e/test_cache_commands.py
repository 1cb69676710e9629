#!/usr/bin/env python3
"""playbook data fetch, list, verify and clear as their user sees them, with the stand-in exchange.
Prints TAP."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, fail, files, june, program, run_tests, succeed, write
from clocked_program import program_at
from exchange.client import Exchange

NOW = "2024-06-28T21:30:00Z"
WALK = {"walk": "QQQ,SPY,BTC/USD", "first": "2024-05-01", "last": "2024-06-28", "now": NOW,
        "plan": "plus"}
JUNE = ("--start", "2024-06-01", "--end", "2024-06-28")
WEEK = ("--start", "2024-06-10", "--end", "2024-06-14")


def keys(exchange):
    return {"ALPACA_DATA_URL": exchange.url, "ALPACA_API_KEY": exchange.key,
            "ALPACA_SECRET_KEY": exchange.secret}


def fetch(folder, exchange, symbols, *flags):
    return succeed(folder, "data", "fetch", "--symbol", symbols, *flags, environment=keys(exchange))


def document(done):
    return json.loads(done.stdout)


def listed(folder, *flags):
    """Nobody is asked: there are no keys and there is no provider."""
    return document(succeed(folder, "data", "list", "--json", *flags,
                            environment={"ALPACA_DATA_URL": "http://127.0.0.1:1"}))


def row(done, symbol):
    """The cells of a symbol's row in the table that was printed."""
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith(symbol + " ")]
    assert len(lines) == 1, done.stdout
    return lines[0]


def cache(folder):
    return folder / "data" / "cache"


def kept_file(folder, symbol, timeframe="1Min", month="2024-06"):
    return next(cache(folder).rglob(f"timeframe={timeframe}/symbol={symbol}/{month}.parquet"))


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


# ---- fetch ---------------------------------------------------------------------------------------

@behaviour
def equities_and_pairs_are_fetched_together_and_once(folder):
    with Exchange(**WALK) as exchange:
        first = fetch(folder, exchange, "QQQ,BTC/USD", *WEEK)
        asked = len(exchange.log())
        again = fetch(folder, exchange, "QQQ", "--symbol", "BTC/USD,QQQ", *WEEK)
        assert asked >= 2 and len(exchange.log()) == asked
    for done in (first, again):
        assert row(done, "QQQ")[1:4] == ["2024-06-10", "2024-06-14", "5/5"]
        assert row(done, "BTC/USD")[1:4] == ["2024-06-10", "2024-06-14", "5/5"]
        assert int(row(done, "BTC/USD")[4]) == 5 * 24 * 60
        assert "error" not in done.stderr + done.stdout
    assert "months: 0 from the cache, 2 fetched" in first.stdout
    assert "months: 2 from the cache, 0 fetched; requests: 0" in again.stdout


@behaviour
def a_backtest_takes_what_was_fetched(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "SPY", *WEEK)
        asked = len(exchange.log())
        succeed(folder, "backtest", "--strategy", "sma_cross", "--symbol", "SPY", *WEEK,
                environment=keys(exchange))
        assert len(exchange.log()) == asked


@behaviour
def bad_symbols_are_named_and_the_others_fetched(folder):
    with Exchange(**WALK) as exchange:
        done = program(folder, "data", "fetch", "--symbol", "QQQ,ZZZZ,qqq,BRK-B,BTC/USD", *WEEK,
                       environment=keys(exchange))
        found = program(folder, "data", "fetch", "--symbol", "qqq,QQQ", *WEEK, "--json",
                        environment=keys(exchange))
    assert done.returncode == 3, done
    errors = [line for line in done.stderr.splitlines() if " error " in line]
    assert len(errors) == 3, done.stderr
    for name in ("qqq: ", "BRK-B: Alpaca does not", "ZZZZ: the provider has no bars"):
        assert sum(name in line for line in errors) == 1, (name, errors)
    assert row(done, "QQQ")[3] == row(done, "BTC/USD")[3] == "5/5"
    assert {entry["symbol"] for entry in listed(folder)["bars"]} == {"QQQ", "BTC/USD"}
    assert found.returncode == 2, found
    bad, good = document(found)["symbols"]
    assert bad["symbol"] == "qqq" and "not a symbol" in bad["error"] and good["bars"] > 1000


@behaviour
def sessions_without_a_bar_are_told(folder):
    (folder / "bars").mkdir()
    days = [day for day in june() if day[0][8:10] not in ("05", "11", "12", "20", "25")]
    write(folder / "bars" / "QQQ.csv", days)
    with Exchange(bars=folder / "bars", now=NOW, plan="plus") as exchange:
        done = fetch(folder, exchange, "QQQ", *JUNE)
        found = document(fetch(folder, exchange, "QQQ", *JUNE, "--json"))
    assert row(done, "QQQ")[1:] == ["2024-06-03", "2024-06-28", "14/19", str(14 * 390)]
    assert "5 sessions without a bar: 2024-06-05, 2024-06-11, 2024-06-12, ..." in done.stdout
    symbol = found["symbols"][0]
    assert symbol["sessions_empty"] == [f"2024-06-{day}" for day in ("05", "11", "12", "20", "25")]
    assert (symbol["sessions"], symbol["sessions_with_bars"]) == (19, 14)
    assert listed(folder)["bars"][0]["sessions_missing"] == 5


@behaviour
def daily_and_raw_bars_are_kept_apart_from_the_others(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "QQQ,BTC/USD", *WEEK, "--timeframe", "1Day", "--adjustment", "raw")
        fetch(folder, exchange, "QQQ", *WEEK, "--timeframe", "1Day")
        fetch(folder, exchange, "QQQ", *WEEK, "--timeframe", "1Day", "--feed", "iex")
    found = [(entry["symbol"], entry["feed"], entry["adjustment"], entry["timeframe"],
              entry["days"], entry["as_of"] is None) for entry in listed(folder)["bars"]]
    assert found == [("BTC/USD", "crypto", "raw", "1Day", 5, True),
                     ("QQQ", "iex", "split", "1Day", 5, False),
                     ("QQQ", "sip", "raw", "1Day", 5, True),
                     ("QQQ", "sip", "split", "1Day", 5, False)], found


@behaviour
def a_day_that_can_still_change_is_told_and_not_kept(folder):
    with Exchange(**WALK) as exchange:
        environment = keys(exchange)
        done = program_at(NOW, folder, "data", "fetch", "--symbol", "QQQ", "--start", "2024-06-24",
                          environment=environment)
        ahead = program_at("2024-06-29T05:00:00Z", folder, "data", "fetch", "--symbol", "QQQ",
                           "--start", "2024-06-24", "--end", "2024-07-05", "--json",
                           environment=environment)
        running = program_at("2024-06-28T19:59:00Z", folder, "data", "fetch", "--symbol", "QQQ",
                             "--start", "2024-06-24", environment=environment)
    assert done.returncode == 0, done
    assert row(done, "QQQ")[1:4] == ["2024-06-24", "2024-06-28", "5/5"]
    assert "Bars of xnys from 2024-06-28 on are not kept yet" in done.stdout
    assert "2024-06-28" in ahead.stderr and "2024-07-05" in ahead.stderr, ahead
    symbol = document(ahead)["symbols"][0]
    assert (symbol["end"], symbol["not_kept_from"]) == ("2024-06-28", None)
    assert row(running, "QQQ")[1:4] == ["2024-06-24", "2024-06-27", "4/4"]
    assert listed(folder)["bars"][0]["last"] == "2024-06-28"


@behaviour
def what_cannot_be_kept_fails(folder):
    write(folder / "file", [])
    with Exchange(**WALK) as exchange:
        cache(folder).mkdir(parents=True)
        (cache(folder) / "bars").write_text("in the way")
        done = program(folder, "data", "fetch", "--symbol", "QQQ", *WEEK,
                       environment=keys(exchange))
        assert done.returncode == 3 and "bars" in done.stderr and not done.stdout, done
        fail(folder, 2, "data", "fetch", "--symbol", "QQQ", *WEEK, says="CACHE_ENABLED",
             environment=keys(exchange) | {"CACHE_ENABLED": "false"})
        fail(folder, 2, "data", "fetch", "--symbol", "QQQ", *WEEK, says="DATA_CACHE_DIR",
             environment=keys(exchange) | {"DATA_CACHE_DIR": "file"})
        assert not exchange.log()
        done = program(folder, "data", "fetch", "--symbol", "QQQ", *WEEK,
                       environment=keys(exchange) | {"DATA_CACHE_DIR": "/proc/no-cache"})
    assert done.returncode == 4 and "1 month could not be kept" in done.stderr, done
    assert "/proc/no-cache" in done.stderr and row(done, "QQQ")[3] == "5/5", done


@behaviour
def what_is_asked_for_wrongly_is_refused_before_anything_is_asked(folder):
    for flags, says in (
            (WEEK, "--symbol is needed"), (("--symbol", "QQQ"), "--start is needed"),
            (("--symbol", "QQQ", "--start", "2024-06-31"), "--start 2024-06-31"),
            (("--symbol", "QQQ", "--start", "2024-06-14", "--end", "2024-06-10"), "lies behind"),
            (("--symbol", "QQQ", *WEEK, "--timeframe", "2Min"), "1Min or 1Day"),
            (("--symbol", "QQQ", *WEEK, "--adjustment", "splits"), "did you mean split?"),
            (("--symbol", "QQQ", *WEEK, "--feed", "sipp"), "sip")):
        for command in ("fetch", "verify"):
            fail(folder, 2, "data", command, *flags, says=says)
    for dates in (("--start", "2024-06-29", "--end", "2024-06-30"), ("--start", "2040-01-02")):
        fail(folder, 3, "data", "fetch", "--symbol", "QQQ", *dates, says="QQQ: calendar xnys has")
    assert not cache(folder).exists()


@behaviour
def without_keys_or_a_network_it_says_so(folder):
    with Exchange(**WALK) as exchange:
        environment = keys(exchange)
        fail(folder, 2, "data", "fetch", "--symbol", "QQQ,BTC/USD", *WEEK, says="ALPACA_API_KEY",
             environment={"ALPACA_DATA_URL": exchange.url})
        succeed(folder, "data", "fetch", "--symbol", "BTC/USD", *WEEK,
                environment={"ALPACA_DATA_URL": exchange.url})
    done = program(folder, "data", "fetch", "--symbol", "QQQ", *WEEK, environment=environment)
    assert done.returncode == 3 and not done.stdout and "connect" in done.stderr, done


# ---- list ----------------------------------------------------------------------------------------

@behaviour
def an_empty_cache_says_so(folder):
    done = succeed(folder, "data", "list")
    assert done.stdout == "data/cache: the cache holds no bars\n" and not done.stderr, done
    assert listed(folder) == {"folder": "data/cache", "bars": [], "damaged": [], "set_aside": [],
                              "foreign": []}
    assert not (folder / "data").exists()


@behaviour
def the_list_says_what_is_kept_of_each_symbol(folder):
    with Exchange(**WALK) as exchange:
        bars = int(row(fetch(folder, exchange, "QQQ", "--start", "2024-05-30", "--end",
                             "2024-06-14"), "QQQ")[4])
        fetch(folder, exchange, "BTC/USD", *WEEK)
        done = fetch(folder, exchange, "QQQ", "--start", "2024-06-24", "--end", "2024-06-24")
        bars += int(row(done, "QQQ")[4])
    done = succeed(folder, "data", "list")
    cells = row(done, "QQQ")
    assert cells[1:9] == ["alpaca/sip", "split", "1Min", "2024-05-30", "2024-06-24", "13", "4",
                          str(bars)], cells
    size = sum(kept_file(folder, "QQQ", month=month).stat().st_size
               for month in ("2024-05", "2024-06"))
    assert cells[9:11] == [f"{size / 1000:.1f}", "kB"], (cells, size)
    assert listed(folder, "--symbol", "QQQ")["bars"] == listed(folder)["bars"][1:]
    assert listed(folder, "--symbol", "SPY,QQQ")["bars"][0]["bytes"] == size
    none = succeed(folder, "data", "list", "--symbol", "SPY")
    assert none.stdout == "data/cache: the cache holds no bars of that\n"
    fail(folder, 2, "data", "list", "--symbol", "spy", says='"spy" is not a symbol')


@behaviour
def listing_names_what_is_damaged_and_changes_nothing(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "QQQ,SPY", *WEEK)
        damage(kept_file(folder, "SPY"))
        (cache(folder) / "bars" / "notes.txt").write_text("mine")
        before = files(folder)
        done = succeed(folder, "data", "list")
        assert files(folder) == before
        assert not re.search("^SPY ", done.stdout, re.M) and row(done, "QQQ")
        assert re.search("^damaged: 1 file, .* kB", done.stdout, re.M), done.stdout
        assert re.search(r"^  bars/.*/symbol=SPY/2024-06\.parquet: the file is damaged .* \(\d",
                         done.stdout, re.M)
        assert "the file is damaged" in listed(folder)["damaged"][0]["why"]
        assert "foreign: 1 file, 4 bytes" in done.stdout and "bars/notes.txt" in done.stdout
        fetch(folder, exchange, "SPY", *WEEK)
    found = listed(folder)
    assert not found["damaged"] and [entry["symbol"] for entry in found["bars"]] == ["QQQ", "SPY"]
    aside = found["set_aside"]
    assert len(aside) == 1 and "symbol=SPY/2024-06-" in aside[0]["file"] and aside[0]["bytes"] > 99
    assert "set aside: 1 file" in succeed(folder, "data", "list").stdout


# ---- verify --------------------------------------------------------------------------------------

def mended():
    """June as the provider has it later: two bars are others, one came, one is gone."""
    now = [list(bar) for bar in june()]
    now[3][4] = now[3][3] = "1.25"
    now[5][5] = "7"
    kept = [bar for number, bar in enumerate(june()) if number != 400]
    return kept, [bar for number, bar in enumerate(now) if number != 800]


@behaviour
def what_has_changed_since_is_told_bar_by_bar(folder):
    for name, bars in zip(("kept", "now"), mended()):
        (folder / name).mkdir()
        write(folder / name / "QQQ.csv", bars)
    with Exchange(bars=folder / "kept", now=NOW, plan="plus") as exchange:
        fetch(folder, exchange, "QQQ", "--start", "2024-06-01", "--end", "2024-06-14")
        same = succeed(folder, "data", "verify", "--symbol", "QQQ", *JUNE,
                       environment=keys(exchange))
    assert "What is kept is what the provider has." in same.stdout
    assert row(same, "QQQ")[1:4] == ["10", "9", "0"]
    with Exchange(bars=folder / "now", now=NOW, plan="plus") as exchange:
        before = files(folder)
        done = program(folder, "data", "verify", "--symbol", "QQQ", *JUNE,
                       environment=keys(exchange))
        found = program(folder, "data", "verify", "--symbol", "QQQ", *JUNE, "--json",
                        environment=keys(exchange))
        assert done.returncode == found.returncode == 3 and files(folder) == before
        fetch(folder, exchange, "QQQ", *JUNE, "--refresh")
        succeed(folder, "data", "verify", "--symbol", "QQQ", *JUNE, environment=keys(exchange))
    assert row(done, "QQQ")[1:8] == ["10", "9", "3", "3899", "2", "1", "1"], done.stdout
    for line in ("  2024-06-03: 2 changed", "  2024-06-04: 1 missing here",
                 "  2024-06-05: 1 no longer there",
                 "    2024-06-03T13:35:00Z changed: volume 1000 -> 7, trades 10 -> 1"):
        assert line in done.stdout.splitlines(), done.stdout
    assert "close 399.51 -> 1.25" in done.stdout and "data fetch --refresh" in done.stdout
    symbol = document(found)["symbols"][0]
    assert [symbol[name] for name in ("changed", "missing_here", "no_longer_there")] == [2, 1, 1]
    assert [entry["session"] for entry in symbol["different"]] == [
        "2024-06-03", "2024-06-04", "2024-06-05"]
    assert [sorted(set(entry) & {"kept", "now"}) for entry in symbol["first_differences"]] == [
        ["kept", "now"], ["kept", "now"], ["now"], ["kept"]]


@behaviour
def what_is_not_kept_is_no_change(folder):
    with Exchange(**WALK) as exchange:
        done = succeed(folder, "data", "verify", "--symbol", "QQQ,BTC/USD", *WEEK,
                       environment=keys(exchange))
        fetch(folder, exchange, "BTC/USD", *WEEK)
        pair = succeed(folder, "data", "verify", "--symbol", "BTC/USD", *WEEK,
                       environment={"ALPACA_DATA_URL": exchange.url})
    assert row(done, "QQQ")[1:4] == row(done, "BTC/USD")[1:4] == ["0", "5", "0"]
    assert "Nothing of that is kept" in done.stdout
    assert row(pair, "BTC/USD")[1:5] == ["5", "0", "0", "7200"]
    assert not list(cache(folder).rglob("symbol=QQQ"))


@behaviour
def a_damaged_file_is_told_by_verifying_and_left(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "QQQ", *WEEK)
        damage(kept_file(folder, "QQQ"))
        before = files(folder)
        done = program(folder, "data", "verify", "--symbol", "QQQ,qqq", *WEEK,
                       environment=keys(exchange))
    assert done.returncode == 3 and "2024-06.parquet: the file is damaged" in done.stdout, done
    assert '"qqq" is not a symbol' in done.stderr and files(folder) == before
    assert row(done, "QQQ")[1:4] == ["0", "5", "0"]


# ---- clear ---------------------------------------------------------------------------------------

@behaviour
def clearing_needs_to_be_told_what(folder):
    done = fail(folder, 2, "data", "clear", says=("--symbol", "--all"))
    assert "what is to go?" in done.stderr
    fail(folder, 2, "data", "clear", "--all", "--symbol", "QQQ", says="--all")
    fail(folder, 2, "data", "clear", "--feed", "spi", says="did you mean sip?")
    fail(folder, 2, "data", "clear", "--timeframe", "2Min", says='"2Min"')
    fail(folder, 2, "data", "clear", "--adjustment", "splits", says="did you mean split?")
    fail(folder, 2, "data", "clear", "--symbol", "qqq", says='"qqq" is not a symbol')
    assert "nothing to remove" in succeed(folder, "data", "clear", "--all").stdout
    assert not (folder / "data").exists()


@behaviour
def what_is_cleared_is_what_was_meant(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "QQQ,SPY,BTC/USD", *WEEK)
        fetch(folder, exchange, "QQQ,SPY,BTC/USD", *WEEK, "--timeframe", "1Day")
        fetch(folder, exchange, "QQQ", *WEEK, "--timeframe", "1Day", "--adjustment", "raw")

        def left(*flags):
            done = succeed(folder, "data", "clear", *flags)
            return done.stdout, [(entry["symbol"], entry["timeframe"], entry["adjustment"])
                                 for entry in listed(folder)["bars"]]

        said, kept = left("--symbol", "SPY,BTC/USD", "--timeframe", "1Day")
        assert "removed 2 files" in said
        assert kept == [("BTC/USD", "1Min", "raw"), ("QQQ", "1Day", "raw"),
                        ("QQQ", "1Day", "split"), ("QQQ", "1Min", "split"),
                        ("SPY", "1Min", "split")], kept
        assert ("BTC/USD", "1Min", "raw") not in left("--feed", "crypto")[1]
        assert left("--adjustment", "raw")[1] == kept[2:]
        size = kept_file(folder, "SPY").stat().st_size
        said, kept = left("--symbol", "SPY")
        assert f"removed 1 file, {size / 1000:.1f} kB" in said and len(kept) == 2
        asked = len(exchange.log())
        fetch(folder, exchange, "QQQ", *WEEK)
        assert len(exchange.log()) == asked
        fetch(folder, exchange, "SPY", *WEEK)
        assert len(exchange.log()) > asked


@behaviour
def clearing_everything_touches_nothing_else(folder):
    with Exchange(**WALK) as exchange:
        fetch(folder, exchange, "QQQ,SPY", *WEEK)
        damage(kept_file(folder, "SPY"))
        fetch(folder, exchange, "SPY", *WEEK)
    for path in ("notes.txt", "runs/2024-06.parquet", "bars/notes.txt", "corrupt/notes.txt"):
        (cache(folder) / path).parent.mkdir(exist_ok=True)
        (cache(folder) / path).write_text("mine")
    done = succeed(folder, "data", "clear", "--all")
    assert "removed 3 files" in done.stdout and "1 of them had been set aside" in done.stdout
    assert "2 files not the cache's own" in done.stdout
    assert sorted(files(cache(folder))) == ["bars/notes.txt", "corrupt/notes.txt", "notes.txt",
                                            "runs/2024-06.parquet"]
    again = succeed(folder, "data", "clear", "--all")
    assert "nothing to remove" in again.stdout


if __name__ == "__main__":
    sys.exit(run_tests())
