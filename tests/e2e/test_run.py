#!/usr/bin/env python3
"""The scheduled day: `playbook run`, with the clock set and the stand-in exchange. Prints TAP."""
import json
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import behaviour, files, program, run_tests, table
from clocked_program import at, program_at
from exchange.client import Exchange

EVENING = "2024-06-28T21:00:00Z"  # a Friday, 17:00 in New York
WALK = {"walk": "QQQ", "first": "2024-06-10", "last": "2024-06-28", "plan": "plus"}
LONG = {"first": "2023-06-01"}  # long enough for 200 daily closes
REVERSAL = {"name": "early", "strategy": "morning_reversal", "parameters": {"rise": 0.0004}}
TUESDAYS = {"strategy": "wed_tue_11am"}


def playbooks(folder, *items):
    (folder / "playbooks.json").write_text(json.dumps({"playbooks": items}), encoding="utf-8")


def account(exchange, **changes):
    return {"ALPACA_DATA_URL": exchange.url, "ALPACA_API_KEY": exchange.key,
            "ALPACA_SECRET_KEY": exchange.secret} | changes


@contextmanager
def exchange_at(moment, **changes):
    """An exchange where it is that time, and a way to run the program at it."""
    with Exchange(**WALK | {"now": moment} | changes) as exchange:
        def run(folder, *arguments, now=moment, status=0, **settings):
            if now != moment:
                exchange.control(now=now)
            done = program_at(now, folder, "run", *arguments,
                              environment=account(exchange, **settings))
            assert done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
            return done
        yield exchange, run


def kept(folder):
    """What lasts: the results and the state, byte by byte; the cache is nobody's result."""
    return {name: content for name, content in files(folder).items()
            if name.startswith(("output/", "state/"))}


@behaviour
def the_day_is_run_published_and_not_run_again(folder):
    playbooks(folder, REVERSAL, {"strategy": "dp20"})
    with exchange_at(EVENING) as (exchange, run):
        first = run(folder, "--today")
        before, asked = kept(folder), len(exchange.log())
        again = run(folder, "--today")
        assert len(exchange.log()) == asked, "a day that is done asks for nothing"
    assert kept(folder) == before
    assert set(before) == {"output/trades.csv", "output/journal.csv",
                           "state/runs/early/2024-06-28.json", "state/runs/dp20/2024-06-28.json"}
    assert "completed" in first.stdout and "output/trades.csv" in first.stdout, first.stdout
    assert "duplicate" in again.stdout and "completed" not in again.stdout, again.stdout
    journal = table(folder / "output" / "journal.csv")
    assert [row["playbook"] for row in journal] == ["dp20", "early"]
    assert {row["trade_date"] for row in journal} == {"2024-06-28"}


@behaviour
def the_answer_for_programs_is_one_document(folder):
    playbooks(folder, REVERSAL)
    with exchange_at(EVENING) as (_, run):
        done = json.loads(run(folder, "--today", "--json").stdout)
        again = json.loads(run(folder, "--date", "2024-06-28", "--json").stdout)
    assert done["status"] == "completed" and done["date"] == "2024-06-28", done
    assert again["status"] == "duplicate", again
    one, same = done["runs"][0], again["runs"][0]
    assert one["run_id"] == "early/2024-06-28" and one["signals"] == one["trades"] == 1, one
    assert {output["table"]: output["rows"] for output in one["outputs"]} == \
        {"trades": 1, "journal": 1}
    assert {**one, "status": "duplicate"} == same, (one, same)
    stored = json.loads((folder / "state/runs/early/2024-06-28.json").read_text())
    assert stored["status"] == "done" and stored["net_pnl"] == one["net_pnl"]


@behaviour
def a_scheduled_day_is_what_a_backtest_of_the_day_is(folder):
    playbooks(folder, REVERSAL)
    with exchange_at(EVENING) as (exchange, run):
        run(folder, "--today")
        done = program(folder, "backtest", "--playbook", "early", "--start", "2024-06-28", "--end",
                       "2024-06-28", "--output", "again/trades.csv",
                       environment=at(EVENING, account(exchange)))
        assert done.returncode == 0, done.stderr
    for name in ("trades.csv", "journal.csv"):
        assert (folder / "output" / name).read_bytes() == (folder / "again" / name).read_bytes()


@behaviour
def without_a_playbooks_file_the_default_runs(folder):
    with exchange_at(EVENING) as (_, run):
        done = run(folder, "--today")
    assert "playbooks.json is not there" in done.stderr, done.stderr
    assert [row["playbook"] for row in table(folder / "output/journal.csv")] == ["dp20"]


