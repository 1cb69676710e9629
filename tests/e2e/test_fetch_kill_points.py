#!/usr/bin/env python3
"""A backtest that fills its cache is killed at every call that changes something on the disk, and
every call about the cache fails once and for good. No file of bars is ever half of one or loses a
day, the next run is right, and trouble with the cache is told or does not matter. Prints TAP.

FAULTS_EVERY: of the failing calls each so-many-th is tried (11); 1 for all of them.
"""
import errno
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, run_tests
from exchange.client import Exchange
from faulty_program import faults
from fetch_program import (CACHE, NOW, account, assert_sound, assert_told, backtest, fetch, kept,
                           results)

EVERY = int(os.environ.get("FAULTS_EVERY", "11"))
ARGUMENTS = backtest("QQQ", "2024-05-30", "2024-06-04")
TRANSFER_MAX = 4096  # so that a file takes several writes, and could be torn between them

# What each call may fail with.
ERRORS = {
    "openat": (errno.EMFILE, errno.EACCES), "read": (errno.EIO,), "mmap": (errno.ENOMEM,),
    "write": (errno.ENOSPC, errno.EDQUOT, errno.EIO), "fsync": (errno.EIO, errno.ENOSPC),
    "close": (errno.EIO, errno.ENOSPC), "renameat": (errno.EIO, errno.ENOSPC),
    "stat": (errno.EACCES,), "fstat": (errno.EIO,), "fstatat": (errno.EACCES,),
    "fchmod": (errno.EPERM,), "mkdir": (errno.ENOSPC, errno.EROFS), "flock": (errno.ENOLCK,),
    "unlinkat": (errno.EACCES, errno.EIO),
}


class Fill:
    """A backtest of days in two months that finds a cache as it was left."""

    def __init__(self, folder, exchange):
        self.place, self.before = folder / "place", folder / "before"
        self.log, self.environment = folder / "calls", account(exchange)
        self.before.mkdir()
        self.old, self.damaged = {}, None
        self.right, self.new = {}, {}
        self.finish()

    def finish(self):
        """Now the folder `before` is as the runs find it."""
        self.old = kept(self.before)
        self.reset()
        done = self.run()
        assert done.returncode == 0, done
        self.right, self.new = results(self.place), kept(self.place)
        assert len(self.right["trades.csv"]) > 10_000 and len(self.new) == 2
        assert all(self.old.get(name) != content for name, content in self.new.items())

    def reset(self):
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.before, self.place)

    def run(self, **plan):
        return fetch(self.place, ARGUMENTS, self.environment | faults(**plan))

    def calls(self, **plan):
        """The names of the calls of an undisturbed run, in their order."""
        self.log.unlink(missing_ok=True)
        self.reset()
        done = self.run(log=self.log, **plan)
        assert done.returncode == 0 and results(self.place) == self.right, done
        return self.log.read_text().split()

    def assert_whole(self):
        """Every file is the old one or the new one, and old bars are not lost."""
        found = kept(self.place)
        for name in {*found, *self.old, *self.new}:
            may_be = [self.old.get(name), self.new[name]]
            if self.damaged and name in self.damaged:
                may_be.append(None)
            assert found.get(name) in may_be, f"{name} is neither the old one nor the new one"
        for name, content in results(self.place).items():
            assert content == self.right[name], f"{name} is a mix"
        if self.damaged:
            contents = [path.read_bytes() for path in (self.place / CACHE).rglob("*.parquet")]
            assert set(self.damaged.values()) <= set(contents), "what was damaged is gone"

    def assert_healed(self):
        done = self.run()
        assert done.returncode == 0, done
        assert results(self.place) == self.right and kept(self.place) == self.new, done
        assert_sound(self.place)


class WarmFill(Fill):
    """In the cache are other days of the same months."""

    def finish(self):
        for start, end in (("2024-05-28", "2024-05-29"), ("2024-06-06", "2024-06-07")):
            done = fetch(self.before, backtest("QQQ", start, end), self.environment)
            assert done.returncode == 0, done
        shutil.rmtree(self.before / "out")
        super().finish()


