"""Figures that people hand in, and figures that are held back."""
import concurrent.futures
import getpass
import json
import os
import pwd
import subprocess

import pytest

from daemon import milestone, stamp, utc, wait_until

REGISTER = """
instruments = ( { id = "i"; timezone = "UTC"; signed = "2020-01-01"; } );
indicators = (
  { id = "sales"; unit = "USD"; frequency = "month"; lag = "30d";
    nonnegative = true; max_jump = "4"; },
  { id = "price"; frequency = "month"; lag = "30d"; },
  { id = "gazette"; kind = "documents"; } );
sources = ( { id = "own"; url = "file:own.csv"; format = "csv"; every = "1h";
    extract = "SELECT indicator, period, value, published FROM data"; } );
pledges = ( { id = "p"; instrument = "i"; milestones = ( %s ); } );
""" % ",\n".join([
    milestone("sum", "2020-12-31", benchmark="sum(sales, 2020-Q1) >= 60"),
    milestone("price", "2099-12-31", benchmark="at(price, 2020-01) >= 2"),
    milestone("law", "2099-06-30",
              benchmark='exists(gazette, \\"licences\\")'),
    milestone("signed", "2099-01-01",
              benchmark='attested(\\"adopted\\", 2)')])
ME = getpass.getuser()


def table(*rows):
    return "indicator,period,value,published\n" + "".join(
        ",".join(row) + "\n" for row in rows)


@pytest.fixture
def watched(daemon):
    daemon.write("own.csv", table(
        ("sales", "2020-01", "10", "2020-02-15"),
        ("sales", "2020-02", "12", "2020-03-15")))
    daemon.configure(REGISTER)
    daemon.start().settled()
    wait_until(lambda: len(observed(daemon)) == 2)
    return daemon


def observed(daemon, name="sales"):
    return daemon.items(f"/v1/indicators/{name}/observations")


