#!/usr/bin/env python3
"""playbook check as its user sees it: settings, playbooks, folders, and the clock and the bars of
the stand-in exchange. Prints TAP."""
import json
import re
import resource
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, program, run_tests
from exchange.client import Exchange

STOCKS, PAIRS = "/v2/stocks/bars/latest", "/v1beta3/crypto/us/latest/bars"
EQUITY = {"strategy": "dp20"}
PAIR = {"strategy": "sma_cross", "symbols": ["BTC/USD"]}


def closed():
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def keys(exchange, **changes):
    return {"ALPACA_DATA_URL": exchange.url, "ALPACA_API_KEY": exchange.key,
            "ALPACA_SECRET_KEY": exchange.secret} | changes


def keyless(exchange, **changes):
    return {"ALPACA_DATA_URL": exchange.url} | changes


def write_playbooks(folder, *playbooks):
    (folder / "playbooks.json").write_text(json.dumps({"playbooks": playbooks}))


def lines_of(text):
    """Name to status and detail; the last line must sum them up."""
    *lines, summary = text.splitlines()
    rows = [re.fullmatch(r"(ok|warning|failed) +(.{1,17}?) {1,17}(?<=.{26})(\S.*)", line)
            for line in lines]
    assert all(rows), text
    found = {row[2]: (row[1], row[3]) for row in rows}
    assert len(found) == len(rows), text
    count = {status: sum(row[1] == status for row in rows)
             for status in ("ok", "warning", "failed")}
    plural = "" if count["warning"] == 1 else "s"
    assert summary == (f"{count['ok']} ok, {count['warning']} warning{plural}, "
                       f"{count['failed']} failed"), text
    return found


def check(folder, environment, status=0, **options):
    done = program(folder, "check", environment=environment, **options)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return lines_of(done.stdout)


def bad(found):
    return {name: row for name, row in found.items() if row[0] != "ok"}


def failure(folder, environment, status, name, **options):
    """The detail of the one check that fails."""
    found = {name: row[1] for name, row in
             check(folder, environment, status, **options).items() if row[0] == "failed"}
    assert list(found) == [name], found
    return found[name]


# ---- what is in place ----------------------------------------------------------------------------

@behaviour
def a_clean_place_is_found_in_order(folder):
    with Exchange() as exchange:
        found = check(folder, keys(exchange))
        assert bad(found) == {}, found
        assert list(found)[-8:] == ["playbooks", "output folder", "cache folder", "state folder",
                                    "New York", "stock bars", "clock", "keys"], found
        assert found["OUTPUT_DIR"][1] == "output (default)"
        assert found["clock"][1] == "agrees with Alpaca's to the second", found["clock"]
        assert exchange.url[7:] in found["stock bars"][1]
        assert list(folder.iterdir()) == [], "check writes nothing"
        write_playbooks(folder, EQUITY)
        assert check(folder, keys(exchange))["playbooks"] == ("ok", "1 in playbooks.json")
        found = check(folder, keys(exchange, OUTPUT_DIR="elsewhere"))
        assert found["OUTPUT_DIR"] == ("ok", "elsewhere (environment)")
        (folder / ".env").write_text("# mine\nOUTPUT_DIR=there\n")
        assert check(folder, keys(exchange))["OUTPUT_DIR"] == ("ok", "there (.env)")


@behaviour
def every_check_runs_and_the_first_failure_gives_the_exit_code(folder):
    (folder / "taken").write_text("")
    (folder / "playbooks.json").write_text("[")
    environment = {"ALPACA_DATA_URL": closed(), "OUTPUT_DIR": "taken", "STATE_LOCATION": "taken"}
    found = check(folder, environment, 2)
    assert [name for name, row in found.items() if row[0] == "failed"] == [
        "playbooks", "output folder", "state folder", "pair bars"], found
    assert [name for name, row in found.items() if row[0] == "warning"] == ["clock", "keys"]
    (folder / "playbooks.json").unlink()
    check(folder, environment, 4)
    check(folder, environment | {"OUTPUT_DIR": "output"}, 2)
    check(folder, environment | {"OUTPUT_DIR": "output", "STATE_LOCATION": "state"}, 3)


