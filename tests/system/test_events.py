"""Events as they come and as they came: the stream, its resumption, its filters,
and pages."""
import csv
import io
import json
import re
import sqlite3
import time

import pytest

from daemon import (UnixConnection, milestone, register, source, table, utc,
                    wait_until)

FAR = "2099-01-01"
STREAM = {"Accept": "text/event-stream"}
PAGE = {"Accept": "application/json"}


class Listener:
    """A stream of server-sent events, read block by block."""

    def __init__(self, daemon, query="", headers=None):
        self.connection = UnixConnection(daemon.socket)
        self.connection.request("GET", "/v1/events" + query,
                                headers=STREAM if headers is None else headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["content-type"] == "text/event-stream"
        self.last = None
        self.blocks = []

    def block(self):
        """The lines of one block, without its end."""
        lines = []
        while True:
            line = self.answer.readline().decode()
            assert line.endswith("\n"), f"cut off behind {lines}"
            if line == "\n":
                return lines
            lines.append(line[:-1])

    def next(self):
        """The next event as (id, kind, object): what has data is one. It comes
        at once, not with the next sign of life."""
        end = time.monotonic() + 12
        while True:
            lines = self.block()
            assert lines[0] != ": still here", "what was expected did not come"
            fields = dict(line.split(": ", 1) for line in lines
                          if not line.startswith(":"))
            self.last = fields["id"]
            if "data" in fields:
                assert time.monotonic() < end, "it came late"
                return int(fields["id"]), fields["event"], json.loads(
                    fields["data"])

    def close(self):
        self.answer.close()
        self.connection.close()


@pytest.fixture
def listen(daemon):
    """Listeners that are hung up at the end."""
    opened = []

    def one(query="", headers=None):
        opened.append(Listener(daemon, query, headers))
        return opened[-1]
    yield one
    for listener in opened:
        listener.close()


def page(daemon, query=""):
    status, _, body = daemon.ask("/v1/events" + query, headers=PAGE)
    assert status == 200, body
    return json.loads(body)


def start(daemon, *more):
    daemon.configure(register([milestone("one", FAR), *more]))
    return daemon.start().settled()


def figure(daemon, value, hour):
    """One more vintage of what p/one rests on."""
    daemon.write("own.csv", table(value).replace("T12:", f"T{12 + hour}:"))
    daemon.polled()


def events_on_disk(daemon):
    base = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                           uri=True)
    try:
        return [number for number, in base.execute(
            "SELECT id FROM event ORDER BY id")]
    finally:
        base.close()


# --- the stream ---------------------------------------------------------------------

def test_events_as_they_come(daemon, listen):
    start(daemon, milestone("missed", "2024-01-31"))
    wait_until(lambda: page(daemon)["items"])
    before = page(daemon)["items"]
    listener = listen()
    assert listener.answer.headers["cache-control"] == "no-store"
    # At once a place to go on from, and nothing of what was before.
    assert listener.block() == [": pledged", f"id: {before[-1]['event']}"]
    figure(daemon, 1, 1)
    number, kind, event = listener.next()
    assert (kind, event["kind"], event["milestone"]) == (
        "met", "met", "p/one")
    assert number == event["event"] > before[-1]["event"]
    assert number in events_on_disk(daemon)
    assert page(daemon)["items"][:len(before) + 1] == before + [event]
    number, _, event = listener.next()
    assert event["milestone"] == "p/missed"
    figure(daemon, 0, 2)
    assert listener.next()[0] == number + 1


def test_a_page_is_asked_for_and_all_else_gets_the_stream(daemon, listen):
    start(daemon)
    for headers in ({}, {"Accept": "*/*"}, STREAM,
                    {"Accept": "text/event-stream, application/json"}):
        listen(headers=headers)
    status, headers, _ = daemon.ask("/v1/events", headers=PAGE)
    assert status == 200 and headers["content-type"] == "application/json"
    status, headers, body = daemon.ask("/v1/events", "HEAD", STREAM)
    assert (status, body) == (200, b"")
    assert headers["content-type"] == "text/event-stream"


