#!/usr/bin/env python3
"""Each lie of the stand-in for Alpaca does what it says, for the calls it was ordered for.

Prints TAP.
"""
import gzip
import http.client
import json
import math
import socket
import sys
import time
import zlib
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, run_tests
from exchange.client import Exchange

NOW = "2024-06-28T20:30:00Z"
BARS = "/v2/stocks/bars"
ASKED = {"symbols": "AAPL,QQQ", "timeframe": "1Min", "start": "2024-06-28T13:30:00Z",
         "end": "2024-06-28T13:49:00Z"}  # 20 bars each
WALK = {"walk": "AAPL,QQQ", "first": "2024-06-28", "now": NOW, "plan": "plus",
        "calls_per_minute": 10_000}


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def send(exchange, connection, path=BARS, **query):
    lines = [f"GET {path}?{urlencode(ASKED | query)} HTTP/1.1", "Host: localhost",
             *(f"{name}: {text}" for name, text in exchange.headers.items()), "", ""]
    connection.sendall("\r\n".join(lines).encode())


def raw(exchange, **query):
    """All bytes until the connection ends, and whether it ended by a reset."""
    with connect(exchange.port) as connection:
        send(exchange, connection, **query)
        found = b""
        try:
            while piece := connection.recv(1 << 16):
                found += piece
        except ConnectionResetError:
            return found, True
        return found, False


