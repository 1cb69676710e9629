#!/usr/bin/env python3
"""The stand-in for Alpaca serves exactly the bars it was given, in the shape of recorded replies.

Prints TAP.
"""
import base64
import http.client
import json
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import HEADER, ROOT, behaviour, june, run_tests, write
from exchange.bars import row_text
from exchange.client import Exchange, interpreter
from exchange.walks import walk

DATA = ROOT / "tests" / "data"
NOW = "2024-06-28T20:30:00Z"
WALK = {"walk": "AAPL,QQQ,BTC/USD", "first": "2024-06-26", "last": "2024-06-28", "now": NOW,
        "plan": "plus", "calls_per_minute": 10_000}


def call(exchange, path, headers=None, **query):
    """The status, the headers and the document of a reply."""
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=60)
    connection.request("GET", path + (f"?{urlencode(query)}" if query else ""),
                       headers=exchange.headers if headers is None else headers)
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    return reply.status, dict(reply.getheaders()), json.loads(text)


def get(exchange, path, **query):
    status, _, document = call(exchange, path, **query)
    assert status == 200, (status, document)
    return document


def refused(exchange, path, **query):
    status, headers, document = call(exchange, path, **query)
    assert "X-Request-ID" in headers
    return status, document


def pages(exchange, path, **query):
    token = {}
    for _ in range(500):
        page = get(exchange, path, **query, **token)
        yield page
        if not page["next_page_token"]:
            return
        token = {"page_token": page["next_page_token"]}
    raise AssertionError("the pages have no end")


def bars(exchange, symbol, timeframe="1Min", path="/v2/stocks/bars", **query):
    page = get(exchange, path, symbols=symbol, timeframe=timeframe,
               **{"start": "2000-01-01", "limit": 10_000, **query})
    return page["bars"].get(symbol, [])


def days(exchange, symbol, **query):
    return [(bar["t"], bar["c"], bar["v"]) for bar in bars(exchange, symbol, "1Day", **query)]


def made(symbol):
    """The minutes of the walk as Alpaca writes them."""
    minutes = walk(symbol, date(2024, 6, 26), date(2024, 6, 28)).minutes
    return [json.loads(row_text(bar)) for bar in minutes]


# ---- pages ---------------------------------------------------------------------------------------

@behaviour
def pages_of_any_size_are_exactly_the_bars(_):
    expected = {symbol: [bar for bar in made(symbol) if bar["t"] < "2024-06-28T20:30"]
                for symbol in ("AAPL", "QQQ")}
    total = sum(map(len, expected.values()))
    with Exchange(**WALK) as exchange:
        for limit, sort in ((10_000, "asc"), (999, "asc"), (1000, "desc"), (7, "asc"),
                            (total, "asc"), (total - 1, "asc")):
            found, counts = {}, []
            begin = {"start": "2024-06-28T13:00:00Z"} if limit == 7 else {"start": "2024-06-26"}
            for page in pages(exchange, "/v2/stocks/bars", symbols="QQQ,AAPL,ZZZZ",
                              timeframe="1Min", limit=limit, sort=sort, **begin):
                counts.append(sum(map(len, page["bars"].values())))
                assert list(page["bars"]) == sorted(page["bars"]), page["bars"].keys()
                for symbol, rows in page["bars"].items():
                    found.setdefault(symbol, []).extend(rows)
            wanted = {symbol: [bar for bar in rows if bar["t"] >= begin["start"]][
                ::1 if sort == "asc" else -1] for symbol, rows in expected.items()}
            assert found == wanted and list(found) == ["AAPL", "QQQ"], limit
            assert all(count == limit for count in counts[:-1]) and 0 < counts[-1] <= limit


@behaviour
def a_token_names_the_last_row(_):
    with Exchange(**WALK) as exchange:
        for timeframe, mark, stamp in (("1Min", "M", "2024-06-26T08:0"),
                                       ("1Day", "D", "2024-06-26T04:00:00.000000000Z")):
            page = next(pages(exchange, "/v2/stocks/bars", symbols="AAPL", timeframe=timeframe,
                              limit=1, start="2024-06-26"))
            token = base64.b64decode(page["next_page_token"]).decode()
            assert token.startswith(f"AAPL|{mark}|{stamp}") and len(token) == 37, token


