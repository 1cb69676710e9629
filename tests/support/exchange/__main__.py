"""Runs the exchange: python3 -m tests.support.exchange --port 0 --bars FOLDER, in the root.

Needs aiohttp; without it the Python of infra/venv.sh takes over.
"""
import argparse
import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

from .bars import read_folders
from .exchange import Exchange
from .limits import Limits
from .market import Market
from .times import Clock
from .walks import walk

ROOT = Path(__file__).resolve().parents[3]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="exchange", description="A stand-in for Alpaca.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--other-port", type=int, default=0)
    parser.add_argument("--bars", action="append", default=[], metavar="FOLDER")
    parser.add_argument("--walk", default="", metavar="SYMBOL,...", help="made-up minutes")
    parser.add_argument("--first", type=date.fromisoformat, default=date(2024, 6, 3))
    parser.add_argument("--last", type=date.fromisoformat, default=date(2024, 6, 28))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splits", type=Path, metavar="FILE.json")
    parser.add_argument("--plan", choices=("basic", "plus"), default="basic")
    parser.add_argument("--key", default=Exchange.key)
    parser.add_argument("--secret", default=Exchange.secret)
    parser.add_argument("--cash", type=int, default=Exchange.cash)
    parser.add_argument("--now", metavar="TIME", help="none: the real time")
    parser.add_argument("--frozen", action="store_true", help="time stands still")
    parser.add_argument("--calls-per-minute", type=int, default=200)
    return parser.parse_args()


def exchange_of(options):
    tapes = read_folders(options.bars)
    for symbol in filter(None, options.walk.split(",")):
        tapes[symbol] = walk(symbol, options.first, options.last, options.seed)
    splits = json.loads(options.splits.read_text(encoding="utf-8")) if options.splits else []
    market = Market(tapes, splits)
    market.prepare()
    return Exchange(market, Clock(options.now, options.frozen), options.plan,
                    options.key, options.secret, options.cash, Limits(options.calls_per_minute))


def watch_stdin(end):
    """Whoever started this process is gone when stdin ends."""
    while os.read(0, 4096):
        pass
    end()


async def run(options):
    from .server import Server  # aiohttp is there by now
    server = Server(exchange_of(options))
    await server.start((options.port, options.other_port))
    loop = asyncio.get_running_loop()
    threading.Thread(target=watch_stdin, daemon=True,
                     args=(lambda: loop.call_soon_threadsafe(server.ended.set),)).start()
    print(json.dumps(dict(zip(("port", "other_port"), server.ports))
                     | {"url": server.exchange.urls[0]}), flush=True)
    await server.run()


def main():
    options = parse_arguments()
    if importlib.util.find_spec("aiohttp"):
        asyncio.run(run(options))
        return
    found = subprocess.run([ROOT / "infra" / "venv.sh"], stdout=subprocess.PIPE, text=True,
                           check=False).stdout.strip()
    if not found or Path(found) == Path(sys.executable):
        sys.exit("the exchange needs aiohttp: run infra/install-deps.sh test")
    os.execve(found, [found, "-m", "tests.support.exchange", *sys.argv[1:]],
              os.environ | {"PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    main()
