#!/usr/bin/env python3
"""`playbook backtest` as its user sees it: what it prints, writes, refuses and leaves alone.

Runs the program named by PLAYBOOK on bars made here, in temporary folders. Prints TAP.
"""
import hashlib
import json
import random
import sys
from datetime import datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import (HEADER, JUNE, behaviour, fail, files, june, program, run_tests, stamp,
                          succeed, table, walk, write, write_days)

RESULT = """strategy playbook symbols timeframe calendar start end sessions sessions_skipped signals
trades wins losses open_positions gross_pnl fees net_pnl capital return_pct win_rate profit_factor
expectancy average_r max_drawdown longest_losing_streak findings outputs""".split()
FINDING = ["session", "symbol", "kind", "severity", "count", "detail"]
OUTPUT = ["writer", "table", "location", "rows", "status"]

# So loose that nearly every session trades.
LOOSE = ["--strategy", "dp20", "--set", "window_start=09:45", "--set", "window_end=14:30",
         "--set", "strength=0.3"]
RISE = ["--strategy", "morning_reversal", "--set", "rise=0.001"]


def prepare(folder):
    """The flags for a month of one-minute bars with a history."""
    bars = write(folder / "QQQ.csv", june())
    return ["backtest", "--bars", bars, "--daily", write_days(folder / "daily.csv")]


def result_of(done):
    return json.loads(done.stdout)


@behaviour
def json_has_the_documented_keys_in_order(folder):
    flags = prepare(folder)
    rows = june()
    write(folder / "QQQ.csv", rows[1:390] + rows[:1] + rows[392:] + rows[500:501])
    done = succeed(folder, *flags, *LOOSE, "--output", "trades.csv", "--json")
    pairs = json.loads(done.stdout, object_pairs_hook=list)
    assert [name for name, _ in pairs] == RESULT, pairs
    result = dict(pairs)
    assert {finding[2][1] for finding in result["findings"]} == {
        "unsorted_bars", "duplicate_bars", "missing_bars"}, result["findings"]
    for finding in result["findings"]:
        assert [name for name, _ in finding] == FINDING, finding
    assert [[name for name, _ in output] for output in result["outputs"]] == [OUTPUT, OUTPUT]
    assert done.stdout.count("\n") == 1 and done.stdout.endswith("}\n")


@behaviour
def json_says_what_was_run(folder):
    result = result_of(succeed(folder, *prepare(folder), *LOOSE, "--output", "t.csv", "--json"))
    assert result["strategy"] == "dp20" and result["symbols"] == ["QQQ"]
    assert result["timeframe"] == "2Min" and result["calendar"] == "xnys"
    assert result["start"] == "2024-06-03" and result["end"] == "2024-06-28"
    assert result["sessions"] == len(JUNE) and result["sessions_skipped"] == 0
    assert result["findings"] == [], result["findings"]
    assert result["outputs"] == [
        {"writer": "csv", "table": "trades", "location": "t.csv", "rows": result["trades"],
         "status": "written"},
        {"writer": "csv", "table": "journal", "location": "journal.csv", "rows": len(JUNE),
         "status": "written"}]


