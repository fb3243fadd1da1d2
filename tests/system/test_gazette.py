"""Documents from a source, and what people attest over the socket."""
import getpass
import json
import sqlite3

import pytest

from daemon import milestone, run, stamp, utc, wait_until

NOTICES = ('{ id = "own"; url = "file:own.json"; format = "json"; every = "1h"; '
           'indicator = "gazette"; extract = ".[]"; }')
TODAY = utc().date().isoformat()


def register(*milestones, attestations=""):
    return ('instruments = ( { id = "i"; timezone = "UTC"; '
            'signed = "2020-01-01"; } );\n'
            'indicators = ( { id = "gazette"; kind = "documents"; } );\n'
            f"sources = ( {NOTICES} );\n"
            'pledges = ( { id = "p"; instrument = "i"; milestones = (\n'
            + ",\n".join(milestones) + "\n); } );\n" + attestations)


def matching(pattern):
    return 'exists(gazette, \\"%s\\")' % pattern


def notice(key, title, day, **more):
    return {"key": key, "title": title, "period": day, **more}


def publish(daemon, *notices):
    daemon.write("own.json", json.dumps(notices))


@pytest.fixture
def gazette(daemon):
    publish(daemon, notice("n1", "Rules on trade", "2020-03-01"),
            notice("n2", "On LICENCES", "2020-05-09", text="for banks",
                   url="http://gazette.example/2"))
    daemon.configure(register(
        milestone("law", "2020-06-30", benchmark=matching("licences")),
        milestone("ban", "2020-06-30", benchmark=matching("embargo")),
        milestone("later", "2099-01-01", benchmark=matching("tariff")),
        milestone("signed", "2099-01-01",
                  benchmark='attested(\\"adopted\\")'),
        milestone("two", "2099-01-01",
                  benchmark='attested(\\"adopted\\", 2)')))
    daemon.start().settled()
    # The answers are the memory's at once; the lists are what is committed.
    wait_until(lambda: daemon.items("/v1/indicators/gazette/observations"))
    return daemon


def test_presence_and_absence(gazette):
    law = gazette.get("/v1/milestones/p/law")
    assert (law["status"], law["event_date"]) == ("met", "2020-05-09")
    # Read to the end after the due date: it is known that there is none.
    assert gazette.status_of("p/ban") == "not_met"
    assert gazette.status_of("p/later") == "pending"
    items = gazette.items("/v1/indicators/gazette/observations")
    assert [(item["key"], item["title"], item["period"]) for item in items] == [
        ("n1", "Rules on trade", "2020-03-01"),
        ("n2", "On LICENCES", "2020-05-09")]
    assert items[1]["url"] == "http://gazette.example/2"
    assert items[1]["text_bytes"] == len("for banks")
    kinds = {item["id"]: item["kind"]
             for item in gazette.items("/v1/indicators")}
    assert kinds == {"gazette": "documents"}


def test_what_is_published_later_and_what_is_listed_no_more(gazette):
    # The list has moved on: what it holds no longer is not withdrawn.
    publish(gazette, notice("n3", "Tariff cut", TODAY, published=stamp(utc(-5))),
            notice("n4", "A new embargo", "2020-06-29"))
    gazette.polled()
    wait_until(lambda: gazette.status_of("p/ban") == "met")
    assert gazette.status_of("p/law") == "met"
    # Dated today, it counts when the day is over.
    assert gazette.status_of("p/later") == "pending"
    # What is in memory alone is read again; killed is what has been committed.
    wait_until(lambda: "n4" in [item["key"] for item in gazette.items(
        "/v1/indicators/gazette/observations")])
    before = gazette.items("/v1/milestones")
    gazette.kill()
    gazette.start().settled()
    assert [(item["id"], item["status"], item["since"])
            for item in gazette.items("/v1/milestones")] == [
        (item["id"], item["status"], item["since"]) for item in before]
    # As it was known before: assumed known when we fetched it.
    past = gazette.get("/v1/milestones/p/law?as_of=2021-01-01")
    assert (past["status"], past["knowledge"]) == ("unverified", "no_data")


