#!/usr/bin/env python3
"""How much of the program the tests reach: the C tests and the end-to-end tests run instrumented.

Every line and branch of the files in WHOLE, and LINES_MIN of all lines. What is missing is named,
file by file, whether or not that is too much. gcovr's pages stay in build/coverage/html.
"""
import json
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = "build/coverage"
WHOLE = ["service/engine/costs.c", "service/engine/matcher.c", "service/market/calendar.c",
         "writers/csv_writer.c"]
LINES_MIN = 0.90

# Without those that break the program's calls, and with them what writes the counts.
SCRIPTS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/e2e/test_*.py"))
           if "faulty_program" not in path.read_text()]

# Branches that no test can take. An assertion does not fail; what error_set and error_context
# return is never true; what csv_rows_print refuses is larger than a gibibyte.
NO_BRANCH = r".*(\bassert\(|\|\| error_(set|context)\(|\bcsv_rows_print\()"


def run(*command, **options):
    """Ends the test with what the command says when it fails."""
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        said = [line for line in done.stdout.splitlines()
                if not line.startswith(("ok ", "  CC ", "  AR ", "  LINK "))]
        print(*said, f"not ok 1 - {command[0]} succeeds", sep="\n")
        sys.exit(1)


def measure():
    """Builds and runs the tests; returns what gcovr says of each file."""
    tests = [f"{BUILD}/{path.relative_to(ROOT).with_suffix('')}"
             for path in sorted(ROOT.glob("tests/*/test_*.c"))]
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    run("make", "--silent", f"-j{os.cpu_count()}", f"BUILD={BUILD}", f"BINARY={BUILD}/playbook",
        "SAN=", "WERROR=", "CI=", "HARDEN=", "HARDEN_LINK=", "CFLAGS=-O0 -g --coverage",
        "LDFLAGS=--coverage", f"{BUILD}/playbook", *tests, env=environment)
    for counts in (ROOT / BUILD).glob("**/*.gcda"):
        counts.unlink()
    run("tests/run.sh", *tests, *SCRIPTS,
        env=environment | {"PLAYBOOK": str(ROOT / BUILD / "playbook")})
    (ROOT / BUILD / "html").mkdir(exist_ok=True)
    run("gcovr", "--root", ".", "--object-directory", BUILD, "--filter", "service/",
        "--filter", "writers/", "--exclude-branches-by-pattern", NO_BRANCH,
        "--json", f"{BUILD}/coverage.json", "--html-details", f"{BUILD}/html/index.html")
    return json.loads((ROOT / BUILD / "coverage.json").read_text())["files"]


def ranges(numbers):
    """[3, 4, 5, 9] as "3-5, 9"."""
    texts = []
    for _, pairs in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        row = [number for _, number in pairs]
        texts.append(f"{row[0]}-{row[-1]}" if len(row) > 1 else f"{row[0]}")
    return ", ".join(texts)


def counted(entries):
    return [entry for entry in entries
            if not entry.get("gcovr/noncode") and not entry.get("gcovr/excluded")]


def gaps(lines):
    """{line: what no test does there}."""
    found = {}
    for line in lines:
        if line["count"] == 0:
            found[line["line_number"]] = "never runs"
        elif any(branch["count"] == 0 for branch in counted(line["branches"])):
            found[line["line_number"]] = "never takes one of its branches"
    return found


def verdict(number, holds, name):
    print(f"{'ok' if holds else 'not ok'} {number} - {name}")
    return holds


def main():
    total = ran = 0
    good = True
    for file in measure():
        path, lines = file["file"], counted(file["lines"])
        found = gaps(lines)
        never = [number for number, what in found.items() if what == "never runs"]
        total, ran = total + len(lines), ran + len(lines) - len(never)
        if path in WHOLE:
            for number, what in found.items():
                print(f"{path}:{number}: {what}")
            good = verdict(WHOLE.index(path) + 1, not found, f"every branch of {path}") and good
        elif never:
            percent = 100 - 100 * len(never) / len(lines)
            print(f"# {path}: {percent:.0f} % of lines, all but {ranges(never)}")
    print(f"1..{len(WHOLE) + 1}")
    enough = ran >= LINES_MIN * total
    good = verdict(len(WHOLE) + 1, enough, f"{100 * ran / total:.1f} % of {total} lines, "
                   f"at least {100 * LINES_MIN:.0f} %") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