@behaviour
def start_and_end_are_inclusive_to_the_nanosecond(_):
    with Exchange(**WALK) as exchange:
        def times(start, end):
            return [bar["t"][11:16] for bar in bars(exchange, "QQQ", start=f"2024-06-27T{start}",
                                                    end=f"2024-06-27T{end}")]
        assert times("14:00:00Z", "14:02:00Z") == ["14:00", "14:01", "14:02"]
        assert times("14:00:00.000000001Z", "14:01:59.999999999Z") == ["14:01"]
        assert times("10:00:00-04:00", "14:00:00.0Z") == ["14:00"]
        assert times("14:00:00.5Z", "14:00:59.25Z") == []
        status, found = refused(exchange, "/v2/stocks/bars", symbols="QQQ", timeframe="1Min",
                                start="2024-06-27T14:00:00.0000000001Z")
        assert status == 400 and "start" in found["message"]


@behaviour
def one_symbol_has_a_path_and_a_shape_of_its_own(_):
    with Exchange(**WALK) as exchange:
        query = {"timeframe": "1Min", "start": "2024-06-28T13:30:00Z", "limit": 2}
        page = get(exchange, "/v2/stocks/AAPL/bars", **query)
        assert list(page) == ["bars", "next_page_token", "symbol"] and page["symbol"] == "AAPL"
        assert [bar["t"][11:16] for bar in page["bars"]] == ["13:30", "13:31"]
        page = get(exchange, "/v2/stocks/AAPL/bars", **query, page_token=page["next_page_token"])
        assert [bar["t"][11:16] for bar in page["bars"]] == ["13:32", "13:33"]
        page = get(exchange, "/v2/stocks/TSLA/bars", **query, currency="MXN")
        assert page == {"bars": None, "next_page_token": None, "currency": "MXN",
                        "symbol": "TSLA"}, page
        page = get(exchange, "/v2/stocks/bars", symbols="TSLA", **query)
        assert page == {"bars": {}, "next_page_token": None}


@behaviour
def what_is_asked_wrongly_is_refused(_):
    with Exchange(**WALK) as exchange:
        path, right = "/v2/stocks/bars", {"symbols": "QQQ", "timeframe": "1Min"}
        status, found = refused(exchange, path, **right | {"symbols": "AAPL,BRK-B,QQQ"})
        assert (status, found) == (400, {"message": "code=400, message=invalid symbol: BRK-B"})
        for wrong in ({"symbols": ""}, {"timeframe": "60Min"}, {"timeframe": ""},
                      {"timeframe": "2Day"}, {"limit": 0}, {"limit": 10_001}, {"limit": "x"},
                      {"start": "yesterday"}, {"start": "2024-06-28", "end": "2024-06-27"},
                      {"adjustment": "both"}, {"asof": "now"}, {"feed": "nasdaq"},
                      {"page_token": "!"}, {"sort": "up"}):
            status, found = refused(exchange, path, **right | wrong)
            assert status == 400 and found["message"].startswith("code=400, message="), wrong
        for right_too in ({"asof": "-"}, {"asof": "2024-06-01"}, {"timeframe": "59T"},
                          {"timeframe": "3M"}, {"adjustment": "split,spin-off"}):
            get(exchange, path, **right | right_too)
        pair = right | {"symbols": "BTCUSD"}
        assert refused(exchange, "/v1beta3/crypto/us/bars", **pair)[0] == 400
        assert refused(exchange, "/v2/stocks/barz")[0] == 404


# ---- bars ----------------------------------------------------------------------------------------

@behaviour
def bars_of_a_file_come_back(folder):
    rows = [[*bar, *more] for bar, more in zip(june()[:3], (("346.46", "7"), ("", ""), ("", "9")))]
    rows[2][5] = "0"
    write(folder / "BRK.B.csv", [rows[2], rows[0], rows[1], rows[1]],
          [*HEADER, "vwap", "trade_count"])
    with Exchange(bars=folder, now=NOW, plan="plus") as exchange:
        found = bars(exchange, "BRK.B")
    assert [bar["t"] for bar in found] == [row[0] for row in rows]
    for bar, given in zip(found, rows):
        assert [bar[key] for key in "ohlcv"] == [float(text) for text in given[1:6]]
    assert (found[0]["vw"], found[0]["n"], found[1]["n"]) == (346.46, 7, 10)
    assert found[1]["l"] <= found[1]["vw"] <= found[1]["h"]
    assert (found[2]["v"], found[2]["n"], found[2]["vw"]) == (0, 9, 0)


