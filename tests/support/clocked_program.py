"""The program at another time, which goes on from there: tests/e2e/set_clock.c stands before its
wall clock. What is waited for takes as long as it takes."""
import math
import os
import time
from datetime import datetime
from pathlib import Path

from bars_program import ROOT, program

SET_CLOCK = os.environ.get("SET_CLOCK_LIBRARY",
                           str(ROOT / "build" / "release" / "tests" / "e2e" / "set_clock.so"))


def at(moment, environment=None):
    """The environment for a time as in 2024-06-28T21:30:00Z."""
    assert Path(SET_CLOCK).exists(), f"{SET_CLOCK} is missing: make test builds it"
    seconds = datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() - time.time()
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": SET_CLOCK, "SET_CLOCK": str(math.ceil(seconds)),
            "ASAN_OPTIONS": sanitizer} | (environment or {})


def program_at(moment, folder, *arguments, environment=None, **options):
    """bars_program's program, as if the clock on the wall showed that time."""
    return program(folder, *arguments, environment=at(moment, environment), **options)