@behaviour
def a_day_without_a_session_is_said_and_is_no_failure(folder):
    playbooks(folder, REVERSAL)
    for now in ("2024-06-29T21:00:00Z", "2024-06-19T21:00:00Z"):  # a Saturday, Juneteenth
        with exchange_at(now) as (_, run):
            assert "no session" in run(folder, "--today").stdout
            document = json.loads(run(folder, "--today", "--json").stdout)
            assert document["status"] == "no_session", document
            quiet = run(folder, "--today", "--if-due")
            assert not quiet.stdout and not quiet.stderr, quiet
    assert not kept(folder)


@behaviour
def before_the_feed_has_it_all_the_day_is_refused_with_the_time_to_come(folder):
    playbooks(folder, REVERSAL)
    with exchange_at(EVENING) as (exchange, run):
        for now in ("2024-06-28T15:00:00Z", "2024-06-28T20:15:30Z"):
            done = run(folder, "--today", now=now, status=3)
            assert "16:16" in done.stderr and "20:16" in done.stderr, done.stderr
            quiet = run(folder, "--today", "--if-due", now=now)
            assert not quiet.stdout and not quiet.stderr, quiet
        run(folder, "--date", "2024-07-01", status=3)  # it lies ahead
        assert not exchange.log() and not kept(folder)
        run(folder, "--today", now="2024-06-28T20:16:00Z")
    assert kept(folder)


@behaviour
def a_half_day_is_due_three_hours_earlier(folder):
    playbooks(folder, REVERSAL)
    with exchange_at("2024-07-03T17:15:30Z", last="2024-07-03") as (_, run):
        assert "13:16" in run(folder, "--today", status=3).stderr
        run(folder, "--today", now="2024-07-03T17:16:01Z")
    assert len(table(folder / "output/journal.csv")) == 1


@behaviour
def a_line_of_cron_every_half_hour_runs_the_day_once(folder):
    playbooks(folder, REVERSAL)
    spoke = []
    with exchange_at("2024-06-27T04:05:00Z") as (_, run):
        for half_hour in range(96):
            now = datetime(2024, 6, 27, 4, 5, tzinfo=timezone.utc) + timedelta(0, 1800 * half_hour)
            stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
            if run(folder, "--today", "--if-due", now=stamp).stdout:
                spoke.append(stamp)
    assert spoke == ["2024-06-27T20:35:00Z", "2024-06-28T20:35:00Z"], spoke
    assert [row["trade_date"] for row in table(folder / "output/journal.csv")] == \
        ["2024-06-27", "2024-06-28"]


@behaviour
def provisional_and_dry_runs_print_and_leave_nothing(folder):
    playbooks(folder, REVERSAL)
    with exchange_at("2024-06-28T18:00:00Z") as (_, run):
        early = json.loads(run(folder, "--today", "--provisional", "--json").stdout)
        assert early["status"] == "unpublished" and early["runs"][0]["signals"] == 1, early
        run(folder, "--today", "--dry-run", status=3)
        dry = run(folder, "--today", "--dry-run", now=EVENING)
        assert "unpublished" in dry.stdout
    assert not kept(folder)


@behaviour
def every_missed_session_is_made_up_for(folder):
    playbooks(folder, REVERSAL, TUESDAYS)
    with exchange_at("2024-06-20T21:00:00Z") as (exchange, run):
        run(folder, "--since", "last")
        assert len(table(folder / "output/journal.csv")) == 2, "at first only the last session"
        run(folder, "--date", "2024-06-24", "--playbook", "early", now="2024-06-24T21:00:00Z")
        done = run(folder, "--since", "last", "--json", now=EVENING)
        document = json.loads(done.stdout)
        asked = len(exchange.log())
        nothing = run(folder, "--since", "last")
        assert len(exchange.log()) == asked and "nothing was missed" in nothing.stdout, nothing
        assert not run(folder, "--since", "last", "--if-due").stdout
    days = {day["date"]: [one["playbook"] for one in day["runs"]] for day in document["days"]}
    both, one = ["early", "wed_tue_11am"], ["wed_tue_11am"]
    assert days == {"2024-06-21": one, "2024-06-24": one, "2024-06-25": both, "2024-06-26": both,
                    "2024-06-27": both, "2024-06-28": both}, days


@behaviour
def one_bad_symbol_fails_its_playbook_and_no_other(folder):
    playbooks(folder, {**REVERSAL, "symbols": ["NOSUCH", "QQQ"]}, TUESDAYS)
    with exchange_at(EVENING) as (_, run):
        done = run(folder, "--today", status=3)
        assert "early on 2024-06-28: NOSUCH" in done.stderr, done.stderr
        assert "completed" in done.stdout
    assert [row["playbook"] for row in table(folder / "output/journal.csv")] == ["wed_tue_11am"]


@behaviour
def playbooks_of_one_day_share_their_requests(folder):
    playbooks(folder, REVERSAL, TUESDAYS, {"strategy": "momentum_wed_tue"}, {"strategy": "dp20"})
    with exchange_at(EVENING, **LONG) as (exchange, run):
        run(folder, "--today")
        frames = [request.query["timeframe"] for request in exchange.log("/v2/stocks/bars")]
    assert frames.count("1Min") == 1 and frames.count("1Day") == 1, frames