def test_resumes_where_it_was_cut_off(daemon, listen):
    start(daemon)
    listener = listen()
    listener.block()
    figure(daemon, 1, 1)
    seen = [listener.next()[0]]
    daemon.kill()
    daemon.start().settled()
    for hour in range(2, 6):
        figure(daemon, hour % 2, hour)
    for how in ({"headers": {**STREAM, "Last-Event-ID": str(seen[0])}},
                {"query": f"?last_event_id={seen[0]}"}):
        again, numbers = listen(**how), list(seen)
        while numbers[-1] != events_on_disk(daemon)[-1]:
            numbers.append(again.next()[0])
        assert numbers == [n for n in events_on_disk(daemon) if n >= seen[0]]
        assert len(numbers) > 2
    # From the very first on; and a number that never was is "from now on".
    first = listen("?last_event_id=0")
    assert [first.next()[0] for _ in events_on_disk(daemon)] == (
        events_on_disk(daemon))
    beyond = listen("?last_event_id=4000000")
    assert beyond.block()[1] == f"id: {events_on_disk(daemon)[-1]}"


def test_since_begins_before_now(daemon, listen):
    start(daemon, milestone("missed", "2024-01-31"))
    all_of_them = wait_until(lambda: page(daemon)["items"])
    listener = listen("?since=" + all_of_them[0]["time"])
    assert listener.next()[2] == all_of_them[0]
    assert listen("?since=2020-01-01").next()[2] == all_of_them[0]
    later = listen("?since=2098-01-01")
    assert later.block()[1] == f"id: {events_on_disk(daemon)[-1]}"


FILTERS = [
    ("kind=met", {"p/one"}), ("kind=m*", {"p/one"}),
    ("kind=met&kind=source_failing", {"p/one", "broken"}),
    ("class=operator", {"broken"}), ("class=audience", {"p/one", "p/two"}),
    ("severity=critical", {"p/two"}), ("subject=p/*", {"p/one", "p/two"}),
    ("subject=broken", {"broken"}), ("source=broken", {"broken"}),
    ("milestone=p/t*", {"p/two"}), ("obligor=us&severity=warning", {"p/one"}),
    ("obligor=them", set()), ("label.sector=trade", {"p/one", "p/two"}),
    ("label.sector=defence", set()), ("status=not_met", {"p/two"}),
    ("id=p/one", {"p/one"}), ("due_after=2090-01-01", {"p/one"}),
]


def test_filters(daemon, listen):
    daemon.configure(register(
        [milestone("one", FAR), milestone("two", "2024-01-31", "critical",
                                          "last(report) >= 5")],
        sources=[source(), source("broken", "file:none.csv")]))
    daemon.start().settled()
    for _ in range(3):
        daemon.polled("broken")
    figure(daemon, 1, 1)
    wait_until(lambda: {"p/one", "p/two", "broken"} <= {
        item.get("milestone") or item.get("source")
        for item in page(daemon)["items"]})
    for query, want in FILTERS:
        items = page(daemon, "?" + query)["items"]
        # Where a second has passed between the figures, one is a revision.
        assert {item.get("milestone") or item.get("source")
                for item in items if "indicator" not in item} == want, query
        listener = listen("?last_event_id=0&" + query)
        assert [listener.next()[2] for _ in items] == items, query
        listener.close()
    # What is passed over is passed over, and what comes behind it is heard.
    heard = listen("?kind=m*&severity=critical")
    heard.block()
    for hour, value in ((2, 0), (3, 1), (4, 5)):
        figure(daemon, value, hour)
    assert heard.next()[1:2] == ("met_late",)


REFUSED = [
    ("?kind=mett", 'kind: there is no kind "mett", did you mean "met"?'),
    ("?severity=dire", 'severity: "dire" is none: info, warning, critical'),
    ("?status=fine", 'status: there is no status "fine"'),
    ("?limit=3", 'there is no parameter "limit" here: only a page takes it '
     '(Accept: application/json)'),
    ("?nix=3", 'there is no parameter "nix" here'),
    ("?last_event_id=-1", 'last_event_id: "-1" is not the id of an event'),
    ("?last_event_id=x", 'last_event_id: "x" is not the id of an event'),
    ("?since=soon", 'since: "soon" is not a date or time'),
]


