"""The program at another time: libfaketime stands before the system's wall clock, and nothing else;
what is waited for takes as long as it takes."""
import os
import subprocess
from functools import cache

from bars_program import Skip, program


@cache
def library():
    try:
        found = subprocess.run(["faketime", "-f", "+0", "printenv", "LD_PRELOAD"], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.strip()
    except FileNotFoundError:
        raise Skip("no faketime: run infra/install-deps.sh test") from None
    return found


def at(moment, environment=None):
    """The environment for a time as in 2024-06-28T21:30:00Z."""
    assert moment.endswith("Z"), moment
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    clock = {"LD_PRELOAD": library(), "FAKETIME": "@" + moment[:-1].replace("T", " "), "TZ": "UTC",
             "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "ASAN_OPTIONS": sanitizer}
    return clock | (environment or {})


def program_at(moment, folder, *arguments, environment=None, **options):
    """bars_program's program, as if the clock on the wall showed that time."""
    return program(folder, *arguments, environment=at(moment, environment), **options)
