"""The OpenAPI document: it is what the daemon serves, takes and answers.

Its endpoints are held against the program's table, its parameters against what
is refused, its schemas against the answers of a daemon that has something of
everything.
"""
import collections
import csv
import io
import json
import re
import urllib.parse

import jsonschema
import pytest

import daemon as daemons
from daemon import DESK, HOOK, LOG, SOURCE, milestone, wait_until

DOCUMENT = json.loads(
    (SOURCE / "src" / "pledged" / "web" / "openapi.json").read_text())
ENDPOINTS = re.findall(r'^\t\{SERVER_(\w+), "([^"]+)"', (
    SOURCE / "src" / "pledged" / "api.c").read_text(), re.M)
# Parameters that the table itself says.
WORDS = {word for words in re.findall(r'^\t(?:\{SERVER.*|\t)"([a-z_ ]+)"\},$', (
    SOURCE / "src" / "pledged" / "api.c").read_text(), re.M) for word in words.split()}
FORMATS = jsonschema.FormatChecker(())
FORMATS.checks("date")(lambda word: not isinstance(word, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\d", word)))
FORMATS.checks("date-time")(lambda word: not isinstance(word, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", word)))

Operation = collections.namedtuple("Operation", "method path what")
OPERATIONS = [Operation(method.upper(), path, what)
              for path, item in DOCUMENT["paths"].items()
              for method, what in item.items()]


def title(operation):
    return f"{operation.method} {operation.path}"


def resolved(thing):
    while "$ref" in thing:
        part = DOCUMENT
        for name in thing["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        thing = part
    return thing


def parameters(operation, where="query"):
    return [one for one in map(resolved, operation.what.get("parameters", ()))
            if one["in"] == where]


def validator(schema):
    """References lead into the whole document."""
    return jsonschema.Draft202012Validator(
        {"components": DOCUMENT["components"], **schema},
        format_checker=FORMATS)


# --- the document itself -----------------------------------------------------------

def walk(thing, path=()):
    yield path, thing
    items = thing.items() if isinstance(thing, dict) else \
        enumerate(thing) if isinstance(thing, list) else ()
    for key, value in items:
        yield from walk(value, path + (key,))


def test_every_reference_leads_somewhere_and_all_is_used():
    used = set()
    for _, thing in walk(DOCUMENT):
        if isinstance(thing, dict) and isinstance(thing.get("$ref"), str):
            assert resolved(thing) is not None
            used.add(thing["$ref"])
    assert used == {f"#/components/{kind}/{name}"
                    for kind, things in DOCUMENT["components"].items()
                    for name in things}


def test_every_schema_is_one_and_closed():
    """An object takes only what is described, but for fields of others."""
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for path, part in walk(schema):
            if not isinstance(part, dict) or "properties" not in part or \
                    part.get("type") != "object":
                continue
            opened = path == () if name.endswith("Fields") else \
                path[:-1] == ("allOf",)
            assert part.get("additionalProperties", True) is opened, name
        if "allOf" in schema:
            assert schema["unevaluatedProperties"] is False, name


def test_every_operation_says_what_it_takes_and_gives():
    for one in OPERATIONS:
        named = {where["name"] for where in parameters(one, "path")}
        assert named == set(re.findall(r"\{(\w+)\}", one.path)), title(one)
        assert one.what["summary"].endswith("."), title(one)
        assert any(code[0] == "2" for code in one.what["responses"])


# --- against the table of endpoints --------------------------------------------------

def row_takes(row, path):
    """Whether an endpoint is that of a documented path, as api.c finds it."""
    if "*" in row or "+" in row:
        return path == re.sub("[*+]", "{id}", row)
    if row.endswith("/") and row != "/":
        return path.startswith(row) and len(path) > len(row)
    return path == row


def row_of(operation):
    return next(((method, row) for method, row in ENDPOINTS
                 if method == operation.method
                 and row_takes(row, operation.path)), None)


def test_every_endpoint_is_described_and_no_other():
    assert len(ENDPOINTS) > 30
    described = {row_of(one) for one in OPERATIONS} - {None}
    assert set(ENDPOINTS) - described == set()
    assert [title(one) for one in OPERATIONS if row_of(one) is None] == []
    assert len(DOCUMENT["paths"]) == len({
        re.sub(r"\{\w+\}", "{}", path) for path in DOCUMENT["paths"]})


# --- a daemon with something of everything -------------------------------------------

REGISTER = """
instruments = ( { id = "deal"; title = "Deal"; timezone = "Europe/Brussels";
  signed = "2020-01-01"; in_force = "2020-02-14"; ends = "2021-12-31"; } );
indicators = (
  { id = "report"; nonnegative = true; lag = "0d"; },
  { id = "grain"; title = "Grain"; unit = "t"; frequency = "month"; lag = "20d";
    nonnegative = true; max_jump = "4"; },
  { id = "gazette"; kind = "documents"; } );
sources = (
  { id = "own"; url = "file:own.csv"; format = "csv"; every = "1h"; retention = "90d";
    near = ( { within = "14d"; every = "30m"; } ); labels: { desk = "north"; };
    extract = "SELECT indicator, period, value, published FROM data"; },
  { id = "gone"; url = "file:missing.csv"; format = "csv"; every = "1h";
    extract = "SELECT indicator, period, value FROM data"; } );
pledges = (
  { id = "p"; instrument = "deal"; obligor = "us"; owner = "a"; title = "Promise";
    cite = "1.2"; labels: { sector = "trade"; }; milestones = ( %s ); },
  { id = "b-side"; instrument = "deal"; obligor = "cn";
    milestones = ( { id = "law"; due = "2099-01-01"; labels: { place = "bj"; };
      benchmark = "exists(gazette, \\"licences\\")"; } ); } );
""" % ",\n".join([
    milestone("slipped", "2024-01-31", "critical"),
    milestone("far", "2099-01-01"),
    milestone("signed", "2099-01-01", benchmark='attested(\\"adopted\\")'),
    milestone("grain", "2021-12-31", benchmark="sum(grain, 2021) >= 1300",
              more='path = "linear"; forecast = "least_squares"; '
              'start = "2021-01-01"; baseline = "sum(grain, 2021-Q1)";'),
    milestone("then", "2098-12-01", more='after = [ "p/far" ];'),
    '{ id = "q"; every = "quarter"; due = "period_end + 45d"; '
    'benchmark = "sum(grain, period) >= 300"; }'])
FIGURES = "indicator,period,value,published\n" + "".join(
    f"grain,2021-{month:02},{100 + month}.25,2021-{month + 1:02}-15\n"
    for month in range(1, 9)) + (
    "report,2021-01-01,0,2021-01-01T12:00:00Z\n"
    "grain,2021-09,9000,2021-10-15\n")


def filled(folder):
    one = daemons.Daemon(folder)
    (folder / "own.csv").write_text(FIGURES)
    hook = one.webhook()
    one.configure(REGISTER, channels=[
        LOG, HOOK.format(port=hook.port), DESK.format(port=9)],
        polling='every = "1h"')
    one.start().settled()
    wait_until(lambda: one.items("/v1/outbox?state=all&channel=hook"))
    wait_until(lambda: one.items("/v1/observations?held=true"))
    return one


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    one = filled(tmp_path_factory.mktemp("openapi"))
    yield one
    one.close()


def test_it_is_served(world):
    status, headers, body = world.ask("/v1/openapi.json")
    assert status == 200 and headers["content-type"] == "application/json"
    assert json.loads(body) == DOCUMENT
    status, _, body = world.ask("/v1/openapi.json", headers={
        "If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


# --- parameters ------------------------------------------------------------------------

SHA = "0" * 64
PLACES = {"/v1/pledges/": "p", "/v1/indicators/": "grain", "/v1/sources/": "own",
          "/v1/snapshots/": SHA, "/v1/definitions/": SHA,
          "/v1/channels/": "log", "/assets/": "icon.svg", "/pledges/": "p",
          "/v1/export/": "events"}


def concrete(path):
    """A documented path with something in its place."""
    name = next((value for start, value in PLACES.items()
                 if path.startswith(start)), "p/far")
    return re.sub(r"\{(\w+)\}", lambda word: "1" if word[1] == "number"
                  else name, path)


def names_of(operation):
    return {"label.sector" if one["name"] == "labels" else one["name"]
            for one in parameters(operation)}


def refused(world, operation, name):
    """Whether a parameter is unknown there, whatever it says."""
    base = "held=true&" if operation.path == "/v1/observations" else ""
    path = f"{concrete(operation.path)}?{base}{name}=x"
    return all(status == 400 and b"there is no parameter" in body
               for status, _, body in (begun(world, path, kind) for kind in (
                   "application/json", "text/event-stream")))


def begun(world, path, kind):
    """(status, headers, body), the body of a problem alone: a stream has no end."""
    connection = daemons.UnixConnection(world.socket)
    try:
        connection.request("GET", path, headers={"Accept": kind})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.status > 299 and answer.read()
    finally:
        connection.close()


READING = [one for one in OPERATIONS if one.method == "GET"]


@pytest.mark.parametrize("operation", READING, ids=title)
def test_parameters_are_those_described(world, operation):
    every = {"bogus"}.union(WORDS, *map(names_of, READING))
    taken = {name for name in every if not refused(world, operation, name)}
    # A series of documents has a key, one of figures other filters.
    if operation.path == "/v1/indicators/{id}/observations":
        taken.add("key")
        assert not refused(world, operation._replace(
            path="/v1/indicators/gazette/observations"), "key")
    assert taken == names_of(operation)


# --- answers ------------------------------------------------------------------------------

def response_of(operation, status):
    said = operation.what["responses"].get(str(status))
    assert said is not None, f"{title(operation)}: {status} is not described"
    return resolved(said)


def content_of(operation, status, kind):
    content = response_of(operation, status)["content"]
    for name in (kind, "*/*"):
        if name in content:
            return content[name]["schema"]
    raise AssertionError(f"{title(operation)}: {status} gives {kind}")


def operation_of(method, path):
    """The operation of a real path: the one with most of it spelt out."""
    plain = path.partition("?")[0]
    fits = [one for one in OPERATIONS if one.method == method and re.fullmatch(
        re.sub(r"\\\{\w+\\\}", ".+", re.escape(one.path)), plain)]
    return max(fits, key=lambda one: len(re.sub(r"\{\w+\}", "", one.path)))


def checked(world, path, method="GET", body=None, headers=None):
    """Asks, and holds the answer against the document."""
    operation = operation_of(method, path)
    if body is not None:
        schema = operation.what["requestBody"]["content"]["application/json"]
        validator(schema["schema"]).validate(body)
        body = json.dumps(body)
    status, got, answer = world.ask(path, method, headers or {}, body)
    kind = got["content-type"].partition(";")[0]
    schema = content_of(operation, status, kind)
    if kind.endswith("json"):
        answer = json.loads(answer)
        validator(schema).validate(answer)
    return status, answer


def number_of(world, path, good=lambda item: True):
    return next(item["id"] for item in world.items(path) if good(item))


LISTS = ["pledges", "milestones", "indicators", "sources", "alerts",
         "alerts?state=all", "silences?state=all", "channels",
         "outbox?state=all", "observations?held=true", "actions",
         "events?format=json", "events?format=json&kind=slipped&knowledge=assessed",
         "indicators/grain/observations", "indicators/gazette/observations",
         "sources/own/answers", "milestones/p/signed/history",
         "milestones/p/grain/history", "milestones/p/slipped/history?latest=2"]
PAGES = ["/", "/milestones", "/milestones?knowledge=no_data&sort=due", "/milestones/p/grain",
         "/pledges", "/pledges/p", "/scorecard", "/matrix", "/calendar",
         "/sources", "/alerts", "/deliveries"]
EXPORTED = DOCUMENT["components"]["parameters"]["table"]["schema"]["enum"]
THINGS = [
    "/v1/status", "/v1/pledges/p", "/v1/pledges/p?as_of=2021-06-30",
    "/v1/milestones/p/grain", "/v1/milestones/p/grain?as_of=2021-09-20",
    "/v1/milestones?as_of=2021-09-20&recorded_as_of=2021-09-20",
    "/v1/milestones/p/signed", "/v1/milestones/p/then", "/v1/milestones/p/q",
    "/v1/milestones/p/q@2021-Q1", "/v1/milestones/p/grain/explain",
    "/v1/milestones/p/grain/explain?as_of=2021-09-20",
    "/v1/milestones/p/signed/explain", "/v1/milestones/b-side/law/explain",
    "/v1/milestones/p/then/explain", "/v1/scorecard", "/v1/scorecard?by=sector",
    "/v1/matrix?rows=obligor&cols=severity&within=90d",
    "/v1/matrix?rows=pledge&cols=milestone&as_of=2021-06-30", "/v1/openapi.json",
    "/healthz", "/assets/icon.svg", "/v1/indicators/grain",
    "/v1/indicators/gazette", "/v1/sources/own", "/v1/channels/log",
    "/v1/channels/hook", "/v1/milestones/p/grain/chart.svg",
    "/v1/milestones/p/far/badge.svg?label=far", "/v1/pledges/p/badge.svg",
    "/v1/timeline.svg?obligor=us", "/v1/calendar.svg?from=2098-12&months=2",
    "/v1/matrix.svg?rows=obligor&cols=severity", "/v1/scorecard.svg?by=sector",
    "/report", "/report?format=json", "/report?format=json&as_of=2021-09-20",
    "/v1/export", "/v1/export?as_of=2021-09-20", "/v1/export/codes.csv",
    "/v1/export/codes.jsonl", "/calendar.ics", "/feed.atom?kind=slipped",
    "/metrics"] + PAGES


def orders(world):
    """What people do, in an order in which each thing is there."""
    yield "/v1/verify", "GET", None
    yield "/v1/backup", "GET", None
    alert = number_of(world, "/v1/alerts", lambda item: item["kind"] == "slipped")
    held = number_of(world, "/v1/observations?held=true")
    document = {"key": "n1", "title": "On licences", "text": "They are.",
                "period": "2024-02-01", "note": "seen"}
    yield "/v1/alerts/%d/ack" % alert, "POST", {"note": "on it", "for": "1d"}
    yield "/v1/silences", "POST", {"match": "kind=slipped", "note": "n", "for": "1d"}
    yield "/v1/silences", "POST", {"match": "obligor=none", "note": "n"}
    yield "/v1/milestones/p/signed/attestations", "POST", {
        "key": "adopted", "attested": True, "evidence": "https://e.example"}
    yield "/v1/indicators/report/observations", "POST", {
        "period": "2024-01-02", "value": "1.5", "note": "read", "evidence": "e"}
    yield "/v1/indicators/gazette/observations", "POST", {"items": [document]}
    yield "/v1/indicators/grain/observations", "POST", {"items": [
        {"period": "2021-01", "value": 101.25, "published": "2021-03-01"},
        {"period": "2021-10", "value": 90000}]}
    yield f"/v1/observations/{held}/accept", "POST", {"note": "true", "release": True}
    yield "/v1/sources/own/poll", "POST", None
    yield "/v1/reload", "POST", None
    yield "/v1/verify?sample=2", "POST", None
    yield "/v1/backup", "POST", None


@pytest.fixture(scope="module")
def acted(world):
    """[(operation, answer)] of what people did; at first there is nothing."""
    done = []
    for path, method, body in orders(world):
        status, answer = checked(world, path, method, body)
        assert status == 404 if method == "GET" else status < 300, (path, answer)
        done.append((operation_of(method, path), answer))
    return done


FAULTS = [
    ("/v1/milestones?status=good", "GET", None, 400),
    ("/v1/milestones/p/none", "GET", None, 404),
    ("/v1/milestones/p/none/history", "GET", None, 404),
    ("/v1/pledges/none", "GET", None, 404),
    ("/v1/alerts/99", "GET", None, 404), ("/v1/silences/99", "GET", None, 404),
    ("/v1/indicators/none", "GET", None, 404), ("/v1/sources/none", "GET", None, 404),
    ("/v1/channels/none", "GET", None, 404),
    ("/v1/observations/99999", "GET", None, 404),
    ("/v1/indicators/grain?limit=1", "GET", None, 400),
    ("/v1/events?cursor=x", "GET", None, 400), ("/v1/actions?who=x", "GET", None, 400),
    ("/v1/milestones/p/slipped/chart.svg?as_of=x", "GET", None, 400),
    ("/v1/milestones/p/signed/chart.svg", "GET", None, 404),
    ("/v1/milestones/p/none/badge.svg", "GET", None, 404),
    ("/v1/pledges/none/badge.svg", "GET", None, 404),
    ("/v1/timeline.svg?obligor=none", "GET", None, 404),
    ("/v1/calendar.svg?months=0", "GET", None, 400),
    ("/v1/scorecard.svg?by=none", "GET", None, 404),
    ("/report?status=good", "GET", None, 400), ("/report?by=none", "GET", None, 404),
    ("/v1/export?as_of=x", "GET", None, 400), ("/v1/export/none.csv", "GET", None, 404),
    ("/calendar.ics?limit=1", "GET", None, 400), ("/feed.atom?limit=0", "GET", None, 400),
    ("/milestones?status=good", "GET", None, 400), ("/milestones/p/none", "GET", None, 404),
    ("/pledges/none", "GET", None, 404), ("/scorecard?by=none", "GET", None, 404),
    ("/calendar?months=0", "GET", None, 400), ("/alerts?bogus=1", "GET", None, 400),
    ("/v1/notifications/99999", "GET", None, 404),
    (f"/v1/snapshots/{SHA}", "GET", None, 404),
    (f"/v1/definitions/{SHA}", "GET", None, 404),
    ("/v1/matrix?rows=none&cols=pledge", "GET", None, 404),
    ("/assets/none", "GET", None, 404),
    ("/v1/alerts/99/ack", "POST", {"note": "n"}, 404),
    ("/v1/observations/99999/accept", "POST", {"note": "n"}, 404),
    ("/v1/outbox/99999/retry", "POST", {}, 404),
    ("/v1/indicators/grain/observations", "POST", {"items": [
        {"period": "someday", "value": "1"}]}, 422),
    ("/v1/milestones/p/far/attestations", "POST", {
        "key": "x", "attested": False}, 422)]


def ended(world):
    wait_until(lambda: world.get("/v1/verify")["state"] == "done")


# Of a verification that has not ended, which may be too quick to be seen.
RARE = {"phase", "done"}


def names_in(thing):
    return {key for path, _ in walk(thing) for key in path
            if isinstance(key, str)}


def names_described():
    """Of the members of whatever is answered."""
    given = [media["schema"] for one in OPERATIONS
             for response in one.what["responses"].values()
             for media in resolved(response)["content"].values()]
    seen, names = set(), set()
    while given:
        for _, part in walk(given.pop()):
            if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                if part["$ref"] not in seen:
                    seen.add(part["$ref"])
                    given.append(resolved(part))
            if isinstance(part, dict) and isinstance(
                    part.get("properties"), dict):
                names.update(part["properties"])
    return names


def test_answers_are_as_described(world, acted):
    """Every operation is tried, and every member described comes up somewhere."""
    tried = {title(operation) for operation, _ in acted}
    seen = set().union(*(names_in(answer) for _, answer in acted))

    def one(path, method="GET", body=None, want=None):
        status, answer = checked(world, path, method, body)
        seen.update(names_in(answer))
        assert want in (None, status), (path, status, answer)
        assert want is not None or status < 300, (path, status, answer)
        tried.add(title(operation_of(method, path)))
        return answer

    for path, method, body, want in FAULTS:
        one(path, method, body, want)
    for path in THINGS + [f"/v1/{name}" for name in LISTS]:
        one(path)
    one("/v1/alerts/%d" % number_of(world, "/v1/alerts"))
    silence = number_of(world, "/v1/silences")
    one(f"/v1/silences/{silence}?note=over", "DELETE")
    one("/v1/silences?state=all")
    one(f"/v1/silences/{silence}")
    one("/v1/observations/%d" % number_of(world, "/v1/indicators/grain/observations"))
    one("/v1/backup")
    one("/v1/channels/log/test?wait=20", "POST")
    one("/v1/channels/desk/test?wait=1", "POST", want=502)
    waits = number_of(world, "/v1/outbox", lambda item: item["attempts"] > 0)
    one(f"/v1/notifications/{waits}")
    one(f"/v1/outbox/{waits}/retry", "POST", {"note": "again"})
    waits = number_of(world, "/v1/outbox", lambda item: item["id"] != waits)
    one(f"/v1/outbox/{waits}/drop", "POST", {"note": "no"})
    sent = number_of(world, "/v1/outbox?state=all&channel=hook")
    one(f"/v1/notifications/{sent}")
    answer = world.items("/v1/sources/own/answers")[0]
    one(f"/v1/snapshots/{answer['sha256']}")
    one(f"/v1/definitions/{answer['program']}")
    ended(world)
    one("/v1/verify")
    assert sorted(map(title, OPERATIONS)) == sorted(tried)
    assert names_described() - RARE - seen == set()


# --- CSV -------------------------------------------------------------------------------------

def members(schema, path=""):
    """The columns of an object: one a member, of objects within theirs."""
    schema = resolved(schema)
    for part in schema.get("allOf", ()):
        yield from members(part, path)
    for part in schema.get("anyOf", ()):
        yield from members(part, path)
    for name, inner in schema.get("properties", {}).items():
        yield from column(inner, path + name)


def column(schema, name):
    whole = resolved(schema)
    nested = list(members(schema, name + "."))
    if name == "labels":
        yield from ("label.sector", "label.place")
    elif nested and whole.get("type") != "array":
        yield from nested
    else:
        yield name


def property_of(schema, name):
    """Of an object, or of one of the parts that it is of."""
    schema = resolved(schema)
    found = [property_of(part, name) for part in schema.get("allOf", ())]
    found.append(schema.get("properties", {}).get(name))
    return next(filter(None, found), None)


def item_schema(operation):
    schema = resolved(content_of(operation, 200, "application/json"))
    rows = "cells" if operation.path == "/v1/matrix" else "items"
    return [property_of(one, rows)["items"] for one in schema.get("anyOf", [schema])]


TABLES = [f"/v1/{name}" for name in LISTS] + [
    "/v1/scorecard", "/v1/matrix?rows=obligor&cols=severity"]


@pytest.mark.parametrize("path", TABLES)
def test_columns_are_the_members(world, path):
    operation = operation_of("GET", path)
    assert "text/csv" in response_of(operation, 200)["content"]
    status, headers, body = world.ask(path.replace("=json", "=csv"),
                                      headers={"Accept": "text/csv"})
    assert status == 200 and headers["content-type"].startswith("text/csv")
    header = next(csv.reader(io.StringIO(body.decode(), newline="")))
    assert len(header) == len(set(header))
    assert sorted(header) in [sorted(members(one))
                              for one in item_schema(operation)]


@pytest.mark.parametrize("table", EXPORTED)
def test_rows_of_an_export(world, acted, table):
    """Each as its schema says; as columns, all that is never left out."""
    schema = property_of(DOCUMENT["components"]["schemas"]["Export"], table)["items"]
    _, _, body = world.ask(f"/v1/export/{table}.jsonl")
    rows = [json.loads(line) for line in body.splitlines()]
    assert rows
    for row in rows:
        validator(schema).validate(row)
    _, _, body = world.ask(f"/v1/export/{table}.csv")
    header, *lines = csv.reader(io.StringIO(body.decode(), newline=""))
    assert len(lines) == len(rows)
    always = set(rows[0]).intersection(*rows)
    assert set(header) <= set(members(schema))
    assert {name.partition(".")[0].replace("label", "labels") for name in header} >= {
        name for name in always if name in required(schema)}


def required(schema):
    schema = resolved(schema)
    return set(schema.get("required", ())).union(*map(required, schema.get("allOf", ())))


def test_every_table_of_an_export_is_described(world):
    _, _, body = world.ask("/v1/export/none.csv")
    assert re.findall(r"\w+", json.loads(body)["detail"].partition("they are ")[2]
                      .partition(", each")[0]) == EXPORTED


def test_a_stream_has_events_as_described(world):
    connection, answer, piece = world.slowly("/v1/events?last_event_id=0")
    try:
        assert content_of(operation_of("GET", "/v1/events"), 200,
                          answer.headers["content-type"]) == {"type": "string"}
        while b"\ndata: " not in piece or b"}\n" not in piece:
            piece += answer.read1(1000)
    finally:
        connection.close()
    line = re.search(rb"^data: (.*)$", piece, re.M)[1]
    validator({"$ref": "#/components/schemas/EventHappened"}).validate(json.loads(line))


def test_every_table_is_tried():
    described = {one.path for one in OPERATIONS if one.method == "GET" and "text/csv"
                 in one.what["responses"]["200"].get("content", {})
                 and not one.path.startswith("/v1/export/")}
    tried = {operation_of("GET", urllib.parse.unquote(path)).path
             for path in TABLES}
    assert described == tried