@behaviour
def the_document_says_the_same_as_the_lines(folder):
    (folder / "taken").write_text("")
    with Exchange() as exchange:
        environment = keyless(exchange, OUTPUT_DIR="taken")
        found = check(folder, environment, 4)
        done = program(folder, "check", "--json", environment=environment)
    document = json.loads(done.stdout)
    assert done.returncode == 4 and done.stdout.count("\n") == 1
    assert found == {each["name"]: (each["status"], each["detail"])
                     for each in document["checks"]}
    assert [each.get("kind") for each in document["checks"] if each["status"] == "failed"] == [
        "writer"]
    assert all("kind" not in each for each in document["checks"] if each["status"] != "failed")
    assert (document["ok"], document["warnings"], document["failed"]) == tuple(
        sum(row[0] == status for row in found.values()) for status in ("ok", "warning", "failed"))


@behaviour
def a_broken_playbooks_file_is_told(folder):
    place = folder / "playbooks.json"
    with Exchange() as exchange:
        for content, says in (('{"playbooks": [\n}', "line 2"), ("", "line 1"),
                              ('{"playbooks": [{"strategy": "dp21"}]}', "dp20"),
                              ('{"playbooks": [{"strategy": "dp20"}, {"strategy": "dp20"}]}',
                               "playbooks[1].name")):
            place.write_text(content)
            detail = failure(folder, keys(exchange), 2, "playbooks")
            assert "playbooks.json" in detail and says in detail, detail
        place.unlink()
        place.mkdir()
        assert "playbooks.json" in failure(folder, keys(exchange), 3, "playbooks")


# ---- folders -------------------------------------------------------------------------------------

FOLDERS = {"OUTPUT_DIR": ("output folder", 4), "DATA_CACHE_DIR": ("cache folder", 2),
           "STATE_LOCATION": ("state folder", 2)}


@behaviour
def a_folder_that_is_none_is_told(folder):
    (folder / "taken").write_text("")
    (folder / "astray").symlink_to("nowhere")
    with Exchange() as exchange:
        for setting, (name, status) in FOLDERS.items():
            for place in ("taken", "taken/deeper"):
                detail = failure(folder, keys(exchange, **{setting: place}), status, name)
                assert detail.startswith(f"{setting}: taken"), detail
            detail = failure(folder, keys(exchange, **{setting: "astray"}), 4, name)
            assert "astray" in detail, detail
            found = check(folder, keys(exchange, **{setting: "not/there/yet"}))
            assert found[name] == ("ok", "not/there/yet"), found
        detail = failure(folder, keys(exchange, STATE_LOCATION="gs://bucket"), 2, "state folder")
        assert "gs://bucket" in detail, detail
    assert sorted(path.name for path in folder.rglob("*")) == ["astray", "taken"]


@behaviour
def a_folder_that_nobody_may_write_to_is_told_to_root_as_well(folder):
    with Exchange() as exchange:
        for setting, (name, _) in FOLDERS.items():
            for place in ("/proc", "/proc/deeper"):
                detail = failure(folder, keys(exchange, **{setting: place}), 4, name)
                assert detail.startswith(f"{setting}: /proc: cannot be written to: "), detail


@behaviour
def a_folder_that_takes_no_bytes_is_told(folder):
    """As on a full disk."""
    with Exchange() as exchange:
        found = bad(check(folder, keys(exchange), 4, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (0, 0))))
    assert sorted(found) == sorted(name for name, _ in FOLDERS.values()), found
    assert list(folder.iterdir()) == []


@behaviour
def folders_that_are_there_are_left_as_they_were(folder):
    for name in ("output", "data/cache", "state"):
        (folder / name).mkdir(parents=True)
    before = sorted(folder.rglob("*"))
    with Exchange() as exchange:
        assert bad(check(folder, keys(exchange))) == {}
    assert sorted(folder.rglob("*")) == before


@behaviour
def the_cache_folder_does_not_matter_when_nothing_is_kept(folder):
    (folder / "taken").write_text("")
    with Exchange() as exchange:
        found = check(folder, keys(exchange, CACHE_ENABLED="false", DATA_CACHE_DIR="taken"))
    assert bad(found) == {} and "cache folder" not in found


# ---- the provider --------------------------------------------------------------------------------

