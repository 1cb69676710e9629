#!/usr/bin/env python3
"""The folder in which bars are kept is one table to pandas, pyarrow, polars and DuckDB.

FILL_CACHE names the program that fills it with bars that are made up. Prints TAP.
"""
import os
import subprocess
import sys

import libraries  # first: without the libraries it ends here
from bars_program import ROOT, behaviour, run_tests

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq

FILL = os.environ.get("FILL_CACHE", str(ROOT / "build" / "release/tests/interop/fill_cache"))
MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]


def filled(folder):
    """The bars of every symbol and timeframe: how many, and the sum of their closes."""
    done = subprocess.run([FILL, folder], check=True, capture_output=True, text=True, timeout=60)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {(symbol.replace("/", "_"), timeframe): (int(count), float(closes))
            for symbol, timeframe, count, closes in rows}


def minutes(bars):
    return {symbol: bar for (symbol, timeframe), bar in bars.items() if timeframe == "1Min"}


def assert_sums(found, expected, what):
    assert found.keys() == expected.keys(), (what, found, expected)
    for symbol, (count, closes) in expected.items():
        assert found[symbol][0] == count, (what, symbol, found[symbol], count)
        assert abs(found[symbol][1] - closes) < 1e-6, (what, symbol, found[symbol], closes)


def sums_of(frame):
    """Of a frame of pandas."""
    sums = frame.groupby("symbol", observed=True)["close"].agg(["count", "sum"])
    return {symbol: (row["count"], row["sum"]) for symbol, row in sums.iterrows()}


@behaviour
def the_folder_is_laid_out_as_the_manual_says(folder):
    filled(folder)
    quarter = folder / "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/symbol=QQQ"
    assert sorted(path.name for path in quarter.iterdir()) == [f"{m}.parquet" for m in MONTHS]
    assert (folder / "bars/provider=alpaca/feed=crypto/adjustment=raw/timeframe=1Min/"
            "symbol=BTC_USD/2024-06.parquet").is_file()


@behaviour
def all_minutes_are_one_table(folder):
    expected = minutes(filled(folder))
    pattern = "bars/provider=alpaca/feed=*/adjustment=*/timeframe=1Min/**/*.parquet"
    parts = [str(path) for path in sorted(folder.glob(pattern))]
    table = ds.dataset(parts, partitioning="hive").to_table()
    assert_sums(sums_of(table.to_pandas()), expected, "pyarrow")
    frame = (pl.scan_parquet(folder / pattern, hive_partitioning=True)
             .group_by("symbol").agg(pl.len(), pl.col("close").sum()).collect())
    assert_sums({row[0]: row[1:] for row in frame.rows()}, expected, "polars")
    rows = duckdb.sql(f"""select symbol, count(*), sum(close) from
        read_parquet('{folder}/{pattern}', hive_partitioning = true) group by symbol""")
    assert_sums({row[0]: row[1:] for row in rows.fetchall()}, expected, "duckdb")


@behaviour
def a_timeframe_of_an_adjustment_is_a_folder_to_pandas(folder):
    bars = filled(folder)
    for timeframe in ("1Min", "1Day"):
        part = folder / f"bars/provider=alpaca/feed=sip/adjustment=split/timeframe={timeframe}"
        frame = pd.read_parquet(part)
        stamp = "timestamp" if timeframe == "1Min" else "date"
        assert list(frame.columns) == [stamp, "open", "high", "low", "close", "volume", "vwap",
                                       "trade_count", "symbol"], frame.columns
        assert_sums(sums_of(frame), {symbol: bar for (symbol, kind), bar in bars.items()
                                     if kind == timeframe and symbol != "BTC_USD"}, timeframe)
        frame = ds.dataset(part, partitioning="hive").to_table(
            filter=ds.field("symbol") == "QQQ").to_pandas()
        assert len(frame) == bars["QQQ", timeframe][0]


@behaviour
def a_file_says_where_it_belongs_and_of_which_day_it_is(folder):
    filled(folder)
    for path in sorted((folder / "bars").glob("**/*.parquet")):
        said = pq.read_metadata(path).metadata
        assert said[b"playbook.key"].decode() == str(path.relative_to(folder)), said
        assert len(said[b"playbook.sha256"]) == 64, said
        adjusted = "adjustment=raw" not in str(path)
        assert said.get(b"playbook.as_of") == (b"2024-06-30" if adjusted else None), said
        pairs = duckdb.sql(f"select key, value from parquet_kv_metadata('{path}')").fetchall()
        assert dict(pairs) == said, pairs


@behaviour
def what_is_set_aside_is_in_nobodys_way(folder):
    expected = filled(folder)["QQQ", "1Min"]
    part = folder / "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/symbol=QQQ"
    damaged = part / "2024-03.parquet"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-100])
    assert filled(folder)["QQQ", "1Min"] == expected
    assert damaged.read_bytes() == whole
    aside = list((folder / "corrupt").glob("**/2024-03-*.parquet"))
    assert [path.read_bytes() for path in aside] == [whole[:-100]]
    frame = pd.read_parquet(part)
    assert len(frame) == expected[0]
    rows = duckdb.sql(f"""select count(*) from
        '{folder}/bars/*/*/*/timeframe=1Min/**/*.parquet' where symbol = 'QQQ'""")
    assert rows.fetchall() == [(expected[0],)]


if __name__ == "__main__":
    assert libraries
    sys.exit(run_tests())