@behaviour
def a_file_with_faults_is_no_exchange(folder):
    write(folder / "QQQ.csv", [["2024-06-28T13:30:00Z", "1", "1", "1", "nan", "1"]])
    done = subprocess.run([interpreter(), "-m", "tests.support.exchange", "--bars", folder],
                          cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          check=False)
    assert done.returncode and "QQQ.csv:2" in done.stderr and not done.stdout, done


@behaviour
def longer_bars_are_made_of_minutes(_):
    with Exchange(**WALK) as exchange:
        minutes = bars(exchange, "QQQ", start="2024-06-27T13:30:00Z", end="2024-06-27T13:34:00Z")
        bar, = bars(exchange, "QQQ", "5Min", start="2024-06-27T13:30:00Z",
                    end="2024-06-27T13:34:59Z")
        assert (bar["t"], bar["o"], bar["c"]) == ("2024-06-27T13:30:00Z", minutes[0]["o"],
                                                  minutes[-1]["c"])
        assert bar["h"] == max(each["h"] for each in minutes)
        assert bar["l"] == min(each["l"] for each in minutes)
        assert bar["v"] == sum(each["v"] for each in minutes)
        assert bar["n"] == sum(each["n"] for each in minutes)
        hours = bars(exchange, "QQQ", "1Hour", start="2024-06-27T13:00:00Z",
                     end="2024-06-27T14:00:00Z")
        assert [each["t"][11:16] for each in hours] == ["13:00", "14:00"]
        week, = bars(exchange, "QQQ", "1Week")
        month, = bars(exchange, "QQQ", "1Month")
        assert (week["t"], month["t"]) == ("2024-06-24T04:00:00Z", "2024-06-01T04:00:00Z")


@behaviour
def a_day_has_the_prices_of_regular_hours_and_the_volume_of_all(folder):
    rows = [["2024-06-27T12:00:00Z", 9, 9, 9, 9, 100], ["2024-06-27T13:30:00Z", 5, 6, 4, 5, 1000],
            ["2024-06-27T19:59:00Z", 5, 7, 5, 6, 1000], ["2024-06-27T20:00:00Z", 1, 1, 1, 1, 10]]
    write(folder / "QQQ.csv", rows)
    with Exchange(bars=folder, now=NOW, plan="plus") as exchange:
        bar, = bars(exchange, "QQQ", "1Day")
    assert [bar[key] for key in "tohlcv"] == ["2024-06-27T04:00:00Z", 5, 7, 4, 6, 2110], bar


@behaviour
def days_begin_at_midnight_where_they_are(folder):
    (folder / "d").mkdir()
    write(folder / "d" / "QQQ.csv", [["2024-03-08", *"12121"], ["2024-03-11", *"12121"],
                                     ["2024-11-01", *"12121"], ["2024-11-04", *"12121"]],
          ["date", *HEADER[1:]])
    write(folder / "d" / "BTC_USD.csv", [["2024-03-10", *"1212", "0.25"]], ["date", *HEADER[1:]])
    with Exchange(bars=folder / "d", now="2024-11-30T00:00:00Z", plan="plus") as exchange:
        assert [bar["t"] for bar in bars(exchange, "QQQ", "1Day")] == [
            "2024-03-08T05:00:00Z", "2024-03-11T04:00:00Z", "2024-11-01T04:00:00Z",
            "2024-11-04T05:00:00Z"]
        found = bars(exchange, "QQQ", "1Day", start="2024-03-11", end="2024-11-01")
        assert [bar["t"][:10] for bar in found] == ["2024-03-11", "2024-11-01"]
        bar, = bars(exchange, "BTC/USD", "1Day", "/v1beta3/crypto/us/bars")
        assert (bar["t"], bar["v"]) == ("2024-03-10T00:00:00Z", 0.25)