def test_explained_by_what_was_found_and_said(gazette):
    wait_until(lambda: gazette.status_of("p/law") == "met")
    tree = gazette.get("/v1/milestones/p/law/explain")["tree"]
    (found,) = tree["witnesses"]
    assert found == {"kind": "document", "id": "n2", "text": "On LICENCES",
                     "url": "http://gazette.example/2", "truth": True,
                     "at": "2020-05-09T23:59:59+00:00"}
    nothing = gazette.get("/v1/milestones/p/ban/explain")
    assert nothing["tree"]["truth"] is False
    assert "witnesses" not in nothing["tree"]
    for answer, truth in (("yes", True), ("no", False)):
        assert gazette.ctl(*["attest", "p/signed", "adopted", "--on",
                             "2020-05-01", "--evidence", "http://e.example/",
                             "-m", "seen"],
                           *(["--no"] if answer == "no" else [])
                           ).returncode == 0
        said = gazette.get("/v1/milestones/p/signed/explain")
        (witness,) = said["tree"]["witnesses"]
        assert (witness["kind"], witness["truth"]) == ("attestation", truth)
        assert (witness["id"], witness["text"]) == (getpass.getuser(), "seen")
        assert said["tree"]["truth"] is truth
    told = gazette.ctl("explain", "p/signed")
    assert (f"\n  attestation {getpass.getuser()} says no: seen, 2020-05-01, "
            "http://e.example/\n") in told.stdout
    told = gazette.ctl("explain", "p/law")
    assert ("\n  document n2: On LICENCES, 2020-05-09, "
            "http://gazette.example/2\n") in told.stdout
    entries = [entry for entry in gazette.items(
        "/v1/milestones/p/signed/history") if entry["kind"] == "change"]
    assert {entry["cause"] for entry in entries[1:]} == {"attestation"}
    assert "attests adopted, of 2020-05-01" in entries[1]["because"]
    publish(gazette, notice("n4", "A new embargo", "2020-06-29"))
    gazette.polled()
    wait_until(lambda: gazette.status_of("p/ban") == "met")
    last = wait_until(lambda: [
        entry for entry in gazette.items("/v1/milestones/p/ban/history")
        if entry["to"] == "met"])[0]
    assert (last["cause"], last["because"]) == (
        "document", "gazette: A new embargo")


def test_a_document_that_says_something_else_is_a_revision(gazette):
    publish(gazette, notice("n1", "Rules on trade", "2020-03-01"),
            notice("n2", "On something else", "2020-05-09"))
    gazette.polled()
    wait_until(lambda: gazette.status_of("p/law") == "not_met")
    # The status is the memory's, the vintages are what has been committed.
    wait_until(lambda: [(item["id"], item["key"]) for item in gazette.items(
        "/v1/indicators/gazette/observations")] == [
            (1, "n1"), (2, "n2"), (3, "n2")])


def test_a_row_at_fault_leaves_absence_unknown(daemon):
    publish(daemon, notice("n1", "Rules", "2020-03-01"),
            {"key": "n2", "title": "Undated rules", "period": "some day"})
    daemon.configure(register(
        milestone("ban", "2020-06-30", benchmark=matching("embargo"))))
    daemon.start().settled()
    ban = daemon.get("/v1/milestones/p/ban")
    assert ban["status"] == "unverified"
    assert "was not read past 2020-06-30" in ban["reason"]
    publish(daemon, notice("n1", "Rules", "2020-03-01"))
    daemon.polled()
    wait_until(lambda: daemon.status_of("p/ban") == "not_met")


def attest(daemon, name="p/signed", **body):
    status, _, answer = daemon.ask(f"/v1/milestones/{name}/attestations", "POST",
                                   body=json.dumps(body))
    return status, json.loads(answer)


SAID = {"key": "adopted", "attested": True, "evidence": "https://e.example/1"}


