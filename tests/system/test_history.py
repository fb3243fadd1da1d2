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
             "notification": ("group_key",), "action": ("until",),
             "fetch": ("ttl", "gone", "moved", "unreached", "state_gone",
                       "state_told", "state_moved"),
             "source_state": ("gone", "told", "moved", "read_since"),
             "observation": ("person", "accepts", "note", "evidence")}
    with sqlite3.connect(daemon.folder / "state" / "pledged.db") as db:
        for index in ("assessment_milestone", "observation_snapshot",
                      "observation_quarantined", "observation_accepts",
                      "document_snapshot", "alert_state_open",
                      "delivery_attempt_dead", "action_subject",
                      "event_time", "observation_accepted"):
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
    assert lines[0].split() == ["TIME", "CHANGE", "BY", "CAUSE", "WHY"]
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


# --- what people did about it ---------------------------------------------------------

SAID = 'last(report) >= 2 or attested(\\"signed\\")'


def order(daemon, path, method="POST", **body):
    status, _, text = daemon.ask(path, method, body=json.dumps(body) if body
                                 else None)
    assert status in (200, 201), (path, text)
    return json.loads(text)


def deeds(daemon, name="p/one"):
    return [item for item in history(daemon, name) if item["kind"] != "change"]


def busy(daemon):
    """People take a missed milestone in hand, in every way there is."""
    text = register([milestone("one", "2024-01-31", benchmark=SAID,
                               more='baseline = "last(report)";'),
                     milestone("other", "2024-01-31")])
    daemon.configure(text.replace('id = "report"; nonnegative = true',
                                  'id = "report"; nonnegative = true; max = "9"'))
    daemon.start().settled()
    alert = wait_until(lambda: [
        item for item in daemon.items("/v1/alerts")
        if item["milestone"] == "p/one"])[0]["id"]
    order(daemon, f"/v1/alerts/{alert}/ack", note="we called them",
          **{"for": "7d"})
    order(daemon, "/v1/silences", match="kind=slipped obligor=us",
          note="all know")
    order(daemon, "/v1/silences", match="p/other", note="of the other")
    order(daemon, "/v1/silences/1?note=enough", "DELETE")
    daemon.write("own.csv", table(77))
    daemon.polled()
    held = wait_until(lambda: daemon.items("/v1/observations?held=true"))[0]
    order(daemon, f"/v1/observations/{held['id']}/accept", note="it is so")
    order(daemon, "/v1/indicators/report/observations", value="1",
          period="2023-01-01", note="from their letter")
    order(daemon, "/v1/milestones/p/one/attestations", key="signed",
          attested=True, on="2024-01-15", evidence="https://e.example/1",
          note="saw it")
    return alert, held["id"]


def test_what_people_did_stands_among_the_changes(daemon):
    alert, held = busy(daemon)
    did = deeds(daemon)
    assert sorted(item["kind"] for item in did) == [
        "acceptance", "acknowledgement", "attestation", "observation",
        "silence", "silence_end"]
    assert {item["by"] for item in did} == {"root"}
    assert {item["cause"] for item in did} == {"person"}
    assert all(item["changes"] == {} and item["to"] is None for item in did)
    by = {item["kind"]: item for item in did}
    assert {kind: item["because"] for kind, item in by.items()} == {
        "acknowledgement": "we called them", "silence": "all know",
        "silence_end": "enough", "acceptance": "it is so",
        "observation": "from their letter", "attestation": "saw it"}
    taken = by["acknowledgement"]
    assert taken["id"] == alert and taken["until"] > taken["time"]
    assert taken["change"] == (f"alert {alert} taken in hand until "
                               + taken["until"])
    assert by["silence"]["change"].startswith(
        "silence 1 over kind=slipped obligor=us until 20")
    assert by["silence_end"]["change"] == "silence 1 ended"
    assert by["acceptance"]["id"] == held
    assert by["acceptance"]["change"].endswith(f" = 77, held as {held}")
    assert by["observation"]["change"] == "handed in: report"
    assert by["attestation"]["change"] == "attested signed: yes, 2024-01-15"
    assert by["attestation"]["evidence"] == "https://e.example/1"
    whole = history(daemon, "p/one")
    assert [item["time"] for item in whole] == sorted(
        item["time"] for item in whole)
    changes = [item for item in whole if item["kind"] == "change"]
    assert changes[0]["from"] is None and changes[-1]["to"] == "met"
    assert all(item["by"] is None for item in changes)
    # What somebody did comes before what was judged because of it.
    assert whole.index(by["acceptance"]) < whole.index(next(
        item for item in changes if item["to"] == "met_late"))
    rows = daemon.ctl("history", "p/one").stdout
    assert "we called them" in rows and "root" in rows


def test_pages_of_deeds_and_changes(daemon):
    busy(daemon)
    whole = history(daemon, "p/one")
    for limit in (1, 2, 3):
        paged, cursor = [], ""
        while cursor is not None:
            page = daemon.get(f"/v1/milestones/p/one/history?limit={limit}"
                              + cursor)
            assert len(page["items"]) <= limit
            paged += page["items"]
            cursor = page["next"] and f"&cursor={page['next']}"
        assert paged == whole