def reply(exchange, path=BARS, **query):
    """The status, the headers and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=60)
    connection.request("GET", f"{path}?{urlencode(ASKED | query)}", headers=exchange.headers)
    found = connection.getresponse()
    body = found.read()
    connection.close()
    return found.status, dict(found.getheaders()), body


def document(exchange, **query):
    status, _, body = reply(exchange, **query)
    assert status == 200, (status, body)
    return json.loads(body)


def walk_pages(exchange, pages_max=100, **query):
    """The pages of a client that follows tokens."""
    found, token = [], {}
    while len(found) < pages_max:
        found.append(document(exchange, **query, **token))
        if not found[-1]["next_page_token"]:
            break
        token = {"page_token": found[-1]["next_page_token"]}
    return found


def together(found):
    bars = {}
    for page in found:
        for symbol, rows in page["bars"].items():
            bars.setdefault(symbol, []).extend(rows)
    return bars


def split_reply(text):
    head, body = text.split(b"\r\n\r\n", 1)
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


# ---- which calls are lied to ---------------------------------------------------------------------

@behaviour
def a_lie_is_for_the_calls_it_was_ordered_for(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("error", path="/v2/stocks/*", call=2, times=2)
        exchange.lie("error", path="/v2/clock", times=0, status=500)
        assert [reply(exchange)[0] for _ in range(4)] == [200, 503, 503, 200]
        assert [reply(exchange, "/v2/clock")[0] for _ in range(5)] == [500] * 5
        assert [seen.lies for seen in exchange.log(BARS)] == [[], ["error"], ["error"], []]
        exchange.control(clear=True)
        assert reply(exchange, "/v2/clock")[0] == 200


@behaviour
def lies_about_one_call_act_together(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("gzip")
        exchange.lie("number", text="1e999")
        exchange.lie("fewer_bars")
        status, headers, body = reply(exchange)
        assert (status, headers["Content-Encoding"]) == (200, "gzip")
        found = json.loads(gzip.decompress(body))
        assert len(found["bars"]["AAPL"]) == 20 and "QQQ" not in found["bars"]
        assert math.isinf(found["bars"]["AAPL"][0]["c"])
        assert exchange.log()[0].lies == ["fewer_bars", "number", "gzip"]


@behaviour
def chance_is_the_same_for_the_same_seed(_):
    with Exchange(**WALK) as exchange:
        seen = []
        for seed in (1, 1, 2):
            exchange.control(clear=True, random={"seed": seed, "share": 0.4, "lies": [
                "too_many", {"lie": "error", "status": 502}, "latency"]})
            for _ in range(40):
                reply(exchange)
            seen.append([(each.status, *each.lies) for each in exchange.log()])
        assert seen[0] == seen[1] != seen[2]
        assert set(seen[0]) == {(200,), (429, "too_many"), (502, "error"), (200, "latency")}


@behaviour
def an_order_that_means_nothing_is_refused(_):
    with Exchange() as exchange:
        for wrong in ({"lies": ["white"]}, {"lies": [{"lie": "error", "colour": 1}]}, {"lie": []},
                      {"lies": 1}, {"random": {"sead": 1}}, {"now": "noon"}):
            try:
                exchange.control(**wrong)
            except ValueError as error:
                assert str(error), wrong
            else:
                raise AssertionError(f"{wrong} was taken")


# ---- pages ---------------------------------------------------------------------------------------

@behaviour
def lies_that_heal_leave_the_bars_whole(_):
    with Exchange(**WALK) as exchange:
        honest = document(exchange)["bars"]
        for lie, counts in (
                ("fewer_bars", [(20, 0), (0, 10), (0, 5), (0, 2), (0, 1), (0, 1), (0, 1)]),
                ("empty_last_page", [(20, 20), (0, 0)]), ("missing_symbol", [(0, 20), (20, 0)])):
            exchange.control(clear=True)
            exchange.lie(lie, times=0)
            found = walk_pages(exchange)
            assert [tuple(len(page["bars"].get(symbol, [])) for symbol in honest)
                    for page in found] == counts, lie
            assert together(found) == honest, lie


@behaviour
def a_missing_symbol_comes_with_the_next_page(_):
    with Exchange(**WALK) as exchange:
        honest = together(walk_pages(exchange, limit=15))
        exchange.lie("missing_symbol", call=2, symbol="QQQ")
        found = walk_pages(exchange, limit=15)
        assert [list(page["bars"]) for page in found] == [["AAPL"], ["AAPL"], ["QQQ"]]
        assert together(found) == honest and len(found[2]["bars"]["QQQ"]) == 20


@behaviour
def all_lies_that_heal_heal_together(_):
    with Exchange(**WALK) as exchange:
        honest = document(exchange)["bars"]
        lies = ["fewer_bars", "missing_symbol", "empty_last_page"]
        for seed in range(20):
            exchange.control(clear=True, random={"seed": seed, "share": 0.8, "lies": lies})
            for limit in (7, 20, 1000):
                assert together(walk_pages(exchange, limit=limit)) == honest, (seed, limit)


@behaviour
def a_repeated_token_leads_nowhere(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("repeated_token", times=0)
        found = walk_pages(exchange, limit=10, pages_max=6)
        assert len(found) == 6 and found[1] == found[2] == found[5] != found[0]
        assert len({page["next_page_token"] for page in found}) == 1


@behaviour
def bars_are_repeated_and_unsorted(_):
    with Exchange(**WALK) as exchange:
        honest = document(exchange)["bars"]["QQQ"]
        exchange.lie("repeated_bars")
        found = document(exchange)["bars"]["QQQ"]
        assert len(found) == 23 and found[0] == found[1] and found[8] == found[9]
        exchange.lie("repeated_bars", every=1, changed=True)
        found = document(exchange)["bars"]["QQQ"]
        assert found[0]["t"] == found[1]["t"] and found[0]["v"] != found[1]["v"]
        assert found[::2] == honest
        exchange.lie("unsorted_bars")
        found = document(exchange)["bars"]["QQQ"]
        assert found != honest and sorted(found, key=lambda bar: bar["t"]) == honest


@behaviour
def no_bars_have_every_form(_):
    with Exchange(**WALK) as exchange:
        forms = {"null": None, "object": {}, "array": [],
                 "symbol_null": {"AAPL": None, "QQQ": None},
                 "symbol_array": {"AAPL": [], "QQQ": []}}
        for form, bars in forms.items():
            exchange.lie("no_bars", form=form)
            assert document(exchange) == {"bars": bars, "next_page_token": None}
        exchange.lie("no_bars", form="absent")
        assert document(exchange) == {"next_page_token": None}


@behaviour
def what_is_no_page_is_not_lied_about(_):
    with Exchange(**WALK, frozen=True) as exchange:
        honest = reply(exchange, "/v2/clock")[2]
        for lie in ("fewer_bars", "missing_symbol", "repeated_token", "no_bars", "unsorted_bars"):
            exchange.lie(lie)
            assert reply(exchange, "/v2/clock")[2] == honest


# ---- answers -------------------------------------------------------------------------------------

@behaviour
def refusals_are_what_alpaca_says(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("unauthorized", times=2)
        assert reply(exchange)[::2] == (401, b'{"message":"unauthorized."}')
        status, _, body = reply(exchange, "/v2/account")
        assert (status, json.loads(body)["code"]) == (401, 40110000)
        exchange.lie("forbidden")
        assert reply(exchange)[::2] == (403, b'{"message":"forbidden."}')
        exchange.lie("recent_sip")
        status, _, body = reply(exchange)
        assert (status, json.loads(body)["code"]) == (403, 42210000)


@behaviour
def too_many_says_when_to_come_again_or_not(_):
    with Exchange(**WALK, frozen=True) as exchange:
        now = int(parsedate_to_datetime(reply(exchange)[1]["Date"]).timestamp())
        for by in ("retry_after", "retry_date", "reset", "nothing"):
            exchange.lie("too_many", by=by, seconds=7)
            status, headers, body = reply(exchange)
            assert status == 429 and json.loads(body)["message"] == "rate limit exceeded"
            again = headers.pop("Retry-After", None)
            reset = headers.pop("X-RateLimit-Reset", None)
            assert ("X-RateLimit-Remaining" in headers) == (by == "reset")
            if by == "retry_date":
                again = int(parsedate_to_datetime(again).timestamp())
            assert (again, reset) == {
                "retry_after": ("7", None), "retry_date": (now + 7, None),
                "reset": (None, str(now + 7)), "nothing": (None, None)}[by], by


@behaviour
def errors_come_with_any_body(_):
    with Exchange(**WALK) as exchange:
        for status, form, kind, begin in (
                (500, "json", "application/json", b"{"), (502, "html", "text/html", b"<html>"),
                (503, "nothing", "text/plain", b""), (504, "text", "text/plain", b"upstream"),
                (200, "html", "text/html", b"<html>")):
            exchange.lie("error", status=status, form=form)
            found, headers, body = reply(exchange)
            assert found == status and headers["Content-Type"].startswith(kind)
            assert body.startswith(begin) and bool(body) == bool(begin)
        exchange.lie("error", retry_after=3)
        assert reply(exchange)[1]["Retry-After"] == "3"


@behaviour
def a_redirect_leads_to_itself_or_to_the_other_port(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("redirect")
        status, headers, _ = reply(exchange)
        assert (status, headers["Location"]) == (307, f"{exchange.url}{BARS}?{urlencode(ASKED)}")
        exchange.lie("redirect", to="other", status=302)
        status, headers, _ = reply(exchange)
        assert status == 302 and headers["Location"].startswith(exchange.other_url + BARS)
        other = http.client.HTTPConnection("127.0.0.1", exchange.other_port, timeout=60)
        other.request("GET", headers["Location"].removeprefix(exchange.other_url),
                      headers=exchange.headers)
        assert json.loads(other.getresponse().read())["bars"]
        other.close()
        assert [seen.port for seen in exchange.log()] == ["main", "main", "other"]


@behaviour
def the_content_type_may_be_wrong(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        exchange.lie("content_type")
        _, headers, body = reply(exchange)
        assert headers["Content-Type"] == "text/html" and body == honest


@behaviour
def the_date_may_be_wrong(_):
    with Exchange(**WALK, frozen=True) as exchange:
        for seconds in (60, -90):
            exchange.lie("clock", seconds=seconds)
            dates = [parsedate_to_datetime(reply(exchange)[1]["Date"]) for _ in range(2)]
            assert (dates[0] - dates[1]).total_seconds() == seconds, dates


@behaviour
def numbers_and_keys_may_be_wrong(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        for text, field in (("NaN", "c"), ("1e999", "v"), ('"1.5"', "o"), ("null", "vw")):
            exchange.lie("number", text=text, field=field)
            body = reply(exchange)[2]
            assert body.count(f'"{field}":{text}'.encode()) == 1
            assert body.split(b"},{")[1:] == honest.split(b"},{")[1:]
        exchange.lie("duplicate_keys")
        body = reply(exchange)[2]
        assert body.count(b'"c":') == honest.count(b'"c":') + 1
        assert json.loads(body) == json.loads(honest)


@behaviour
def a_body_may_be_cut_or_huge(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        exchange.lie("cut_json")
        _, headers, body = reply(exchange)
        assert body == honest[:len(honest) // 2] and int(headers["Content-Length"]) == len(body)
        exchange.lie("huge_body")
        body = reply(exchange)[2]
        assert len(body) == 60_000_000 and json.loads(body) == json.loads(honest)


@behaviour
def a_body_may_be_packed_cut_or_a_bomb(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        for lie in ("gzip", "gzip_cut"):
            exchange.lie(lie)
            _, headers, body = reply(exchange)
            assert headers["Content-Encoding"] == "gzip"
            unpacker = zlib.decompressobj(31)
            found = unpacker.decompress(body)
            assert honest.startswith(found) and unpacker.eof == (found == honest) == (lie == "gzip")
        exchange.lie("gzip_bomb", size=1 << 26)
        _, headers, body = reply(exchange)
        found = gzip.decompress(body)
        assert len(body) < 100_000 and len(found) == len(honest) + (1 << 26)
        assert found.startswith(honest) and headers["Content-Encoding"] == "gzip"


# ---- sending -------------------------------------------------------------------------------------

@behaviour
def an_answer_may_be_late(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("latency", milliseconds=300)
        before = time.monotonic()
        document(exchange)
        assert time.monotonic() - before >= 0.3


@behaviour
def an_answer_may_stall(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        for options, expected in (({}, b""), ({"share": 0.5}, honest[:len(honest) // 2]),
                                  ({"headers": False}, None)):
            exchange.lie("stall", seconds=0.5, **options)
            found, was_reset = raw(exchange)
            assert not was_reset
            assert found == b"" if expected is None else split_reply(found)[2] == expected
        exchange.lie("stall")
        with connect(exchange.port) as connection:
            send(exchange, connection)
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")
            connection.settimeout(0.3)
            try:
                assert False, connection.recv(1)
            except TimeoutError:
                pass
        assert document(exchange)["bars"]


@behaviour
def an_answer_may_drip(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        exchange.lie("drip")
        _, headers, body = split_reply(raw(exchange)[0])
        assert body == honest and int(headers["Content-Length"]) == len(body)
        exchange.lie("drip", pause_milliseconds=5)
        pieces = []
        with connect(exchange.port) as connection:
            send(exchange, connection, end="2024-06-28T13:30:00Z", symbols="QQQ")
            while piece := connection.recv(1 << 16):
                pieces.append(piece)
        assert len(pieces) > 50, len(pieces)


@behaviour
def content_length_may_be_wrong(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        for lie, by in (("long_length", 10), ("short_length", -10)):
            exchange.lie(lie)
            found, was_reset = raw(exchange)
            _, headers, body = split_reply(found)
            assert body == honest and not was_reset
            assert int(headers["Content-Length"]) == len(honest) + by
            assert "X-Request-ID" in headers and "Date" in headers


@behaviour
def a_connection_may_be_reset_or_closed(_):
    with Exchange(**WALK) as exchange:
        honest = reply(exchange)[2]
        exchange.lie("reset")
        found, was_reset = raw(exchange)
        assert was_reset and split_reply(found)[2] == honest[:len(honest) // 2]
        exchange.lie("close")
        assert raw(exchange) == (b"", False)
        assert [seen.status for seen in exchange.log()] == [200, 200, 0]


@behaviour
def connections_may_be_refused_for_a_while(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("refuse", seconds=1)
        assert raw(exchange) == (b"", False)
        refusals = 0
        while True:
            try:
                assert document(exchange)["bars"]
                break
            except ConnectionRefusedError:
                refusals += 1
                assert exchange.log(), "control is still there"
                time.sleep(0.05)
        assert refusals


@behaviour
def a_lie_does_not_hold_up_other_calls(_):
    with Exchange(**WALK) as exchange:
        exchange.lie("stall", path="/v2/clock")
        with connect(exchange.port) as connection:
            send(exchange, connection, "/v2/clock")
            while not exchange.log():
                time.sleep(0.01)
            assert document(exchange)["bars"]


if __name__ == "__main__":
    sys.exit(run_tests())
