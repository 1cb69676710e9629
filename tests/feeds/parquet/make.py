"""Makes the Parquet files beside it: python3 make.py

The bars are generated, the same by the same rule as in tests/feeds/test_bar_parquet.c. Each file is
named after what writes it and after what it is there for; README.md has the versions.
"""

import datetime
import pathlib

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
START = numpy.datetime64("2024-03-08T14:30:00", "us")
NAMES = ["open", "high", "low", "close", "volume", "vwap", "trade_count"]


def stamps(count, minutes=1):
    return START + numpy.arange(count) * numpy.timedelta64(minutes, "m").astype("timedelta64[us]")


def dates(count):
    return [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(count)]


def table(count, stamp, name="timestamp", nulls=True):
    """Columns of Arrow; `stamp` is one already."""
    i = numpy.arange(count)
    price = 100 + (i * 7 % 50) / 4
    columns = {
        name: stamp,
        "open": pyarrow.array(price),
        "high": pyarrow.array(price + 1.25),
        "low": pyarrow.array(price - 0.75),
        "close": pyarrow.array(price + 0.5),
        "volume": pyarrow.array(1000 + i * 37 % 900),
        "vwap": pyarrow.array(price + 0.125, mask=i % 5 == 0 if nulls else None),
        "trade_count": pyarrow.array(i % 300, mask=i % 7 == 0 if nulls else None),
    }
    return pyarrow.table(columns)


def instants(count, unit="us"):
    return pyarrow.array(stamps(count)).cast(pyarrow.timestamp(unit)).cast(
        pyarrow.timestamp(unit, tz="UTC")
    )


def readings(count, minutes=1):
    return pyarrow.array(stamps(count, minutes))


def write(name, arrow, **options):
    pyarrow.parquet.write_table(arrow, HERE / f"{name}.parquet", **options)


def with_column(arrow, name, values):
    return arrow.set_column(arrow.column_names.index(name), name, values)


def pandas_files():
    frame = table(700, instants(700)).to_pandas()
    frame.to_parquet(HERE / "pandas.parquet", index=False)
    indexed = frame.head(40).set_index("timestamp")
    indexed.index.name = None
    indexed.to_parquet(HERE / "pandas_index.parquet")
    daily = table(40, pyarrow.array(dates(40)), "date").to_pandas()
    daily["date"] = pandas.to_datetime(daily["date"])
    daily.to_parquet(HERE / "pandas_midnights.parquet", index=False)


def pyarrow_files():
    write(
        "pyarrow_pages_v2",
        table(700, instants(700, "ms")),
        compression="zstd",
        data_page_version="2.0",
        data_page_size=512,
        row_group_size=600,
    )
    write(
        "pyarrow_fallback",
        table(700, instants(700)),
        compression="gzip",
        dictionary_pagesize_limit=128,
        data_page_size=256,
        write_page_checksum=True,
    )
    write(
        "pyarrow_encodings",
        table(700, instants(700, "ns")),
        compression="zstd",
        use_dictionary=False,
        column_encoding={
            "timestamp": "DELTA_BINARY_PACKED",
            "open": "BYTE_STREAM_SPLIT",
            "high": "BYTE_STREAM_SPLIT",
            "low": "PLAIN",
            "close": "BYTE_STREAM_SPLIT",
            "volume": "DELTA_BINARY_PACKED",
            "vwap": "BYTE_STREAM_SPLIT",
            "trade_count": "DELTA_BINARY_PACKED",
        },
    )
    types = ["float", "int32", "float", "float", "uint32", "float", "uint64"]
    arrow = table(40, instants(40), nulls=False)
    arrow = with_column(arrow, "high", pyarrow.array(range(40)))
    schema = pyarrow.schema(
        [pyarrow.field("timestamp", pyarrow.timestamp("us", tz="UTC"), nullable=False)]
        + [
            pyarrow.field(name, pyarrow.type_for_alias(kind), nullable=False)
            for name, kind in zip(NAMES, types)
        ]
    )
    write("pyarrow_types", arrow.cast(schema), compression="none", use_dictionary=False)
    split = {name: "BYTE_STREAM_SPLIT" for name in ["open", "high", "volume"]}
    split["trade_count"] = "DELTA_BINARY_PACKED"
    write(
        "pyarrow_types_encodings",
        arrow.cast(schema),
        compression="none",
        use_dictionary=False,
        column_encoding=split,
    )
    write("pyarrow_empty", table(700, instants(700)).slice(0, 0))
    write("pyarrow_readings", table(120, readings(120, 60)))
    write("pyarrow_date_readings", table(40, readings(40), "Date"))
    seconds = pyarrow.array(stamps(40).astype("datetime64[s]").astype("int64"))
    write("pyarrow_seconds", table(40, seconds))