@behaviour
def only_what_is_needed_is_asked(folder):
    def asked(environment):
        exchange.control(clear=True)
        check(folder, environment)
        return sorted(seen.path for seen in exchange.log())

    with Exchange() as exchange:
        assert asked(keyless(exchange)) == [PAIRS]
        assert asked(keys(exchange)) == [STOCKS]
        write_playbooks(folder, EQUITY, PAIR | {"enabled": False})
        assert asked(keys(exchange)) == [STOCKS]
        write_playbooks(folder, EQUITY, PAIR)
        assert asked(keys(exchange)) == [PAIRS, STOCKS]
        for seen in exchange.log():
            is_named = "apca-api-key-id" in {name.lower() for name in seen.headers}
            assert is_named == (seen.path == STOCKS), seen
            assert exchange.key not in seen.target and exchange.secret not in seen.target


@behaviour
def missing_keys_are_a_failure_only_where_they_are_needed(folder):
    with Exchange() as exchange:
        one = keyless(exchange, ALPACA_API_KEY=exchange.key)
        for playbooks in ((), (PAIR,), (PAIR, EQUITY | {"enabled": False})):
            write_playbooks(folder, *playbooks)
            assert bad(check(folder, keyless(exchange))) == {
                "keys": ("warning", "missing: equities cannot be fetched, pairs can")}
            assert bad(check(folder, one)) == {"keys": (
                "warning", "ALPACA_SECRET_KEY is missing: equities cannot be fetched, pairs can")}
        write_playbooks(folder, PAIR, EQUITY)
        for environment in (keyless(exchange), one):
            detail = failure(folder, environment, 2, "keys")
            for part in ("QQQ", "dp20", "ALPACA_API_KEY", "ALPACA_SECRET_KEY"):
                assert part in detail, detail
        (folder / "playbooks.json").unlink()
        other = keyless(exchange, ALPACA_SECRET_KEY=exchange.secret)
        assert "ALPACA_API_KEY is missing" in check(folder, other)["keys"][1]


@behaviour
def refused_keys_are_told(folder):
    says = "ALPACA_API_KEY and ALPACA_SECRET_KEY are refused"
    with Exchange() as exchange:
        wrong = keys(exchange, ALPACA_SECRET_KEY="another-secret")
        assert says in failure(folder, wrong, 2, "keys")
        exchange.lie("forbidden", times=0)
        assert says in failure(folder, keys(exchange, ALPACA_FEED="sip"), 2, "keys")


@behaviour
def a_plan_without_recent_sip_bars_is_told_from_refused_keys(folder):
    with Exchange(plan="basic") as exchange:
        sip = keys(exchange, ALPACA_FEED="sip")
        detail = failure(folder, sip, 2, "plan")
        assert "does not permit recent SIP data" in detail
        assert "ALPACA_FEED to auto or iex" in detail
        assert check(folder, sip, 2)["keys"] == ("ok", "accepted")
        for feed in ("auto", "iex"):
            assert "plan" not in check(folder, keys(exchange, ALPACA_FEED=feed))
        exchange.control(plan="plus")
        assert check(folder, sip)["plan"][0] == "ok"
        exchange.lie("unauthorized")
        assert check(folder, sip, 2)["plan"][0] == "warning"


@behaviour
def a_clock_that_is_wrong_is_told(folder):
    with Exchange() as exchange:
        for seconds, says in ((-45, "4[45] s ahead of Alpaca's"), (45, "4[456] s behind Alpaca's")):
            exchange.lie("clock", seconds=seconds)
            detail = failure(folder, keys(exchange), 2, "clock")
            assert re.match(says, detail) and "session" in detail, detail
            assert "16 minutes" in detail and "more than 30 s" in detail, detail
            exchange.lie("clock", seconds=seconds)
            assert re.match(says, failure(folder, keyless(exchange), 2, "clock"))
        for seconds, says in ((-12, "1[12] s ahead of Alpaca's"), (12, "1[123] s behind Alpaca's")):
            exchange.lie("clock", seconds=seconds)
            status, detail = check(folder, keys(exchange))["clock"]
            assert status == "ok" and re.fullmatch(says, detail), detail
        exchange.lie("clock", seconds=45)
        exchange.lie("unauthorized")
        assert check(folder, keys(exchange), 2)["clock"][0] == "failed"


