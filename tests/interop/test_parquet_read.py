#!/usr/bin/env python3
"""What pandas, pyarrow, polars and DuckDB write as Parquet is read, bit for bit.

By default and in every variant that is read; the others are refused by name. Runs the program
named by PLAYBOOK. Prints TAP.
"""
import sys
from decimal import Decimal
from itertools import product

from libraries import NUMBERS, ODD, arrow, daily, frame, made, program_reads
from bars_program import behaviour, fail, run_tests

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq


@behaviour
def what_pandas_writes_by_default_is_read(folder):
    for optional in (False, True):
        bars = made(3000, optional=optional)
        frame(bars).to_parquet(folder / "pandas.parquet")
        program_reads(folder, folder / "pandas.parquet", bars, f"optional {optional}")


@behaviour
def an_index_of_pandas_is_a_column_like_others(folder):
    bars = made(1000)
    frame(bars).set_index("timestamp").to_parquet(folder / "index.parquet")
    program_reads(folder, folder / "index.parquet", bars, "index")
    frame(bars)[5:].to_parquet(folder / "index.parquet", index=True)  # __index_level_0__
    program_reads(folder, folder / "index.parquet", {name: column[5:] for name, column in
                                                     bars.items()}, "a numbered index")


@behaviour
def stamps_are_read_in_every_unit_and_zone(folder):
    bars = made(1000)
    path = folder / "stamps.parquet"
    for unit in ("s", "ms", "us", "ns"):
        frame(bars, unit).to_parquet(path)
        program_reads(folder, path, bars, unit)
    new_york = frame(bars)
    new_york["timestamp"] = new_york["timestamp"].dt.tz_convert("America/New_York")
    new_york.to_parquet(path)
    program_reads(folder, path, bars, "New York")
    for divisor in (1_000_000, 1000, 1):
        counts = arrow(bars | {"timestamp": bars["timestamp"] // divisor}, stamp=pa.int64())
        pq.write_table(counts, path)
        program_reads(folder, path, bars, f"integers, us / {divisor}")


@behaviour
def stamps_without_a_zone_need_one(folder):
    bars = made(1000)
    path = folder / "naive.parquet"
    naive = frame(bars)
    naive["timestamp"] = naive["timestamp"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    naive.to_parquet(path)
    program_reads(folder, path, bars, "naive", zone="America/New_York")
    program_refuses(folder, path, "timestamp", "zone")
    duckdb.from_df(naive).write_parquet(str(path))
    program_reads(folder, path, bars, "naive", zone="America/New_York")


@behaviour
def dates_make_daily_bars(folder):
    bars = daily(500)
    path = folder / "daily.parquet"
    dates = arrow(bars, stamp=pa.timestamp("us"))
    dates = dates.set_column(0, "date", dates["timestamp"].cast(pa.date32()))
    pq.write_table(dates, path)
    program_reads(folder, path, bars, "pyarrow", stamp="date")
    pl.from_arrow(dates).write_parquet(path)
    program_reads(folder, path, bars, "polars", stamp="date")
    duckdb.from_arrow(dates).write_parquet(str(path))
    program_reads(folder, path, bars, "duckdb", stamp="date")


@behaviour
def numbers_of_every_width_are_read(folder):
    bars = made(1000)
    bars["low"] = bars["low"].astype(np.float32).astype(float)
    bars["open"] = np.round(bars["open"])
    table = arrow(bars)
    for name, kind in (("low", pa.float32()), ("open", pa.int32()), ("volume", pa.int64())):
        index = table.column_names.index(name)
        table = table.set_column(index, name, table[name].cast(kind))
    for options in ({}, {"use_dictionary": False}, {"use_dictionary": False, "column_encoding": {
            "low": "BYTE_STREAM_SPLIT", "open": "DELTA_BINARY_PACKED",
            "volume": "DELTA_BINARY_PACKED"}}):
        pq.write_table(table, folder / "widths.parquet", **options)
        program_reads(folder, folder / "widths.parquet", bars, options)


@behaviour
def every_variant_of_pyarrow_is_read(folder):
    path = folder / "pyarrow.parquet"
    bars = made(5000, optional=True)
    required = arrow(bars, required=("timestamp", *NUMBERS))
    layouts = [{"use_dictionary": True}, {"use_dictionary": False}, {
        "use_dictionary": False, "column_encoding": {
            "timestamp": "DELTA_BINARY_PACKED", "trade_count": "DELTA_BINARY_PACKED",
            **{name: "BYTE_STREAM_SPLIT" for name in [*NUMBERS, "vwap"]}}}]
    for table, codec, page, layout in product((arrow(bars), required),
                                              ("NONE", "SNAPPY", "GZIP", "ZSTD"), ("1.0", "2.0"),
                                              layouts):
        options = {"compression": codec, "data_page_version": page, **layout}
        pq.write_table(table, path, **options)
        program_reads(folder, path, bars, options)
    for options in ({"row_group_size": 700}, {"data_page_size": 500, "write_batch_size": 64},
                    {"data_page_size": 500, "write_batch_size": 64, "data_page_version": "2.0"},
                    {"dictionary_pagesize_limit": 2000, "data_page_size": 500,
                     "write_batch_size": 64},
                    {"write_page_index": True, "write_page_checksum": True},
                    {"version": "1.0"}, {"version": "2.4"}, {"write_statistics": False},
                    {"store_schema": False}):
        pq.write_table(arrow(bars), path, **options)
        program_reads(folder, path, bars, options)


@behaviour
def every_variant_of_polars_is_read(folder):
    path = folder / "polars.parquet"
    bars = made(5000, optional=True)
    table = pl.from_arrow(arrow(bars))
    for options in ({}, {"compression": "snappy"}, {"compression": "gzip"},
                    {"compression": "uncompressed"}, {"row_group_size": 700},
                    {"data_page_size": 500}, {"statistics": "full"}):
        table.write_parquet(path, **options)
        program_reads(folder, path, bars, options)


@behaviour
def every_variant_of_duckdb_is_read(folder):
    path = folder / "duckdb.parquet"
    bars = made(5000, optional=True)
    table = arrow(bars)
    with duckdb.connect() as database:
        database.register("bars", table)
        database.execute("create table strict as select * from bars")
        for name in ["timestamp", *NUMBERS]:
            database.execute(f"alter table strict alter {name} set not null")
        for source, version, codec in product(("bars", "strict"), ("V1", "V2"),
                                              ("uncompressed", "snappy", "gzip", "zstd")):
            database.execute(f"copy {source} to '{path}' (format parquet, parquet_version "
                             f"{version}, compression {codec})")
            program_reads(folder, path, bars, (source, version, codec))
        database.execute(f"copy bars to '{path}'")
        program_reads(folder, path, bars, "default")
        database.execute(f"copy bars to '{path}' (row_group_size 2048)")
        program_reads(folder, path, bars, "row groups")


@behaviour
def a_dictionary_that_became_too_large_is_followed_by_plain_pages(folder):
    count = 200_000
    bars = made(count)
    bars["close"] = np.random.default_rng(3).random(count)
    path = folder / "fallback.parquet"
    frame(bars).to_parquet(path)
    meta = pq.read_metadata(path)
    assert meta.num_row_groups == 1 and "PLAIN" in meta.row_group(0).column(4).encodings
    assert meta.row_group(0).column(4).has_dictionary_page
    program_reads(folder, path, bars, "fallback")


@behaviour
def odd_numbers_keep_their_bits(folder):
    bars = made(100)
    for name in NUMBERS:
        bars[name] = np.resize(np.array(ODD), 100)
    path = folder / "odd.parquet"
    writers = {"pyarrow": lambda: pq.write_table(arrow(bars), path),
               "pandas": lambda: frame(bars).to_parquet(path),
               "polars": lambda: pl.from_arrow(arrow(bars)).write_parquet(path),
               "duckdb": lambda: duckdb.from_arrow(arrow(bars)).write_parquet(str(path))}
    for name, write in writers.items():
        write()
        program_reads(folder, path, bars, name)


@behaviour
def a_missing_price_is_not_a_number(folder):
    bars = made(100)
    bars["close"][[7, 50]] = np.nan
    path = folder / "missing.parquet"
    frame(bars).to_parquet(path)  # pandas makes nulls of them
    program_reads(folder, path, bars, "null")
    pq.write_table(arrow(bars), path)
    program_reads(folder, path, bars, "NaN")


@behaviour
def columns_may_stand_in_any_order_and_case_among_others(folder):
    bars = made(1000, optional=True)
    table = arrow(bars)
    table = table.select(reversed(table.column_names))
    table = table.rename_columns([name.title() for name in table.column_names])
    more = {"name": pa.array(["a"] * 1000), "flag": pa.array([True] * 1000),
            "list": pa.array([[1, 2]] * 1000), "struct": pa.array([{"x": {"y": 1}}] * 1000),
            "amount": pa.array([Decimal("1.25")] * 1000)}
    for index, (name, column) in enumerate(more.items()):
        table = table.add_column(2 * index, name, column)
    pq.write_table(table, folder / "others.parquet")
    program_reads(folder, folder / "others.parquet", bars, "others")


@behaviour
def a_symbol_column_says_whose_bars_they_are(folder):
    bars = made(1000)
    path = folder / "QQQ.parquet"
    table = arrow(bars).add_column(1, "symbol", pa.array(["QQQ"] * 1000))
    for write in (lambda: pq.write_table(table, path),
                  lambda: pq.write_table(table, path, use_dictionary=False),
                  lambda: table.to_pandas().astype({"symbol": "category"}).to_parquet(path),
                  lambda: pl.from_arrow(table).write_parquet(path),
                  lambda: duckdb.from_arrow(table).write_parquet(str(path))):
        write()
        program_reads(folder, path, bars, "symbol")
    pq.write_table(table.set_column(1, "symbol", pa.array(["QQQ"] * 999 + ["SPY"])), path)
    program_refuses(folder, path, "column symbol", "QQQ", "SPY")


@behaviour
def a_file_without_rows_is_read(folder):
    bars = made(0)
    for write in (lambda path: frame(bars).to_parquet(path),
                  lambda path: pl.from_arrow(arrow(bars)).write_parquet(path),
                  lambda path: duckdb.from_arrow(arrow(bars)).write_parquet(str(path))):
        write(folder / "empty.parquet")
        program_reads(folder, folder / "empty.parquet", bars, "empty")


def program_refuses(folder, path, *says):
    fail(folder, 3, "data", "convert", path, "out.csv", says=(path.name, *says))
    assert not (folder / "out.csv").exists()


def replaced(bars, name, column):
    table = arrow(bars)
    return table.set_column(table.column_names.index(name), name, column)


@behaviour
def columns_of_other_types_are_refused_by_name(folder):
    bars = made(100)
    path = folder / "QQQ.parquet"
    for column, says in ((pa.array(["1.5"] * 100), "BYTE_ARRAY"),
                         (pa.array([True] * 100), "BOOLEAN"),
                         (pa.array([[1.5]] * 100), ""),
                         (pa.array([{"x": 1.5}] * 100), ""),
                         (pa.array([Decimal("1.25")] * 100), "DECIMAL"),
                         (pa.array([1.5] * 100, pa.float16()), "")):
        pq.write_table(replaced(bars, "close", column), path)
        program_refuses(folder, path, "column close", says)
    pq.write_table(arrow(bars), path, use_deprecated_int96_timestamps=True)
    program_refuses(folder, path, "column timestamp", "INT96")


@behaviour
def codecs_and_encodings_that_are_not_read_are_refused_by_name(folder):
    bars = made(100)
    path = folder / "QQQ.parquet"
    for codec in ("BROTLI", "LZ4"):
        pq.write_table(arrow(bars), path, compression=codec)
        program_refuses(folder, path, "column ", codec)
        others = {name: "SNAPPY" for name in bars} | {"close": codec}
        pq.write_table(arrow(bars), path, compression=others)
        program_refuses(folder, path, "column close", codec)
    table = arrow(bars).append_column("symbol", pa.array(["QQQ"] * 100))
    for encoding in ("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"):
        pq.write_table(table, path, use_dictionary=False, column_encoding={"symbol": encoding})
        program_refuses(folder, path, "column symbol", encoding)


@behaviour
def an_encrypted_file_is_refused(folder):
    path = folder / "QQQ.parquet"
    with duckdb.connect() as database:
        database.register("bars", arrow(made(100)))
        database.execute("set force_mbedtls_unsafe = 'true'")  # this key is no secret
        database.execute("pragma add_parquet_key('key', '0123456789012345')")
        database.execute(f"copy bars to '{path}' (encryption_config {{footer_key: 'key'}})")
    program_refuses(folder, path, "encrypted")


@behaviour
def missing_columns_and_damaged_files_are_refused(folder):
    bars = made(100)
    path = folder / "QQQ.parquet"
    for name in ("timestamp", *NUMBERS):
        pq.write_table(arrow(bars).drop_columns([name]), path)
        program_refuses(folder, path, name)
    pq.write_table(arrow(bars), path)
    whole = path.read_bytes()
    for size in (4, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        program_refuses(folder, path)


if __name__ == "__main__":
    sys.exit(run_tests())
