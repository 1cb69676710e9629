#!/usr/bin/env python3
"""playbook data convert, check and show as their user sees them.

Runs the program named by PLAYBOOK in temporary folders. Whether others read what is written here is
asked in tests/interop. Prints TAP.
"""
import json
import os
import random
import re
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import (HEADER, JUNE, Skip, behaviour, fail, files, june, program, run_tests,
                          succeed, walk, write)

DAYS = ["date", *HEADER[1:]]
FULL = [*HEADER, "vwap", "trade_count"]
FINDING = ["session", "kind", "severity", "count", "detail"]


def documents(done):
    """The objects of the files, in their order."""
    document = json.loads(done.stdout)
    assert list(document) == ["files"], document
    return document["files"]


def round_trip(folder, name, *flags):
    """The text that a file's bars come back as, having been Parquet."""
    succeed(folder, "data", "convert", name, "there.parquet", *flags)
    assert (folder / "there.parquet").read_bytes()[:4] == b"PAR1"
    done = succeed(folder, "data", "convert", "there.parquet", "back.csv")
    assert done.stderr == "", done.stderr
    return (folder / "back.csv").read_text()


# ---- the group of commands -----------------------------------------------------------------------

@behaviour
def the_group_lists_its_commands(folder):
    names = ["convert", "check", "show", "fetch", "list", "verify", "clear"]
    done = fail(folder, 2, "data", says=names)
    assert "Usage: playbook data COMMAND" in done.stderr
    for flag in ("--help", "-h", "help"):
        done = succeed(folder, "data", flag)
        assert done.stderr == "" and re.findall(r"^  (\w+) ", done.stdout, re.M) == names
    assert re.search(r"^  data ", succeed(folder, "--help").stdout, re.M)


@behaviour
def an_unknown_command_of_the_group_is_told_the_nearest(folder):
    fail(folder, 2, "data", "convrt", says='"convrt" (did you mean convert?)')
    fail(folder, 2, "data", "frobnicate", says=("convert", "check", "show"))
    fail(folder, 2, "data", "--json", says="convert")
    fail(folder, 2, "convert", says="known: backtest")
    fail(folder, 2, "data convert", "a", "b")


@behaviour
def each_command_of_the_group_has_its_help_and_its_flags(folder):
    for name, operands in (("convert", "IN OUT"), ("check", "FILE|DIR"), ("show", "FILE|DIR")):
        for ask in (["--help"], ["-h"], ["--wrong", "--help"]):
            done = succeed(folder, "data", name, *ask)
            assert f"Usage: playbook data {name} [flags] {operands}\n" in done.stdout
        fail(folder, 2, "data", name, says=(f"playbook data {name}", operands))
        fail(folder, 2, "data", name, "a", "b", "c", says='unexpected argument')
        fail(folder, 2, "data", name, "--jsn", "a", says="--json")
        places = operands.replace("OUT", "out.csv").split()
        fail(folder, 2, "data", name, *places, "--zone", "Mars", says="--zone")


# ---- convert -------------------------------------------------------------------------------------

@behaviour
def bars_become_parquet_and_come_back(folder):
    text = write(folder / "QQQ.csv", june()).read_text()
    done = succeed(folder, "data", "convert", "QQQ.csv", "QQQ.parquet")
    sizes = [(folder / name).stat().st_size for name in ("QQQ.csv", "QQQ.parquet")]
    assert done.stdout == (f"QQQ.csv -> QQQ.parquet: {len(june())} bars, "
                           f"{sizes[0]} -> {sizes[1]} bytes\n"), done.stdout
    assert done.stderr == "" and sizes[1] < sizes[0] / 2
    plain = re.sub(r"(\.\d*?)0+(?=,)", r"\1", text).replace(".,", ",")
    assert round_trip(folder, "QQQ.csv") == plain
    assert sorted(files(folder)) == ["QQQ.csv", "QQQ.parquet", "back.csv", "there.parquet"]


@behaviour
def a_backtest_on_either_format_is_the_same(folder):
    write(folder / "QQQ.csv", june())
    succeed(folder, "data", "convert", "QQQ.csv", "other.parquet")
    results = []
    for name in ("QQQ.csv", "other.parquet"):
        done = succeed(folder, "backtest", "--strategy", "morning_reversal", "--symbol", "QQQ",
                       "--set", "rise=0.0004", "--bars", name, "--output", f"{name}-out/t.csv",
                       "--json")
        results.append({**json.loads(done.stdout), "outputs": []})
    assert results[0] == results[1] and results[0]["trades"] > 0
    assert files(folder / "QQQ.csv-out") == files(folder / "other.parquet-out")