@behaviour
def json_figures_are_those_of_the_trades(folder):
    result = result_of(succeed(folder, *prepare(folder), *LOOSE, "--output", "t.csv", "--json",
                               "--fee", "0.01/share", "--slippage", "1bps", "--capital", "50000"))
    trades = table(folder / "t.csv")
    net = [float(trade["net_pnl"]) for trade in trades]
    won, lost = [x for x in net if x > 0], [x for x in net if x <= 0]
    r_multiples = [float(trade["r_multiple"]) for trade in trades]
    assert len(won) > 1 and len(lost) > 1, net

    def near(name, expected, tolerance=1e-6):
        assert abs(result[name] - expected) <= tolerance, (name, result[name], expected)

    assert (result["trades"], result["wins"], result["losses"]) == (len(net), len(won), len(lost))
    near("gross_pnl", sum(float(trade["gross_pnl"]) for trade in trades))
    near("fees", sum(float(trade["fees"]) for trade in trades))
    near("fees", len(net) * 2 * 0.01 * 100)
    near("net_pnl", sum(net))
    near("capital", 50000)
    near("return_pct", 100 * sum(net) / 50000)
    near("win_rate", len(won) / len(net))
    near("profit_factor", sum(won) / -sum(lost))
    near("expectancy", sum(net) / len(net))
    near("average_r", sum(r_multiples) / len(r_multiples), 1e-4)
    streaks = [len(list(group)) for lost, group in groupby(net, lambda x: x <= 0) if lost]
    assert result["longest_losing_streak"] == max(streaks)
    assert result["max_drawdown"] >= max(sum(net[:i]) - sum(net[:j]) for j in range(len(net) + 1)
                                         for i in range(j + 1)) - 1e-6


@behaviour
def without_trades_the_ratios_are_null(folder):
    flags = ["backtest", "--bars", write(folder / "QQQ.csv", june())]
    result = result_of(succeed(folder, *flags, "--strategy", "dp20", "--output", "t.csv", "--json"))
    assert result["trades"] == 0 and result["net_pnl"] == 0 and result["max_drawdown"] == 0
    for name in ("win_rate", "profit_factor", "expectancy", "average_r"):
        assert result[name] is None, name
    notes = {row["notes"] for row in table(folder / "journal.csv")}
    assert notes == {f"warm-up: {n} of 200 daily closes" for n in range(len(JUNE))}, notes


@behaviour
def zone_and_language_of_the_machine_change_no_byte(folder):
    flags = prepare(folder)
    seen = set()
    for number, (zone, language) in enumerate([("UTC", "C"), ("Asia/Tokyo", "de_DE.UTF-8"),
                                               ("America/New_York", "tr_TR.UTF-8"),
                                               ("Pacific/Apia", "fr_FR.UTF-8"), ("nonsense", "")]):
        place = folder / str(number)
        place.mkdir()
        environment = {"TZ": zone, "LC_ALL": language, "LANG": language}
        text = [succeed(place, *flags, *LOOSE, "--output", "t.csv", *more, environment=environment)
                for more in ([], ["--json"])]
        seen.add((text[0].stdout, text[1].stdout, *sorted(files(place).items())))
    assert len(seen) == 1, seen


@behaviour
def running_again_changes_no_byte(folder):
    flags = [*prepare(folder), *LOOSE, "--output", "out/t.csv", "--json"]
    first = succeed(folder, *flags)
    before = files(folder / "out")
    assert set(before) == {"t.csv", "journal.csv"}
    assert succeed(folder, *flags).stdout == first.stdout
    assert files(folder / "out") == before


@behaviour
def the_order_of_rows_does_not_matter(folder):
    flags = prepare(folder)
    succeed(folder, *flags, *LOOSE, "--output", "sorted/t.csv")
    rows = june()
    random.Random(5).shuffle(rows)
    write(folder / "QQQ.csv", rows)
    done = succeed(folder, *flags, *LOOSE, "--output", "shuffled/t.csv", "--json")
    assert files(folder / "sorted") == files(folder / "shuffled")
    findings = result_of(done)["findings"]
    assert {finding["kind"] for finding in findings} == {"unsorted_bars"}, findings
    assert sum(finding["count"] for finding in findings) == sum(
        after[0] < before[0] for before, after in zip(rows, rows[1:]))


