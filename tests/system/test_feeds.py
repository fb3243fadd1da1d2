"""The calendar and the feed, held against programs that read such things, and
against what the daemon says elsewhere.
"""
import http.client
import json
import re
import sqlite3
import threading
from xml.etree import ElementTree

import pytest

from daemon import milestone, register, table, utc, wait_until

HOSTILE = 'Law, part 1; \\ "x"\r\nBEGIN:VALARM <b>& \u202etxet \uffff'
ATOM = "{http://www.w3.org/2005/Atom}"
NINE = "last(report) >= 9"
NONE = "last(report) >= 0"


def started(daemon, milestones, **more):
    daemon.configure(register(milestones), **more)
    return daemon.start().settled()


def reloaded(daemon, milestones):
    daemon.write("register.conf", register(milestones))
    status, answer = daemon.post("/v1/reload")
    assert status == 200, answer


def titled(title):
    return f"title = {json.dumps(title, ensure_ascii=False)};"


# --- the calendar -----------------------------------------------------------------

def fetched(daemon, query=""):
    status, headers, body = daemon.ask("/calendar.ics" + query)
    assert status == 200, body
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    return headers, body


def entries(daemon, query=""):
    """UID without the store's name → component, the whole looked at."""
    icalendar = pytest.importorskip("icalendar")
    _, body = fetched(daemon, query)
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    whole = icalendar.Calendar.from_ical(body)
    assert (whole["VERSION"], whole["CALSCALE"]) == ("2.0", "GREGORIAN")
    assert "METHOD" not in whole and not whole.errors
    found = {}
    for event in whole.walk("VEVENT"):
        assert not event.errors and not event.subcomponents
        name, at, store = event["UID"].rpartition("@")
        assert at and re.fullmatch("[0-9a-f]{16}", store)
        assert name not in found
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
        found[name] = event
    return found


def test_calendar(daemon):
    started(daemon, [
        milestone("day", "2098-12-31", severity="critical", benchmark=NINE),
        milestone("hour", "2098-03-01T00:01", benchmark=NONE,
                  more=titled(HOSTILE)),
        milestone("gone", "2098-12-30", more=(
            'withdrawn = { on = "2020-01-01"; reason = "r"; };')),
        milestone("unknown", 'met(\\"p/day\\") + 60d', benchmark=NINE),
    ])
    found = entries(daemon)
    assert set(found) == {"p/day", "p/hour", "p/gone"}
    day, hour, gone = (found[f"p/{name}"] for name in ("day", "hour", "gone"))
    assert day["DTSTART"].to_ical() == b"20981231"
    assert day["DTSTART"].params["VALUE"] == "DATE"
    assert hour["DTSTART"].to_ical() == b"20980301T000100Z"
    assert day["SUMMARY"] == "○ Promise: day (pending)"
    assert "Status: pending\nDue: 2098-12-31\nPledge: Promise\nObligor: us" in (
        day["DESCRIPTION"])
    assert (day["PRIORITY"], day["STATUS"], day["SEQUENCE"]) == (
        1, "CONFIRMED", 0)
    assert day["TRANSP"] == "TRANSPARENT"
    assert set(day["CATEGORIES"].cats) == {"pending", "critical", "us", "i"}
    assert gone["STATUS"] == "CANCELLED"
    assert hour["SUMMARY"].startswith('✓ Law, part 1; \\ "x" BEGIN:VALARM <b>& ')
    assert hour["SUMMARY"].endswith(" (met)")
    assert "\u202e" not in hour["SUMMARY"]
    since = daemon.get("/v1/milestones/p/day")["since"]
    assert day["DTSTAMP"].to_ical().decode() == re.sub("[-:]", "", since)


def test_the_same_for_the_same_facts(daemon):
    started(daemon, [milestone("one", "2098-12-31", benchmark=NINE)])
    headers, body = fetched(daemon)
    status, again, nothing = daemon.ask("/calendar.ics", headers={
        "If-None-Match": f'"old", {headers["ETag"]}'})
    assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"])
    daemon.stop()
    daemon.start().settled()
    assert fetched(daemon)[1] == body
    daemon.stop()
    state = sqlite3.connect(daemon.folder / "state" / "pledged.db")
    state.execute("UPDATE milestone_state SET since = 1600000000")
    state.commit()
    state.close()
    daemon.start().settled()
    assert entries(daemon)["p/one"]["DTSTAMP"].to_ical() == b"20200913T122640Z"
    daemon.write("own.csv", table(9).replace("T12:", "T13:"))
    daemon.polled()
    wait_until(lambda: daemon.status_of("p/one") == "met")
    assert fetched(daemon)[0]["ETag"] != headers["ETag"]
    assert entries(daemon)["p/one"]["SEQUENCE"] == 0


