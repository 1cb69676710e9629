#!/usr/bin/env python3
"""A scheduled run that is killed: at every call that changes something on the disk, before it and
behind it. Whatever was kept by then is sound, and the next run ends as an undisturbed one would
have, without computing again what was computed. Prints TAP.
"""
import csv
import errno
import json
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, files, program, run_tests
from clocked_program import at
from exchange.client import Exchange
from faulty_program import faults

EVENING = "2024-06-28T21:00:00Z"
PLAYBOOKS = {"playbooks": [
    {"name": "early", "strategy": "morning_reversal", "parameters": {"rise": 0.0004}},
    {"name": "late", "strategy": "morning_reversal",
     "parameters": {"rise": 0.0005, "window_start": "10:00"}}]}


class Days:
    """Two playbooks whose results of Thursday are there, and Friday's that are to come."""

    def __init__(self, folder, exchange):
        self.folder, self.exchange = folder, exchange
        (folder / "playbooks.json").write_text(json.dumps(PLAYBOOKS), encoding="utf-8")
        self.run("2024-06-27")
        self.old = self.kept()
        self.keep("old")
        self.run("2024-06-28")
        self.new = self.kept()
        assert len(self.old) == 4 and len(self.new) == 6, (sorted(self.old), sorted(self.new))

    def run(self, date="2024-06-28", status=0, **plan):
        """The program with these faults; a status of None: whatever it is."""
        preload, clock = faults(**plan), at(EVENING)
        environment = {
            **clock, **preload, "LD_PRELOAD": f"{preload['LD_PRELOAD']}:{clock['LD_PRELOAD']}",
            "ALPACA_DATA_URL": self.exchange.url, "ALPACA_API_KEY": self.exchange.key,
            "ALPACA_SECRET_KEY": self.exchange.secret, "CACHE_ENABLED": "false"}
        done = program(self.folder, "run", "--date", date, "--quiet", environment=environment)
        assert status in (None, done.returncode), (status, done)
        return done

    def keep(self, name):
        for part in ("output", "state"):
            shutil.copytree(self.folder / part, self.folder / name / part)

    def reset(self):
        for part in ("output", "state"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
            shutil.copytree(self.folder / "old" / part, self.folder / part)

    def kept(self):
        return {name: content for name, content in files(self.folder).items()
                if name.startswith(("output/", "state/")) and not name.endswith(".tmp")}

    def statuses(self):
        """Of Friday's results, by playbook."""
        found = {}
        for path in self.folder.glob("state/runs/*/2024-06-28.json"):
            found[path.parent.name] = json.loads(path.read_text(encoding="utf-8"))["status"]
        return found

    def changes(self):
        log = self.folder / "calls"
        log.unlink(missing_ok=True)
        self.reset()
        self.run(calls="changes", log=log)
        assert self.kept() == self.new
        return log.read_text().split()

    def assert_sound(self):
        """Every file of Thursday's is whole, Friday's rows are in it once or not at all."""
        for name in ("trades.csv", "journal.csv"):
            content = (self.folder / "output" / name).read_text(encoding="utf-8")
            rows = list(csv.DictReader(content.splitlines()))
            days = [row.get("trade_date", row.get("session_date")) for row in rows]
            assert days.count("2024-06-27") == 2 and days.count("2024-06-28") <= 2, rows
        assert set(self.statuses().values()) <= {"computed", "done"}

    def requests(self):
        return len(self.exchange.log())

    def assert_healed(self):
        """The next run does what is left, fetches only for what was not computed, and sweeps."""
        computed, before = self.statuses(), self.requests()
        self.run()
        assert not list(self.folder.rglob("*.tmp"))
        assert self.kept() == self.new, sorted(self.kept())
        assert (self.requests() > before) == (len(computed) < 2), computed
        return tuple(computed.get(name, "-") for name in ("early", "late"))


def exchange_of_june():
    return Exchange(walk="QQQ", first="2024-06-24", last="2024-06-28", plan="plus", now=EVENING)


@behaviour
def killed_at_any_change_the_next_run_goes_on(folder):
    with exchange_of_june() as exchange:
        days, seen = Days(folder, exchange), set()
        calls = days.changes()
        for nth in range(1, len(calls) + 1):
            for after in (False, True):
                days.reset()
                days.run(status=-signal.SIGKILL, calls="changes", signal=9, nth=nth, after=after)
                days.assert_sound()
                seen.add(days.assert_healed())
    assert {("-", "-"), ("computed", "-"), ("done", "computed"), ("done", "done")} <= seen, seen
    print(f"# {2 * len(calls)} kill points")


@behaviour
def a_full_disk_at_any_change_is_told_and_the_next_run_goes_on(folder):
    with exchange_of_june() as exchange:
        days, codes = Days(folder, exchange), set()
        calls = days.changes()
        for nth, call in enumerate(calls, 1):
            days.reset()
            done = days.run(status=None, calls="changes", errno=errno.ENOSPC, nth=nth)
            codes.add(done.returncode)
            assert done.returncode in (0, 4), (nth, call, done)
            assert done.returncode == 0 or "No space left" in done.stderr, (nth, call, done)
            days.assert_sound()
            days.assert_healed()
    assert 4 in codes, codes
    print(f"# {len(calls)} faults")


if __name__ == "__main__":
    sys.exit(run_tests())