def post(daemon, path, body, key=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    status, got, answer = daemon.ask(f"/v1/{path}", "POST", headers=headers,
                                     body=json.dumps(body))
    return status, json.loads(answer), got


def observe(daemon, body, name="price", key=None):
    return post(daemon, f"indicators/{name}/observations", body, key)


# --- observing -------------------------------------------------------------------

def test_a_figure_in_somebodys_name(watched):
    status, told, _ = observe(watched, {
        "period": "2020-01", "value": "2.50000000000000000001",
        "published": "2020-03-01T12:00:00Z", "provisional": True,
        "note": "by hand", "evidence": "https://e.example/1"})
    assert status == 200
    assert (told["indicator"], told["by"]) == ("price", ME)
    assert told["milestones"] == [{"id": "p/price", "from": "pending",
                                   "to": "met"}]
    (item,) = told["items"]
    assert item["news"] == "new" and "before" not in item
    # What was answered is durable, and says who.
    (kept,) = observed(watched, "price")
    assert kept["by"] == ME and kept["note"] == "by hand"
    assert kept["evidence"] == "https://e.example/1"
    assert kept["source"] is None and kept["snapshot"] is None
    assert kept["provisional"] and kept["held"] is None
    assert b"2.50000000000000000001" in watched.ask(
        "/v1/indicators/price/observations")[2]
    watched.kill()
    watched.start().settled()
    assert observed(watched, "price") == [kept]
    assert watched.status_of("p/price") == "met"


def test_what_became_of_each(watched):
    status, told, _ = observe(watched, {"items": [
        {"period": "2020-01", "value": 10, "published": "2020-02-15"},
        {"period": "2020-02", "value": 13.5},
        {"period": "2020-03", "value": "20"},
        {"period": "2020-04", "value": "-1"},
        {"period": "2020-05", "value": "900"}]}, "sales")
    assert status == 200
    assert [item["news"] for item in told["items"]] == [
        "same", "revised", "new", "held", "held"]
    assert told["items"][1]["before"] == 12
    assert told["items"][3]["held"] == "outside the indicator's domain"
    assert told["milestones"] == [{"id": "p/sum", "from": "unverified",
                                   "to": "not_met"}]
    assert len(observed(watched)) == 6


def test_documents(watched):
    status, told, _ = observe(watched, {"items": [
        {"key": "n1", "title": "On licences", "period": "2020-05-09"},
        {"title": "Another"}]}, "gazette")
    assert status == 200
    assert [item["news"] for item in told["items"]] == ["new", "new"]
    assert told["milestones"] == [{"id": "p/law", "from": "pending",
                                   "to": "met"}]
    status, told, _ = observe(watched, {"key": "n1", "title": "On permits",
                                        "period": "2020-05-09"}, "gazette")
    assert [item["news"] for item in told["items"]] == ["revised"]
    watched.stop()
    watched.start().settled()
    assert len(observed(watched, "gazette")) == 3


@pytest.mark.parametrize("name, body, status, words", [
    ("price", "", 400, "not a JSON object"),
    ("price", [1], 400, "not a JSON object"),
    ("price", {"items": []}, 400, "at least one"),
    ("price", {"items": [{}], "note": "x"}, 400, "nothing else"),
    ("price", {"items": [{"period": "2020-01", "value": 1}] * 1001}, 400,
     "more than 1000"),
    ("none", {"period": "2020-01", "value": 1}, 404, "no indicator"),
])
def test_what_is_refused_as_a_whole(watched, name, body, status, words):
    got, told, _ = observe(watched, body, name)
    assert got == status and words in told["detail"]


@pytest.mark.parametrize("name, item, words", [
    ("price", {"value": 1}, "period is missing"),
    ("price", {"period": "2020-01"}, "value is missing"),
    ("price", {"period": "2020", "value": 1}, "is not a month"),
    ("price", {"period": "2020-01", "value": "much"}, "is not a number"),
    ("price", {"period": "2020-01", "value": True}, "value: a text"),
    ("price", {"period": "2020-01", "value": 1, "when": 1},
     "when: there is no such member"),
    ("price", {"period": "2020-01", "value": 1, "published": "soon"},
     "is not a time"),
    ("price", {"period": "2020-01", "value": 1, "provisional": 1},
     "provisional: true or false"),
    ("price", 7, "an object is expected"),
    ("gazette", {"value": 1}, "value: there is no such member of a document"),
    ("gazette", {"key": "x"}, "title and text are missing"),
])
def test_all_or_nothing(watched, name, item, words):
    good = {"title": "A"} if name == "gazette" else {"period": "2020-01",
                                                     "value": 2}
    status, told, _ = observe(watched, {"items": [good, item, good]}, name)
    assert status == 422 and "1 of 3 items" in told["detail"]
    (fault,) = told["errors"]
    assert fault["index"] == 1 and words in fault["detail"]
    assert observed(watched, name) == []


@pytest.mark.parametrize("number, good", [
    ("123456789012345", True), ("1234567890.12345", True), ("1.5e3", True),
    ("1234567890123456", False), ("0.30000000000000004", False),
    ("9100000000000001.0", False), ("1e7000", False)])
def test_numbers_are_exact_or_refused(watched, number, good):
    status, _, body = watched.ask(
        "/v1/indicators/price/observations", "POST",
        body='{ "period" : "2020-01", "value" : %s }' % number)
    assert (status == 200) == good, body
    assert good or b"a string" in body or b"overflow" in body


# --- sent again ------------------------------------------------------------------

FIGURE = {"period": "2020-01", "value": "3"}


def test_the_same_again_is_done_once(watched):
    status, first, headers = observe(watched, FIGURE, key="k 1")
    assert status == 200 and headers["Idempotency-Replayed"] is None
    for _ in range(2):
        status, again, headers = observe(watched, FIGURE, key="k 1")
        assert (status, again) == (200, first)
        assert again["items"][0]["news"] == "new"
        assert headers["Idempotency-Replayed"] == "true"
        watched.stop()
        watched.start().settled()
    assert len(observed(watched, "price")) == 1
    # Without the key, or with another, it says nothing new.
    assert observe(watched, FIGURE)[1]["items"][0]["news"] == "same"
    assert observe(watched, FIGURE, key="k2")[1]["items"][0]["news"] == "same"


def test_a_key_is_for_one_request(watched):
    assert observe(watched, FIGURE, key="k")[0] == 200
    for body, name in (({**FIGURE, "value": "4"}, "price"),
                       (FIGURE, "sales")):
        status, told, _ = observe(watched, body, name, key="k")
        assert status == 422 and "take a new one" in told["detail"]
    assert post(watched, "milestones/p/signed/attestations",
                {"key": "adopted", "attested": False}, key="k")[0] == 422
    for key in ("", "x" * 201, "a\tb"):
        status, told, _ = observe(watched, FIGURE, key=key)
        assert status == 400 and "1 to 200" in told["detail"]
    assert observe(watched, FIGURE, key="x" * 200)[0] == 200


def test_what_was_refused_may_be_mended(watched):
    assert observe(watched, {"period": "2020-01"}, key="k")[0] == 422
    assert observe(watched, FIGURE, key="k")[0] == 200


def test_many_at_once_are_one(watched):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: observe(watched, FIGURE, key="k"),
                             range(24)))
    assert {status for status, _, _ in told} <= {200, 409}
    answers = [answer for status, answer, _ in told if status == 200]
    assert answers and all(answer == answers[0] for answer in answers)
    assert answers[0]["items"][0]["news"] == "new"
    assert len(observed(watched, "price")) == 1


