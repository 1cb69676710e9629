"""What the tests with the real libraries share: bars, as each library has them, and the program.

The libraries are pandas, pyarrow, polars and DuckDB. The program's `data convert` turns Parquet
into CSV and CSV into Parquet. Without the libraries whoever includes this is skipped.
"""
import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import succeed

try:
    import duckdb
    import numpy as np
    import pandas as pd
    import polars
    import pyarrow as pa
except ImportError as missing:
    if sys.prefix != sys.base_prefix:  # an environment that should have them
        raise
    print(f"1..1\nok 1 - {Path(sys.argv[0]).stem} # SKIP {missing}: run infra/install-deps.sh test")
    sys.exit(0)

PRICES = ["open", "high", "low", "close"]
NUMBERS = [*PRICES, "volume"]
MINUTE_US, DAY_US, START_US = 60_000_000, 86_400_000_000, 1_719_581_400_000_000
ODD = [-0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1 / 3, -1e22, 0.1 + 0.2,
       float("inf"), float("-inf")]


def made(count, seed=1, optional=False):
    """Columns of bars: prices in cents, as bars have them; stamps in us with gaps."""
    chance = np.random.default_rng(seed)
    close = 40_000 + np.cumsum(chance.integers(-9, 10, count))
    minutes = np.arange(count) + np.arange(count) // 390 * 1050
    bars = {"timestamp": START_US + minutes * MINUTE_US,
            "open": (close - 2) / 100, "high": (close + 3) / 100, "low": (close - 5) / 100,
            "close": close / 100, "volume": chance.integers(0, 3_000_000, count).astype(float)}
    if optional:
        bars["vwap"] = np.where(chance.random(count) < 0.1, np.nan, close / 100 + 1 / 3)
        bars["trade_count"] = np.where(chance.random(count) < 0.2, -1,
                                       chance.integers(0, 50_000, count))
    return bars


def daily(count):
    bars = made(count)
    bars["timestamp"] = 19_000 * DAY_US + np.arange(count) * DAY_US
    return bars


def instants(bars, unit="us"):
    return pd.Series(bars["timestamp"].view("M8[us]")).dt.tz_localize("UTC").dt.as_unit(unit)


def frame(bars, unit="us"):
    """As pandas has it: NaN for no number, an absent count as <NA>."""
    table = pd.DataFrame(bars | {"timestamp": instants(bars, unit)})
    if "trade_count" in bars:
        table["trade_count"] = table["trade_count"].astype("Int64").mask(bars["trade_count"] < 0)
    return table


def arrow(bars, required=(), stamp=pa.timestamp("us", "UTC")):
    """As Arrow has it: null for no number and for no count."""
    types = {"timestamp": stamp, "trade_count": pa.int64()}
    missing = {"vwap": lambda column: np.isnan(column), "trade_count": lambda column: column < 0}
    arrays = {name: pa.array(column, pa.int64() if column.dtype == np.int64 else pa.float64(),
                             mask=missing[name](column) if name in missing else None)
              .cast(types.get(name, pa.float64())) for name, column in bars.items()}
    return pa.table(arrays, schema=pa.schema([
        pa.field(name, array.type, nullable=name not in required)
        for name, array in arrays.items()]))


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    texts = dict(zip(header, zip(*rows))) if rows else {name: () for name in header}
    stamps = texts.pop("timestamp", None) or texts.pop("date", ())
    bars = {"timestamp": np.array([text.rstrip("Z") for text in stamps], "M8[us]").view("i8")}
    for name, column in texts.items():
        kind, none = (np.int64, -1) if name == "trade_count" else (np.float64, np.nan)
        bars[name] = np.array([kind(text) if text else none for text in column], kind)
    return header[0], bars


def write_csv(path, bars, header="timestamp"):
    names = [header, *list(bars)[1:]]
    stamps = np.datetime_as_string(bars["timestamp"].view("M8[us]"),
                                   "D" if header == "date" else "us")
    columns = [[stamp if header == "date" else f"{stamp}Z" for stamp in stamps]]
    for name in names[1:]:
        none = (lambda x: x < 0) if name == "trade_count" else (
            (lambda x: x != x) if name == "vwap" else lambda x: False)
        columns.append(["" if none(x) else repr(x) for x in bars[name].tolist()])
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *zip(*columns)])
    return path


def assert_same(bars, expected, what):
    assert list(bars) == list(expected), (what, list(bars), list(expected))
    for name, column in expected.items():
        actual = np.asarray(bars[name])
        assert actual.shape == column.shape, (what, name, actual.shape, column.shape)
        assert actual.dtype == column.dtype, (what, name, actual.dtype, column.dtype)
        nan = np.isnan(column) if column.dtype == np.float64 else np.zeros(len(column), bool)
        same = (actual.view("i8") == column.view("i8")) | (nan & (actual != actual))
        assert same.all(), (what, name, int(same.argmin()), actual[~same][:3], column[~same][:3])


def convert(folder, source, target, zone=None):
    succeed(folder, "data", "convert", source, target, *(["--zone", zone] if zone else []))
    return target


def program_reads(folder, path, expected, what, zone=None, stamp="timestamp"):
    header, bars = read_csv(convert(folder, path, folder / "read.csv", zone))
    assert header == stamp, (what, header)
    assert_same(bars, expected, what)


def program_writes(folder, bars, name="ours.parquet", header="timestamp"):
    write_csv(folder / "bars.csv", bars, header)
    return convert(folder, folder / "bars.csv", folder / name)