def ignored_files():
    """Columns that are passed over, whatever they are, and a symbol."""
    arrow = table(40, instants(40))
    others = {
        "Dividends": pyarrow.array(["0.1"] * 40),
        "legs": pyarrow.array([[{"a": 1, "b": [2]}]] * 40),
        "halted": pyarrow.array([False] * 40),
        "tick": pyarrow.array([1] * 40).cast(pyarrow.decimal128(21, 2)),
    }
    for name, values in reversed(others.items()):
        arrow = arrow.add_column(0, name, values)
    symbols = pyarrow.DictionaryArray.from_arrays([1] * 40, ["SPY", "BTC/USD"])
    write("pyarrow_symbol", arrow.append_column("Symbol", symbols), data_page_size=64)
    plain = pyarrow.array(["QQQ"] * 40)
    write(
        "pyarrow_symbol_plain",
        table(40, instants(40)).append_column("symbol", plain),
        use_dictionary=False,
    )
    two = pyarrow.array(["QQQ"] * 30 + ["SPY"] * 10)
    write("pyarrow_two_symbols", table(40, instants(40)).append_column("symbol", two))


def refused_files():
    arrow = table(5, instants(5))
    write("refused_brotli", arrow, compression="brotli")
    write("refused_lz4", arrow, compression="lz4")
    closes = pyarrow.array([100] * 5).cast(pyarrow.decimal128(21, 2))
    write("refused_decimal", with_column(arrow, "close", closes))
    write("refused_nested", with_column(arrow, "close", pyarrow.array([[100.0]] * 5)))
    counts = pyarrow.array([1.0, 2.0, 1.5, 4.0, 5.0])
    write("refused_count", with_column(arrow, "trade_count", counts))
    write("refused_int96", arrow, use_deprecated_int96_timestamps=True)
    numbers = pyarrow.array([7] * 5)
    write("refused_symbol_number", arrow.append_column("symbol", numbers))
    lists = pyarrow.array([["QQQ"]] * 5)
    write("refused_symbol_list", arrow.append_column("symbol", lists))
    gap = arrow["timestamp"].to_pylist()
    gap[3] = None
    gap = pyarrow.array(gap, pyarrow.timestamp("us", tz="UTC"))
    write("refused_null_stamp", with_column(arrow, "timestamp", gap))
    write(
        "refused_encoding",
        arrow.append_column("symbol", pyarrow.array(["QQQ"] * 5)),
        use_dictionary=False,
        column_encoding={"symbol": "DELTA_BYTE_ARRAY"},
    )


def other_libraries():
    polars.from_arrow(table(700, instants(700))).write_parquet(HERE / "polars.parquet")
    daily = polars.from_arrow(table(40, pyarrow.array(dates(40)), "date"))
    daily.write_parquet(HERE / "polars_dates.parquet")
    bars = duckdb.from_arrow(table(700, readings(700)))
    bars.query("bars", f"copy bars to '{HERE}/duckdb.parquet' (format parquet)")
    bars.query(
        "bars", f"copy bars to '{HERE}/duckdb_v2.parquet' (format parquet, parquet_version v2)"
    )


pandas_files()
pyarrow_files()
ignored_files()
refused_files()
other_libraries()
