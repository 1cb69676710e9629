#!/usr/bin/env python3
"""What the program writes as Parquet pandas, pyarrow, polars and DuckDB read.

With the right types and every bit of the values, alone and as a folder. Runs the program named by
PLAYBOOK. Prints TAP.
"""
import sys

from libraries import (NUMBERS, ODD, assert_same, daily, made, program_reads, program_writes)
from bars_program import behaviour, run_tests

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq


def library_reads(path, names, stamp="timestamp"):
    """The columns as each library has them, integers and doubles as they are in bars."""
    def taken(table):
        table = table.combine_chunks()
        columns = {"timestamp": table[stamp].cast(pa.timestamp("us")).cast(pa.int64())}
        columns |= {name: table[name].fill_null(-1 if name == "trade_count" else np.nan)
                    for name in names[1:]}
        return {name: column.to_numpy() for name, column in columns.items()}
    yield "pyarrow", taken(pq.read_table(path))
    yield "polars", taken(pl.read_parquet(path).to_arrow())
    yield "duckdb", taken(duckdb.read_parquet(str(path)).arrow().read_all())
    table = pd.read_parquet(path)
    columns = {"timestamp": pd.to_datetime(table[stamp]).dt.as_unit("us").astype("int64")}
    columns |= {name: table[name].fillna(-1).astype("int64") if name == "trade_count"
                else table[name] for name in names[1:]}
    yield "pandas", {name: column.to_numpy() for name, column in columns.items()}


def libraries_read(path, bars, what, stamp="timestamp"):
    for library, columns in library_reads(path, list(bars), stamp):
        assert_same(columns, bars, (what, library))


@behaviour
def every_library_reads_what_is_written(folder):
    for optional in (False, True):
        bars = made(3000, optional=optional)
        libraries_read(program_writes(folder, bars), bars, f"optional {optional}")
    bars["vwap"][:] = np.nan
    bars["vwap"][0] = 1.5
    bars["trade_count"][:] = 7
    libraries_read(program_writes(folder, bars), bars, "nearly all, and none missing")
    libraries_read(program_writes(folder, made(1)), made(1), "one bar")


@behaviour
def every_library_reads_several_row_groups(folder):
    bars = made(140_000, optional=True)
    bars["vwap"][65_536:131_072] = np.nan  # one group has none
    path = program_writes(folder, bars)
    groups = pq.read_metadata(path)
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == \
        [65_536, 65_536, 8_928]
    libraries_read(path, bars, "row groups")
    program_reads(folder, path, bars, "row groups")


@behaviour
def every_library_reads_odd_numbers(folder):
    bars = made(1000)
    for name, step in zip(NUMBERS, (1, 2, 4, 5, 7)):  # as a dictionary
        bars[name] = np.roll(np.resize(np.array([*ODD, np.nan]), 1000), step)
    libraries_read(program_writes(folder, bars), bars, "few")
    noise = np.random.default_rng(5).integers(0, 2**63, (5, 1000)).view("f8")
    bars |= dict(zip(NUMBERS, noise))  # as streams of bytes
    libraries_read(program_writes(folder, bars), bars, "noise")


@behaviour
def the_types_are_those_the_libraries_have_for_bars(folder):
    path = program_writes(folder, made(100, optional=True))
    kinds = {name: "double" for name in [*NUMBERS, "vwap"]} | {"trade_count": "int64"}
    kinds = {"timestamp": "timestamp[us, tz=UTC]"} | kinds
    schema = pq.read_schema(path)
    assert {field.name: str(field.type) for field in schema} == kinds, schema
    assert [field.name for field in schema if field.nullable] == ["vwap", "trade_count"], schema
    dtypes = {name: str(kind) for name, kind in pd.read_parquet(path).dtypes.items()}
    floats = {name: "float64" for name in [*NUMBERS, "vwap", "trade_count"]}  # with nulls
    assert dtypes == {"timestamp": "datetime64[us, UTC]"} | floats, dtypes
    nullable = pd.read_parquet(path, dtype_backend="numpy_nullable")
    assert str(nullable["trade_count"].dtype) == "Int64"
    assert pl.read_parquet_schema(path)["timestamp"] == pl.Datetime("us", "UTC")
    assert pl.read_parquet_schema(path)["trade_count"] == pl.Int64
    converted = duckdb.sql(f"select name, converted_type from parquet_schema('{path}')").fetchall()
    assert ("timestamp", "TIMESTAMP_MICROS") in converted, converted
    types = dict(duckdb.sql(f"select column_name, column_type from (describe from '{path}')")
                 .fetchall())
    assert types == {"timestamp": "TIMESTAMP WITH TIME ZONE", "trade_count": "BIGINT"} | {
        name: "DOUBLE" for name in [*NUMBERS, "vwap"]}, types


@behaviour
def daily_bars_have_a_date(folder):
    bars = daily(500)
    path = program_writes(folder, bars, header="date")
    assert pq.read_schema(path).field("date").type == pa.date32()
    assert pl.read_parquet_schema(path)["date"] == pl.Date
    assert str(duckdb.read_parquet(str(path)).types[0]) == "DATE"
    libraries_read(path, bars, "daily", stamp="date")
    program_reads(folder, path, bars, "daily", stamp="date")