@behaviour
def nothing_after_now_is_told_and_what_forms_looks_complete(_):
    minutes = {bar["t"]: bar for bar in made("QQQ")}
    with Exchange(**WALK | {"now": "2024-06-28T14:02:30Z"}, frozen=True) as exchange:
        assert bars(exchange, "QQQ")[-1]["t"] == "2024-06-28T14:01:00Z"
        assert bars(exchange, "QQQ", "5Min")[-1]["c"] == minutes["2024-06-28T14:01:00Z"]["c"]
        before = days(exchange, "QQQ")[-1]
        assert before[:2] == ("2024-06-28T04:00:00Z", minutes["2024-06-28T14:01:00Z"]["c"])
        exchange.control(advance=30)
        assert bars(exchange, "QQQ")[-1]["t"] == "2024-06-28T14:02:00Z"
        after = days(exchange, "QQQ")[-1]
        assert after[2] == before[2] + minutes["2024-06-28T14:02:00Z"]["v"]
        exchange.control(now="2024-06-28T13:29:59Z")
        assert days(exchange, "QQQ")[-1][0] == "2024-06-27T04:00:00Z"
        exchange.control(now="2024-06-30T00:00:00Z")
        assert days(exchange, "QQQ")[-1][2] == sum(
            bar["v"] for time, bar in minutes.items() if time > "2024-06-28T04")


@behaviour
def a_walk_keeps_the_calendar(_):
    span = {"first": "2024-11-27", "last": "2024-12-02", "now": "2024-12-03T12:00:00Z"}
    with Exchange(**WALK | span) as exchange:
        found = bars(exchange, "QQQ")
        regular = bars(exchange, "QQQ", start="2024-11-29T14:30:00Z", end="2024-11-29T17:59:00Z")
        pairs = bars(exchange, "BTC/USD", path="/v1beta3/crypto/us/bars")
    local = {datetime.fromisoformat(bar["t"]) - timedelta(hours=5) for bar in found}
    assert sorted({f"{time:%m-%d}" for time in local}) == ["11-27", "11-29", "12-02"]
    half = [bar["t"][11:16] for bar in found if "2024-11-29T06" < bar["t"] < "2024-11-30"]
    assert len(regular) == 210 and "09:00" <= half[0] < "09:30" and "21:30" < half[-1] < "22:00"
    quiet = [bar for bar in pairs if bar["v"] == 0]
    assert len(pairs) == 6 * 1440 and quiet and all(bar["n"] == bar["vw"] == 0 for bar in quiet)


@behaviour
def splits_adjust_what_was_before_them(folder):
    (folder / "days").mkdir()
    days_text = (DATA / "lean_AAPL_1Day_2014.csv").read_text()
    (folder / "days" / "AAPL.csv").write_text(days_text)
    split = {"symbol": "AAPL", "ex_date": "2014-06-09", "new_rate": 7, "old_rate": 1}
    with Exchange(bars=folder / "days", splits=[split], now="2014-06-06T23:00:00Z", plan="plus",
                  frozen=True) as exchange:
        asked = {"adjustment": "split", "start": "2014-06-06", "end": "2014-06-09"}
        raw = days(exchange, "AAPL", **asked | {"adjustment": "raw"})
        assert raw == days(exchange, "AAPL", **asked), "the split is still to come"
        exchange.control(now="2014-06-20T00:00:00Z")
        for adjustment in ("raw", "dividend", "spin-off"):
            assert days(exchange, "AAPL", **asked | {"adjustment": adjustment})[:1] == raw
        for adjustment in ("split", "all", "dividend,split"):
            before, after = days(exchange, "AAPL", **asked | {"adjustment": adjustment})
            assert before == (raw[0][0], round(raw[0][1] / 7, 4), raw[0][2] * 7)
            assert [after] == days(exchange, "AAPL", start="2014-06-09", end="2014-06-09")
        actions = get(exchange, "/v1/corporate-actions", start="2014-01-01", symbols="AAPL")
        forward, = actions["corporate_actions"]["forward_splits"]
        assert forward["ex_date"] == "2014-06-09" and forward["new_rate"] == 7
        assert get(exchange, "/v1/corporate-actions")["corporate_actions"] == {}
        assert get(exchange, "/v1/corporate-actions", start="2014-01-01",
                   types="reverse_split")["corporate_actions"] == {}