@behaviour
def the_order_of_symbols_does_not_matter(folder):
    places = []
    for number, symbol in enumerate(["IWM", "QQQ", "SPY"]):
        write(folder / f"{symbol}.csv", june(seed=number, price=100.0 * (number + 1)))
    orders = [["QQQ,SPY,IWM"], ["SPY", "IWM", "QQQ"], ["IWM,QQQ", "SPY,IWM"]]
    for number, symbols in enumerate(orders):
        places.append(folder / f"out{number}")
        flags = [word for symbol in symbols for word in ("--symbol", symbol)]
        done = succeed(folder, "backtest", *RISE, "--bars", folder, *flags, "--json", "--output",
                       places[-1] / "t.csv")
        assert result_of(done)["symbols"] == ["IWM", "QQQ", "SPY"]
    assert files(places[0]) == files(places[1]) == files(places[2])
    journal = [(row["trade_date"], row["symbol"]) for row in table(places[0] / "journal.csv")]
    assert journal == sorted(journal) and len(journal) == 3 * len(JUNE)
    for symbol in ("IWM", "QQQ", "SPY"):
        succeed(folder, "backtest", *RISE, "--bars", folder / f"{symbol}.csv", "--symbol", symbol,
                "--output", folder / symbol / "t.csv")
        drop = ("trade_id", "playbook")  # the playbook's name comes from its symbols
        alone, together = ([{name: cell for name, cell in row.items() if name not in drop}
                            for row in table(place / "t.csv") if row["symbol"] == symbol]
                           for place in (folder / symbol, places[0]))
        assert alone == together and alone, symbol


@behaviour
def one_minute_bars_serve_as_longer_ones_would(folder):
    flags = prepare(folder)
    succeed(folder, *flags, *LOOSE, "--output", "minutes/t.csv")
    pairs = zip(june()[0::2], june()[1::2])
    write(folder / "QQQ.csv", [[a[0], a[1], max(a[2], b[2], key=float), min(a[3], b[3], key=float),
                                b[4], "2000"] for a, b in pairs])
    succeed(folder, *flags, *LOOSE, "--output", "pairs/t.csv")
    assert files(folder / "minutes") == files(folder / "pairs")
    fail(folder, 3, *flags, *LOOSE, "--timeframe", "5Min", says=("QQQ", "2Min", "5Min"))


@behaviour
def a_range_gives_its_part_of_the_whole(folder):
    flags = [*prepare(folder), *LOOSE]
    succeed(folder, *flags, "--output", "whole/t.csv")
    done = succeed(folder, *flags, "--start", "2024-06-08", "--end", "2024-06-20", "--output",
                   "part/t.csv", "--json")
    result = result_of(done)
    assert (result["start"], result["end"], result["sessions"]) == ("2024-06-10", "2024-06-20", 8)
    for name, column in (("t.csv", "session_date"), ("journal.csv", "trade_date")):
        part = [row for row in table(folder / "whole" / name)
                if "2024-06-10" <= row[column] <= "2024-06-20"]
        assert table(folder / "part" / name) == part and part, name


@behaviour
def a_range_written_into_the_whole_changes_no_byte(folder):
    flags = [*prepare(folder), *LOOSE, "--output", "out/t.csv"]
    succeed(folder, *flags)
    before = files(folder / "out")
    for day in JUNE[::5]:
        succeed(folder, *flags, "--start", day, "--end", day)
        assert files(folder / "out") == before, day


@behaviour
def a_file_cut_off_changes_nothing_before(folder):
    flags = [*prepare(folder), *LOOSE]
    succeed(folder, *flags, "--output", "whole/t.csv")
    whole, rows = table(folder / "whole" / "t.csv"), june()
    for number, count in enumerate(random.Random(9).sample(range(500, len(rows)), 8)):
        write(folder / "QQQ.csv", rows[:count])
        succeed(folder, *flags, "--output", f"{number}/t.csv")
        over = [trade for trade in whole if trade["exit_time"] < rows[count - 2][0]]
        cut = table(folder / str(number) / "t.csv")
        assert cut[:len(over)] == over and len(cut) <= len(over) + 1, count