class DamagedFill(Fill):
    """In the cache are the right files, but damaged."""

    def finish(self):
        done = fetch(self.before, ARGUMENTS, self.environment)
        assert done.returncode == 0, done
        shutil.rmtree(self.before / "out")
        self.damaged = {}
        for name in kept(self.before):
            path = self.before / CACHE / "bars" / name
            path.write_bytes(path.read_bytes()[:-50])
            self.damaged[name] = path.read_bytes()
        super().finish()


def with_fill(folder, kind, act):
    with Exchange(walk="QQQ", first="2024-05-27", last="2024-06-07", now=NOW, plan="plus",
                  calls_per_minute=1_000_000) as exchange:
        print("#", act(kind(folder, exchange)))


def kill_everywhere(fill):
    calls = fill.calls(calls="changes", transfer_max=TRANSFER_MAX)
    assert calls.count("renameat") >= 4 and calls.count("write") > 8, calls
    points = [(nth, after) for nth in range(1, len(calls) + 1) for after in (False, True)]
    killed = 0
    for nth, after in points:
        fill.reset()
        done = fill.run(calls="changes", transfer_max=TRANSFER_MAX, nth=nth, after=after,
                        signal=int(signal.SIGKILL))
        assert done.returncode in (-signal.SIGKILL, 0), (nth, after, done)
        killed += done.returncode != 0
        fill.assert_whole()
        fill.assert_healed()
    # Threads that make the same folder at the same time may have a call less.
    assert killed > 0.9 * len(points), (killed, points)
    return f"{killed} kill points"


def faults_of(calls):
    """Each call fails alone, and with all of its kind behind it; with all that it may fail with."""
    for index, name in enumerate(calls):
        for number in ERRORS[name]:
            plan = {"calls": name, "nth": calls[:index + 1].count(name)}
            yield name, number, plan
            yield name, number, plan | {"lasting": 1}


def fail_everywhere(fill):
    chosen = list(faults_of(fill.calls(path="data")))[::EVERY]
    told = warned = 0
    for name, number, plan in chosen:
        fill.reset()
        done = fill.run(path="data", errno=number, **plan)
        if done.returncode:
            assert_told(done, (3, 4))
            assert CACHE in done.stderr and os.strerror(number) in done.stderr, (name, plan, done)
            assert not results(fill.place)
        else:
            assert results(fill.place) == fill.right, (name, plan)
            fits = kept(fill.place) == fill.new or " warn " in done.stderr
            assert fits, f"{name} {plan}: it kept nothing and says nothing: {done.stderr}"
        told += done.returncode != 0
        warned += " not kept: " in done.stderr
        fill.assert_whole()
        fill.assert_healed()
    assert told and warned
    return f"{len(chosen)} faults: {told} told, {warned} warnings that nothing could be kept"


@behaviour
def killed_at_any_change_of_a_first_fill_the_next_run_is_right(folder):
    with_fill(folder, Fill, kill_everywhere)


@behaviour
def killed_while_days_are_added_it_loses_none_that_were_kept(folder):
    with_fill(folder, WarmFill, kill_everywhere)


@behaviour
def killed_while_damaged_files_are_set_aside_it_loses_nothing(folder):
    with_fill(folder, DamagedFill, kill_everywhere)


@behaviour
def any_failing_call_of_a_first_fill_is_told_or_does_not_matter(folder):
    with_fill(folder, Fill, fail_everywhere)


@behaviour
def any_failing_call_while_days_are_added_is_told_or_does_not_matter(folder):
    with_fill(folder, WarmFill, fail_everywhere)


@behaviour
def any_failing_call_while_damaged_files_are_set_aside_is_told_or_does_not_matter(folder):
    with_fill(folder, DamagedFill, fail_everywhere)


if __name__ == "__main__":
    sys.exit(run_tests())
