"""Lies about a page of bars. Other answers are left as they are."""
import functools
import random

from .lies import register

FORMS = {"null": "null", "object": "{}", "array": "[]", "absent": ""}


def page_lie(function):
    """A lie that gets the page, when there is one with bars."""
    @functools.wraps(function)
    def of_page(told, **options):
        if told.answer.page and told.answer.page.groups:
            function(told.answer.page, told, **options)
    return register(of_page)


@page_lie
def fewer_bars(page, _, share=0.5):
    """A page ends early, with a token that goes on from there."""
    count = max(1, int(sum(map(len, page.groups.values())) * share))
    groups = {}
    for symbol, rows in page.groups.items():
        if count > 0:
            groups[symbol] = rows[:count]
        count -= len(rows)
    if count < 0 and not page.end:
        page.groups = groups
        page.token = page.token_of_last()


@page_lie
def missing_symbol(page, told, symbol=None):
    """A symbol's bars (the first's) are not on this page but on the next, which is not lied about
    in this way again."""
    name = symbol if symbol in page.groups else next(iter(page.groups))
    if page.end:
        return
    page.token = page.going_on()
    told.held[page.token] = name, page.groups.pop(name)


@page_lie
def empty_last_page(page, _):
    """The last page with bars has a token; the page after it is empty."""
    page.token = page.going_on()


@page_lie
def repeated_token(page, _):
    """The token of the call comes back: for all calls, the same page for ever."""
    page.token = page.asked_token or page.token_of_last()


@page_lie
def repeated_bars(page, _, every=7, changed=False):
    """Each seventh bar comes twice; `changed`: the second time with another volume."""
    for symbol, rows in page.groups.items():
        page.groups[symbol] = [copy for index, row in enumerate(rows) for copy in
                               ([row, row.replace(b'"v":', b'"v":1') if changed else row]
                                if index % every == 0 else [row])]


@page_lie
def unsorted_bars(page, _, seed=1):
    """The bars of each symbol in any order."""
    for rows in page.groups.values():
        random.Random(seed).shuffle(rows)


@page_lie
def no_bars(page, _, form="null"):
    """No bars after all: null, object, array, absent; symbol_null and symbol_array keep the key."""
    if form.startswith("symbol_"):
        empty = FORMS[form.removeprefix("symbol_")]
        forms = ",".join(f'"{symbol}":{empty}' for symbol in page.groups)
        page.forced = empty if page.single else f"{{{forms}}}"
    else:
        page.forced = FORMS[form]
    page.token = None
