"""The exchange as a Python test uses it: a process that lives as long as a `with`.

Only the standard library is needed; the process has the Python of infra/venv.sh. Without that the
test is skipped. tests/support must be on sys.path.
"""
import http.client
import json
import subprocess
import tempfile
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from bars_program import ROOT, Skip

KEY, SECRET = "PKTEST", "a-secret-of-tests"
FLAGS = ("plan", "now", "cash", "calls_per_minute", "walk", "first", "last", "seed")


@cache
def interpreter():
    found = subprocess.run([ROOT / "infra" / "venv.sh"], stdout=subprocess.PIPE, text=True,
                           check=False).stdout.strip()
    if not found:
        raise Skip("no aiohttp: run infra/install-deps.sh test")
    return found


class Exchange:
    """A running exchange: `url` and `other_url`, `key` and `secret`, and its control.

    `bars` is a folder or several; `splits` a list as splits.py has it; the other options are the
    flags of the process: plan, now, frozen, calls_per_minute, cash, walk ("QQQ,BTC/USD"), first,
    last, seed.
    """

    def __init__(self, bars=(), splits=(), frozen=False, **flags):
        assert set(flags) <= set(FLAGS), f"{sorted(flags)}: known are {FLAGS}"
        self.bars = [bars] if isinstance(bars, (str, Path)) else list(bars)
        self.splits, self.frozen, self.flags = list(splits), frozen, flags
        self.key, self.secret = KEY, SECRET

    def arguments(self, folder):
        (folder / "splits.json").write_text(json.dumps(self.splits), encoding="utf-8")
        given = {"splits": folder / "splits.json", "key": KEY, "secret": SECRET, **self.flags}
        return [*(f"--bars={Path(bars).resolve()}" for bars in self.bars),
                *(f"--{name.replace('_', '-')}={value}" for name, value in given.items()),
                *(["--frozen"] if self.frozen else [])]

    def __enter__(self):
        with tempfile.TemporaryDirectory() as folder:  # it is read before the line comes
            self.process = subprocess.Popen(
                [interpreter(), "-m", "tests.support.exchange", *self.arguments(Path(folder))],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the exchange ended with status {self.stop()}")
        ports = json.loads(line)
        self.port, self.other_port = ports["port"], ports["other_port"]
        self.url, self.other_url = (f"http://127.0.0.1:{port}"
                                    for port in (self.port, self.other_port))
        return self

    def __exit__(self, kind, *_):
        status = self.stop()
        if status and not kind:
            raise RuntimeError(f"the exchange ended with status {status}")

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        return self.process.returncode

    @property
    def headers(self):
        return {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}

    def request(self, method, path, document=None):
        """Over the other port, which refuses nobody."""
        connection = http.client.HTTPConnection("127.0.0.1", self.other_port, timeout=60)
        body = None if document is None else json.dumps(document)
        connection.request(method, path, body)
        reply = connection.getresponse()
        found = json.loads(reply.read())
        connection.close()
        if reply.status != 200:
            raise ValueError(found["message"])
        return found

    def control(self, **wanted):
        """Any of what POST /control knows: now, advance, plan, calls_per_minute, clear, random."""
        return self.request("POST", "/control", wanted)

    def lie(self, name, path="*", call=1, times=1, **options):
        """Orders a lie for the call-th call from now to a path, and the `times` - 1 after it."""
        order = {"lie": name, "path": path, "call": call, "times": times, **options}
        self.request("POST", "/control", [order])

    def log(self, path="*"):
        """The requests to a path, oldest first: method, path, query, headers, body, port, time,
        target, lies, status (0: none was sent)."""
        return [SimpleNamespace(**seen) for seen in self.request("GET", "/control/log")
                if fnmatchcase(seen["path"], path)]