# ---- keys, plans, limits -------------------------------------------------------------------------

@behaviour
def keys_are_checked_but_for_crypto(_):
    with Exchange(**WALK) as exchange:
        right, query = exchange.headers, {"symbols": "QQQ", "timeframe": "1Day"}
        for wrong in ({}, right | {"APCA-API-SECRET-KEY": "x"}, right | {"APCA-API-KEY-ID": "x"}):
            status, _, found = call(exchange, "/v2/stocks/bars", wrong, **query)
            assert (status, found) == (401, {"message": "unauthorized."})
            status, _, found = call(exchange, "/v2/clock", wrong)
            assert (status, found["code"]) == (401, 40110000)
        status, *_ = call(exchange, "/v2/stocks/bars", {name.lower(): text for name, text in
                                                        right.items()}, **query)
        assert status == 200
        status, *_ = call(exchange, "/v1beta3/crypto/us/bars", {}, symbols="BTC/USD",
                          timeframe="1Day")
        assert status == 200


@behaviour
def the_basic_plan_sees_no_recent_sip(_):
    with Exchange(**WALK | {"plan": "basic"}, frozen=True) as exchange:
        path, query = "/v2/stocks/bars", {"symbols": "QQQ", "timeframe": "1Min",
                                          "start": "2024-06-28T19:00:00Z"}
        body = {"code": 42210000, "message":
                "subscription does not permit querying recent SIP data"}
        for wrong in ({"feed": "sip"}, {"feed": "sip", "end": "2024-06-28T20:15:00.000001Z"},
                      {"end": NOW}):
            assert refused(exchange, path, **query, **wrong) == (403, body), wrong
        assert refused(exchange, path + "/latest", symbols="QQQ", feed="sip") == (403, body)
        for right in ({"feed": "iex"}, {"feed": "sip", "end": "2024-06-28T20:15:00Z"}):
            assert get(exchange, path, **query, **right)["bars"]
        assert get(exchange, path, **query)["bars"]["QQQ"][-1]["t"] <= "2024-06-28T20:15"
        delayed = get(exchange, path + "/latest", symbols="QQQ", feed="delayed_sip")
        assert delayed["bars"]["QQQ"]["t"] < "2024-06-28T20:15"
        exchange.control(plan="plus")
        assert get(exchange, path, **query, feed="sip")["bars"]


@behaviour
def calls_are_counted_by_the_minute_for_each_host(_):
    query = {"symbols": "QQQ", "timeframe": "1Day"}
    with Exchange(**WALK | {"calls_per_minute": 3}, frozen=True) as exchange:
        for remaining in ("2", "1", "0", "0"):
            status, headers, _ = call(exchange, "/v2/stocks/bars", **query)
            assert headers["X-RateLimit-Remaining"] == remaining
            assert headers["X-RateLimit-Limit"] == "3"
        assert status == 429
        reset = int(headers["X-RateLimit-Reset"])
        assert datetime.fromtimestamp(reset) - datetime.fromisoformat(NOW.replace(
            "Z", "+00:00")).astimezone().replace(tzinfo=None) == timedelta(seconds=60)
        assert call(exchange, "/v2/clock")[0] == 200, "the other host"
        exchange.control(advance=59)
        assert call(exchange, "/v2/stocks/bars", **query)[0] == 429
        exchange.control(advance=1)
        assert call(exchange, "/v2/stocks/bars", **query)[0] == 200
    with Exchange() as exchange:
        assert call(exchange, "/v2/clock")[1]["X-RateLimit-Limit"] == "200"


@behaviour
def the_log_shows_requests_without_the_secret(_):
    with Exchange(**WALK, frozen=True) as exchange:
        get(exchange, "/v2/stocks/bars", symbols="A,B", timeframe="1Day")
        call(exchange, "/v2/clock", {})
        seen, clock = exchange.log()
        assert (seen.method, seen.path, seen.status, seen.port, seen.time, seen.lies) == (
            "GET", "/v2/stocks/bars", 200, "main", NOW, [])
        assert seen.query == {"symbols": "A,B", "timeframe": "1Day"}
        assert seen.headers["apca-api-key-id"] == exchange.key
        assert seen.headers["apca-api-secret-key"] == "(hidden)"
        assert exchange.secret not in json.dumps(vars(seen)) and clock.status == 401
        assert len(exchange.log("/v2/c*")) == 1
        exchange.control(clear=True)
        assert exchange.log() == []


