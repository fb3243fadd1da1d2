"""Lists: filters, pages that outlive what changes, tables, roll-ups."""
import csv
import io
import json
import re

import pytest

from daemon import HOOK, LOG, milestone, register, source, wait_until

FAR = "2099-01-01"

REGISTER = """
instruments = ( { id = "deal"; signed = "2020-01-01"; timezone = "UTC"; },
  { id = "pact"; signed = "2020-01-01"; timezone = "UTC"; } );
indicators = (
  { id = "report"; nonnegative = true; lag = "0d"; },
  { id = "grain"; unit = "t"; frequency = "month"; lag = "20d"; max_jump = "4"; },
  { id = "rice"; unit = "kt"; frequency = "quarter"; lag = "20d"; },
  { id = "gazette"; kind = "documents"; } );
sources = (
  { id = "own"; url = "file:own.csv"; format = "csv"; every = "1h";
    labels: { desk = "north"; };
    extract = "SELECT indicator, period, value, published FROM data"; },
  { id = "lost"; url = "file:lost.json"; format = "json"; every = "1h";
    extract = ".[]"; } );
pledges = (
  { id = "trade"; instrument = "deal"; obligor = "us"; owner = "ann"; title = "Trade";
    labels: { sector = "goods"; }; milestones = ( %s ); },
  { id = "law"; instrument = "pact"; obligor = "cn"; title = "=1+1 \\"so\\", he\\nsaid";
    milestones = ( %s ); },
  { id = "empty"; instrument = "pact"; obligor = "cn"; milestones = ( ); } );
""" % (", ".join([
    milestone("late", "2024-01-31", "critical"),
    milestone("met", "2021-12-31", benchmark="sum(grain, 2021-Q1) >= 0.3",
              more="weight = 3;"),
    milestone("far", FAR)]), ", ".join([
        milestone("act", FAR, more='labels: { place = "bj"; };'),
        milestone("rule", "2098-01-01", "info",
                  more='labels: { sector = "law"; };')]))
