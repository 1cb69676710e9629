#!/usr/bin/env python3
"""The other commands as their user sees them: help, version, strategies and demo.

Runs the program named by PLAYBOOK in temporary folders; the demo in the checkout, where its
examples are. Prints TAP.
"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import ROOT, behaviour, fail, files, run_tests, succeed, table

COMMANDS = ["backtest", "strategies", "data", "check", "demo", "version"]
GROUPS = {"data": ["convert", "check", "show"]}
STRATEGIES = {
    "dp20": {"window_start": "10:00", "window_end": "10:30", "strength": "0.6", "stop_atr": "1.2",
             "quantity": "100", "exit_time": "15:55"},
    "morning_reversal": {"window_start": "09:30", "window_end": "11:00", "lookback": "15",
                         "rise": "0.002", "quantity": "100", "exit_time": "15:55"},
    "wed_tue_11am": {"entry_time": "11:00", "quantity": "100", "exit_time": "15:55"},
    "momentum_wed_tue": {"entry_time": "11:00", "rise_pct": "0.3", "quantity": "100",
                         "exit_time": "15:55"},
    "sma_cross": {"fast": "20", "slow": "50", "quantity": "1"},
}


@behaviour
def without_a_command_the_commands_are_listed(folder):
    done = fail(folder, 2, says=COMMANDS)
    assert "Usage: playbook COMMAND" in done.stderr
    for flag in ("--help", "-h", "help"):
        done = succeed(folder, flag)
        assert done.stderr == "" and all(name in done.stdout for name in COMMANDS)


@behaviour
def an_unknown_command_is_told_the_nearest(folder):
    fail(folder, 2, "backtset", says="backtest")
    fail(folder, 2, "frobnicate", says=COMMANDS)
    fail(folder, 2, "--frobnicate")


@behaviour
def the_help_of_a_command_lists_every_flag(folder):
    names = [[name] for name in COMMANDS if name not in GROUPS]
    for words in names + [[group, name] for group in GROUPS for name in GROUPS[group]]:
        name = " ".join(words)
        source = (ROOT / "service" / "commands" / f"{'_'.join(words)}.c").read_text()
        flags = re.findall(r'\.name = "([a-z-]+)",\s*\.(?:placeholder|help|repeatable)', source)
        for ask in (["--help"], ["-h"], ["--wrong", "--help"]):
            done = succeed(folder, *words, *ask)
            assert done.stderr == "" and "-h, --help" in done.stdout
            assert f"Usage: playbook {name}" in done.stdout
            listed = re.findall(r"^  --([a-z-]+)", done.stdout, re.MULTILINE)
            assert listed == flags, (name, listed, flags)
            assert (name == "backtest") == (len(flags) > 10), flags
    assert "[NAME]" in succeed(folder, "strategies", "--help").stdout


@behaviour
def every_documented_flag_is_there(folder):
    text = succeed(folder, "backtest", "--help").stdout
    for flag in ("strategy playbook symbol start end timeframe calendar set bars daily capital fee "
                 "slippage writer output journal json quiet zone").split():
        assert re.search(rf"^  --{flag}\b", text, re.MULTILINE), flag
    for setting in ("WRITER_TYPE", "OUTPUT_DIR", "PLAYBOOKS_FILE"):
        assert setting in text, setting


@behaviour
def the_version_is_that_of_the_source(folder):
    header = (ROOT / "service" / "version.h").read_text()
    version = re.search(r'PLAYBOOK_VERSION "([^"]+)"', header).group(1)
    done = succeed(folder, "version")
    assert done.stdout.startswith(f"playbook {version} ") and done.stdout.count("\n") == 1
    assert succeed(folder, "--version").stdout == done.stdout
    fail(folder, 2, "version", "extra", says="extra")


@behaviour
def the_strategies_are_listed(folder):
    lines = succeed(folder, "strategies").stdout.splitlines()
    rows = {line.split()[0]: line for line in lines if line.strip()}
    assert [name for name in rows if name in STRATEGIES] == list(STRATEGIES), lines
    assert "QQQ" in rows["dp20"] and "2Min" in rows["dp20"] and "intraday" in rows["dp20"]
    assert "QQQ" not in rows["sma_cross"] and "1Min" in rows["sma_cross"]


@behaviour
def a_strategy_shows_its_parameters_and_settings(folder):
    for name, parameters in STRATEGIES.items():
        lines = succeed(folder, "strategies", name).stdout.splitlines()
        assert lines[0].startswith(f"{name}: ")
        shown = {line.split()[0]: line.split()[1] for line in lines[4:] if line.strip()}
        shown = {key: value for key, value in shown.items() if key in parameters}
        assert shown == parameters, (name, shown)
    assert "exit_time" not in succeed(folder, "strategies", "sma_cross").stdout
    fail(folder, 2, "strategies", "dp21", says="dp20")
    fail(folder, 2, "strategies", "dp20", "sma_cross", says="sma_cross")


@behaviour
def wrong_settings_stop_every_command(folder):
    for name in ("check", "strategies", "version", "demo"):
        fail(folder, 2, name, environment={"LOG_LEVEL": "loud"}, says="LOG_LEVEL")
    (folder / ".env").write_text("OUTPUT_DRI=elsewhere\n")
    fail(folder, 2, "check", says=("OUTPUT_DRI", "OUTPUT_DIR"))


@behaviour
def the_log_is_json_where_no_person_reads_it(folder):
    done = fail(folder, 2, "strategies", "dp21", environment={"LOG_FORMAT": "auto"})
    event = json.loads(done.stderr)
    assert event["severity"] == "ERROR" and "dp20" in event["message"]


@behaviour
def the_demo_writes_both_files_and_the_same_again(folder):
    place = folder / "out"
    first = succeed(ROOT, "demo", environment={"OUTPUT_DIR": str(place)})
    written = files(place)
    assert set(written) == {"demo/trades.csv", "demo/journal.csv"}
    for name in written:
        assert str(place / name) in first.stdout, name
    again = succeed(ROOT, "demo", environment={"OUTPUT_DIR": str(place)})
    assert again.stdout == first.stdout and files(place) == written
    trades = table(place / "demo" / "trades.csv")
    assert len(trades) > 100 and len({trade["trade_id"] for trade in trades}) == len(trades)


@behaviour
def the_demo_is_the_backtests_of_its_playbooks(folder):
    done = succeed(ROOT, "demo", environment={"OUTPUT_DIR": str(folder)})
    document = json.loads((ROOT / "examples" / "playbooks.json").read_text())
    net, own = 0, folder / "own" / "trades.csv"
    for playbook in document["playbooks"]:
        result = json.loads(succeed(
            ROOT, "backtest", "--playbook", playbook["name"], "--bars", "examples",
            "--playbooks-file", "examples/playbooks.json", "--output", own, "--json").stdout)
        assert re.search(rf"^{playbook['name']} .* {result['trades']} ", done.stdout, re.MULTILINE)
        net += result["net_pnl"]
    assert files(folder / "own") == files(folder / "demo")
    assert re.search(rf"^total .* {net:.2f}$", done.stdout, re.MULTILINE), (net, done.stdout)


@behaviour
def the_demo_needs_its_examples(folder):
    fail(folder, 3, "demo", says="examples")
    (folder / "examples").mkdir()
    (folder / "examples" / "playbooks.json").write_text('{"playbooks": [{"strategy": "dp20"}]}')
    fail(folder, 3, "demo", says=("examples", "QQQ.csv", "QQQ.parquet"))
    assert not (folder / "output").exists()


@behaviour
def the_demo_that_cannot_write_says_so(folder):
    (folder / "taken").write_text("")
    fail(ROOT, 4, "demo", environment={"OUTPUT_DIR": str(folder / "taken")}, says="taken")


if __name__ == "__main__":
    sys.exit(run_tests())