def test_deeds_of_one_that_has_left(daemon):
    busy(daemon)
    daemon.configure(register([milestone("other", "2024-01-31")]))
    assert daemon.post("/v1/reload")[0] == 200
    wait_until(lambda: history(daemon, "p/one")[-1]["to"] == "withdrawn")
    assert {item["kind"] for item in deeds(daemon)} == {
        "acknowledgement", "attestation"}


# --- every order, with who, when and why --------------------------------------------------

def test_actions(daemon):
    alert, held = busy(daemon)
    for path in ("/v1/sources/own/poll?note=they+said+so",
                 "/v1/reload?note=new+dates", "/v1/verify"):
        assert daemon.post(path)[0] in (200, 202)
    daemon.write("register.conf", "nonsense")
    assert daemon.post("/v1/reload?note=worse")[0] == 422
    items = daemon.items("/v1/actions")
    did = [(item["what"], item["subject"], item["note"])
           for item in reversed(items)]
    assert did[0] == ("acknowledge", str(alert), "we called them")
    assert did[1:4] == [("silence", "1", "all know"),
                        ("silence", "2", "of the other"),
                        ("end silence", "1", "enough")]
    assert did[4][:2] == ("poll", "own")
    assert did[5:-1] == [
        ("accept", str(held), "it is so"),
        ("observe", "report", "from their letter"),
        ("attest", "p/one", "signed: yes: saw it"),
        ("poll", "own", "they said so"), ("reload", None, "new dates"),
        ("verify", None, None)]
    assert did[-1][2].startswith("worse; not reloaded: ")
    assert {item["by"] for item in items} == {"root"}
    assert all(item["time"] for item in items)
    assert [item["what"] for item in items if item["until"]] == [
        "silence", "silence", "acknowledge"]
    assert daemon.items("/v1/actions?subject=own&what=poll") == [
        item for item in items if item["what"] == "poll"]
    assert daemon.items("/v1/actions?what=*silence") == [
        item for item in items if item["what"].endswith("silence")]
    assert daemon.items("/v1/actions?by=nobody") == []
    paged, cursor = [], ""
    while cursor is not None:
        page = daemon.get("/v1/actions?limit=3" + cursor)
        paged += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert paged == items
    told = daemon.ctl("list", "actions").stdout.splitlines()
    assert told[0].split() == ["TIME", "BY", "WHAT", "SUBJECT", "UNTIL", "WHY"]
    assert "we called them" in told[-1] and len(told) == len(items) + 1


def as_rows(daemon, path, **headers):
    status, got, body = daemon.ask(path, headers=headers)
    assert status == 200 and got["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def test_as_tables(daemon):
    busy(daemon)
    for path, columns in (("/v1/actions", ("what", "by", "note", "time", "until")),
                          ("/v1/milestones/p/one/history",
                           ("kind", "by", "because", "time", "evidence", "change"))):
        items = daemon.items(path)
        wanted = [tuple(item[name] or "" for name in columns) for item in items]
        for rows in (as_rows(daemon, path, Accept="text/csv"),
                     as_rows(daemon, path + "?format=csv")):
            assert [tuple(row[name] for name in columns) for row in rows] == wanted
        part = as_rows(daemon, path + "?format=csv&limit=2")
        assert [row["time"] for row in part] == [item["time"] for item in items[:2]]
    for row in as_rows(daemon, path + "?format=csv"):
        changes = any(row[name] for name in row if name.startswith("changes."))
        assert (row["by"] == "") is changes is (row["kind"] == "change")
    chosen = as_rows(daemon, "/v1/actions?format=csv&what=*silence")
    assert [row["what"] for row in chosen] == ["end silence", "silence", "silence"]


def test_orders_by_hand_say_why(daemon):
    started(daemon)
    for words in (("poll", "own"), ("reload",), ("verify",),
                  ("channel", "test", "log")):
        assert daemon.ctl(*words, "-m", "& why").returncode == 0, words
    assert [(item["what"], item["note"])
            for item in daemon.items("/v1/actions")] == [
        ("test", "& why"), ("verify", "& why"), ("reload", "& why"),
        ("poll", "& why")]


def test_the_latest(daemon):
    busy(daemon)
    whole = history(daemon, "p/one")
    changes = [item for item in whole if item["kind"] == "change"]
    for count in (1, 2):
        latest = history(daemon, "p/one", f"?latest={count}")
        told = [item for item in latest if item["kind"] == "change"]
        assert told == changes[-len(told):] and len(told) <= count
        assert latest == whole[-len(latest):]
    assert history(daemon, "p/one", "?latest=1000") == whole
    for bad in ("0", "1001", "x"):
        status, _, body = daemon.ask(
            f"/v1/milestones/p/one/history?latest={bad}")
        assert status == 400 and "1 to 1000" in json.loads(body)["detail"]