def test_terms_that_change(daemon):
    due = "2098-12-31"
    started(daemon, [milestone("one", due, benchmark=NINE),
                     milestone("two", due, benchmark=NINE)])
    before = entries(daemon)
    for sequence, changed in enumerate((
            milestone("one", "2099-06-30", benchmark=NINE),
            milestone("one", "2099-03-31", benchmark=NINE),
            milestone("one", "2099-03-31", benchmark="last(report) >= 8")), 1):
        reloaded(daemon, [changed, milestone("two", due, benchmark=NINE)])
        found = wait_until(lambda: (lambda now: now if now["p/one"]["SEQUENCE"]
                                    == sequence else None)(entries(daemon)))
        assert found["p/one"]["UID"] == before["p/one"]["UID"]
        assert (found["p/one"]["LAST-MODIFIED"].dt
                >= before["p/one"]["LAST-MODIFIED"].dt)
        assert found["p/two"].to_ical() == before["p/two"].to_ical()
    assert found["p/one"]["DTSTART"].to_ical() == b"20990331"
    daemon.stop()
    daemon.start().settled()
    assert entries(daemon)["p/one"]["SEQUENCE"] == 3


def test_amended_and_as_of(daemon):
    started(daemon, [milestone("one", "2021-12-31", benchmark=NINE, more=(
        'amended = ( { on = "2021-06-01"; due = "2098-03-31"; '
        'reason = "r"; } );'))])
    now = entries(daemon)["p/one"]
    assert now["DTSTART"].to_ical() == b"20980331"
    assert "Due: 2098-03-31, originally 2021-12-31" in now["DESCRIPTION"]
    then = entries(daemon, "?as_of=2021-01-31")["p/one"]
    assert then["DTSTART"].to_ical() == b"20211231"
    assert then["DTSTAMP"].to_ical() == b"20210131T235959Z"
    assert fetched(daemon, "?as_of=2021-01-31")[1] == fetched(
        daemon, "?as_of=2021-01-31")[1]


def test_filters_of_the_calendar(daemon):
    started(daemon, [
        milestone("kept", "2098-01-01", benchmark=NONE),
        milestone("ahead", "2098-02-01", severity="critical", benchmark=NINE)])
    for query, want in (("?status=pending", {"p/ahead"}),
                        ("?severity=warning", {"p/kept"}),
                        ("?obligor=us&label.sector=tr*", {"p/kept", "p/ahead"}),
                        ("?due_after=2098-01-15", {"p/ahead"}),
                        ("?obligor=nobody", set())):
        assert set(entries(daemon, query)) == want, query
    icalendar = pytest.importorskip("icalendar")
    _, body = fetched(daemon, "?obligor=no,body")
    whole = icalendar.Calendar.from_ical(body)
    assert whole["X-WR-CALNAME"] == "Deadlines (obligor=no,body)"
    assert [part.name for part in whole.subcomponents] == ["VTIMEZONE"]
    for query in ("?limit=3", "?status=none", "?as_of=x"):
        status, _, body = daemon.ask("/calendar.ics" + query)
        assert status == 400 and json.loads(body)["detail"], query


def test_a_recurring_one_has_an_entry_each(daemon):
    started(daemon, ['{ id = "law"; every = "quarter"; start = "2098-01-01"; '
                     'until = "2098-12-31"; due = "period_end + 45d"; '
                     f'benchmark = "{NINE}"; }}'])
    found = entries(daemon)
    assert set(found) == {f"p/law@2098-Q{i}" for i in (1, 2, 3, 4)}
    assert "2098-Q3" in found["p/law@2098-Q3"]["SUMMARY"]


def test_very_many_deadlines(daemon):
    """They are made over many turns; beyond a limit people are told so."""
    daemon.configure(register([milestone(f"m{i:05}", "2098-12-31",
                                         benchmark=NINE)
                               for i in range(10001)]), channels=())
    daemon.start()
    status, _, body = daemon.ask("/calendar.ics")
    assert status == 400 and "due_after" in json.loads(body)["detail"]
    _, body = fetched(daemon, "?id=p/m0[0-8]*")
    assert body.count(b"BEGIN:VEVENT") == 9000


def test_stopping_and_reloading_in_between(daemon):
    names = [milestone(f"m{i:04}", "2098-12-31", benchmark=NINE)
             for i in range(3000)]
    daemon.configure(register(names), channels=())
    daemon.start()
    answers = []

    def ask():
        for _ in range(6):
            try:
                answers.append(daemon.ask("/calendar.ics"))
            except (OSError, http.client.HTTPException):
                return
    asking = [threading.Thread(target=ask) for _ in range(4)]
    for one in asking:
        one.start()
    wait_until(lambda: len(answers) > 1)
    reloaded(daemon, [one.replace('"m', '"n') for one in names])
    wait_until(lambda: len(answers) > 8)
    assert daemon.stop() == 0
    for one in asking:
        one.join()
    for status, _, body in answers:
        assert status in (200, 503)
        found = set(re.findall(rb"UID:p/(.)(\d+)@", body))
        assert status == 503 or len(found) == 3000
        assert len({prefix for prefix, _ in found}) <= 1, "of two registers"