@behaviour
def playbooks_share_a_file_and_leave_each_others_rows(folder):
    flags = prepare(folder)
    succeed(folder, *flags, *LOOSE, "--output", "out/t.csv")
    succeed(folder, *flags, *RISE, "--output", "out/t.csv")
    both = files(folder / "out")
    names = {row["playbook"] for row in table(folder / "out" / "t.csv")}
    assert len(names) == 2, names
    succeed(folder, *flags, *LOOSE, "--output", "out/t.csv")
    assert files(folder / "out") == both
    keys = [(row["session_date"], row["playbook"]) for row in table(folder / "out" / "t.csv")]
    assert keys == sorted(keys)


@behaviour
def a_name_stands_for_what_differs_from_the_defaults(folder):
    flags = [*prepare(folder), "--output", "t.csv", "--json", "--strategy", "dp20"]

    def name(*more):
        return result_of(succeed(folder, *flags, *more))["playbook"]

    def derived(*lines):
        text = "".join(f"{line}\n" for line in sorted(lines))
        return "dp20-" + hashlib.sha256(text.encode()).hexdigest()[:8]

    assert name() == name("--set", "strength=0.60", "--symbol", "QQQ", "--timeframe", "2Min",
                          "--set", "exit_time=15:55", "--set", "quantity=100.0") == "dp20"
    assert (name("--set", "strength=.70", "--set", "exit_time=15:30") ==
            name("--set", "exit_time=15:30", "--set", "strength=7e-1") ==
            derived("symbols=QQQ", "timeframe=2Min", "strength=0.7", "exit_time=15:30"))
    assert name("--symbol", "SPY") == derived("symbols=SPY", "timeframe=2Min")


@behaviour
def results_have_a_folder_of_their_own_unless_told_otherwise(folder):
    flags = [*prepare(folder), "--strategy", "dp20", "--quiet", "--end", "2024-06-05"]
    own = "backtests/dp20/2024-06-03_2024-06-05"
    for place, more, environment in (("output", [], {}), ("a", [], {"OUTPUT_DIR": "a"}),
                                     ("b", ["--output-dir", "b"], {"OUTPUT_DIR": "c"})):
        succeed(folder, *flags, *more, environment=environment)
        assert set(files(folder / place)) == {f"{own}/trades.csv", f"{own}/journal.csv"}, place
    assert not (folder / "c").exists()
    succeed(folder, *flags, "--output", "d/t.csv", "--journal", "e/j.csv")
    assert set(files(folder / "d")) == {"t.csv"} and set(files(folder / "e")) == {"j.csv"}


@behaviour
def quiet_prints_nothing(folder):
    done = succeed(folder, *prepare(folder), *LOOSE, "--output", "t.csv", "--quiet")
    assert done.stdout == "" and done.stderr == "", done


@behaviour
def a_pair_trades_around_the_clock_and_may_stay_open(folder):
    begin = datetime(2024, 6, 1, tzinfo=timezone.utc)
    prices = [100, 99, 101, 102, 98, 97, 96, 99, 103, 104]
    bars = [[stamp(begin + timedelta(days=2, minutes=n - 5)), price, price, price, price, 1]
            for n, price in enumerate(prices)]
    write(folder / "BTC_USD.csv", bars)
    done = succeed(folder, "backtest", "--strategy", "sma_cross", "--symbol", "BTC/USD", "--bars",
                   ".", "--set", "fast=1", "--set", "slow=2", "--set", "quantity=0.5", "--output",
                   "t.csv", "--json")
    result = result_of(done)
    assert result["calendar"] == "24x7" and result["sessions"] == 2
    assert (result["start"], result["end"]) == ("2024-06-02", "2024-06-03")
    assert result["open_positions"] == 1 and result["signals"] == 2 and result["trades"] == 1
    trade, = table(folder / "t.csv")
    assert trade["trade_id"] == f"{result['playbook']}/BTC_USD/2024-06-02/1"
    assert trade["symbol"] == "BTC/USD" and trade["quantity"] == "0.5"
    assert trade["entry_time"] == "2024-06-02T23:58:00Z" and trade["entry_price"] == "102"
    assert trade["exit_time"] == "2024-06-03T00:00:00Z" and trade["exit_price"] == "97"
    assert trade["session_date"] == "2024-06-03" and trade["net_pnl"] == "-2.50"
    assert trade["exit_reason"] == "cross"
    first, second = table(folder / "journal.csv")
    assert first["entry_time_et"] == "23:58:00" and first["eod_exit_time"] == ""
    assert second["eod_exit_time"] == "00:00:00"
    # The one left open was bought in the second session and is marked at the last close.
    assert second["entered?"] == "TRUE" and second["entry_price"] == "103", second


