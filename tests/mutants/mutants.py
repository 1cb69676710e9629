#!/usr/bin/env python3
"""The bugs of mutants.txt and traps.txt, planted one at a time in a copy of the source: the tests
must fail.

As many copies as there are processors are built once; then only the changed file is compiled, and
the tests named for it run until one fails. A line that is not there any more fails too: the code
has changed, so renew the mutant. Words given are looked for in the mutants' names: only those are
planted. Prints TAP.
"""
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("service", "writers", "tests", "examples")
BUILD = "build/mutant"
TEST_TIMEOUT_S = 60


class Mutant:
    """A block: lines of a file as they are, and as they would be."""

    def __init__(self, block):
        self.name, self.file, *changes, tests = block.splitlines()
        self.lines, self.planted = ([line[2:] for line in changes if line.startswith(mark)]
                                    for mark in ("- ", "+ "))
        self.tests = [path.relative_to(ROOT).with_suffix("")
                      for pattern in tests.split()[1:]
                      for path in sorted(ROOT.glob(f"tests/{pattern}.c"))]


def mutants(words):
    """Those of both files, without what is only a remark."""
    blocks = [block for name in ("mutants.txt", "traps.txt")
              for block in (ROOT / "tests/mutants" / name).read_text().strip().split("\n\n")]
    planted = [Mutant(block) for block in blocks if not block.startswith("#")]
    return [mutant for mutant in planted
            if not words or any(word in mutant.name for word in words)]


class Tree:
    """A copy of the source that is built and tested."""

    def __init__(self, folder):
        self.folder = folder
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("corpus"))
        shutil.copy(ROOT / "Makefile", folder)
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        self.environment |= {"CMOCKA_MESSAGE_OUTPUT": "TAP", "TMPDIR": str(folder)}

    def run(self, *command, timeout=None):
        return subprocess.run(command, cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              stdin=subprocess.DEVNULL, errors="replace", timeout=timeout)

    def build(self, tests):
        """What make says when it fails. The level of optimisation that compiles fastest."""
        done = self.run("make", "--silent", "-j2", f"BUILD={BUILD}", "SAN=", "HARDEN=", "WERROR=",
                        "CI=", "CFLAGS=-O0", *(f"{BUILD}/{test}" for test in tests))
        return done.stdout if done.returncode != 0 else None

    def failure(self, tests):
        """The first test that fails, as "test_matcher: a_gap_fills_at_the_open", or None."""
        for test in tests:
            try:
                done = self.run(f"{BUILD}/{test}", timeout=TEST_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                return f"{test.name}, which did not end"
            if done.returncode != 0:
                failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
                return f"{test.name}: {failed[0].split(' - ')[-1]}" if failed else test.name
        return None

    def survives(self, mutant):
        """(whether the tests let the mutant pass or could not be asked, what is to be said)."""
        path = self.folder / mutant.file
        source = path.read_text() if path.exists() else ""
        lines = source.splitlines()
        count, bare = len(mutant.lines), [line.strip() for line in lines]
        places = [place for place in range(len(lines))
                  if bare[place:place + count] == mutant.lines]
        if len(places) != 1 or not mutant.tests:
            return True, "the code has changed: renew the mutant"
        lines[places[0]:places[0] + count] = mutant.planted
        path.write_text("\n".join(lines) + "\n")
        said = self.build(mutant.tests)
        caught = None if said else self.failure(mutant.tests)
        path.write_text(source)
        if said:
            return True, "it cannot be compiled"
        return not caught, f"caught by {caught}" if caught else "no test fails"


def report(number, good, name):
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    return good


def main():
    planted = mutants(sys.argv[1:])
    tests = sorted({test for mutant in planted for test in mutant.tests})
    trees = queue.Queue()

    def attempt(mutant):
        tree = trees.get()
        try:
            return tree.survives(mutant)
        finally:
            trees.put(tree)

    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
        os.chmod(scratch, 0o755)  # tests make their folders there, and some become somebody else
        copies = [Tree(Path(scratch) / str(number)) for number in range(os.cpu_count())]
        print(f"1..{len(planted) + 1}")
        said = [text for text in pool.map(lambda tree: tree.build(tests), copies) if text]
        wrong = said[0] if said else copies[0].failure(tests)
        if not report(1, not wrong, "without a mutant every test passes"):
            print(wrong)
            return 1
        for tree in copies:
            trees.put(tree)
        good = True
        for number, (mutant, (survived, what)) in enumerate(
                zip(planted, pool.map(attempt, planted)), 2):
            good = report(number, not survived, f"{mutant.name}: {what}") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