FIGURES = """\
indicator,period,value,published
grain,2021-01,0.1,2021-02-15
grain,2021-02,0.1000000000000001,2021-03-15
grain,2021-03,0.1,2021-04-15
grain,2021-04,900,2021-05-15
report,2021-01-01,0,2021-01-02
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    import daemon as daemons
    one = daemons.Daemon(tmp_path_factory.mktemp("lists"))
    (one.folder / "own.csv").write_text(FIGURES)
    one.configure(REGISTER, channels=[
        LOG, HOOK.format(port=9), LOG.replace('"log";', '"book";', 1)])
    one.start().settled()
    wait_until(lambda: one.items("/v1/outbox?state=all&channel=book"))
    wait_until(lambda: one.items("/v1/observations?held=true"))
    yield one
    one.close()


def ids(items):
    return [item["id"] for item in items]


# --- filters --------------------------------------------------------------------

@pytest.mark.parametrize("path, wanted", [
    ("pledges", "empty law trade"),
    ("pledges?id=law&id=e*", "empty law"), ("pledges?pledge=law", "law"),
    ("pledges?obligor=cn", "empty law"), ("pledges?owner=ann", "trade"),
    ("pledges?instrument=pact&obligor=us", ""),
    ("pledges?status=met", "trade"), ("pledges?status=pending", "law trade"),
    ("pledges?status=met&status=pending&obligor=cn", "law"),
    ("pledges?severity=info", "law"), ("pledges?label.sector=law", "law"),
    ("pledges?label.sector=goods", "trade"), ("pledges?label.place=*", "law"),
    # One milestone must be all that is asked.
    ("pledges?status=met&severity=critical", ""),
    ("pledges?due_before=2021-12-31", "trade"),
    ("pledges?status=not_met&as_of=2022-01-01", ""),
    ("pledges?status=met&as_of=2021-03-31", ""),
    ("milestones?due_within=100y", "law/act law/rule trade/far"),
    ("milestones?due_within=10d", ""),
    ("milestones?due_within=10d&as_of=2021-12-25", "trade/met"),
    ("milestones?due_within=10d&due_within=3y&as_of=2021-12-25",
     "trade/late trade/met"),
    ("indicators", "gazette grain report rice"),
    ("indicators?id=r*", "report rice"), ("indicators?kind=documents", "gazette"),
    ("indicators?unit=t", "grain"), ("indicators?unit=*t", "grain rice"),
    ("indicators?frequency=month&frequency=quarter", "grain rice"),
    ("indicators?source=own", "grain report"), ("indicators?source=lost", ""),
    ("indicators?pledge=law", "report"), ("indicators?milestone=*/met", "grain"),
    ("sources", "lost own"), ("sources?id=own", "own"),
    ("sources?reads=json", "lost"), ("sources?outcome=failed", "lost"),
    ("sources?outcome=changed", "own"), ("sources?failing=true", "lost"),
    ("sources?failing=false", "own"), ("sources?gone=true", ""),
    ("sources?indicator=grain", "own"), ("sources?label.desk=n*", "own"),
    ("sources?label.desk=s*", ""),
    ("channels", "book hook log"), ("channels?type=log", "book log"),
    ("channels?id=h*", "hook"), ("channels?failing=false&type=log", "book log")])
def test_filters(full, path, wanted):
    assert ids(full.items(f"/v1/{path}")) == wanted.split()


WORDS_OF_KNOWLEDGE = ["assessed", "provisional", "no_data", "stale", "disputed"]


def test_by_what_is_known(full):
    """In every list that takes the filters of milestones."""
    then = "as_of=2021-01-31"
    _, _, body = full.ask(f"/v1/export/milestones.jsonl?{then}")
    known = {row["id"]: row["knowledge"]
             for row in map(json.loads, body.splitlines())}
    assert list(known.values()).count("no_data") == 1 and len(known) == 5
    for word in WORDS_OF_KNOWLEDGE:
        wanted = [one for one in known if known[one] == word]
        query = f"knowledge={word}&{then}"
        assert ids(full.items(f"/v1/milestones?{query}")) == sorted(wanted)
        assert ids(full.items(f"/v1/pledges?{query}")) == sorted(
            {one.partition("/")[0] for one in wanted})
        calendar = full.ask(f"/calendar.ics?{query}")[2].decode()
        assert re.findall("^UID:(.*)@", calendar, re.M) == wanted
        page = full.ask(f"/milestones?{query}")[2].decode()
        assert set(re.findall('href="/milestones/([^"?]+)', page)) == set(wanted)
        told = full.ctl("-o", "json", "--as-of", "2021-01-31", "list", "--match",
                        f"knowledge={word}")
        assert ids(json.loads(told.stdout)) == sorted(wanted)
    either = full.items(f"/v1/milestones?knowledge=assessed&knowledge=no_data&{then}")
    assert len(either) == 5


@pytest.mark.parametrize("path", [
    "/v1/milestones", "/v1/pledges", "/v1/timeline.svg", "/calendar.ics",
    "/report", "/milestones"])
def test_a_word_of_knowledge_that_is_none(full, path):
    status, _, body = full.ask(f"{path}?knowledge=blind")
    assert status == 400
    assert b"assessed, provisional, no_data, stale, disputed" in body


@pytest.mark.parametrize("query, count", [
    ("", 4), ("period=2021-0[12]", 2), ("source=own", 4), ("source=x", 0),
    ("by=*", 0), ("quarantined=true", 1), ("quarantined=false", 3),
    ("quarantined=false&as_of=2021-03-31", 2)])
def test_filters_of_figures(full, query, count):
    path = f"/v1/indicators/grain/observations?limit=1&{query}"
    found = []
    while path:
        page = full.get(path)
        found += page["items"]
        path = page["next"] and (
            f"/v1/indicators/grain/observations?limit=1&{query}"
            f"&cursor={page['next']}")
    assert len(found) == count


def test_filters_of_what_is_held_and_told(full):
    held = "/v1/observations?held=true&"
    assert len(full.items(held + "indicator=grain")) == 1
    assert full.items(held + "indicator=rice") == []
    assert len(full.items(held + "period=2021-04&source=own")) == 1
    alert = full.items("/v1/alerts?kind=slipped")[0]["id"]
    told = full.items(f"/v1/outbox?state=all&alert={alert}")
    assert {item["channel"] for item in told} == {"log", "book", "hook"}
    assert full.items("/v1/outbox?state=all&alert=999") == []


# --- roll-ups -------------------------------------------------------------------

def test_a_pledge_tells_what_its_milestones_come_to(full):
    trade = full.get("/v1/pledges/trade")
    rollup = trade["rollup"]
    assert trade["milestones"] == ["trade/late", "trade/met", "trade/far"]
    assert rollup["by_status"] == {"not_met": 1, "met": 1, "pending": 1}
    assert (rollup["worst"], rollup["met"], rollup["missed"]) == ("not_met", 1, 1)
    assert rollup["coverage"] == 0.6 and rollup["coverage_due"] == 0.75
    assert (rollup["next_milestone"], rollup["next_due"]) == (
        "trade/far", "2099-01-01T23:59:59Z")
    listed = {item["id"]: item for item in full.items("/v1/pledges")}
    assert listed["trade"]["rollup"]["by_status"] == rollup["by_status"]
    assert listed["empty"]["rollup"]["milestones"] == 0
    assert listed["empty"]["rollup"]["worst"] is None


def test_as_of_a_time(full):
    before = full.get("/v1/pledges/trade?as_of=2021-03-31")["rollup"]
    assert before["as_of"] == "2021-03-31T23:59:59Z"
    assert before["by_status"] == {"pending": 3}
    assert before["next_milestone"] == "trade/met"
    listed = full.get("/v1/pledges?as_of=2021-03-31&id=trade")
    assert listed["items"][0]["rollup"] == before
    assert len(listed["register"]) == 64


def test_an_indicator_tells_who_gives_it(full):
    grain, = full.items("/v1/indicators?id=grain")
    assert grain["sources"] == ["own"] and grain["milestones"] == 1
    assert grain["last_period"] == "2021-03"  # the next is held


# --- pages that outlive what changes ----------------------------------------------

def things(names, moved=False):
    """A pledge, a milestone, an indicator and a source of each name."""
    order = sorted(names, reverse=moved)
    return "\n".join([
        'instruments = ( { id = "i"; signed = "2020-01-01"; } );',
        "indicators = ( %s );" % ", ".join(
            '{ id = "%s"; lag = "0d"; }' % name for name in order),
        "sources = ( %s );" % ", ".join(source(name) for name in order),
        "pledges = ( %s );" % ", ".join(
            '{ id = "%s"; instrument = "i"; obligor = "us"; milestones = ( %s ); }'
            % (name, milestone("m", FAR, benchmark=f"last({name}) >= 9"))
            for name in order)])


def channels(names):
    return [LOG.replace('"log";', f'"{name}";', 1) for name in sorted(names)]


def test_a_page_follows_though_what_it_follows_is_gone(daemon):
    """While a list is read, its things leave, come, and change places: what was
    there all the time is told once, and nothing is an error."""
    before = {f"t{number:02}" for number in range(20)}
    after = before - {"t03", "t04", "t05", "t06", "t17"} | {
        "a0", "t04x", "t10x", "z0"}
    daemon.write("own.csv", "indicator,period,value,published\n")
    daemon.configure(things(before), channels=channels(before))
    daemon.start().settled()
    lists = ["pledges", "milestones", "indicators", "sources", "channels"]
    read = {name: daemon.get(f"/v1/{name}?limit=5") for name in lists}
    daemon.configure(things(after, moved=True), channels=channels(after))
    assert daemon.post("/v1/reload")[0] == 200
    for name in lists:
        page, got = read[name], []
        while page["next"] is not None:
            got += [item["id"].partition("/")[0] for item in page["items"]]
            page = daemon.get(f"/v1/{name}?limit=5&cursor={page['next']}")
        got += [item["id"].partition("/")[0] for item in page["items"]]
        assert got == sorted(set(got)), name
        assert before & after <= set(got), name
        assert {"t10x", "z0"} <= set(got) and "t17" not in got, name


def test_numbers_follow_too(full):
    """What the store has is told by number, whatever has ended meanwhile."""
    page = full.get("/v1/outbox?state=all&limit=1")
    assert full.items(f"/v1/outbox?state=pending&cursor={page['next']}") \
        is not None
    assert full.get("/v1/alerts?cursor=99999")["items"] == []


# --- tables ------------------------------------------------------------------------

def table(full, path, **headers):
    status, got, body = full.ask(path, headers=headers)
    assert status == 200
    return got, body.decode()


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("accept, is_csv", [
    ("text/csv", True), ("TEXT/CSV", True), ("text/*", True),
    ("text/csv;header=present, application/json;q=0.9", True),
    ("application/json;q=0.5, text/csv;q=0.6", True),
    ("text/csv, */*;q=0.1", True),
    ("application/json, text/csv", False), ("*/*", False), ("", False),
    ("text/csv;q=0.1, application/json", False), ("text/csv;q=0", False),
    ("image/png", False), ("text/html,application/xml;q=0.9,*/*;q=0.8", False),
    (";;,q=,/", False)])
def test_who_accepts_csv_gets_it(full, accept, is_csv):
    headers, text = table(full, "/v1/pledges", Accept=accept)
    assert headers["vary"] == "Accept"
    if is_csv:
        assert headers["content-type"] == \
            "text/csv; charset=utf-8; header=present"
        assert len(rows(text)) == 3
    else:
        assert headers["content-type"] == "application/json"
        assert len(json.loads(text)["items"]) == 3


def test_the_parameter_says_more_than_the_header(full):
    assert table(full, "/v1/pledges?format=csv")[0]["content-type"].startswith(
        "text/csv")
    assert table(full, "/v1/pledges?format=json", Accept="text/csv")[0][
        "content-type"] == "application/json"


class Number(str):
    """Digits as they stand."""


def read(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def cell_is(value, cell):
    if isinstance(value, (list, dict)):
        return read(cell) == value
    return cell == ("" if value is None else value if isinstance(value, str)
                    else json.dumps(value))


def flat(item, path=""):
    """A member a column."""
    for name, value in item.items():
        if path == "labels." or not isinstance(value, dict):
            yield path.replace("labels.", "label.") + name, value
        else:
            yield from flat(value, path + name + ".")


# What goes on between two questions; what is an object in a cell.
VOLATILE = {"rollup.as_of", "busy", "next", "last_attempt", "attempts", "answer"}
PARAMETERS = {"parameters"}


@pytest.mark.parametrize("path", [
    "pledges", "pledges?as_of=2021-03-31", "milestones?as_of=2021-03-31",
    "indicators", "sources", "alerts", "channels", "outbox?state=all",
    "indicators/grain/observations", "observations?held=true", "scorecard",
    "sources/own/answers", "milestones/trade/met/history",
    "matrix?rows=obligor&cols=severity"])
def test_a_table_says_what_the_list_says(full, path):
    mark = "&" if "?" in path else "?"
    listed = read(full.ask(f"/v1/{path}")[2])
    items = listed["cells" if path.startswith("matrix") else "items"]
    _, text = table(full, f"/v1/{path}{mark}format=csv")
    found = rows(text)
    assert len(found) == len(items) > 0
    assert re.fullmatch(r"([^\r\n]|\r\n|(?<!\r)\n)*\r\n", text)
    for item, row in zip(items, found):
        members = dict(flat(item))
        for name in members.keys() & row.keys() - VOLATILE:
            assert cell_is(members[name], row[name]), name
        for name in members.keys() - row.keys() - PARAMETERS:
            # An object that is not there this time.
            assert members[name] is None and any(
                column.startswith(name + ".") for column in row), name
        assert all(row[name] == "" for name in
                   row.keys() - members.keys() - PARAMETERS)


def test_figures_keep_their_digits(full):
    _, text = table(full, "/v1/indicators/grain/observations?format=csv")
    assert rows(text)[1]["value"] == "0.1000000000000001"


def test_what_strangers_write_stays_in_its_cell(full):
    _, text = table(full, "/v1/pledges?format=csv&id=law")
    row, = rows(text)
    assert row["title"] == '=1+1 "so", he\nsaid'
    assert row["milestones"] == '["law/act","law/rule"]'


def test_labels_are_columns(full):
    _, text = table(full, "/v1/milestones?format=csv")
    assert [(row["label.sector"], row["label.place"]) for row in rows(text)] == [
        ("", "bj"), ("law", ""), ("goods", ""), ("goods", ""), ("goods", "")]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_next_page_is_a_link(full, form):
    """Followed from page to page, with all that was asked for."""
    path = f"/v1/milestones?limit=2&label.sector=goods&id=trade/*&format={form}"
    found = []
    while path is not None:
        headers, text = table(full, path)
        found += ids(json.loads(text)["items"] if form == "json"
                     else rows(text))
        link = headers["link"]
        if link is None:
            break
        path = re.fullmatch(r'<(/[!-;=?-~]+)>; rel="next"', link)[1]
    assert found == ["trade/far", "trade/late", "trade/met"]


def test_a_link_holds_nothing_that_breaks_a_header(full):
    headers, _ = table(full, "/v1/milestones?limit=1&owner=*"
                       "%0d%0aX-Evil:%201%3E%22&owner=*")
    assert headers["x-evil"] is None
    assert "%0D%0AX-Evil%3A%201%3E%22" in headers["link"]


def test_a_problem_is_no_table(full):
    status, headers, body = full.ask("/v1/pledges?status=good", headers={
        "Accept": "text/csv"})
    assert status == 400 and json.loads(body)["status"] == 400
    assert headers["content-type"] == "application/problem+json"


def test_many_labels_are_one_column(daemon):
    """Tables have a width that one can work with."""
    daemon.configure(register([milestone(name, FAR, more="labels: { %s };" % (
        " ".join(f'{name}{number} = "v";' for number in range(150))))
        for name in ("a", "b")]))
    daemon.start().settled()
    found = rows(table(daemon, "/v1/milestones?format=csv")[1])
    assert json.loads(found[1]["labels"])["b149"] == "v"
    assert not any(name.startswith("label.") for name in found[0])