@behaviour
def daily_bars_may_be_what_is_traded(folder):
    days = JUNE
    prices = [10, 9, 11, 12, 13, 8, 7, *[7] * (len(days) - 7)]
    write(folder / "SPY.csv", [[day, price, price, price, price, 1000]
                               for day, price in zip(days, prices)], ["date", *HEADER[1:]])
    done = succeed(folder, "backtest", "--strategy", "sma_cross", "--symbol", "SPY", "--bars",
                   "SPY.csv", "--timeframe", "1Day", "--set", "fast=1", "--set", "slow=2",
                   "--output", "t.csv", "--json")
    assert result_of(done)["findings"] == [] and result_of(done)["timeframe"] == "1Day"
    trade, = table(folder / "t.csv")
    assert trade["entry_time"] == f"{days[3]}T13:30:00Z" and trade["entry_price"] == "12"
    assert trade["exit_time"] == f"{days[6]}T13:30:00Z" and trade["exit_price"] == "7"
    fail(folder, 3, "backtest", "--strategy", "sma_cross", "--symbol", "SPY", "--bars", "SPY.csv",
         says=("1Day", "1Min"))


@behaviour
def stamps_without_a_zone_need_one(folder):
    flags = prepare(folder)
    succeed(folder, *flags, *LOOSE, "--output", "utc/t.csv")
    naive = [[row[0][:-1], *row[1:]] for row in june()]
    write(folder / "QQQ.csv", naive)
    fail(folder, 3, *flags, *LOOSE, "--output", "no/t.csv",
         says=("QQQ.csv:2:", "timestamp", "--zone"))
    assert not (folder / "no").exists()
    succeed(folder, *flags, *LOOSE, "--output", "named/t.csv", "--zone", "UTC")
    local = [[f"{row[0][:11]}{int(row[0][11:13]) - 4:02}{row[0][13:]}", *row[1:]] for row in naive]
    write(folder / "QQQ.csv", local)
    for zone in ("America/New_York", "-04:00"):
        succeed(folder, *flags, *LOOSE, "--output", f"{zone[:3]}/t.csv", "--zone", zone)
        assert files(folder / zone[:3]) == files(folder / "utc") == files(folder / "named"), zone
    fail(folder, 2, *flags, *LOOSE, "--zone", "Europe/Berlin", says="--zone")


@behaviour
def bars_that_are_bad_write_nothing(folder):
    rows, header = june(), ",".join(HEADER)
    daily = write_days(folder / "daily.csv")
    bad = {
        "missing.csv": None,
        "empty.csv": "",
        "columns.csv": "timestamp,open,high,low,close\n",
        "evening.csv": f"{header}\n2024-06-03T23:00:00Z,1,1,1,1,1\n",
        "folder.csv/x": "",
    }
    for name, content in bad.items():
        path = folder / name
        if content is not None:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        fail(folder, 3, "backtest", *LOOSE, "--bars", name.split("/")[0], "--output", "out/t.csv")
        assert not (folder / "out").exists(), name
    write(folder / "last.csv", [*rows[:-1], [rows[-1][0], "1", "x", "1", "1", "1"]])
    fail(folder, 3, "backtest", *LOOSE, "--bars", "last.csv", "--output", "out/t.csv",
         says=f"last.csv:{len(rows) + 1}: column high")
    write(folder / "QQQ.csv", rows)
    fail(folder, 3, "backtest", *LOOSE, "--bars", "QQQ.csv", "--daily", "no.csv", "--output",
         "out/t.csv", says="no.csv")
    fail(folder, 3, "backtest", *LOOSE, "--bars", daily, "--output", "out/t.csv", says="1Day")
    fail(folder, 3, "backtest", *LOOSE, "--bars", "QQQ.csv", "--start", "2025-01-01", "--output",
         "out/t.csv", says="2024-06-28")
    assert not (folder / "out").exists()


