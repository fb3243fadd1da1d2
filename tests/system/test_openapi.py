"""The OpenAPI document: it is what the daemon serves, takes and answers.

Its endpoints are held against the program's table, its parameters against what
is refused, its schemas against the answers of a daemon that has something of
everything. Operations with x-outline are described before they are there.
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
FORMATS = jsonschema.FormatChecker(())
FORMATS.checks("date")(lambda word: not isinstance(word, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\d", word)))
FORMATS.checks("date-time")(lambda word: not isinstance(word, str) or bool(
    re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", word)))

Operation = collections.namedtuple("Operation", "method path what")
OPERATIONS = [Operation(method.upper(), path, what)
              for path, item in DOCUMENT["paths"].items()
              for method, what in item.items()]
REAL = [one for one in OPERATIONS if "x-outline" not in one.what]


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
    if "*" in row:
        return path == row.replace("*", "{id}")
    if row.endswith("/"):
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
    assert [title(one) for one in REAL if row_of(one) is None] == []


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
          "/v1/channels/": "log", "/assets/": "icon.svg"}


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
    status, _, body = world.ask(
        f"{concrete(operation.path)}?{base}{name}=x", operation.method)
    return status == 400 and b"there is no parameter" in body


READING = [one for one in REAL if one.method == "GET"]


@pytest.mark.parametrize("operation", READING, ids=title)
def test_parameters_are_those_described(world, operation):
    every = {"bogus"}.union(*map(names_of, READING))
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
    fits = [one for one in REAL if one.method == method and re.fullmatch(
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
         "outbox?state=all", "observations?held=true",
         "indicators/grain/observations", "indicators/gazette/observations",
         "sources/own/answers", "milestones/p/signed/history"]
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
    "/healthz", "/assets/icon.svg"]


def orders(world):
    """What people do, in an order in which each thing is there."""
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


FAULTS = [
    ("/v1/milestones?status=good", "GET", None, 400),
    ("/v1/milestones/p/none", "GET", None, 404),
    ("/v1/milestones/p/none/history", "GET", None, 404),
    ("/v1/pledges/none", "GET", None, 404),
    ("/v1/alerts/99", "GET", None, 404),
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
    given = [media["schema"] for one in REAL
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


def test_answers_are_as_described(world):
    """Every operation is tried, and every member described comes up somewhere."""
    tried, seen = set(), set()

    def one(path, method="GET", body=None, want=None):
        status, answer = checked(world, path, method, body)
        seen.update(names_in(answer))
        assert want in (None, status), (path, status, answer)
        assert want is not None or status < 300, (path, status, answer)
        tried.add(title(operation_of(method, path)))
        return answer

    for path, method, body, want in FAULTS:
        one(path, method, body, want)
    one("/v1/verify", want=404)
    for path, method, body in orders(world):
        one(path, method, body)
    for path in THINGS + [f"/v1/{name}" for name in LISTS]:
        one(path)
    one("/v1/alerts/%d" % number_of(world, "/v1/alerts"))
    silence = number_of(world, "/v1/silences")
    one(f"/v1/silences/{silence}?note=over", "DELETE")
    one("/v1/silences?state=all")
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
    assert sorted(map(title, REAL)) == sorted(tried)
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


def item_schema(operation):
    schema = resolved(content_of(operation, 200, "application/json"))
    rows = "cells" if operation.path == "/v1/matrix" else "items"
    if "anyOf" in schema:
        return [resolved(one)["properties"][rows]["items"]
                for one in schema["anyOf"]]
    return [schema["properties"][rows]["items"]]


TABLES = [f"/v1/{name}" for name in LISTS] + [
    "/v1/scorecard", "/v1/matrix?rows=obligor&cols=severity"]


@pytest.mark.parametrize("path", TABLES)
def test_columns_are_the_members(world, path):
    operation = operation_of("GET", path)
    assert "text/csv" in response_of(operation, 200)["content"]
    status, headers, body = world.ask(path, headers={"Accept": "text/csv"})
    assert status == 200 and headers["content-type"].startswith("text/csv")
    header = next(csv.reader(io.StringIO(body.decode(), newline="")))
    assert len(header) == len(set(header))
    assert sorted(header) in [sorted(members(one))
                              for one in item_schema(operation)]


def test_every_table_is_tried():
    described = {one.path for one in REAL if one.method == "GET" and "text/csv"
                 in one.what["responses"]["200"].get("content", {})}
    tried = {operation_of("GET", urllib.parse.unquote(path)).path
             for path in TABLES}
    assert described == tried