@behaviour
def why_nobody_answers_is_told(folder):
    found = check(folder, {"ALPACA_DATA_URL": closed()}, 3)
    assert "Failed to connect" in found["pair bars"][1] or "Couldn't connect" in \
        found["pair bars"][1], found
    with Exchange() as exchange:
        secure = keys(exchange, ALPACA_DATA_URL=exchange.url.replace("http", "https"))
        assert "SSL" in failure(folder, secure, 3, "stock bars")
        exchange.lie("stall", times=0, headers=False)
        write_playbooks(folder, EQUITY, PAIR)
        found = check(folder, keys(exchange), 3)
        for name in ("stock bars", "pair bars"):
            assert found[name][0] == "failed" and found[name][1].startswith("after 5 s: "), found
    for url in ("http://example.com", "https://", "nonsense"):
        found = check(folder, {"ALPACA_DATA_URL": url}, 2)
        assert "ALPACA_DATA_URL" in found["pair bars"][1], found


@behaviour
def an_answer_that_is_none_is_told(folder):
    lies = [("error", {"status": 502, "form": "html"}, "502"), ("redirect", {"to": "other"}, "307"),
            ("too_many", {"seconds": 60}, "429"), ("error", {"status": 404}, "404"),
            ("error", {"status": 200, "form": "html"}, "not an answer of Alpaca's"),
            ("error", {"status": 200}, "not an answer of Alpaca's"),
            ("huge_body", {"size": 1 << 20}, "larger"), ("cut_json", {}, "not JSON")]
    with Exchange() as exchange:
        for name, how, says in lies:
            exchange.control(clear=True)
            exchange.lie(name, times=0, **how)
            detail = failure(folder, keys(exchange), 3, "stock bars")
            assert says in detail, (name, detail)
        assert exchange.log()[-1].port == "main"


@behaviour
def trouble_that_passes_is_no_failure(folder):
    with Exchange() as exchange:
        for name, how in (("error", {"status": 503}), ("reset", {}), ("close", {})):
            exchange.lie(name, **how)
            assert bad(check(folder, keys(exchange))) == {}, name


# ---- secrets -------------------------------------------------------------------------------------

@behaviour
def no_secret_is_ever_shown(folder):
    key, secret = "PKSECRETOFTESTS", "another-secret-of-tests"
    host = "127.0.0.1"
    with Exchange() as exchange:
        places = [exchange.url, closed(), exchange.url.replace("http", "https"),
                  f"{exchange.url}/{secret}/{key}", f"{exchange.url}/?key={key}&secret={secret}",
                  exchange.url.replace(host, f"{key}:{secret}@{host}"), f"http://{secret}.invalid"]
        cases = [{"ALPACA_DATA_URL": place} for place in places]
        cases += [{"ALPACA_DATA_URL": exchange.url, "OUTPUT_DIR": f"/proc/{secret}",
                   "PLAYBOOKS_FILE": key}, keyless(exchange, ALPACA_API_KEY=f"{key}\x01")]
        for case in cases:
            environment = {"ALPACA_API_KEY": key, "ALPACA_SECRET_KEY": secret,
                           "LOG_LEVEL": "debug"} | case
            for flags in ([], ["--json"]):
                done = program(folder, "check", *flags, environment=environment)
                assert done.returncode in (2, 3, 4), done
                for hidden in (key, secret):
                    assert hidden not in done.stdout + done.stderr, (hidden, case, done)
        found = check(folder, keys(exchange))
    for name in ("ALPACA_API_KEY", "ALPACA_SECRET_KEY"):
        assert found[name] == ("ok", "set (environment)")
    assert check(folder, {"ALPACA_DATA_URL": closed()}, 3)["ALPACA_API_KEY"] == ("ok", "missing")


@behaviour
def a_password_in_the_url_is_not_shown(folder):
    done = program(folder, "check", environment={"ALPACA_DATA_URL": "https://me:mine@example.com"})
    assert done.returncode == 2 and "mine" not in done.stdout + done.stderr, done
    assert lines_of(done.stdout)["ALPACA_DATA_URL"][1].startswith("https://(hidden)@example.com")


if __name__ == "__main__":
    sys.exit(run_tests())