def test_attesting_again(watched):
    body = {"key": "adopted", "attested": True, "evidence": "https://e"}
    path = "milestones/p/signed/attestations"
    status, first, _ = post(watched, path, body, key="k")
    assert status == 200 and first["again"] is False
    status, again, headers = post(watched, path, body, key="k")
    assert again == first and headers["Idempotency-Replayed"] == "true"
    assert post(watched, path, body)[1]["again"] is True
    # Evidence is asked for, and two different people: one is not enough.
    status, told, _ = post(watched, path, {"key": "adopted", "attested": True})
    assert status == 400 and "evidence: is missing" in told["detail"]
    assert watched.status_of("p/signed") == "pending"


def test_two_people(watched):
    """The second is another user of this machine."""
    body = json.dumps({"key": "adopted", "attested": True,
                       "evidence": "https://e"})
    watched.write("pledged.conf", (watched.folder / "pledged.conf").read_text()
                  .replace('"root"', '"root", "nobody"'))
    assert watched.post("/v1/reload")[0] == 200
    try:
        pwd.getpwnam("nobody")
        assert os.geteuid() == 0
    except (KeyError, AssertionError):
        pytest.skip("needs root and a user nobody")
    os.chmod(watched.folder, 0o755)
    for parent in list(watched.folder.parents)[:3]:
        os.chmod(parent, 0o755)
    assert watched.ask("/v1/milestones/p/signed/attestations", "POST",
                       body=body)[0] == 200
    assert watched.status_of("p/signed") == "pending"
    script = ("import http.client, socket, sys\n"
              "c = http.client.HTTPConnection('localhost')\n"
              "c.sock = socket.socket(socket.AF_UNIX)\n"
              "c.sock.connect(sys.argv[1])\n"
              "c.request('POST', '/v1/milestones/p/signed/attestations', "
              "sys.argv[2])\nprint(c.getresponse().read().decode())")
    told = subprocess.run(
        ["/usr/bin/python3", "-c", script, str(watched.socket), body],
        capture_output=True, text=True, user="nobody", timeout=60)
    assert json.loads(told.stdout)["by"] == "nobody", told.stderr
    assert watched.status_of("p/signed") == "met"


# --- held -------------------------------------------------------------------------

def held(daemon):
    return daemon.items("/v1/observations?held=true")


@pytest.fixture
def implausible(watched):
    """January is ten times what it was; February is no figure at all."""
    watched.write("own.csv", table(
        ("sales", "2020-01", "100", "2020-04-15"),
        ("sales", "2020-02", "-5", "2020-04-15"),
        ("sales", "2020-03", "11", "2020-04-15")))
    watched.polled()
    wait_until(lambda: len(held(watched)) == 2)
    return watched


def test_what_is_held_and_why(implausible):
    first, second = held(implausible)
    assert (first["indicator"], first["period"], first["value"]) == (
        "sales", "2020-01", 100)
    assert first["in_force"] == 10 and second["in_force"] == 12
    assert first["source"] == "own" and len(first["snapshot"]) == 64
    assert "domain" in second["held"] and first["quarantined"]
    assert implausible.status_of("p/sum") != "met"
    told = implausible.ctl("list", "held").stdout.splitlines()
    assert len(told) == 3 and told[1].split()[:4] == [
        str(first["id"]), "sales", "2020-01", "100"]
    assert implausible.ask("/v1/observations")[0] == 400