@behaviour
def what_a_cell_says_survives(folder):
    rows = [["2024-06-28T13:30:00Z", "nan", "inf", "-inf", "-0", "5e-324", "", "9007199254740992"],
            ["2024-06-28T13:30:00.125000Z", "0.1", "0.30000000000000004", "1e+22", "346.46",
             "2050831", "346.4599914550781", ""],
            ["2024-06-28T13:31:00Z", *"11111", "", "0"]]
    text = write(folder / "x.csv", rows, FULL).read_text()
    assert round_trip(folder, "x.csv") == text
    text = write(folder / "x.csv", [row[:7] for row in rows], FULL[:7]).read_text()
    assert round_trip(folder, "x.csv") == text
    text = write(folder / "x.csv", [row[:6] + row[7:] for row in rows],
                 HEADER + FULL[7:]).read_text()
    assert round_trip(folder, "x.csv") == text
    write(folder / "x.csv", [[*row[:6], "", "", "more"] for row in rows], [*FULL, "dividends"])
    done = succeed(folder, "data", "convert", "x.csv", "y.csv")
    assert (folder / "y.csv").read_text().startswith(",".join(HEADER) + "\n")
    assert "ignored columns: dividends" in done.stderr


@behaviour
def daily_bars_stay_daily(folder):
    text = write(folder / "days.csv", [["2024-06-27", 1, 2, 1, 2, 10],
                                       ["2024-06-28", 2, 3, 2, 3, 10]], DAYS).read_text()
    assert round_trip(folder, "days.csv") == text
    text = write(folder / "days.csv", [], DAYS).read_text()
    assert round_trip(folder, "days.csv") == text


@behaviour
def a_header_alone_is_no_bars_and_an_empty_file_an_error(folder):
    text = write(folder / "none.csv", []).read_text()
    assert round_trip(folder, "none.csv") == text
    assert "none.csv -> x.csv: 0 bars, " in succeed(folder, "data", "convert", "none.csv",
                                                    "x.csv").stdout
    (folder / "empty.csv").write_text("")
    for name in (["convert", "empty.csv", "y.csv"], ["check", "empty.csv"], ["show", "empty.csv"]):
        fail(folder, 3, "data", *name, says="empty.csv: the file is empty")
    assert not (folder / "y.csv").exists()


@behaviour
def naive_stamps_take_the_zone(folder):
    write(folder / "x.csv", [["2024-06-28 09:30:00", *"12121"]])
    fail(folder, 3, "data", "convert", "x.csv", "y.csv", says=("x.csv:2", "--zone"))
    for zone in ("America/New_York", "-04:00"):
        succeed(folder, "data", "convert", "x.csv", "y.csv", "--zone", zone)
        assert (folder / "y.csv").read_text().splitlines()[1] == "2024-06-28T13:30:00Z,1,2,1,2,1"
    assert "13:30:00Z" in succeed(folder, "data", "show", "x.csv", "--zone=-04:00").stdout


@behaviour
def bars_are_sorted_and_what_is_dropped_is_told(folder):
    rows = june(days=JUNE[:1])
    other = [*rows[7][:5], "7"]
    mixed = [*rows, rows[3], other, rows[9]]
    random.Random(5).shuffle(mixed)
    write(folder / "mixed.csv", mixed)
    steps = sum(after[0] < before[0] for before, after in zip(mixed, mixed[1:]))
    done = succeed(folder, "data", "convert", "mixed.csv", "x.csv", "--quiet")
    assert done.stdout == ""
    assert f"mixed.csv: {steps} rows out of order sorted" in done.stderr
    assert "mixed.csv: 3 of 393 rows dropped" in done.stderr
    assert "2 say the same, 1 something else" in done.stderr, done.stderr
    stamps = [line.split(",")[0] for line in (folder / "x.csv").read_text().splitlines()[1:]]
    assert stamps == [row[0] for row in rows]
    item, = documents(succeed(folder, "data", "convert", "mixed.csv", "x.csv", "--json"))
    assert item == {"file": "mixed.csv", "output": "x.csv", "bars": 390, "rows": 393,
                    "unsorted": steps, "duplicates": 2, "conflicts": 1, "ignored_columns": "",
                    "bytes_read": (folder / "mixed.csv").stat().st_size,
                    "bytes_written": (folder / "x.csv").stat().st_size}
    shown = succeed(folder, "data", "show", "mixed.csv").stdout
    assert f"393, {steps} of them out of order, 3 of a time" in shown, shown