# ---- the trading host ----------------------------------------------------------------------------

@behaviour
def the_clock_says_what_comes_next(_):
    with Exchange(frozen=True) as exchange:
        for now, is_open, opens, closes in (
                ("2024-06-28T13:29:59Z", False, "06-28T09:30:00-04:00", "06-28T16:00:00-04:00"),
                ("2024-06-28T13:30:00Z", True, "07-01T09:30:00-04:00", "06-28T16:00:00-04:00"),
                ("2024-06-28T20:00:00Z", False, "07-01T09:30:00-04:00", "07-01T16:00:00-04:00"),
                ("2024-11-28T17:00:00Z", False, "11-29T09:30:00-05:00", "11-29T13:00:00-05:00")):
            exchange.control(now=now)
            _, headers, clock = call(exchange, "/v2/clock")
            assert (clock["is_open"], clock["next_open"], clock["next_close"]) == (
                is_open, f"2024-{opens}", f"2024-{closes}"), (now, clock)
            stamp = datetime.fromisoformat(clock["timestamp"][:26] + clock["timestamp"][29:])
            assert stamp == datetime.fromisoformat(now.replace("Z", "+00:00"))
            assert headers["Date"].endswith(f"{now[11:19]} GMT")


@behaviour
def the_calendar_has_sessions_with_their_hours(_):
    with Exchange() as exchange:
        found = get(exchange, "/v2/calendar", start="2024-11-27", end="2024-12-02")
        assert [day["date"] for day in found] == ["2024-11-27", "2024-11-29", "2024-12-02"]
        assert found[1] == {"date": "2024-11-29", "open": "09:30", "close": "13:00",
                            "session_open": "0400", "session_close": "1700",
                            "settlement_date": "2024-12-02"}
        settled = get(exchange, "/v2/calendar", start="2024-12-02", end="2024-12-02",
                      date_type="SETTLEMENT")
        assert [day["date"] for day in settled] == ["2024-11-29"]


@behaviour
def the_account_is_active_and_its_amounts_are_texts(_):
    with Exchange(cash=25_000) as exchange:
        account = get(exchange, "/v2/account")
        assert (account["status"], account["cash"], account["trading_blocked"]) == (
            "ACTIVE", "25000", False)
        assert "pattern_day_trader" not in account


@behaviour
def what_has_bars_is_an_asset(_):
    with Exchange(**WALK) as exchange:
        found = get(exchange, "/v2/assets", asset_class="crypto")
        assert [asset["symbol"] for asset in found] == ["BTC/USD"]
        assert get(exchange, "/v2/assets/BTC%2FUSD") == found[0]
        assert get(exchange, "/v2/assets/QQQ")["class"] == "us_equity"
        assert refused(exchange, "/v2/assets/ZZZZ")[0] == 404


# ---- recorded replies ----------------------------------------------------------------------------

