#!/usr/bin/env python3
"""However many symbols a backtest has, it holds the bars of a few. Prints TAP."""
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import PLAYBOOK, behaviour, june, run_tests, settings, write

FEW, MANY = 4, 200
BAR_SIZE = 48
BACKTEST = ["backtest", "--strategy", "morning_reversal", "--quiet", "--symbol"]


def names(count):
    return ",".join(f"S{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(count))


def peak(folder, *arguments, environment=None):
    """The most memory that the program held, in bytes."""
    child = os.posix_spawn(PLAYBOOK, [PLAYBOOK, *map(str, arguments)],
                           settings(environment) | {"PWD": str(folder)})
    _, status, usage = os.wait4(child, 0)
    assert status == 0, arguments
    return usage.ru_maxrss * 1024


@behaviour
def files_are_read_when_their_symbol_has_its_turn(folder):
    bars = june()
    first = write(folder / "first", bars)
    for name in names(MANY).split(","):
        shutil.copyfile(first, folder / f"{name}.csv")
    few, many = (peak(folder, *BACKTEST, names(count), "--bars", folder,
                      "--output", folder / "out" / "trades.csv") for count in (FEW, MANY))
    added = (MANY - FEW) * len(bars) * BAR_SIZE
    assert many - few < added / 3, (f"{few >> 20} MiB for {FEW} symbols, {many >> 20} MiB for "
                                    f"{MANY}, which have {added >> 20} MiB of bars more")


if __name__ == "__main__":
    sys.exit(run_tests())