def test_an_attestation_is_kept_before_it_is_answered(gazette):
    status, answer = attest(gazette, on="2020-03-04", note="seen", **SAID)
    gazette.kill()
    assert status == 200 and not answer["again"]
    assert (answer["by"], answer["status"]) == (getpass.getuser(), "met")
    gazette.start().settled()
    signed = gazette.get("/v1/milestones/p/signed")
    assert (signed["status"], signed["event_date"]) == ("met", "2020-03-04")
    assert len(signed["attestations"]) == 1
    said = signed["attestations"][0]
    assert (said["key"], said["by"], said["attested"], said["on"]) == (
        "adopted", getpass.getuser(), True, "2020-03-04")
    assert (said["evidence"], said["note"]) == ("https://e.example/1", "seen")
    assert said["standing"]
    # Said again to the letter, nothing new is kept.
    status, answer = attest(gazette, on="2020-03-04", note="seen", **SAID)
    assert status == 200 and answer["again"]
    assert len(answer["attestations"]) == 1
    # The same person is no second one.
    status, answer = attest(gazette, "p/two", **SAID)
    assert status == 200 and answer["status"] == "pending"
    # Taken back for that day, it never was.
    status, answer = attest(gazette, key="adopted", attested=False,
                            on="2020-03-04", note="I was wrong")
    assert status == 200 and answer["status"] == "pending"
    assert [said["standing"] for said in answer["attestations"]] == [
        False, True]
    gazette.stop()
    assert gazette.offline("rebuild").returncode == 0
    with sqlite3.connect(gazette.folder / "state" / "pledged.db") as db:
        assert db.execute("SELECT count(*) FROM attestation").fetchone() == (3,)
        assert db.execute("SELECT who, subject, note FROM action "
                          "WHERE what = 'attest' ORDER BY id").fetchall()[0] == (
            getpass.getuser(), "p/signed", "adopted: yes: seen")


@pytest.mark.parametrize("name, body, status, words", [
    ("p/signed", {**SAID, "key": "adoptd"}, 422,
     'does not ask for "adoptd", did you mean "adopted"?'),
    ("p/law", SAID, 422, 'the benchmark of p/law does not ask for "adopted"'),
    ("p/signed", {**SAID, "on": "2999-01-01"}, 422, "has not happened yet"),
    ("p/signed", {**SAID, "on": "soon"}, 400, "on: a date is expected"),
    ("p/signed", {**SAID, "evidence": ""}, 400, "evidence: is missing"),
    ("p/signed", {**SAID, "attested": "yes"}, 400, "attested: true or false"),
    ("p/signed", {**SAID, "who": "me"}, 400, 'no member "who"'),
    ("p/signed", {**SAID, "note": "x" * 4001}, 400, "longer than 4000"),
    ("p/signed", {"attested": True}, 400, "key: is missing"),
    ("p/signed", {"key": "adopted"}, 400, "attested: is missing"),
    ("p/signed", [], 400, "not a JSON object"),
    ("p/none", SAID, 404, 'no milestone "p/none"')])
def test_what_cannot_be_attested(gazette, name, body, status, words):
    got, _, answer = gazette.ask(f"/v1/milestones/{name}/attestations", "POST",
                                 body=json.dumps(body))
    assert got == status and words in json.loads(answer)["detail"]
    assert gazette.get("/v1/milestones/p/signed")["attestations"] == []


def test_pledgectl_attests(gazette):
    words = ["attest", "p/signed", "adopted", "--evidence", "https://e",
             "-m", "seen it", "--on", "2020-03-04"]
    told = gazette.ctl(*words)
    me = getpass.getuser()
    assert (told.returncode, told.stdout) == (
        0, f'{me} says yes to "adopted"; p/signed is met\n')
    assert gazette.ctl(*words).stdout == (
        f'{me} has said yes to "adopted" already; p/signed is met\n')
    told = gazette.ctl("attest", "p/signed", "adopted", "--no", "-m", "repealed",
                       "-o", "json")
    assert json.loads(told.stdout)["attestations"][1]["note"] == "repealed"
    assert gazette.ctl("attest", "p/signed", "adopted").returncode == 2
    assert gazette.ctl("attest", "p/signed").returncode == 2
    told = gazette.ctl("attest", "p/none", "x", "--no", "-m", "y")
    assert told.returncode == 5 and 'no milestone "p/none"' in told.stderr
    assert gazette.ctl("list", "--no").returncode == 2


def test_attestations_of_the_register_come_and_go(gazette):
    said = ('attestations = ( { milestone = "p/two"; key = "adopted"; '
            'by = "anna"; on = "2020-03-04"; } );')
    plain = (gazette.folder / "register.conf").read_text()
    attest(gazette, "p/two", on="2020-03-06", **SAID)
    gazette.write("register.conf", plain + said)
    assert gazette.ctl("reload").returncode == 0
    wait_until(lambda: gazette.status_of("p/two") == "met")
    two = gazette.get("/v1/milestones/p/two")
    assert two["event_date"] == "2020-03-06"
    assert [item["by"] for item in two["attestations"]] == [
        "anna", getpass.getuser()]
    gazette.stop()
    gazette.write("register.conf", plain)
    gazette.start().settled()
    wait_until(lambda: gazette.status_of("p/two") == "pending")
    assert len(gazette.get("/v1/milestones/p/two")["attestations"]) == 1


