"""Which lies a call gets: the ones ordered for it, or by chance.

A lie is a function `name(told, option=default, ...)` that changes told.answer. It registers itself,
and lies act in the order in which they registered.
"""
import functools
import inspect
import random
from collections import namedtuple
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

# What a lie is told: the answer so far, the call's path with its query, both urls of the exchange,
# its clock's time, and rows held back for later pages, by token.
Told = namedtuple("Told", "answer target urls now_us held")

LIES = {}

# After each of these a second try is answered honestly and the data are whole.
HEALING = ("too_many", "error", "stall", "reset", "close", "cut_json", "long_length", "latency",
           "fewer_bars", "empty_last_page", "missing_symbol", "gzip")


def register(function):
    LIES[function.__name__] = function
    return function


def lie(function):
    """A lie about the answer as it is once its page is written out."""
    @functools.wraps(function)
    def of_answer(told, **options):
        told.answer.settle()
        function(told, **options)
    register(of_answer)
    return function


@dataclass
class Order:
    """A lie for some of the calls to some paths, and how many such calls there were."""

    name: str
    options: dict = field(default_factory=dict)
    path: str = "*"
    call: int = 1
    times: int = 1
    seen: int = 0

    def applies(self, path):
        if not fnmatchcase(path, self.path):
            return False
        self.seen += 1
        return self.call <= self.seen and (not self.times or self.seen < self.call + self.times)


def order(document):
    """What a document orders; ValueError when there is no such lie or option."""
    given = {"lie": document} if isinstance(document, str) else dict(document)
    name = given.pop("lie", None)
    if name not in LIES:
        raise ValueError(f"there is no lie {name!r}; known: {', '.join(LIES)}")
    place = {key: given.pop(key) for key in ("path", "call", "times") if key in given}
    known = list(inspect.signature(LIES[name]).parameters)[1:]
    if not set(given) <= set(known):
        raise ValueError(f"{name} has the options {known}, not {sorted(set(given) - set(known))}")
    return Order(name, given, **place)


class Chance:
    """One of several lies, for a share of the calls: the same ones for the same seed."""

    def __init__(self, seed=1, share=0.2, path="*", lies=HEALING):
        self.chance = random.Random(seed)
        self.share, self.path = share, path
        self.orders = [order(document) for document in lies]

    def choose(self, path):
        if fnmatchcase(path, self.path) and self.chance.random() < self.share:
            return [self.chance.choice(self.orders)]
        return []


class Lies:
    """All that were ordered."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.orders, self.chance, self.held = [], None, {}

    def add(self, documents):
        self.orders += [order(document) for document in documents]

    def choose(self, path):
        chosen = [each for each in self.orders if each.applies(path)]
        chosen += self.chance.choose(path) if self.chance else []
        return sorted(chosen, key=lambda each: list(LIES).index(each.name))


def restore(page, held):
    """Rows that were held back until this page come before its own."""
    if page and page.asked_token in held:
        page.end = page.token_of_last() if page.groups else page.asked_token
        symbol, rows = held.pop(page.asked_token)
        page.groups[symbol] = rows + page.groups.get(symbol, [])
        page.groups = dict(sorted(page.groups.items()))