# --- the feed ---------------------------------------------------------------------

def feed(daemon, path="/feed.atom"):
    """Entries, newest first, and links; all looked at."""
    feedparser = pytest.importorskip("feedparser")
    status, headers, body = daemon.ask(path)
    assert status == 200, body
    assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(body)
    for name in ("id", "title", "updated"):
        for place in (root, *root.iter(ATOM + "entry")):
            assert len(place.findall(ATOM + name)) == 1
    assert root.find(f"{ATOM}author/{ATOM}name").text == "pledged"
    parsed = feedparser.parse(body)
    assert not parsed.bozo and parsed.version == "atom10"
    updated = [entry.updated for entry in parsed.entries]
    assert updated == sorted(updated, reverse=True)
    assert parsed.feed.updated == (updated or ["1970-01-01T00:00:00Z"])[0]
    links = {link.get("rel"): link.get("href")
             for link in root.findall(ATOM + "link")}
    return parsed.entries, links


def kinds(found):
    return [next(tag.term for tag in entry.tags
                 if tag.scheme == "urn:pledged:kind") for entry in found]


def eventful(daemon):
    """Three events of the first sight, and two of a figure that then comes."""
    yesterday = utc(-86400).date()
    daemon.write("own.csv", table(0, day="2021-01-01"))
    started(daemon, [
        milestone("met", "2098-12-31", benchmark=NONE, more=titled(HOSTILE)),
        milestone("missed", str(yesterday), severity="critical",
                  benchmark=NINE),
        milestone("late", str(yesterday), benchmark=NINE)])
    wait_until(lambda: len(feed(daemon)[0]) == 3)
    daemon.write("own.csv", table(9))
    daemon.polled()
    wait_until(lambda: len(feed(daemon)[0]) == 5)


def test_feed(daemon):
    eventful(daemon)
    found, links = feed(daemon)
    assert sorted(kinds(found)) == ["met", "met", "met", "slipped", "slipped"]
    assert len({entry.id for entry in found}) == 5
    slip = next(entry for entry in found if entry.title
                == "Slipped: Promise: missed")
    assert re.fullmatch("urn:pledged:[0-9a-f]{16}:event:[0-9]+", slip.id)
    assert {(tag.scheme.rpartition(":")[2], tag.term) for tag in slip.tags} == {
        ("kind", "slipped"), ("class", "audience"), ("severity", "critical"),
        ("milestone", "p/missed")}
    assert slip.content[0].value == "last(report) = 0, needs >= 9"
    (alternate,) = [link for link in slip.links if link.rel == "alternate"]
    assert alternate.href == "/milestones/p/missed"
    turned = next(entry for entry in found
                  if "not_met -> met: " in entry.content[0].value)
    assert turned.title.startswith("Met: Promise: ")
    hostile = next(entry for entry in found if "Law" in entry.title)
    assert "<b>&" in hostile.title.replace("&lt;", "<").replace("&amp;", "&")
    assert links == {"self": "/feed.atom", "first": "/feed.atom"}


def test_pages_of_the_feed(daemon):
    eventful(daemon)
    whole, _ = feed(daemon)
    paged, path = [], "/feed.atom?limit=2&class=aud%2A"
    while path is not None:
        found, links = feed(daemon, path)
        assert len(found) <= 2
        assert links["self"] == path
        assert links["first"] == "/feed.atom?limit=2&class=aud%2A"
        paged += found
        path = links.get("next")
    assert [entry.id for entry in paged] == [entry.id for entry in whole]


def test_filters_of_the_feed(daemon):
    eventful(daemon)
    for query, want in (("kind=slipped", 2), ("kind=met&kind=slipped", 5),
                        ("severity=critical", 2), ("subject=p/late", 2),
                        ("milestone=p/l*&kind=met", 1), ("obligor=us", 5),
                        ("label.sector=none", 0), ("class=operator", 0)):
        found, _ = feed(daemon, "/feed.atom?" + query)
        assert len(found) == want, query
    for query in ("kind=none", "colour=red", "limit=0", "cursor=x"):
        status, _, body = daemon.ask("/feed.atom?" + query)
        assert status == 400 and json.loads(body)["detail"], query


def test_the_feed_asked_again(daemon):
    eventful(daemon)
    _, headers, body = daemon.ask("/feed.atom")
    status, _, nothing = daemon.ask("/feed.atom", headers={
        "If-None-Match": headers["ETag"]})
    assert (status, nothing) == (304, b"")
    daemon.stop()
    daemon.start().settled()
    assert daemon.ask("/feed.atom")[2] == body
    assert daemon.ask("/feed.atom", "HEAD")[2] == b""


def test_an_empty_feed(daemon):
    started(daemon, [milestone("one", "2098-12-31", benchmark=NINE)])
    assert feed(daemon)[0] == []