def shape(value):
    """Names and types; a number is a number, and the members of a list are all alike."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(
        value).__name__


def assert_same_shape(served, recorded, what):
    """Everything recorded is served, as the same type; null may stand for anything."""
    if served is None or recorded is None:
        return
    assert isinstance(served, type(recorded)) or shape(served) == shape(recorded), (
        what, shape(served), shape(recorded))
    if isinstance(recorded, dict):
        missing = set(recorded) - set(served)
        assert not missing, (what, missing)
        for name, member in recorded.items():
            assert_same_shape(served[name], member, f"{what}.{name}")
    if isinstance(recorded, list) and recorded:
        assert_same_shape(served[0], recorded[0], f"{what}[]")


@behaviour
def replies_have_the_shape_of_recorded_ones(_):
    calls = {
        "bars_1Day": ("/v2/stocks/bars", {"symbols": "AAPL,NIO", "timeframe": "1Day",
                                          "start": "2024-06-26"}),
        "bars_15Min": ("/v2/stocks/bars", {"symbols": "AMZN", "timeframe": "15Min"}),
        "bars_page_1": ("/v2/stocks/bars", {"symbols": "META", "timeframe": "1Day", "limit": 2,
                                            "start": "2024-06-26"}),
        "latest_bars": ("/v2/stocks/bars/latest", {"symbols": "NIO,AAPL"}),
        "snapshots": ("/v2/stocks/snapshots", {"symbols": "AAPL,MSFT,INVALID"}),
        "crypto_bars_1Min": ("/v1beta3/crypto/us/bars", {"symbols": "BCH/USD",
                                                         "timeframe": "1Min"}),
        "crypto_latest_bars": ("/v1beta3/crypto/us/latest/bars", {
            "symbols": "SUSHI/USD,DOGE/USD,BAT/USD"}),
        "crypto_snapshots": ("/v1beta3/crypto/us/snapshots", {"symbols": "LTC/USD,BTC/USD"}),
        "asset": ("/v2/assets/APCA", {})}
    symbols = "AAPL,NIO,AMZN,META,MSFT,APCA,BCH/USD,SUSHI/USD,DOGE/USD,BAT/USD,LTC/USD,BTC/USD"
    with Exchange(**WALK | {"walk": symbols}) as exchange:
        for name, (path, query) in calls.items():
            recorded = json.loads((DATA / "alpaca" / f"{name}.json").read_text())
            served = get(exchange, path, **query)
            assert_same_shape(served, recorded, name)
            assert served.keys() >= recorded.keys(), name
            if "bars" in recorded:
                assert served.keys() == recorded.keys() and served["bars"].keys() == \
                    recorded["bars"].keys(), (name, shape(served))


@behaviour
def a_split_has_the_fields_of_a_recorded_one(_):
    split = {"symbol": "NVDL", "ex_date": "2024-03-13", "new_rate": 6, "old_rate": 1}
    recorded = json.loads((DATA / "alpaca" / "corporate_actions.json").read_text())
    with Exchange(splits=[split, split | {"symbol": "GE", "old_rate": 8}]) as exchange:
        served = get(exchange, "/v1/corporate-actions", start="2024-03-11", end="2024-03-14")
        first, second = pages(exchange, "/v1/corporate-actions", start="2024-03-11",
                              end="2024-03-14", limit=1)
    assert served.keys() == recorded.keys()
    kinds = served["corporate_actions"], recorded["corporate_actions"]
    ours, theirs = kinds[0]["forward_splits"][0], kinds[1]["forward_splits"][1]
    for name in ("symbol", "ex_date", "process_date", "new_rate", "old_rate"):
        assert ours[name] == theirs[name], (name, ours, theirs)
    assert list(first["corporate_actions"]) == ["reverse_splits"]
    assert second["corporate_actions"] == {"forward_splits": [ours]}


@behaviour
def a_page_token_is_the_recorded_one(folder):
    first, second = (json.loads((DATA / "alpaca" / f"bars_page_{n}.json").read_text())
                     for n in (1, 2))
    rows = [[bar["t"][:10], *(bar[key] for key in ("o", "h", "l", "c", "v", "vw", "n"))]
            for page in (first, second) for bar in page["bars"]["META"]]
    write(folder / "META.csv", [*rows, ["2022-06-14", *"12121", 1, 1]],
          ["date", *HEADER[1:], "vwap", "trade_count"])
    with Exchange(bars=folder, now=NOW) as exchange:
        found = pages(exchange, "/v2/stocks/bars", symbols="META", timeframe="1Day", limit=2,
                      start="2022-06-08", end="2022-06-30")
        assert [next(found), next(found)] == [first, second]


@behaviour
def it_ends_with_its_stdin_or_by_a_signal(_):
    for end in (lambda process: process.stdin.close(),
                lambda process: process.send_signal(signal.SIGTERM)):
        process = subprocess.Popen([sys.executable, "-m", "tests.support.exchange", "--port", "0"],
                                   cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert json.loads(process.stdout.readline())["port"] > 0
        end(process)
        assert process.wait(60) == 0
        process.stdin.close()
        process.stdout.close()


if __name__ == "__main__":
    sys.exit(run_tests())
