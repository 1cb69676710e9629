"""What the tests of faults share: the program with call_faults.c in front of its system calls, and
a backtest that merges its results into files that others have written before.
"""
import csv
import os
import shutil
from pathlib import Path

from bars_program import JUNE, ROOT, files, june, program, write

CALL_FAULTS = os.environ.get("CALL_FAULTS",
                             str(ROOT / "build" / "release" / "tests" / "e2e" / "call_faults.so"))


def faults(**plan):
    """The environment that tells call_faults.c what to do: faults(nth=3, errno=5)."""
    assert Path(CALL_FAULTS).exists(), f"{CALL_FAULTS} is missing: make test builds it"
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": CALL_FAULTS, "ASAN_OPTIONS": sanitizer} | {
        f"FAULT_{name.upper()}": str(value) for name, value in plan.items() if value}


class Merge:
    """A backtest that corrects two sessions in the files of an earlier one, adds a third and leaves
    the rest alone: another session, and the rows of another playbook. It runs in a folder, and its
    results are in a folder there."""

    def __init__(self, folder, output="out"):
        self.folder, self.output = folder, folder / output
        self.top = folder / Path(output).parts[0]
        (folder / "bars").mkdir()
        bars = write(folder / "bars" / "QQQ.csv", june(2, JUNE[1:4]))
        earlier = write(folder / "earlier.csv", june(1, JUNE[:3]))
        self.arguments = self.backtest("morning_reversal", bars, "rise=0.001")
        self.other = self.backtest("sma_cross", bars, "fast=2", "slow=4")
        self.old = {}
        self.old = self.after(self.backtest("morning_reversal", earlier, "rise=0.001"),
                              self.backtest("sma_cross", earlier, "fast=5", "slow=9"))
        self.new = self.after(self.arguments)
        self.other_alone = self.after(self.other)
        self.both = self.after(self.arguments, self.other)
        assert self.both == self.after(self.other, self.arguments)
        self.assert_tables()

    def backtest(self, strategy, bars, *parameters):
        return ["backtest", "--strategy", strategy, "--symbol", "QQQ", "--quiet",
                "--bars", bars.relative_to(self.folder),
                "--output", self.output.relative_to(self.folder) / "trades.csv",
                *(f"--set={parameter}" for parameter in parameters)]

    def assert_tables(self):
        """The files differ where they are to differ, and have each trade once."""
        names = {"trades.csv", "journal.csv"}
        for name in names:
            contents = [done[name] for done in (self.old, self.new, self.other_alone, self.both)]
            assert len(set(contents)) == 4 and set(self.both) == names
        rows = list(csv.DictReader(self.both["trades.csv"].decode().splitlines()))
        assert len({row["trade_id"] for row in rows}) == len(rows) > 100
        assert len({row["playbook"] for row in rows}) == 3

    def forget(self):
        """Nothing was there before."""
        self.old, self.new, self.other_alone = {}, {}, {}
        self.new = self.after(self.arguments)

    def reset(self):
        """Puts the old files in place, and nothing else."""
        shutil.rmtree(self.top, ignore_errors=True)
        for name, content in self.old.items():
            self.output.mkdir(parents=True, exist_ok=True)
            (self.output / name).write_bytes(content)

    def run(self, arguments=None, **plan):
        """With these faults: without any, the calls are only looked at."""
        return program(self.folder, *(arguments or self.arguments), environment=faults(**plan))

    def after(self, *runs):
        self.reset()
        for arguments in runs:
            done = self.run(arguments)
            assert done.returncode == 0, done
        return self.results()

    def calls(self, **plan):
        """The names of the calls of an undisturbed merge, in their order."""
        log = self.folder / "calls"
        log.unlink(missing_ok=True)
        self.reset()
        done = self.run(log=log, **plan)
        assert done.returncode == 0 and self.results() == self.new, done
        return log.read_text().split()

    def results(self, place=None):
        """Here and below, place is the name of a folder that is looked at instead of "out"."""
        found = files(self.folder / place if place else self.output)
        return {name: content for name, content in found.items() if not name.endswith(".tmp")}

    def left_behind(self, place=None):
        found = files(self.folder / place if place else self.output)
        return [name for name in found if name.endswith(".tmp")]

    def assert_either(self, old, new, place=None):
        """Each file as a whole is the old one or the new one."""
        results = self.results(place)
        for name in {*old, *new, *results}:
            content = results.get(name)
            assert content in (old.get(name), new.get(name)), f"{name} is a mix: {content}"

    def assert_no_mix(self, code, place=None):
        """The files are what the program's exit code says, and nothing else is there."""
        self.assert_either(self.old, self.new, place)
        assert code or self.results(place) == self.new
        assert not self.left_behind(place), self.left_behind(place)

    def assert_healed(self):
        """A run without faults gives what an undisturbed one would have given, and sweeps."""
        done = self.run()
        assert done.returncode == 0, done
        assert self.results() == self.new, self.results()
        assert not self.left_behind(), self.left_behind()