@behaviour
def what_was_computed_is_published_later_without_a_request(folder):
    playbooks(folder, REVERSAL)
    (folder / "output").write_text("in the way", encoding="utf-8")
    with exchange_at(EVENING) as (exchange, run):
        done = run(folder, "--today", status=4)
        assert "output" in done.stderr, done.stderr
        (folder / "output").unlink()
        asked = len(exchange.log())
        late = run(folder, "--today", "--if-due")
        assert "completed" in late.stdout and len(exchange.log()) == asked, late
    assert len(table(folder / "output/trades.csv")) == 1


@behaviour
def a_day_that_is_done_is_done_again_only_by_force(folder):
    playbooks(folder, REVERSAL)
    with exchange_at(EVENING) as (_, run):
        run(folder, "--today")
        before = kept(folder)
        playbooks(folder, {**REVERSAL, "parameters": {"rise": 0.0004, "quantity": 7}})
        assert "--force" in run(folder, "--today").stdout
        assert kept(folder) == before
        run(folder, "--today", "--force")
    assert [row["quantity"] for row in table(folder / "output/trades.csv")] == ["7"]


@behaviour
def pairs_are_run_once_their_day_is_over(folder):
    cross = {"name": "coin", "strategy": "morning_reversal", "symbols": ["BTC/USD"],
             "parameters": {"rise": 0.0004}}
    playbooks(folder, REVERSAL, cross)
    with exchange_at(EVENING, walk="QQQ,BTC/USD", first="2024-06-27") as (_, run):
        done = run(folder, "--today", status=3)
        assert "coin on 2024-06-28" in done.stderr and "completed" in done.stdout, done
        run(folder, "--since", "last", now="2024-06-29T00:10:00Z")
    assert {row["playbook"] for row in table(folder / "output/journal.csv")} == {"early", "coin"}


@behaviour
def a_split_since_does_not_change_the_mean_of_the_past(folder):
    playbooks(folder, {"strategy": "dp20"})
    split = [{"symbol": "QQQ", "ex_date": "2024-06-21", "new_rate": 10, "old_rate": 1}]
    means = []
    for splits in ((), split):
        with exchange_at(EVENING, splits=splits, **LONG) as (_, run):
            run(folder, "--date", "2024-06-14", "--force", CACHE_ENABLED="false")
            means += [row["sma200_daily_at_open"]
                      for row in table(folder / "output/journal.csv")]
    assert means[0] and abs(float(means[0]) - float(means[1])) < 0.01, means


@behaviour
def offline_is_one_sentence(folder):
    playbooks(folder, REVERSAL)
    done = program_at(EVENING, folder, "run", "--today",
                      environment={"ALPACA_DATA_URL": "http://127.0.0.1:9", "ALPACA_API_KEY": "k",
                                   "ALPACA_SECRET_KEY": "s"})
    assert done.returncode == 3 and "127.0.0.1" in done.stderr, done
    assert len([line for line in done.stderr.splitlines() if "error" in line]) == 1, done.stderr
    assert not kept(folder)


@behaviour
def a_year_of_evenings_is_a_backtest_of_the_year(folder):
    playbooks(folder, REVERSAL, TUESDAYS)
    with exchange_at("2024-01-01T22:30:00Z", first="2023-12-01",
                     last="2024-12-31") as (exchange, run):
        for day in range(366):
            evening = datetime(2024, 1, 1, 22, 30, tzinfo=timezone.utc) + timedelta(day)
            run(folder, "--today", "--if-due", now=evening.strftime("%Y-%m-%dT%H:%M:%SZ"))
        for name in ("early", "wed_tue_11am"):
            done = program(folder, "backtest", "--playbook", name, "--start", "2024-01-01", "--end",
                           "2024-12-31", "--adjustment", "raw", "--output", "year/trades.csv",
                           environment=at("2024-12-31T23:59:00Z", account(exchange)))
            assert done.returncode == 0, done.stderr
    for name in ("trades.csv", "journal.csv"):
        assert (folder / "output" / name).read_bytes() == (folder / "year" / name).read_bytes()
    assert len(table(folder / "output/journal.csv")) == 2 * 252


@behaviour
def mistakes_in_the_call_are_told(folder):
    playbooks(folder, {**REVERSAL, "enabled": False})
    for arguments, says in (((), "one of --today"), (("--today", "--date", "2024-06-28"), "one of"),
                            (("--since", "ever"), "last"), (("--date", "June"), "2024-06-28"),
                            (("--today",), "enabled"), (("--today", "--playbook", "x"), "x")):
        done = program(folder, "run", *arguments)
        assert done.returncode == 2 and says in done.stderr, (arguments, done)


if __name__ == "__main__":
    sys.exit(run_tests())
