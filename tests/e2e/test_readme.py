#!/usr/bin/env python3
"""Runs every command of the README but make's own, as a reader would, in a folder of its own. What
fetches bars, or asks whether it could, is answered by the stand-in exchange, on a day of 2024."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import Skip, settings
from clocked_program import at
from exchange.client import Exchange

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = Path(os.environ["PLAYBOOK"])
NOW = "2024-06-28T21:30:00Z"


def commands():
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    return [line for line in lines if not line.startswith("make ")]


def without_comment(line):
    return line.split("#")[0].strip()


def asks_the_provider(words):
    """A check compares clocks; files are asked of nobody."""
    command = words[1:3] if words[1] == "data" else words[1]
    return command in ("run", "check", ["data", "fetch"], ["data", "verify"]) or (
        command == "backtest" and not {"--bars", "--help"} & set(words))


def run(line, folder, provider):
    """Why the command is not as the README promises, or None."""
    arguments = shlex.split(line, comments=True)
    if arguments[0] != "build/playbook":
        return "not a command of the program"
    environment = at(NOW, {"ALPACA_DATA_URL": provider.url, "ALPACA_API_KEY": provider.key,
                           "ALPACA_SECRET_KEY": provider.secret}) if asks_the_provider(arguments) \
        else {}
    result = subprocess.run(arguments, cwd=folder, capture_output=True, text=True,
                            env=settings(environment), check=False)
    if result.returncode != 0:
        return f"exit code {result.returncode}: {result.stderr.strip()}"
    if not result.stdout:
        return "prints nothing"
    written = re.findall(r"rows? in (\S+)$", result.stdout, re.M)
    missing = [path for path in written if not (Path(folder) / path).is_file()]
    return f"{missing} not written" if missing else None


def main():
    failed = 0
    provider = Exchange(walk="QQQ,BTC/USD", first="2023-06-01", last="2024-06-28", plan="plus",
                        now=NOW, frozen=True)
    with tempfile.TemporaryDirectory() as folder, provider:
        (Path(folder) / "build").mkdir()
        (Path(folder) / "build" / "playbook").symlink_to(PLAYBOOK)
        (Path(folder) / "examples").symlink_to(ROOT / "examples")
        for number, line in enumerate(commands(), 1):
            why = run(line, folder, provider)
            failed += why is not None
            print(f"{'not ok' if why else 'ok'} {number} - {without_comment(line)}")
            if why:
                print(f"# {why}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as reason:
        print(f"1..1\nok 1 - commands of the README # SKIP {reason}")