def test_accepting_one(implausible):
    number = held(implausible)[0]["id"]
    then = stamp(utc()) + "Z"
    wait_until(lambda: stamp(utc()) + "Z" > then)
    status, told, _ = post(implausible, f"observations/{number}/accept",
                           {"note": "a new plant"}, key="k")
    assert status == 200 and told["by"] == ME
    (item,) = told["items"]
    assert (item["id"], item["news"]) == (number, "accepted")
    assert [one["to"] for one in told["milestones"]] == ["met"]
    assert [item["period"] for item in held(implausible)] == ["2020-02"]
    last = observed(implausible)[-1]
    assert last["accepts"] == number and last["by"] == ME
    assert last["note"] == "a new plant" and last["held"] is None
    # As of the recording before it was held.
    assert implausible.get(f"/v1/milestones/p/sum?recorded_as_of={then}")[
        "status"] != "met"
    status, again, headers = post(implausible, f"observations/{number}/accept",
                                  {"note": "a new plant"}, key="k")
    assert again == told and headers["Idempotency-Replayed"] == "true"
    status, told, _ = post(implausible, f"observations/{number}/accept",
                           {"note": "once more"})
    assert told["items"][0]["news"] == "already"
    implausible.stop()
    implausible.start().settled()
    assert implausible.status_of("p/sum") == "met"


def test_accepting_a_release(implausible):
    number = str(held(implausible)[1]["id"])
    told = implausible.ctl("accept", number, "--release", "-m", "all of it")
    assert told.returncode == 0 and told.stdout.count(": accepted") == 2
    assert held(implausible) == []


def test_what_somebody_said_is_a_release_of_one(watched):
    assert observe(watched, {"items": [{"period": "2020-03", "value": -3}]},
                   "sales")[0] == 200
    number = held(watched)[0]["id"]
    status, told, _ = post(watched, f"observations/{number}/accept",
                           {"note": "it is so", "release": True})
    assert status == 200
    assert [item["news"] for item in told["items"]] == ["accepted"]
    assert held(watched) == []


@pytest.mark.parametrize("number, body, status, words", [
    ("999", {"note": "x"}, 404, "held=true lists"),
    ("first", {"note": "x"}, 404, "is no number"),
    ("1", {"note": "x"}, 409, "is not held"),
    ("1", {}, 400, "note: is missing"),
    ("1", {"note": "x", "all": True}, 400, 'no member "all"'),
    ("1", {"note": "x", "release": 1}, 400, "release: true or false"),
])
def test_what_cannot_be_accepted(implausible, number, body, status, words):
    got, told, _ = post(implausible, f"observations/{number}/accept", body)
    assert got == status and words in told["detail"]
    assert len(held(implausible)) == 2


# --- pledgectl --------------------------------------------------------------------

def test_pledgectl_observes(watched):
    words = ("observe", "price", "2020-01", "2.5", "--published", "2020-03-01",
             "--evidence", "https://e", "-m", "seen", "--key", "k")
    for _ in range(2):
        told = watched.ctl(*words)
        assert told.returncode == 0, told.stderr
        assert told.stdout.splitlines() == [
            f"price, by {ME}", "  2020-01: new", "p/price: pending -> met"]
    told = watched.ctl("-o", "json", "observe", "sales", "2020-03", "-1",
                       "--provisional")
    assert json.loads(told.stdout)["items"][0]["news"] == "held"
    for words, status in ((("price",), 2), (("price", "2020-01"), 2),
                          (("none", "2020-01", "1"), 5),
                          (("price", "2020", "1"), 1)):
        assert watched.ctl("observe", *words).returncode == status
    assert watched.ctl("observe", "price", "2020", "1").stderr == (
        "pledgectl: 1 of 1 items cannot be taken, and so none was\n"
        '  item 1: period "2020" is not a month, as price has\n')


def test_a_table_from_a_file(watched):
    table = watched.folder / "typed.csv"
    table.write_bytes(b'\xef\xbb\xbfperiod,value,provisional,note\r\n'
                      b'2020-01,2.5,,"said ""so"",\nby post"\r\n\r\n'
                      b'2020-02,3,yes,')
    told = watched.ctl("observe", "price", "--file", table)
    assert told.returncode == 0, told.stderr
    first, second = observed(watched, "price")
    assert first["note"] == 'said "so",\nby post' and not first["provisional"]
    assert second["provisional"] and second["note"] is None
    for text, words in (("", "column names"), ("period,value\n", "no row"),
                        ("period,value\n2020-01\n", "number of cells"),
                        ("period,value\n2020-01,1,2\n", "number of cells"),
                        ('period,value\n2020-01,"1\n', "quote"),
                        ("period,value\n" + "2020-01,1\n" * 1001, "1000 rows")):
        table.write_text(text)
        told = watched.ctl("observe", "price", "--file", table)
        assert told.returncode == 2 and words in told.stderr, text
    table.write_text("period,value\n2020-03,x\n2020-04,1\n")
    told = watched.ctl("observe", "price", "--file", table)
    assert told.returncode == 1 and "item" in told.stderr
    assert len(observed(watched, "price")) == 2
