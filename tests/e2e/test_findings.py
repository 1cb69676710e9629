#!/usr/bin/env python3
"""What `playbook backtest` finds about bars with faults, and where it tells of it.

Runs the program named by PLAYBOOK on tests/data (its README.md says what is wrong with each file)
and on bars made here, in temporary folders. Prints TAP.
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import (HEADER, ROOT, behaviour, files, june, run_tests, succeed, table, write,
                          write_days)

DATA = ROOT / "tests" / "data"
CROSS = ["backtest", "--strategy", "sma_cross", "--output", "t.csv"]
ELEVEN = ["backtest", "--strategy", "wed_tue_11am", "--output", "t.csv"]


def findings_of(done):
    return [(finding["session"], finding["kind"], finding["severity"], finding["count"],
             finding["detail"]) for finding in json.loads(done.stdout)["findings"]]


def found(folder, command, name, timeframe, *more, symbol="QQQ"):
    return findings_of(succeed(folder, *command, "--json", "--bars", DATA / f"{name}.csv",
                               "--timeframe", timeframe, "--symbol", symbol, *more))


@behaviour
def a_week_of_november_has_all_that_is_wrong_with_it(folder):
    assert found(folder, ELEVEN, "stratback_QQQ_5Min_202211", "5Min") == [
        ("2022-11-22", "duplicate_bars", "note", 113, "first at 09:30"),
        ("2022-11-22", "unsorted_bars", "note", 2, "first at 09:30"),
        ("2022-11-23", "missing_bars", "warning", 30, "48 of 78 bars"),
        ("2022-11-23", "gaps", "note", 1, "longest 30 bars from 13:05"),
        ("2022-11-25", "outside_session", "note", 31, "first at 13:00")]
    notes = {row["trade_date"]: row["notes"] for row in table(folder / "journal.csv")}
    assert notes == {
        "2022-11-21": "Not a Tuesday or Wednesday",
        "2022-11-22": "Entry time reached",
        "2022-11-23": "Entry time reached; missing_bars 48 of 78 bars",
        "2022-11-25": "Not a Tuesday or Wednesday"}, notes


@behaviour
def on_a_longer_timeframe_cells_are_counted(folder):
    assert found(folder, ELEVEN, "stratback_AAPL_5Min_202211", "15Min", symbol="AAPL") == [
        ("2022-11-22", "duplicate_bars", "note", 113, "first at 09:30"),
        ("2022-11-22", "unsorted_bars", "note", 2, "first at 09:30"),
        ("2022-11-23", "missing_bars", "warning", 11, "15 of 26 bars"),
        ("2022-11-23", "gaps", "note", 1, "longest 11 bars from 13:15"),
        ("2022-11-25", "outside_session", "note", 36, "first at 13:00")]


@behaviour
def an_absent_session_is_skipped_and_told(folder):
    assert found(folder, ELEVEN, "stratback_QQQ_5Min_202302", "5Min") == [
        ("2023-02-10", "no_bars", "warning", 78, ""),
        ("2023-02-16", "duplicate_bars", "note", 78, "first at 09:30"),
        ("2023-02-16", "unsorted_bars", "note", 1, "first at 09:30")]


@behaviour
def a_split_is_told_in_bars_and_in_daily_bars(folder):
    split = ("2014-06-09", "split_like", "warning", 1, "7:1, 645.57 to 92.69")
    outside = [(day, "outside_session", "note", count, "first at 04:00")
               for day, count in (("2014-06-06", 393), ("2014-06-09", 444))]
    daily = (*split[:4], "daily bar, " + split[4])
    minutes = found(folder, CROSS, "lean_AAPL_1Min_201406", "1Min", "--daily",
                    DATA / "lean_AAPL_1Day_2014.csv", symbol="AAPL")
    assert minutes == [daily, *outside, split], minutes
    assert found(folder, CROSS, "lean_AAPL_1Day_2014", "1Day", symbol="AAPL") == [split]
    # Bars before the start serve as a history only, and are what the split is seen against.
    assert found(folder, CROSS, "lean_AAPL_1Min_201406", "1Min", "--start", "2014-06-09",
                 symbol="AAPL") == [outside[1], split]


@behaviour
def a_real_fall_by_half_is_no_split(folder):
    assert found(folder, CROSS, "lean_AAPL_1Day_2000", "1Day", symbol="AAPL") == [
        ("2000-06-21", "split_like", "warning", 1, "2:1, 101 to 50.5")]


@behaviour
def a_hole_in_the_history_is_told_once(folder):
    assert found(folder, CROSS, "eqker_QQQ_1Min_20190214", "2Min", "--daily",
                 DATA / "lean_QQQ_1Day_2004_2011.csv") == [
        ("2004-12-01", "missing_bars", "warning", 1588, "daily bars, the next on 2011-03-23"),
        ("2019-02-14", "unsorted_bars", "note", 387, "first at 09:30")]


@behaviour
def minutes_without_a_trade_of_a_coin_are_missing(folder):
    assert found(folder, CROSS, "lean_BTC_USD_1Min_20161009", "1Min", symbol="BTC/USD") == [
        ("2016-10-09", "missing_bars", "warning", 43, "1397 of 1440 bars"),
        ("2016-10-09", "gaps", "note", 4, "longest 3 bars from 07:33")]


def spoil(rows):
    """A session with everything that no file of tests/data has."""
    day = rows[:390]
    stamp, price = day[5][0], day[5][1]
    day[3] = [*day[3][:4], "nan", "1000"]
    day[4] = [*day[4][:2], "1", *day[4][3:]]
    day[6] = [*day[6][:5], "-1"]
    day[8] = [day[8][0], *["800"] * 4, "1000"]
    day[5] = [f"{stamp[:17]}30Z", *day[5][1:]]
    day[12] = [day[12][0], *[price] * 4, "1000"]
    return [*day, [*day[12][:5], "2000"], *rows[390:]]


@behaviour
def what_a_file_can_suffer_from_is_told_with_its_severity(folder):
    bars = write(folder / "QQQ.csv", [[*row[:5], "10"] if row in june()[390:780] else row
                                      for row in spoil(june())[:780]])
    done = succeed(folder, *CROSS, "--json", "--bars", bars, "--symbol", "QQQ", "--timeframe",
                   "1Min")
    first = [finding[1:] for finding in findings_of(done) if finding[0] == "2024-06-03"]
    assert first == [
        ("missing_bars", "warning", 2, "388 of 390 bars"),
        ("gaps", "note", 1, "longest 2 bars from 09:33"),
        ("bad_price", "fatal", 1, "first at 09:33"),
        ("bad_range", "fatal", 1, "first at 09:34"),
        ("bad_volume", "warning", 1, "first at 09:36"),
        ("off_grid", "warning", 1, "first at 09:35"),
        ("price_jump", "warning", 2, "first at 09:38"),
        ("conflicting_bars", "warning", 1, "first at 09:42"),
        ("unsorted_bars", "note", 1, "first at 09:42")], first


@behaviour
def the_table_tells_the_worst_first(folder):
    rows = june()
    rows[700] = [*rows[700][:4], "nan", "1000"]
    bars = write(folder / "QQQ.csv", [*rows[:100], *rows[110:800], *rows[799:]])
    text = succeed(folder, *CROSS, "--bars", bars, "--symbol", "QQQ", "--timeframe", "1Min").stdout
    lines = text[text.index("findings about the bars"):].splitlines()
    assert lines[0] == "findings about the bars: 1 fatal, 2 warnings, 2 notes", lines
    assert [line.split()[:2] for line in lines[1:6]] == [
        ["fatal", "bad_price:"], ["warning", "missing_bars:"], ["note", "gaps:"],
        ["note", "duplicate_bars:"]] + [lines[5].split()[:2]], lines
    assert "11 in 2 sessions (2024-06-03, 2024-06-04)" in lines[2], lines


@behaviour
def findings_about_volume_and_order_change_no_trade(folder):
    flags = ["backtest", "--strategy", "dp20", "--set", "window_start=09:45", "--set",
             "window_end=14:30", "--set", "strength=0.3", "--daily", write_days(folder / "d.csv"),
             "--bars", "QQQ.csv"]
    rows = june()
    write(folder / "QQQ.csv", rows)
    succeed(folder, *flags, "--output", "clean/t.csv")
    wrong = [[*row[:5], ["-5", "nan", "inf", "0", "7"][n % 5]] for n, row in enumerate(rows)]
    write(folder / "QQQ.csv", [*wrong[390:], *wrong[:390], *wrong[500:600]])
    done = succeed(folder, *flags, "--output", "wrong/t.csv", "--json")
    assert {finding[1] for finding in findings_of(done)} == {
        "bad_volume", "thin_volume", "duplicate_bars", "unsorted_bars"}
    assert files(folder / "clean")["t.csv"] == files(folder / "wrong")["t.csv"]
    notes = [row["notes"] for row in table(folder / "wrong" / "journal.csv")
             if row["entered?"] == "TRUE"]
    assert notes and all(note.endswith("; bad_volume first at 09:30") for note in notes), notes


if __name__ == "__main__":
    sys.exit(run_tests())
