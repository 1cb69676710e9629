"""A stand-in for Alpaca's REST API, for tests: it serves given bars, and lies when it is told to.

From Python, with tests/support on sys.path (it brings the process up and down):

    from exchange.client import Exchange

    with Exchange(bars=folder, now="2024-06-28T20:30:00Z") as exchange:
        exchange.lie("too_many", path="/v2/stocks/*", call=2, by="reset")
        ... exchange.url, exchange.key, exchange.secret ...
        exchange.log()

From anything else: `python3 -m tests.support.exchange --port 0 --bars FOLDER` in the checkout's
root. It prints one line, {"port": 1, "other_port": 2, ...}, and ends with its stdin or by SIGTERM.

Bars are CSV files SYMBOL.csv in folders, minutes or days (bars.py), or seeded walks (walks.py).
Both of Alpaca's hosts are one here. The same is served on a second port, to see what follows a
redirect. Nothing after the exchange's own "now" is told; its time goes on unless it is frozen.

POST /control takes a list of lies or an object of any of (all but `lies` act at once):

    lies              [{"lie": NAME, "path": PATTERN, "call": N, "times": M, ...options}]: acts on
                      the M calls (1; 0: all) from the N-th (1: the next) whose path matches
                      (fnmatch, "*"). All that apply to a call act together.
    random            {"seed": S, "share": 0.2, "path": PATTERN, "lies": [...]}: a call is lied to
                      by chance; without lies by one of those after which trying again helps
    now, advance      a time; seconds
    plan              basic, plus
    calls_per_minute  a number
    clear             true: no lies, no log, no calls counted so far

GET /control/log returns every request seen. The lies and their options are the functions of
page_lies.py (about bars), answer_lies.py (about status and body) and sending_lies.py (about how
bytes travel); where they begin together, they act in this order.
"""