FORMS = [
    ("html", 'rows = "//li"; columns = { title = "."; };',
     "<html><body><form>Who are you?</form></body></html>"),
    ("xml", 'rows = "//notice"; columns = { title = "."; };', "<notices/>"),
    ("feed", "", '<rss version="2.0"><channel><title>G</title></channel></rss>'),
    ("csv", 'extract = "SELECT key, title FROM data";', "key,title\n"),
    ("json", 'extract = ".notices[]";', '{"notices": []}'),
    ("text", 'extract = "^No\\\\. (?<title>.+)$";', "We are busy, try later"),
]


@pytest.mark.parametrize("form, program, body", FORMS,
                         ids=[form for form, _, _ in FORMS])
def test_nothing_at_all_is_no_absence(daemon, origin, form, program, body):
    """A login in place of the list, an empty table, a feed that was reset."""
    origin.answers["/d"] = body
    daemon.configure(register(
        milestone("ban", "2020-06-30", benchmark=matching("embargo"))).replace(
            NOTICES, '{ id = "own"; url = "%s"; format = "%s"; every = "1h"; '
            'indicator = "gazette"; %s }' % (origin.url("/d"), form, program)))
    daemon.start().settled()
    source = daemon.polled()[1]
    assert source["outcome"] in ("changed", "unchanged"), source
    assert "nothing was found in it" in source["error"]
    assert daemon.status_of("p/ban") == "unverified"
    daemon.stop()
    daemon.start().settled()
    assert daemon.status_of("p/ban") == "unverified"


@pytest.mark.parametrize("form, program, body", FORMS,
                         ids=[form for form, _, _ in FORMS])
def test_nothing_is_an_answer_where_it_may_be(daemon, origin, form, program,
                                              body):
    origin.answers["/d"] = body
    daemon.configure(register(
        milestone("ban", "2099-06-30", benchmark=matching("embargo")),
        milestone("past", "2020-06-30", benchmark=matching("embargo"))).replace(
            NOTICES, '{ id = "own"; url = "%s"; format = "%s"; every = "1h"; '
            'indicator = "gazette"; may_be_empty = true; lists = "all"; %s }'
            % (origin.url("/d"), form, program)))
    daemon.start().settled()
    assert daemon.polled()[1]["error"] is None
    for _ in range(2):
        assert daemon.status_of("p/past") == "not_met"
        assert daemon.status_of("p/ban") == "pending"
        daemon.stop()
        assert "not_met" in daemon.offline("assess", "--fetch", "p/past").stdout
        daemon.start().settled()


def test_what_match_leaves_out_was_there(daemon, origin):
    """A feed of which nothing matches is read well, and tells an absence."""
    item = "<item><title>%s</title><guid>%d</guid><pubDate>%s</pubDate></item>"
    listed = item % ("Rules on trade", 1, "Sun, 01 Mar 2020 10:00:00 GMT")
    origin.answers["/d"] = ('<rss version="2.0"><channel><title>G</title>'
                            f"{listed}</channel></rss>")
    daemon.configure(register(
        milestone("ban", "2099-06-30", benchmark=matching("embargo")),
        milestone("old", "2020-06-30", benchmark=matching("embargo"))).replace(
            NOTICES, '{ id = "own"; url = "%s"; format = "feed"; every = "1h"; '
            'indicator = "gazette"; match = "embargo"; }' % origin.url("/d")))
    told = daemon.offline("source", "test", "own").stdout
    assert "0 documents would be taken, 1 that match leaves out" in told
    daemon.start().settled()
    assert daemon.polled()[1]["error"] is None
    assert daemon.status_of("p/ban") == "pending"
    # Of what was before the first thing it listed nothing is known.
    assert daemon.status_of("p/old") == "unverified"


def test_a_list_that_becomes_empty_tells_nothing_more(gazette):
    assert gazette.status_of("p/ban") == "not_met"
    publish(gazette)
    assert "nothing was found in it" in gazette.polled()[1]["error"]
    assert gazette.status_of("p/ban") == "not_met"
    assert gazette.status_of("p/law") == "met"
