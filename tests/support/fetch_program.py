"""What the end-to-end tests of fetching share: the program with an account at the stand-in exchange
and a cache of its own, its results, and a look at the cache that owes nothing to the program.
"""
import hashlib
import re
import socket
import time
from pathlib import Path

from bars_program import program

NOW = "2024-06-28T21:30:00Z"
CACHE = "data/cache"
SUM = re.compile(rb"playbook\.sha256.{1,4}?([0-9a-f]{64})", re.DOTALL)
AS_OF = re.compile(rb"(playbook\.as_of.{1,4}?)\d{4}-\d\d-\d\d", re.DOTALL)


def account(exchange, **changes):
    """The settings of an account there, with the cache that is on by default."""
    return {"ALPACA_DATA_URL": exchange.url, "ALPACA_API_KEY": exchange.key,
            "ALPACA_SECRET_KEY": exchange.secret} | changes


def backtest(symbols, start, end, *more):
    """The arguments of a strategy that trades so often that hardly a bar goes unnoticed."""
    return ["backtest", "--strategy", "sma_cross", "--symbol", symbols, "--set", "fast=1", "--set",
            "slow=2", "--start", start, "--end", end, "--output", "out/trades.csv", *more]


def fetch(folder, arguments, environment, **options):
    folder.mkdir(parents=True, exist_ok=True)
    return program(folder, *arguments, environment=environment, **options)


def results(folder):
    """The bytes of the trades and the journal, as far as they are there."""
    return {path.name: path.read_bytes() for path in sorted((folder / "out").glob("*.csv"))}


def errors(done):
    return [line for line in done.stderr.splitlines() if line.split()[1:2] == ["error"]]


def assert_told(done, codes, *secrets):
    """It failed with one of the codes, and said why in one sentence and nothing else."""
    said = errors(done)
    assert done.returncode in codes and len(said) == 1 and not done.stdout, done
    assert 20 < len(said[0]) < 500 and said[0].isprintable(), said
    assert not re.search(r"<\w|Traceback|0x[0-9a-f]{6}|\(nil\)|\(null\)", said[0]), said
    for secret in secrets:
        assert secret not in done.stderr, f"a secret is told: {done.stderr}"


def kept(folder):
    """The files of bars, without the day on which they were fetched."""
    top = Path(folder) / CACHE / "bars"
    return {str(path.relative_to(top)): SUM.sub(b"", AS_OF.sub(rb"\1", path.read_bytes()))
            for path in sorted(top.rglob("*.parquet"))}


def is_sound(content, key):
    """Whether a file belongs where it lies and has the sum that it says."""
    found = SUM.search(content)
    if not found or key.encode() not in content:
        return False
    zeros = content[:found.start(1)] + b"0" * 64 + content[found.end(1):]
    return hashlib.sha256(zeros).hexdigest().encode() == found[1]


def assert_sound(folder):
    """Nothing but whole files of bars, those that were set aside, and locks."""
    top = Path(folder) / CACHE
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        key = str(path.relative_to(top))
        if key.startswith("bars/"):
            assert is_sound(path.read_bytes(), key), f"{key} is damaged"
        else:
            assert key.startswith(("corrupt/", ".locks/")), f"{key}: what is that?"


def wait_until_open(exchange):
    """Until it accepts connections again."""
    for _ in range(1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", exchange.port)) == 0:
                return
        time.sleep(0.01)
    raise AssertionError("the exchange stays closed")