@behaviour
def a_symbol_without_a_file_stops_all(folder):
    write(folder / "QQQ.csv", june())
    fail(folder, 3, "backtest", *RISE, "--symbol", "QQQ,SPY", "--bars", ".", "--output",
         "out/t.csv", says="SPY.csv")
    fail(folder, 2, "backtest", *RISE, "--symbol", "QQQ,SPY", "--bars", "QQQ.csv", says="QQQ.csv")
    fail(folder, 2, "backtest", *RISE, "--symbol", "QQQ,BTC/USD", "--bars", ".",
         says=("QQQ", "BTC/USD", "--calendar"))
    assert not (folder / "out").exists()


@behaviour
def a_file_that_is_not_ours_is_left_alone(folder):
    flags = [*prepare(folder), *LOOSE, "--json", "--output"]
    foreign = folder / "notes.csv"
    foreign.write_text("day,thought\n2024-06-03,buy\n")
    fail(folder, 4, *flags, foreign, says=("notes.csv", "day"))
    assert foreign.read_text() == "day,thought\n2024-06-03,buy\n"
    (folder / "place").mkdir()
    fail(folder, 4, *flags, "place", says="place")
    fail(folder, 4, *flags, "notes.csv/t.csv", says="notes.csv")
    fail(folder, 4, *flags, "t.csv", "--journal", "notes.csv", says="notes.csv")
    fail(folder, 2, *flags, "same.csv", "--journal", "same.csv", says="same.csv")
    assert foreign.read_text() == "day,thought\n2024-06-03,buy\n" and not any(
        (folder / "place").iterdir())


@behaviour
def a_full_disk_behind_stdout_is_no_success(folder):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = program(folder, *prepare(folder), *LOOSE, "--output", "t.csv", "--json", stdout=full)
    assert done.returncode == 4, done


@behaviour
def no_cell_is_a_formula(folder):
    flags = [*prepare(folder), *LOOSE, "--output", "out/t.csv"]
    for symbol in ("=1+1", "@SUM(A1)", "-QQQ", "\tQQQ", "qqq", ""):
        fail(folder, 2, *flags, f"--symbol={symbol}")
    succeed(folder, *flags)
    # Somebody noted a formula in a row of another playbook; it stays, and stays harmless.
    journal = folder / "out" / "journal.csv"
    lines = journal.read_text().splitlines()
    row = ["2024-06-03", *[""] * 26, "=HYPERLINK(1)", "", "another", "QQQ"]
    journal.write_text("\n".join([lines[0], ",".join(row), *lines[1:]]) + "\n")
    succeed(folder, *flags)
    kept, = (row for row in table(journal) if row["playbook"] == "another")
    assert kept["notes"] == "'=HYPERLINK(1)", kept
    before = files(folder / "out")
    succeed(folder, *flags)
    assert files(folder / "out") == before


@behaviour
def what_a_person_typed_does_not_reach_the_terminal_as_it_is(folder):
    done = fail(folder, 2, *prepare(folder), "--strategy", "dp20\x1b[2J\n20")
    assert "\x1b" not in done.stderr and done.stderr.count("\n") == 1, done.stderr