@behaviour
def a_symbol_that_the_name_no_longer_says_is_told(folder):
    write(folder / "x.csv", [[*june()[0], "BTC/USD"]], [*HEADER, "symbol"])
    done = succeed(folder, "data", "convert", "x.csv", "y.csv")
    assert "x.csv: holds bars of BTC/USD, which y.csv no longer says" in done.stderr
    assert succeed(folder, "data", "convert", "x.csv", "BTC_USD.csv").stderr == ""


@behaviour
def the_format_is_the_ending_of_out_and_the_content_of_in(folder):
    write(folder / "bars.txt", june()[:5])
    for name in ("x", "x.csv.gz", "x.CSV", "x.parquet/", ".csv", "a.csv/x", "csv"):
        fail(folder, 2, "data", "convert", "bars.txt", name, says=(".csv", ".parquet", name))
    succeed(folder, "data", "convert", "bars.txt", "x.parquet")
    (folder / "x.parquet").rename(folder / "x.data")
    succeed(folder, "data", "convert", "x.data", "y.csv")
    succeed(folder, "data", "convert", "bars.txt", "z.csv")
    succeed(folder, "data", "convert", "bars.txt", "new/folder/z.csv")
    assert len({path.read_bytes() for path in folder.rglob("*.csv")}) == 1
    fail(folder, 2, "data", "convert", "bars.txt", "x.csv", "--to", "csv", says="--to")


@behaviour
def nothing_is_written_over_its_source(folder):
    write(folder / "x.csv", june()[:5])
    (folder / "link.csv").symlink_to("x.csv")
    os.link(folder / "x.csv", folder / "hard.csv")
    before = files(folder)
    for name in ("x.csv", "./x.csv", "link.csv", "hard.csv", folder / "x.csv"):
        fail(folder, 2, "data", "convert", "x.csv", name, says="are the same")
    fail(folder, 2, "data", "convert", ".", folder, "--to", "csv", says="are the same")
    assert files(folder) == before


@behaviour
def what_cannot_be_written_is_an_error_and_leaves_what_was_there(folder):
    write(folder / "x.csv", june()[:5])
    (folder / "y.csv").write_text("mine")
    (folder / "link.csv").symlink_to("y.csv")
    (folder / "z.csv").mkdir()
    for name in ("x.csv/y.csv", "link.csv", "z.csv"):
        fail(folder, 4, "data", "convert", "x.csv", name, says=name)
    write(folder / "bad.csv", [["2024-06-28T13:30:00Z", 1, 2, 1, "abc", 1]])
    fail(folder, 3, "data", "convert", "bad.csv", "y.csv", says=("bad.csv:2", "close", "abc"))
    fail(folder, 3, "data", "convert", "gone.csv", "y.csv", says="gone.csv")
    fail(folder, 3, "data", "convert", "gone.csv", "no/y.csv", says="gone.csv")
    assert (folder / "y.csv").read_text() == "mine"
    assert sorted(path.name for path in folder.iterdir()) == ["bad.csv", "link.csv", "x.csv",
                                                              "y.csv", "z.csv"]


@behaviour
def a_folder_that_cannot_be_written_to_is_an_error(folder):
    write(folder / "x.csv", june()[:5])
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0o555)
    folder.chmod(0o755)
    somebody = {"user": 65534} if os.geteuid() == 0 else {}  # root may write anywhere
    try:
        succeed(folder, "version", **somebody)
    except OSError as error:
        raise Skip(f"nobody may run the program: {error}") from error
    fail(folder, 4, "data", "convert", "x.csv", "closed/y.csv", says="closed/y.csv", **somebody)
    (folder / "in").mkdir()
    write(folder / "in" / "x.csv", june()[:5])
    fail(folder, 4, "data", "convert", "in", "closed/out", "--to", "csv", says="closed/out",
         **somebody)
    assert list((folder / "closed").iterdir()) == []