def test_what_makes_no_sense_is_refused(daemon):
    start(daemon)
    for query, want in REFUSED:
        status, headers, body = daemon.ask("/v1/events" + query, headers=STREAM)
        assert status == 400, query
        assert headers["content-type"] == "application/problem+json"
        assert want in json.loads(body)["detail"]
    for query in ("?last_event_id=3", "?limit=0", "?cursor=x", "?until=soon"):
        assert daemon.ask("/v1/events" + query, headers=PAGE)[0] == 400


def test_so_many_listen_and_no_more(daemon, listen):
    start(daemon)
    listeners = [listen() for _ in range(64)]
    status, _, body = daemon.ask("/v1/events", headers=STREAM)
    assert status == 503 and "64 listen" in json.loads(body)["detail"]
    assert daemon.get("/v1/status")["state"] == "watching"
    for listener in listeners:
        listener.block()
    figure(daemon, 1, 1)
    assert {listener.next()[1] for listener in listeners} == {"met"}
    listeners[7].close()
    wait_until(lambda: open_again(daemon))


def open_again(daemon):
    """Whether one more is let in."""
    connection = UnixConnection(daemon.socket)
    try:
        connection.request("GET", "/v1/events", headers=STREAM)
        return connection.getresponse().status == 200
    finally:
        connection.close()


# --- pages -----------------------------------------------------------------------------

def test_pages(daemon):
    start(daemon, milestone("missed", "2024-01-31"))
    for hour in range(1, 6):
        figure(daemon, hour % 2, hour)
    whole = page(daemon)
    numbers = [item["event"] for item in whole["items"]]
    assert numbers == sorted(events_on_disk(daemon)) and whole["next"] is None
    paged, cursor = [], ""
    while cursor is not None:
        part = page(daemon, "?limit=2" + cursor)
        assert len(part["items"]) <= 2
        paged += part["items"]
        cursor = part["next"] and f"&cursor={part['next']}"
    assert paged == whole["items"]
    last = whole["items"][-1]["time"]
    assert page(daemon, f"?until={last}")["items"] == whole["items"]
    assert page(daemon, f"?since={last}")["items"] == [
        item for item in whole["items"] if item["time"] == last]
    assert page(daemon, f"?since={utc().date()}") == whole
    assert page(daemon, "?since=2098-01-01")["items"] == []
    assert page(daemon, "?until=2020-01-01")["items"] == []


def as_rows(daemon, path, accept="text/csv"):
    """(rows, the next page or None) of events as a table."""
    status, headers, body = daemon.ask(path, headers={"Accept": accept})
    assert status == 200 and headers["content-type"].startswith("text/csv")
    link = headers["link"]
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""))), \
        link and re.fullmatch(r'<(.*)>; rel="next"', link)[1]


def test_as_a_table(daemon, listen):
    start(daemon, milestone("missed", "2024-01-31"))
    for hour in range(1, 4):
        figure(daemon, hour % 2, hour)
    whole = page(daemon)["items"]
    for path, accept in (("/v1/events", "text/csv"),
                         ("/v1/events?format=csv", "text/event-stream"),
                         ("/v1/events", "text/csv, text/event-stream;q=0.5")):
        rows, following = as_rows(daemon, path, accept)
        assert following is None
        # Not each is about a milestone.
        names = ("kind", "milestone", "source", "to", "reason")
        assert [[row["event"], *map(row.get, names)] for row in rows] == [
            [str(item["event"]), *(item.get(name) or "" for name in names)]
            for item in whole]
    rows, path = [], "/v1/events?limit=2&format=csv"
    while path is not None:
        more, path = as_rows(daemon, path)
        assert len(more) <= 2
        rows += more
    assert [int(row["event"]) for row in rows] == [item["event"] for item in whole]
    rows, _ = as_rows(daemon, "/v1/events?format=csv&milestone=p/one")
    assert {row["milestone"] for row in rows} == {"p/one"}
    # As welcome as a table, and more so.
    listen(headers={"Accept": "text/event-stream, text/csv"})
    status, _, body = daemon.ask("/v1/events?format=xml", headers=STREAM)
    assert status == 400 and b"format" in body
    status, _, body = daemon.ask("/v1/events?last_event_id=1", headers={
        "Accept": "text/csv"})
    assert status == 400 and b"only a stream" in body