@behaviour
def the_footer_says_where_the_pages_are(folder):
    path = program_writes(folder, made(70_000, optional=True))
    pq.read_table(path, page_checksum_verification=True)
    meta, end = pq.read_metadata(path), 4
    for group in range(meta.num_row_groups):
        columns = [meta.row_group(group).column(index) for index in range(meta.num_columns)]
        for column in columns:
            begin = column.dictionary_page_offset or column.data_page_offset
            assert begin == end, column
            assert column.data_page_offset >= begin, column
            indexed = "RLE_DICTIONARY" in column.encodings
            assert column.has_dictionary_page == indexed == (column.data_page_offset > begin)
            assert column.compression == "ZSTD", column
            end = begin + column.total_compressed_size
        assert meta.row_group(group).total_byte_size == sum(column.total_uncompressed_size
                                                            for column in columns)
        encodings = {column.path_in_schema: set(column.encodings) for column in columns}
        assert "DELTA_BINARY_PACKED" in encodings["timestamp"] & encodings["trade_count"]
        assert "RLE_DICTIONARY" in encodings["close"], encodings
    assert end + meta.serialized_size + 8 == path.stat().st_size
    assert meta.created_by.startswith("playbook version ")


@behaviour
def ranges_are_there_where_they_can_be_trusted(folder):
    bars = made(70_000, optional=True)
    bars["high"][3] = np.nan
    bars["open"][65_536:] = -0.0
    bars["low"][3] = 0.0
    bars["low"][4:] += 1e6
    bars["vwap"][:65_536] = np.nan
    groups = pq.read_metadata(program_writes(folder, bars))
    for group, rows in ((0, slice(0, 65_536)), (1, slice(65_536, None))):
        for index, (name, column) in enumerate(bars.items()):
            column = column[rows]
            there = ~np.isnan(column) if name == "vwap" else (
                column >= 0 if name == "trade_count" else np.ones(len(column), bool))
            said = groups.row_group(group).column(index).statistics
            assert said.null_count == len(column) - there.sum(), (group, name, said)
            trusted = there.any() and not np.isnan(column[there]).any()
            assert said.has_min_max == trusted, (group, name, said)
            if trusted and name != "timestamp":
                assert (said.min, said.max) == (column[there].min(), column[there].max()), said
    low, opens = groups.row_group(0).column(3).statistics, groups.row_group(1).column(1).statistics
    assert np.signbit(low.min) and not np.signbit(opens.max), "a zero at an end is for both zeros"
    stamps = groups.row_group(1).column(0).statistics
    assert (stamps.min_raw, stamps.max_raw) == tuple(bars["timestamp"][[65_536, -1]])


@behaviour
def row_groups_outside_a_query_are_left_out(folder):
    bars = made(140_000)
    path = program_writes(folder, bars)
    begin = pd.Timestamp(int(bars["timestamp"][135_000]), unit="us", tz="UTC")
    found = pa.dataset.field("timestamp") >= begin
    fragment = next(pa.dataset.dataset(path).get_fragments())
    assert len(fragment.split_by_row_group(found)) == 1
    expected = bars["close"][135_000:]
    assert pq.read_table(path, filters=found)["close"].to_pylist() == expected.tolist()
    lazily = pl.scan_parquet(path).filter(pl.col("timestamp") >= begin).collect()
    assert lazily["close"].to_list() == expected.tolist()
    selected = duckdb.sql(f"select close from '{path}' where timestamp >= '{begin}'")
    assert [row[0] for row in selected.fetchall()] == expected.tolist()


@behaviour
def a_folder_of_files_is_one_table(folder):
    """Months one beside the other; only some have a vwap, one has no bars."""
    store = folder / "store"
    store.mkdir()
    whole = made(3000, optional=True)
    parts = [{name: column[begin:begin + 1000] for name, column in whole.items()}
             for begin in (0, 1000, 2000)]
    del parts[1]["vwap"], parts[1]["trade_count"]
    whole["vwap"][1000:2000] = np.nan
    whole["trade_count"][1000:2000] = -1
    for number, part in enumerate(parts):
        program_writes(folder, part, f"store/2024-0{number + 1}.parquet")
    plain = {name: whole[name] for name in ["timestamp", *NUMBERS]}
    read = pd.read_parquet(store)
    assert read["timestamp"].astype("int64").tolist() == whole["timestamp"].tolist()
    assert_same({name: read[name].to_numpy() for name in NUMBERS},
                {name: plain[name] for name in NUMBERS}, "pandas")
    read = pl.read_parquet(store / "*.parquet", missing_columns="insert")
    assert read["vwap"].fill_null(np.nan).to_numpy().tobytes() == whole["vwap"].tobytes()
    assert read["close"].to_numpy().tobytes() == whole["close"].tobytes()
    read = duckdb.sql(f"from read_parquet('{store}/*.parquet', union_by_name = true)")
    assert read.fetchnumpy()["trade_count"].filled(-1).tolist() == whole["trade_count"].tolist()
    program_writes(folder, made(0), "store/2024-04.parquet")
    assert len(pd.read_parquet(store)) == 3000
    assert len(pl.read_parquet(store / "*.parquet", missing_columns="insert")) == 3000
    assert duckdb.sql(f"select count(*) from '{store}/*.parquet'").fetchall() == [(3000,)]


@behaviour
def a_file_without_bars_is_a_table_without_rows(folder):
    path = program_writes(folder, made(0))
    libraries_read(path, made(0), "empty")
    program_reads(folder, path, made(0), "empty")


@behaviour
def bars_come_back_from_a_library_as_they_went(folder):
    """The program's file, through each library's own, back in the program."""
    bars = made(3000, optional=True)
    path = program_writes(folder, bars)
    back = folder / "back.parquet"
    pd.read_parquet(path).to_parquet(back)
    assert pq.read_schema(back).field("trade_count").type == pa.float64()
    program_reads(folder, back, bars, "pandas")
    pl.read_parquet(path).write_parquet(back)
    program_reads(folder, back, bars, "polars")
    duckdb.read_parquet(str(path)).write_parquet(str(back))
    program_reads(folder, back, bars, "duckdb")


if __name__ == "__main__":
    sys.exit(run_tests())