@behaviour
def a_broken_parquet_file_is_an_error(folder):
    write(folder / "x.csv", june()[:500])
    succeed(folder, "data", "convert", "x.csv", "x.parquet")
    whole = (folder / "x.parquet").read_bytes()
    for size in (4, 12, len(whole) // 2, len(whole) - 1):
        (folder / "cut.parquet").write_bytes(whole[:size])
        for name in (["convert", "cut.parquet", "y.csv"], ["check", "cut.parquet"],
                     ["show", "cut.parquet"]):
            fail(folder, 3, "data", *name, says="cut.parquet")
    assert not (folder / "y.csv").exists()


@behaviour
def a_folder_becomes_a_folder(folder):
    (folder / "in").mkdir()
    for name in ("QQQ", "BRK.B", "BTC_USD"):
        write(folder / "in" / f"{name}.csv", june(seed=len(name))[:50])
    succeed(folder, "data", "convert", "in/QQQ.csv", "in/SPY.parquet")
    for other in (".hidden.csv", "notes.txt", "QQQ.csv.gz"):
        (folder / "in" / other).write_text("no bars")
    (folder / "in" / "deeper").mkdir()
    done = succeed(folder, "data", "convert", "in", "new/out", "--to", "parquet")
    names = ["BRK.B", "BTC_USD", "QQQ", "SPY"]
    assert [line.split(" -> ")[1].split(":")[0] for line in done.stdout.splitlines()] == [
        f"new/out/{name}.parquet" for name in names]
    assert sorted(files(folder / "new")) == [f"out/{name}.parquet" for name in names]
    done = succeed(folder, "data", "convert", "new/out/", "back/", "--to=csv", "--json")
    assert [item["output"] for item in documents(done)] == [f"back/{name}.csv" for name in names]
    for name in names[:2]:
        succeed(folder, "data", "convert", f"in/{name}.csv", "plain.csv")
        assert (folder / "plain.csv").read_bytes() == files(folder / "back")[f"{name}.csv"]


@behaviour
def a_folder_is_refused_before_anything_is_written(folder):
    (folder / "in").mkdir()
    fail(folder, 3, "data", "convert", "in", "out", "--to", "csv", says=("in", ".parquet"))
    write(folder / "in" / "QQQ.csv", june()[:5])
    fail(folder, 2, "data", "convert", "in", "out", says=("--to csv", "--to parquet"))
    fail(folder, 2, "data", "convert", "in", "", "--to", "csv", says="to a folder")
    fail(folder, 2, "data", "convert", "in", "out", "--to", "parqet", says="parquet")
    write(folder / "in" / "QQQ.d.csv", june()[:5])
    succeed(folder, "data", "convert", "in/QQQ.csv", "in/QQQ.parquet")
    fail(folder, 3, "data", "convert", "in", "out", "--to", "csv",
         says=("in/QQQ.csv and in/QQQ.parquet"))
    (folder / "taken").write_text("")
    (folder / "in" / "QQQ.parquet").unlink()
    fail(folder, 4, "data", "convert", "in", "taken", "--to", "csv", says="taken")
    assert not (folder / "out").exists()


@behaviour
def one_bad_file_of_a_folder_does_not_stop_the_others(folder):
    (folder / "in").mkdir()
    for name in "AC":
        write(folder / "in" / f"{name}.csv", june()[:780])
    (folder / "in" / "B.csv").write_text("no header\n")
    done = program(folder, "data", "convert", "in", "out", "--to", "parquet")
    assert done.returncode == 3 and done.stdout.count("\n") == 2 and "in/B.csv" in done.stderr
    assert sorted(files(folder / "out")) == ["A.parquet", "C.parquet"]
    for flags in (["convert", "in", "out", "--to", "csv"], ["check", "in"], ["show", "in"]):
        done = program(folder, "data", *flags, "--json")
        assert done.returncode == 3 and done.stderr.count("in/B.csv") == 1
        items = documents(done)
        assert [item["file"] for item in items] == [f"in/{name}.csv" for name in "ABC"]
        assert [list(item) == ["file", "error"] for item in items] == [False, True, False]
    done = program(folder, "data", "show", "in")
    assert done.returncode == 3 and done.stdout.count("\n") == 3
    done = program(folder, "data", "check", "in")
    assert done.returncode == 3
    assert done.stdout.endswith("3 files: 2 without findings, 1 unreadable or with fatal ones\n")
    (folder / "out" / "A.csv").unlink()
    (folder / "out" / "A.csv").mkdir()
    done = program(folder, "data", "convert", "in", "out", "--to", "csv")
    assert done.returncode == 4, "the worst counts"


# ---- show ----------------------------------------------------------------------------------------

@behaviour
def a_file_is_shown_with_its_ends(folder):
    rows = june(days=[*JUNE[:7], *JUNE[8:]])
    write(folder / "QQQ.csv", [[*row, 1, 2] for row in rows], [*HEADER, "trade_count", "splits"])
    done = succeed(folder, "data", "show", "QQQ.csv")
    lines = done.stdout.splitlines()
    summary = dict(line.split(maxsplit=1) for line in lines[1:lines.index("")])
    size = (folder / "QQQ.csv").stat().st_size
    assert lines[0] == "QQQ.csv" and summary == {
        "symbol": "QQQ", "timeframe": "1Min", "bars": f"{len(rows)} in 18 sessions of xnys",
        "first": "2024-06-03T13:30:00Z (Mon 09:30 in New York)",
        "last": "2024-06-28T19:59:00Z (Fri 15:59 in New York)",
        "columns": "timestamp, open, high, low, close, volume, trade_count", "ignored": "splits",
        "size": f"{size} bytes, {size / len(rows):.1f} a bar"}, summary
    cells = [line.split() for line in lines[lines.index("") + 1:]]
    assert cells[0] == ["timestamp", "New", "York", *HEADER[1:], "trade_count"]
    assert [row[0] for row in cells[1:6] + cells[7:]] == [row[0] for row in rows[:5] + rows[-5:]]
    assert cells[1][1:3] == ["Mon", "09:30"] and cells[1][-2:] == ["1000", "1"]
    assert [float(cell) for cell in cells[1][3:7]] == [float(cell) for cell in rows[0][1:5]]


@behaviour
def as_many_rows_are_shown_as_wanted(folder):
    rows = june()[:9]
    write(folder / "QQQ.csv", rows)
    for count, shown in ((0, 0), (1, 2), (4, 8), (5, 9), (100, 9)):
        done = succeed(folder, "data", "show", "QQQ.csv", "--rows", count)
        stamps = re.findall(r"^  (2024\S+)", done.stdout, re.M)
        wanted = [row[0] for row in (rows if shown == 9 else rows[:count] + rows[9 - count:])]
        assert stamps == wanted and len(stamps) == shown, (count, stamps)
        assert ("-----" in done.stdout) == (count in (1, 4))
    for count in ("-1", "x", "1.5", "1000001", ""):
        fail(folder, 2, "data", "show", "QQQ.csv", f"--rows={count}", says="--rows")


@behaviour
def what_has_no_sessions_or_timeframe_is_shown_all_the_same(folder):
    write(folder / "x.csv", [])
    lines = succeed(folder, "data", "show", "x.csv").stdout.splitlines()
    assert lines[1].split() == ["symbol", "-"] and "0 in 0 sessions" in lines[3], lines
    assert lines[-1].endswith(" 0.0 a bar"), lines
    write(folder / "x.csv", [["2024-06-29T13:30:00.5Z", *"12121"]])  # a Saturday
    done = succeed(folder, "data", "show", "x.csv")
    assert "timeframe  -" in done.stdout and "1 in 0 sessions of xnys" in done.stdout
    write(folder / "x.csv", [["2024-06-28T13:30:00Z", *"12121"]])
    assert "timeframe  -" in succeed(folder, "data", "show", "x.csv").stdout
    write(folder / "x.csv", [["2024-06-28", *"12121"]], DAYS)
    done = succeed(folder, "data", "show", "x.csv")
    assert "timeframe  1Day" in done.stdout and "New York" not in done.stdout
    assert re.search(r"first +2024-06-28$", done.stdout, re.M)


@behaviour
def a_folder_is_shown_in_a_line_a_file(folder):
    write(folder / "QQQ.csv", june())
    crypto = [datetime(2024, 6, 1, tzinfo=timezone.utc) + timedelta(n) for n in range(3)]
    write(folder / "BTC_USD.csv", walk(1, crypto, 1440, step=60))
    succeed(folder, "data", "convert", "QQQ.csv", "zone_QQQ.parquet")
    done = succeed(folder, "data", "show", ".")
    cells = [line.split() for line in done.stdout.splitlines()]
    assert cells[0][:7] == ["file", "symbol", "timeframe", "bars", "sessions", "first", "last"]
    assert [row[:7] for row in cells[1:]] == [
        ["./BTC_USD.csv", "BTC/USD", "1Hour", "72", "3", "2024-06-01T00:00:00Z",
         "2024-06-03T23:00:00Z"],
        ["./QQQ.csv", "QQQ", "1Min", str(len(june())), "19", "2024-06-03T13:30:00Z",
         "2024-06-28T19:59:00Z"],
        ["./zone_QQQ.parquet", "-", *cells[2][2:7]]], cells
    items = documents(succeed(folder, "data", "show", ".", "--json"))
    assert items[0] == {
        "file": "./BTC_USD.csv", "symbol": "BTC/USD", "timeframe": "1Hour", "calendar": "24x7",
        "bars": 72, "sessions": 3, "first": "2024-06-01T00:00:00Z",
        "last": "2024-06-03T23:00:00Z", "columns": HEADER, "ignored_columns": "", "rows": 72,
        "unsorted": 0, "duplicates": 0, "conflicts": 0,
        "bytes": (folder / "BTC_USD.csv").stat().st_size}, items[0]
    assert [item["file"] for item in items] == [row[0] for row in cells[1:]]


# ---- check ---------------------------------------------------------------------------------------

def rough():
    """A month with something of everything that is not fatal."""
    rows = june()
    return [*rows[:400], *rows[430:800], rows[5], [*rows[6][:5], "7"], *rows[801:]]


@behaviour
def whole_bars_have_no_findings(folder):
    write(folder / "QQQ.csv", june())
    done = succeed(folder, "data", "check", "QQQ.csv")
    assert done.stdout.splitlines()[0] == (
        "QQQ.csv: QQQ, 1Min, calendar xnys, 2024-06-03 to 2024-06-28")
    assert done.stdout.splitlines()[2].split() == ["19", "0", "7410", "7410", "100.00"]
    assert done.stdout.endswith("  no findings\n")
    item, = documents(succeed(folder, "data", "check", "QQQ.csv", "--json"))
    assert item == {
        "file": "QQQ.csv", "symbol": "QQQ", "timeframe": "1Min", "calendar": "xnys",
        "start": "2024-06-03", "end": "2024-06-28", "first": "2024-06-03T13:30:00Z",
        "last": "2024-06-28T19:59:00Z", "sessions": 19, "sessions_empty": 0, "bars": 7410,
        "due": 7410, "fatal": 0, "findings": []}, item


@behaviour
def findings_are_those_of_a_backtest(folder):
    rows = rough()
    rows[2000][4] = "-1"
    write(folder / "QQQ.csv", rows)
    done = program(folder, "data", "check", "QQQ.csv", "--json")
    assert done.returncode == 3
    item, = documents(done)
    result = json.loads(succeed(folder, "backtest", "--strategy", "sma_cross", "--symbol", "QQQ",
                                "--timeframe", "1Min", "--bars", "QQQ.csv", "--json").stdout)
    for finding in result["findings"]:
        assert finding.pop("symbol") == "QQQ"
    assert item["findings"] == result["findings"] and item["fatal"] == 1
    assert all(list(finding) == FINDING for finding in item["findings"])
    assert {finding["kind"] for finding in item["findings"]} >= {
        "missing_bars", "duplicate_bars", "conflicting_bars", "bad_price"}


@behaviour
def only_a_fatal_finding_is_a_failure(folder):
    rows = rough()
    write(folder / "QQQ.csv", rows)
    done = succeed(folder, "data", "check", "QQQ.csv")
    assert "warning  missing_bars" in done.stdout and done.stderr == ""
    rows[2000][2] = "1"  # the high
    write(folder / "QQQ.csv", rows)
    done = program(folder, "data", "check", "QQQ.csv")
    assert done.returncode == 3 and "fatal    bad_range: 1 in 1 session" in done.stdout
    assert done.stderr == ""


@behaviour
def all_findings_are_listed_when_asked_for(folder):
    write(folder / "QQQ.csv", rough())
    item, = documents(succeed(folder, "data", "check", "QQQ.csv", "--json"))
    short = succeed(folder, "data", "check", "QQQ.csv").stdout
    lines = succeed(folder, "data", "check", "QQQ.csv", "--all").stdout
    assert lines.startswith(short)
    cells = [line.split(maxsplit=4) for line in lines[len(short):].splitlines()[1:]]
    assert cells[0] == ["session", "severity", "finding", "count", "detail"]
    assert [row[:4] for row in cells[1:]] == [
        [finding["session"] or "-", finding["severity"], finding["kind"], str(finding["count"])]
        for finding in item["findings"]]


@behaviour
def the_calendar_is_the_symbols_unless_it_is_named(folder):
    days = [datetime(2024, 6, 1, tzinfo=timezone.utc) + timedelta(n) for n in range(7)]
    write(folder / "BTC_USD.csv", walk(1, days, 1440, step=60))
    item, = documents(succeed(folder, "data", "check", "BTC_USD.csv", "--json"))
    assert (item["symbol"], item["calendar"], item["sessions"], item["bars"]) == (
        "BTC/USD", "24x7", 7, 168)
    for name in ("btc_usd.csv", "BTC_2024.csv", "bars", "BTC_USD_DAILY.csv", "BTC_DAILY"):
        (folder / name).write_bytes((folder / "BTC_USD.csv").read_bytes())
        item, = documents(succeed(folder, "data", "check", name, "--json"))
        assert (item["symbol"], item["calendar"], item["sessions"]) == ("", "xnys", 5), item
    item, = documents(succeed(folder, "data", "check", "bars", "--calendar", "24x7", "--json"))
    assert (item["calendar"], item["sessions"]) == ("24x7", 7)
    item, = documents(succeed(folder, "data", "check", "bars", "--symbol", "ETH/USD", "--json"))
    assert (item["symbol"], item["calendar"]) == ("ETH/USD", "24x7")
    item, = documents(succeed(folder, "data", "check", ".", "--calendar", "xnys", "--json"))[:1]
    assert (item["file"], item["calendar"]) == ("./BTC_2024.csv", "xnys")
    fail(folder, 2, "data", "check", "bars", "--calendar", "xnyse", says="xnys")
    fail(folder, 2, "data", "check", "bars", "--symbol", "btc", says="--symbol")
    fail(folder, 2, "data", "check", ".", "--symbol", "QQQ", says="--symbol")


@behaviour
def the_file_may_say_whose_bars_they_are(folder):
    write(folder / "x.csv", [[*row, "SPY"] for row in june()], [*HEADER, "symbol"])
    item, = documents(succeed(folder, "data", "check", "x.csv", "--json"))
    assert item["symbol"] == "SPY"
    assert "symbol     SPY" in succeed(folder, "data", "show", "x.csv").stdout
    fail(folder, 3, "data", "check", "x.csv", "--symbol", "QQQ",
         says="x.csv: holds bars of SPY (QQQ was expected)")


@behaviour
def what_no_session_holds_cannot_be_checked(folder):
    write(folder / "x.csv", [])
    fail(folder, 3, "data", "check", "x.csv", says=("x.csv", "xnys"))
    write(folder / "x.csv", [["2024-06-29T13:30:00Z", *"12121"],
                             ["2024-06-29T13:31:00Z", *"12121"]])
    fail(folder, 3, "data", "check", "x.csv", says=("x.csv", "xnys"))
    write(folder / "x.csv", [["2024-06-28T13:30:00Z", *"12121"]])
    fail(folder, 3, "data", "check", "x.csv", says="x.csv: no session has two bars")
    fail(folder, 3, "data", "check", "gone.csv", says="gone.csv")
    (folder / "in").mkdir()
    fail(folder, 3, "data", "check", "in", says=("in", ".csv"))


@behaviour
def daily_bars_are_checked_too(folder):
    days = [day for day in (date(2024, 6, 3) + timedelta(n) for n in range(26))
            if day in JUNE and day != date(2024, 6, 13)]
    write(folder / "SPY.csv", [[day, 500, 501, 499, 500, 1000000] for day in days], DAYS)
    item, = documents(succeed(folder, "data", "check", "SPY.csv", "--json"))
    assert (item["timeframe"], item["sessions"], item["bars"], item["due"]) == ("1Day", 19, 18, 19)
    assert [finding["session"] for finding in item["findings"]] == ["2024-06-13"]


if __name__ == "__main__":
    sys.exit(run_tests())