@behaviour
def usage_errors_name_the_nearest_right_one(folder):
    flags, dp20 = prepare(folder), ["--strategy", "dp20"]
    for arguments, says in (
            (["--strateg", "dp20"], "--strategy"), (["--strategy", "dp-20"], "dp20"),
            ([*dp20, "--set", "strenght=0.5"], "strength"),
            ([*dp20, "--set", "quantitty=5"], "quantity"),
            ([*dp20, "--calendar", "xnyc"], "xnys"), ([*dp20, "--writer", "cvs"], "csv")):
        fail(folder, 2, *flags, "--output", "out/t.csv", *arguments,
             says=("did you mean", f"{says}?"))
    assert not (folder / "out").exists()


@behaviour
def usage_errors_say_what_was_expected(folder):
    flags, dp20 = prepare(folder), ["--strategy", "dp20"]
    for arguments, says in (
            (["--set", "strength=high"], "a number"), (["--set", "strength=2"], "0 to 1"),
            (["--set", "strength"], "NAME=VALUE"), (["--timeframe", "2m"], "1Min"),
            (["--start", "01.06.2024"], "--start"), (["--end", "2024-06-31"], "--end"),
            (["--capital", "0"], "--capital"), (["--capital", "much"], "--capital"),
            (["--fee", "1"], "0.005/share"), (["--slippage", "1%"], "1bps"),
            (["--symbol", "q q"], "--symbol"), (["--json=yes"], "--json"), (["--start"], "--start"),
            (["--json", "--json"], "--json"), (["extra"], "extra"),
            (["--playbook", "x"], "--playbook"), (["--set", "window_end=09:45"], "window_start")):
        fail(folder, 2, *flags, "--output", "out/t.csv", *dp20, *arguments, says=says)
    fail(folder, 2, *flags, says=("--strategy", "--playbook"))
    fail(folder, 2, *flags, "--strategy", "sma_cross", says="symbol")
    fail(folder, 2, *flags, "--playbook", "x", "--symbol", "QQQ", says="--symbol")
    fail(folder, 2, "backtest", *dp20, says="--bars")
    assert not (folder / "out").exists()


@behaviour
def a_playbook_of_the_file_runs_as_the_file_says(folder):
    flags = [*prepare(folder), "--output", "t.csv", "--json"]
    (folder / "mine.json").write_text(json.dumps({"playbooks": [
        {"name": "early", "strategy": "dp20", "timeframe": "1Min", "enabled": False,
         "parameters": {"exit_time": "15:30", "strength": 0.5}},
        {"strategy": "wed_tue_11am", "symbols": ["QQQ"]}]}))
    result = result_of(succeed(folder, *flags, "--playbook", "early", "--playbooks-file",
                               "mine.json"))
    assert result["playbook"] == "early" and result["strategy"] == "dp20"
    assert result["timeframe"] == "1Min"
    result = result_of(succeed(folder, *flags, "--playbook", "wed_tue_11am",
                               environment={"PLAYBOOKS_FILE": "mine.json"}))
    assert result["trades"] == sum(day.weekday() in (1, 2) for day in JUNE), result
    fail(folder, 2, *flags, "--playbook", "erly", "--playbooks-file", "mine.json", says="early")
    fail(folder, 3, *flags, "--playbook", "early", says="playbooks.json")
    (folder / "mine.json").write_text('{"playbooks": [\n{"strategy": "dp20"},\n{"strategy": 1}]}')
    fail(folder, 2, *flags, "--playbook", "dp20", "--playbooks-file", "mine.json",
         says=("mine.json", "playbooks[1].strategy"))


@behaviour
def columns_that_are_not_known_are_told_once(folder):
    header = [*HEADER, "splits", "dividends"]
    write(folder / "QQQ.csv", [[*row, 0, 0] for row in june()], header)
    done = succeed(folder, "backtest", *RISE, "--bars", "QQQ.csv", "--output", "t.csv")
    lines = [line for line in done.stderr.splitlines() if "splits" in line]
    assert len(lines) == 1 and "dividends" in lines[0] and "QQQ.csv" in lines[0], done.stderr


if __name__ == "__main__":
    sys.exit(run_tests())
