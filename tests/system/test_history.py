"""history: every change of an answer, with what caused it."""
import csv
import io
import json
import sqlite3

from daemon import milestone, register, table, wait_until

TWO = "last(report) >= 2"


def history(daemon, name, query=""):
    return daemon.get(f"/v1/milestones/{name}/history{query}")["items"]


def known(daemon, name):
    """Its changes, once there are any: the first is saved when it settles."""
    def ask():
        status, _, body = daemon.ask(f"/v1/milestones/{name}/history")
        return status == 200 and json.loads(body)["items"]
    return wait_until(ask)


def revised(daemon, value, hour=12):
    """The daemon hears of another figure, and says so."""
    before = len(known(daemon, "p/one"))
    daemon.write("own.csv", table(value).replace("T12:", f"T{hour}:"))
    daemon.polled()
    return wait_until(lambda: len(history(daemon, "p/one")) > before
                      and history(daemon, "p/one")[-1])


def started(daemon, *more):
    daemon.configure(register([milestone("one", "2099-01-01", benchmark=TWO),
                               *more]))
    return daemon.start().settled()


def test_first_seen_then_figures(daemon):
    started(daemon)
    (first,) = known(daemon, "p/one")
    assert first["from"] is None and first["to"] == "pending"
    assert (first["cause"], first["because"]) == ("first_seen", "first judged")
    assert first["changes"]["actual"] == {"from": None, "to": 0}
    entry = revised(daemon, 1)
    assert entry["from"] == entry["to"] == "pending"
    assert entry["because"].startswith("report ")
    assert " = 1, " in entry["because"] and "published" in entry["because"]
    assert entry["changes"] == {"actual": {"from": 0, "to": 1}}
    assert entry["change"] == "actual 0 -> 1"
    entry = revised(daemon, 2)
    assert (entry["from"], entry["to"]) == ("pending", "met")
    assert entry["change"].startswith("pending -> met; event_date ")
    assert entry["event"] is not None and "reached on" in entry["reason"]


def test_time_and_the_register(daemon):
    started(daemon, milestone("gone", "2024-01-31"))
    known(daemon, "p/gone")
    daemon.configure(register([
        milestone("one", "2098-01-01", benchmark="last(report) >= 0")]))
    assert daemon.post("/v1/reload")[0] == 200
    entry = wait_until(lambda: history(daemon, "p/one")[1:])[0]
    assert entry["cause"] == "register" and entry["to"] == "met"
    assert entry["changes"]["due"] == {"from": "2099-01-01",
                                       "to": "2098-01-01"}
    last = wait_until(lambda: history(daemon, "p/gone")[1:])[0]
    assert last["to"] == "withdrawn" and last["cause"] == "register"
    assert last["because"] == "it is no longer in the register"


def test_what_rests_on_another(daemon):
    started(daemon, milestone("two", "2099-01-01",
                              benchmark='met(\\"p/one\\")'))
    assert known(daemon, "p/two")[0]["to"] == "pending"
    revised(daemon, 2)
    last = wait_until(lambda: history(daemon, "p/two")[1:])[0]
    assert (last["to"], last["cause"]) == ("met", "milestone")
    assert last["because"] == "p/one is met"
    tree = daemon.get("/v1/milestones/p/two/explain")["tree"]
    (witness,) = tree["witnesses"]
    assert (witness["kind"], witness["id"], witness["text"]) == (
        "milestone", "p/one", "met")
    assert witness["truth"] is True and tree["truth"] is True
    told = daemon.ctl("explain", "p/two").stdout
    assert "milestone p/one: met" in told


def test_pages(daemon):
    started(daemon)
    for value in (1, 0, 1, 2, 1):
        revised(daemon, value)
    whole = history(daemon, "p/one")
    paged, cursor = [], ""
    while cursor is not None:
        page = daemon.get("/v1/milestones/p/one/history?limit=2" + cursor)
        assert len(page["items"]) <= 2
        paged += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert paged == whole and len(whole) >= 6
    for path, want in (("/v1/milestones/p/none/history", 404),
                       ("/v1/milestones/p/one/history?cursor=x", 400),
                       ("/v1/milestones/p/one/history?as_of=2020", 400)):
        status, _, body = daemon.ask(path)
        assert status == want and json.loads(body)["detail"]


def test_a_store_from_before_has_no_causes(daemon):
    started(daemon)
    known(daemon, "p/one")
    daemon.stop()
    damped = ("told_status", "flips", "apart", "unsettled", "approached")
    acknowledged = ("acknowledged", "until", "person", "note", "escalated",
                    "escalation")
    later = {"assessment": ("cause", "because", "told", *damped),
             "milestone_state": damped, "event": ("late",),
             "alert_change": acknowledged, "alert_state": acknowledged,
             "notification": ("group_key",),
             "fetch": ("ttl", "gone", "moved", "unreached", "state_gone",
                       "state_told", "state_moved"),
             "source_state": ("gone", "told", "moved", "read_since"),
             "observation": ("person", "accepts", "note", "evidence")}
    with sqlite3.connect(daemon.folder / "state" / "pledged.db") as db:
        for index in ("assessment_milestone", "observation_snapshot",
                      "observation_quarantined", "observation_accepts",
                      "document_snapshot", "alert_state_open",
                      "delivery_attempt_dead"):
            db.execute(f"DROP INDEX {index}")
        for table in ("definition", "answer", "submission", "retention",
                      "seal", "supply", "silence_state", "silence_end",
                      "silence", "group_told", "hearing", "item",
                      "mention_waiting", "mention_end", "mention"):
            db.execute(f"DROP TABLE {table}")
        for table, columns in later.items():
            for column in columns:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("CREATE INDEX alert_state_firing ON alert_state(alert) "
                   "WHERE state = 'firing'")
        db.execute("PRAGMA user_version = 3")
    db.close()
    daemon.start().settled()
    first = history(daemon, "p/one")[0]
    assert first["cause"] is None and first["because"] is None
    assert revised(daemon, 1, hour=13)["cause"] == "revision"


def test_forms(daemon):
    started(daemon)
    revised(daemon, 2)
    told = daemon.ctl("history", "p/one")
    assert told.returncode == 0 and told.stderr == ""
    lines = told.stdout.splitlines()
    assert lines[0].split() == ["TIME", "CHANGE", "CAUSE", "WHY"]
    assert "pending -> met" in lines[-1]
    whole = history(daemon, "p/one")
    assert json.loads(daemon.ctl("-o", "json", "history",
                                 "p/one").stdout) == whole
    each = daemon.ctl("-o", "jsonl", "history", "p/one").stdout.splitlines()
    assert [json.loads(line) for line in each] == whole
    rows = list(csv.DictReader(io.StringIO(
        daemon.ctl("-o", "csv", "history", "p/one").stdout)))
    assert [row["because"] for row in rows] == [
        item["because"] for item in whole]
    assert daemon.ctl("history", "p/none").returncode == 5
    assert daemon.ctl("history").returncode == 2
