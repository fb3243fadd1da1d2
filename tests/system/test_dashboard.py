"""The pages of the dashboard: what they answer, as HTML, in a browser, and to a
screen reader.
"""
import csv
import html.parser
import io
import json
import re
import shutil
import socket
import urllib.parse
import xml.etree.ElementTree

import pytest

import browser
import daemon as daemons
from daemon import PHASE_ONE, SOURCE, Daemon, wait_until

PAGES = ("/", "/milestones", "/pledges", "/scorecard", "/matrix", "/calendar",
         "/alerts", "/sources", "/deliveries")
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; "
          "img-src 'self'; connect-src 'self'; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'")
ON_THE_WAY = "as_of=2020-09-28"     # of Phase One: behind its path
MISSED = "as_of=2021-01-28"         # … and its first year over
ENERGY = "/milestones/purchases.energy/2020"
ELSEWHERE = ("/v1/", "/calendar.ics", "/feed.atom", "/report")
VOID = {"meta", "link", "img", "input", "br"}


# --- pages as text ------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """A page that must be well-formed: what is said where, and its links."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.ids = [], [], []
        self.links, self.headings, self.statuses = [], [], []
        self.rows = []
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert "style" not in attributes and not [
            name for name in attributes if name.startswith("on")], attributes
        if tag not in VOID:
            self.open.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((tag, ""))
        if tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, (tag, self.open[-1:])
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)
        tags = [tag for tag, _ in self.open]
        if tags and re.fullmatch("h[1-6]", tags[-1]):
            self.headings[-1] = (tags[-1], self.headings[-1][1] + data)
        if "tr" in tags:
            self.rows[-1] += data + " "

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def section(self, heading):
        """The words from a heading of the second order to the next."""
        whole = "".join(self.words)
        start = whole.index(heading, whole.index("</h1>") if "</h1>" in whole else 0)
        rest = [name for tag, name in self.headings if tag == "h2"]
        after = rest[rest.index(heading) + 1:]
        end = whole.index(after[0], start) if after else len(whole)
        return " ".join(whole[start:end].split())


class Report(Page):
    """One file, with its style in it."""

    def handle_data(self, data):
        if not self.open or self.open[-1][0] != "style":
            super().handle_data(data)


def page(daemon, path, status=200, headers=None):
    got, head, body = daemon.ask(path, headers=headers)
    assert got == status, (path, got, body[:300])
    assert head["Content-Type"] == "text/html; charset=utf-8"
    assert head["Content-Security-Policy"] == POLICY
    assert head["Referrer-Policy"] == "no-referrer"
    assert head["X-Content-Type-Options"] == "nosniff"
    return Page(body.decode())


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def example(folder, name):
    """A daemon over one of the shipped examples, and the port of its pages."""
    shutil.copytree(SOURCE / "etc" / "examples" / name, folder,
                    dirs_exist_ok=True)
    port = free_port()
    one = Daemon(folder)
    one.conf.write_text(one.conf.read_text() + f"""
state_dir = "state";
admin: {{ socket = "pledged.sock"; mode = "0666"; admins = [ "root" ]; }};
web: {{ listen = "127.0.0.1:{port}"; }};
""")
    one.port = port
    return one.start().settled()


@pytest.fixture(scope="module")
def phase_one(tmp_path_factory):
    one = example(tmp_path_factory.mktemp("p1"), PHASE_ONE.name)
    yield one
    one.close()


@pytest.fixture(scope="module")
def reform(tmp_path_factory):
    one = example(tmp_path_factory.mktemp("cr"), "concurrent-reform")
    yield one
    one.close()


def test_what_is_at_risk_and_who_says_so(phase_one):
    overview = page(phase_one, f"/?{ON_THE_WAY}")
    assert overview.headings == [
        ("h1", "Overview"), ("h2", "What slipped"), ("h2", "What is at risk"),
        ("h2", "What is due next"), ("h2", "Where we are blind")]
    assert "0 slipped" in overview.text and "4 at risk" in overview.text
    risk = overview.section("What is at risk")
    assert "Energy products in 2020: 18.5 bn USD more than in 2017" in risk
    assert ("from 2020-01 to 2020-08 exports.energy came to 4.78bn USD; 26.1bn "
            "were required") in risk
    assert "36 % of the path" in risk and "in 94 days" in risk
    assert "census-monthly, last on 2020-09-25" in risk
    assert "Nothing waits for figures" in overview.section("Where we are blind")


def test_what_slipped(phase_one):
    overview = page(phase_one, f"/?{MISSED}")
    slipped = overview.section("What slipped")
    assert "4 milestones, the most urgent first" in slipped
    assert "9.74bn of 26.1bn USD" in slipped and "28 days ago" in slipped
    assert "0 at risk" in overview.text


def test_where_we_are_blind(phase_one):
    """What nobody published is no miss, and is said to be missing."""
    overview = page(phase_one, "/")
    assert "4 slipped" in overview.text and "4 cannot be judged" in overview.text
    blind = overview.section("Where we are blind")
    assert blind.count("unverified") == 4
    assert "2021-12" in blind


def test_dates_that_were_moved(tmp_path):
    one = example(tmp_path, "recovery-plan")
    try:
        overview = page(one, "/?as_of=2024-04-30")
        slipped = overview.section("What slipped")
        assert "400 public buildings renovated" in slipped
        assert "in 153 days, first due 2023-12-31" in slipped
        whole = page(one, "/milestones/C3.renovation/buildings?as_of=2024-04-30")
        assert "Originally due 2023-12-31" in whole.text.replace(
            "Originally due2023", "Originally due 2023")
        assert "Council implementing decision" in whole.text
    finally:
        one.close()


def test_as_of_last_january_and_since_when(phase_one):
    """The same question as of another time has another answer."""
    risk = page(phase_one, f"/?{ON_THE_WAY}").section("What is at risk")
    assert "off track since 2020-06-22" in " ".join(risk.split())
    january = page(phase_one, "/?as_of=2021-01-26")
    assert "0 slipped" in january.text
    slipped = page(phase_one, "/?as_of=2021-01-27").section("What slipped")
    assert "not met since 2021-01-27" in slipped


def test_what_is_due_next_month(phase_one):
    month = page(phase_one, "/calendar?from=2020-12-01&months=1&as_of=2020-11-15")
    assert [name for tag, name in month.headings if tag == "h2"] == [
        "December 2020"]
    assert "4 deadlines" in month.section("December 2020")
    none = page(phase_one, "/calendar?from=2021-02-01&months=1&as_of=2020-11-15")
    assert "Nothing is due in these months." in none.text


def troubled_register():
    """Of "late" three months are known of six, "none" has no source."""
    return """
instruments = ( { id = "i"; title = "Deal"; timezone = "UTC"; signed = "2020-01-01"; } );
indicators = ( { id = "late"; frequency = "month"; nonnegative = true; lag = "10d"; },
  { id = "none"; frequency = "month"; nonnegative = true; lag = "10d"; } );
sources = ( %s );
pledges = ( { id = "p"; instrument = "i"; obligor = "us"; owner = "desk"; title = "T";
  milestones = (
    { id = "sum"; title = "A sum"; start = "2020-01-01"; due = "2020-06-30";
      benchmark = "sum(late, start..due) >= 100"; },
    { id = "lone"; title = "A lone one"; due = "2020-06-30";
      benchmark = "last(none) >= 1"; },
    { id = "word"; title = "A word"; due = "2020-06-30";
      benchmark = "attested(\\"signed\\")"; },
    { id = "both"; title = "Both"; due = "2020-06-30";
      benchmark = "met(\\"p/sum\\") and met(\\"p/word\\")"; } ); } );
""" % daemons.source("bureau")


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """A source that gave figures fails; the only channel refuses."""
    one = Daemon(tmp_path_factory.mktemp("troubled"))
    hook = one.webhook()
    hook.refusing = 410
    one.port = free_port()
    one.write("own.csv", "indicator,period,value,published\n" + "".join(
        f"late,2020-0{month},5,2020-0{month + 1}-08T00:00:00Z\n"
        for month in (1, 2, 3)))
    one.configure(troubled_register(), channels=(daemons.HOOK.format(port=hook.port),),
                  extra=f'web: {{ listen = "127.0.0.1:{one.port}"; }};')
    one.write("hook-secret", daemons.SECRET)
    (one.folder / "hook-secret").chmod(0o600)
    one.start().settled()
    (one.folder / "own.csv").unlink()
    one.post("/v1/sources/bureau/poll")
    wait_until(lambda: one.source("bureau")["failures"])
    wait_until(lambda: one.items("/v1/outbox?state=dead"))
    yield one
    one.close()


def rows_of(one):
    return [" ".join(row.split()) for row in one.rows]


def test_whose_fault_it_is_that_we_are_blind(troubled):
    rows = rows_of(page(troubled, "/"))
    fault = {name: next(row for row in rows if f" {name} us" in row)
             for name in ("A sum", "A lone one", "A word", "Both")}
    assert "unverified since 2020-07-11" in fault["A sum"]
    assert "bureau fails since" in fault["A sum"]
    assert "own.csv" in fault["A sum"]
    assert "no source gives none" in fault["A lone one"]
    assert 'nobody has attested "signed"' in fault["A word"]
    assert "A sum is not known; A word is not known" in fault["Both"]
    assert "Who owes the answer" in rows[0] or any(
        "Who owes the answer" in row for row in rows)
    sheet = page(troubled, "/milestones/p/sum").text
    assert "Who owes the answer: bureau fails since" in sheet
    # Of the past it is known what had come, not how the source was.
    past = page(troubled, "/milestones/p/sum?as_of=2020-08-01").text
    assert ("Who owes the answer: bureau had given nothing newer than 2020-03."
            in past)
    assert "Who owes" not in page(
        troubled, "/milestones/p/sum?as_of=2020-03-01").text


def test_which_deliveries_failed(troubled):
    one = page(troubled, "/deliveries?state=dead")
    assert "hook" in one.section("Channels") and "fails since" in one.section(
        "Channels")
    rows = rows_of(one)
    assert any("given up" in row and "410" in row for row in rows)
    assert not any("delivered " in row and "to hook" in row for row in rows)


def test_a_milestone_says_why(phase_one):
    whole = page(phase_one, f"{ENERGY}?{MISSED}")
    assert whole.headings[0] == (
        "h1", "Energy products in 2020: 18.5 bn USD more than in 2017")
    assert ("from 2020-01 to 2020-12 exports.energy came to 9.74bn USD; 26.1bn "
            "were required, 18.5bn more than the 7.65bn of 2017") in whole.text
    assert "9,738,346,232 USD" in whole.text        # exact
    assert ("Who says so: census-monthly, last on 2021-01-27. So since "
            "2021-01-27 by what was published.") in whole.text
    rows = [" ".join(row.split()) for row in whole.rows]
    assert any(row.startswith("2020-12 1,626,272,682 2021-01-27 census-monthly")
               for row in rows)
    assert any("vintage 2 of 2, before: 1,248,050,707" in row for row in rows)
    evidence = next(link for link in whole.links if "/v1/snapshots/" in link)
    status, _, body = phase_one.ask(evidence)
    assert status == 200 and body == (PHASE_ONE / "exports-monthly.csv").read_bytes()


def test_every_link_leads_somewhere(phase_one):
    """… and no page says one id twice, or jumps an order of headings."""
    def alike(path):
        """Other forms are asked for once with the same parameters."""
        if not path.startswith(ELSEWHERE) or "/snapshots/" in path:
            return path
        words = urllib.parse.urlsplit(path)
        return words.path, tuple(sorted(urllib.parse.parse_qs(words.query)))

    waiting, seen, asked = [f"{path}?{MISSED}" for path in PAGES], set(), set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith(("/", "#")):
            continue
        seen.add(path)
        if alike(path) in asked:
            continue
        asked.add(alike(path))
        if not path.split("?")[0].startswith(ELSEWHERE):
            one = page(phase_one, path)
            assert len(set(one.ids)) == len(one.ids), path
            orders = [int(tag[1]) for tag, _ in one.headings]
            assert orders[0] == 1 and orders.count(1) == 1
            assert all(b - a <= 1 for a, b in zip(orders, orders[1:]))
            if "as_of=" in path:    # but for the way back to now
                assert all("as_of=" in link or link == path.split("?")[0]
                           for link in one.links if link.startswith("/milestones"))
            for link in one.links:
                target, _, mark = link.partition("#")
                if target == "" and mark:
                    assert mark in one.ids, (path, link)
                elif link.startswith("?"):
                    waiting.append(path.split("?")[0] + link)
                else:
                    waiting.append(target)
        else:
            assert phase_one.ask(path)[0] == 200, path
    assert len(seen) > 40


# --- other forms ------------------------------------------------------------------

def forms(one):
    """The links of the foot by the kind of what they lead to."""
    return {urllib.parse.urlsplit(link).path: link for link in one.links
            if link.startswith(ELSEWHERE)}


@pytest.mark.parametrize("path, json_path, kept", [
    ("/milestones?status=not_met&obligor=CN&sort=due&due_after=", "/v1/milestones",
     {"status": ["not_met"], "obligor": ["CN"]}),
    ("/pledges?instrument=phase-one&obligor=", "/v1/pledges",
     {"instrument": ["phase-one"]}),
    ("/scorecard?pledge=purchases.*", "/v1/scorecard",
     {"by": ["obligor"], "pledge": ["purchases.*"]}),
    ("/matrix?rows=sector&cols=severity", "/v1/matrix",
     {"rows": ["sector"], "cols": ["severity"]}),
])
def test_what_is_shown_can_be_taken_along(phase_one, path, json_path, kept):
    """… with the filters and the time of the page."""
    page_of = page(phase_one, f"{path}&{MISSED}")
    tables = [link for link in page_of.links if link.startswith(json_path + "?")
              and "format=csv" in link]
    assert len(tables) == 1
    words = urllib.parse.parse_qs(urllib.parse.urlsplit(tables[0]).query)
    assert words == {**kept, "as_of": ["2021-01-28"], "format": ["csv"]}
    status, head, _ = phase_one.ask(tables[0])
    assert status == 200 and head["Content-Type"].startswith("text/csv")
    one = forms(page_of)
    assert one["/feed.atom"].count("as_of") == 0
    for way in ("/calendar.ics", "/report", "/v1/export"):
        assert MISSED in one[way]
    assert "/v1/openapi.json" in one
    if "status" in kept:
        assert "status=not_met" in one["/calendar.ics"]
        report = phase_one.ask(one["/report"])[2].decode()
        assert 'id="milestone-purchases.energy/2020"' in report
        assert 'id="milestone-purchases.energy/2021"' not in report


def test_one_thing_in_other_forms(phase_one):
    one = page(phase_one, f"{ENERGY}?{MISSED}")
    assert f"/v1{ENERGY}?{MISSED}" in one.links
    assert f"/report?id=purchases.energy/2020&{MISSED}" in one.links
    deadlines = phase_one.ask(forms(one)["/calendar.ics"])[2].decode()
    assert deadlines.count("BEGIN:VEVENT") == 1
    pledge = page(phase_one, "/pledges/purchases.energy")
    rows = phase_one.ask(next(link for link in pledge.links
                              if "format=csv" in link))[2].decode()
    assert rows.count("purchases.energy/20") == 2


def test_the_head_tells_of_the_feed(phase_one):
    _, _, body = phase_one.ask("/milestones?obligor=CN")
    assert ('<link rel="alternate" type="application/atom+xml" '
            'title="What happens, as a feed" href="/feed.atom?obligor=CN">'
            in body.decode())


def test_a_time_can_be_chosen_on_every_page(phase_one):
    for path in PAGES + (ENERGY, "/pledges/purchases.energy"):
        for query in ("", f"?{MISSED}"):
            _, _, body = phase_one.ask(path + query)
            assert body.decode().count('<input name="as_of"') == 1, path


@pytest.mark.parametrize("path", ["/alerts", "/sources", "/deliveries"])
def test_pages_of_now_say_so(phase_one, path):
    assert "known as of now only" in page(phase_one, f"{path}?{MISSED}").text
    assert "What was known on" not in page(phase_one, f"{path}?{MISSED}").text
    assert "as of now only" not in page(phase_one, path).text
    assert "As of 2021" not in page(phase_one, f"{path}?{MISSED}").text


# --- lists ----------------------------------------------------------------------

def ids_of(one):
    return [urllib.parse.unquote(link.split("?")[0][len("/milestones/"):])
            for link in one.links if link.startswith("/milestones/")]


def all_of(daemon, path):
    got, number = [], 1
    while True:
        one = page(daemon, f"{path}&page={number}")
        got += ids_of(one)
        if not any("Next" == word.strip() for word in one.words):
            return got
        number += 1


def asked(daemon, query):
    items, cursor = [], ""
    while cursor is not None:
        got = daemon.get(f"/v1/milestones?limit=1000&{query}{cursor}")
        items += got["items"]
        cursor = got["next"] and "&cursor=" + urllib.parse.quote(got["next"])
    return items


@pytest.mark.parametrize("query", [
    "as_of=2020-01-31", "as_of=2020-01-31&status=not_met&status=unverified",
    "as_of=2020-01-31&label.place=westridge&label.measure=law", "sort=due",
    "sort=register&obligor=CN", "due_after=2020-01-01"])
def test_a_list_is_what_the_interface_lists(reform, query):
    shown = all_of(reform, f"/milestones?{query}")
    plain = "&".join(word for word in query.split("&")
                     if not word.startswith("sort="))
    items = asked(reform, plain)
    assert sorted(shown) == sorted(item["id"] for item in items)
    dues = {item["id"]: item["due"] for item in items}
    if query == "sort=due":
        assert [dues[one] for one in shown] == sorted(dues[one] for one in shown)
    if "sort=register" in query:
        _, _, body = reform.ask("/v1/export/milestones.jsonl?as_of=2020-01-31")
        rows = [json.loads(line)["id"] for line in body.splitlines()]
        assert shown == [one for one in rows if one in set(shown)]


def test_the_most_urgent_first(reform):
    one = page(reform, "/milestones?as_of=2020-01-31")
    assert len(ids_of(one)) == 50
    rows = [row for row in one.rows if "▲" not in row][1:]
    assert "breached" in rows[0] and "not met" in rows[-1]


def test_pledges_are_counted(reform):
    one = page(reform, "/pledges?as_of=2020-01-31&instrument=talks")
    assert "1 pledge" in one.text and "met 1" in one.text
    assert "national" not in one.text


def test_a_matrix_of_shares(reform):
    one = page(reform, "/matrix?rows=place&cols=measure&as_of=2020-01-31")
    row = next(" ".join(row.split()) for row in one.rows
               if row.startswith("westridge"))
    assert row == ("westridge ✗ 2 of 5 ✗ 4 of 5 ✗ 4 of 5 ✗ 2 of 5 ○ pending "
                   "53–65 %")
    link = next(link for link in one.links
                if "label.place=westridge&label.measure=law" in link)
    assert len(ids_of(page(reform, link))) == 5


def test_a_scorecard(reform):
    card = reform.get("/v1/scorecard?by=place&as_of=2020-01-31")
    one = page(reform, "/scorecard?by=place&as_of=2020-01-31")
    rows = [row.split() for row in one.rows[1:]]
    assert len(rows) == len(card["items"]) + 1
    for row, item in zip(rows, card["items"]):
        assert row[0] == item["group"]
        low, high = (int(item[name] * 10000 + .5) // 100
                     for name in ("coverage", "coverage_upper"))
        assert row[1] == (str(low) if low == high else f"{low}–{high}")
    assert card["rule"] in one.text


def test_who_owes_it_is_not_told(daemon):
    """Of a register without obligors, the instruments are the groups."""
    daemon.configure(daemons.register(
        [daemons.milestone("m", "2099-12-31")]).replace('obligor = "us"; ', ""))
    daemon.start().settled()
    for path in ("/scorecard", "/matrix"):
        page(daemon, path)
    assert [item["group"] for item in daemon.get("/v1/scorecard")["items"]] == ["i"]
    assert daemon.ask("/report")[0] == 200


def test_a_calendar(tmp_path):
    one = example(tmp_path, "imf-programme")
    try:
        months = page(one, "/calendar?as_of=2022-11-20")
        assert [name for tag, name in months.headings if tag == "h2"] == [
            "December 2022", "January 2023"]
        assert page(one, "/calendar?from=2022-03-01&months=1&as_of=2022-11-20"
                    ).headings[1] == ("h2", "March 2022")
    finally:
        one.close()


# --- problems ---------------------------------------------------------------------

@pytest.mark.parametrize("path, status, says", [
    ("/milestones/purchases.energy/2019", 404, "did you mean"),
    ("/pledges/nobody", 404, "there is no pledge"),
    ("/?as_of=yesterday", 400, "is not a date"),
    ("/?colour=red", 400, "there is no parameter"),
    ("/milestones?status=lost", 400, "there is no status"),
    ("/milestones?page=0", 400, "page"),
    ("/milestones?page=999", 400, "/v1/milestones"),
    ("/calendar?months=99", 400, "months"),
    ("/scorecard?by=no.such.label", 404, "label"),
    ("/matrix?pledge=zzz*", 404, "no milestone is selected"),
])
def test_problems_are_pages(phase_one, path, status, says):
    one = page(phase_one, path, status)
    assert says in one.text
    assert one.headings[0][0] == "h1"


def test_problems_elsewhere(phase_one):
    reads = {"Accept": "text/html,application/xhtml+xml"}
    assert "there is nothing at /nowhere" in page(
        phase_one, "/nowhere", 404, reads).text
    for path, headers in (("/nowhere", {}), ("/v1/milestones/none", reads)):
        status, head, body = phase_one.ask(path, headers=headers)
        assert head["Content-Type"] == "application/problem+json"
        assert json.loads(body)["status"] == status == 404
    status, head, _ = phase_one.ask("/milestones", "POST")
    assert (status, head["Allow"]) == (405, "GET, HEAD")
    assert head["Content-Security-Policy"] == POLICY


def test_what_people_leave_empty(phase_one):
    one = page(phase_one, "/milestones?status=&obligor=&due_after=&as_of="
               "&label.sector=energy&sort=")
    assert len(ids_of(one)) == 2


# --- hostile words ------------------------------------------------------------------

EVIL = ("<script>document.title='owned'</script>",
        "\"><img src=x onerror=alert(1)>", "</title></style>]]>--><svg onload=alert(1)>",
        "javascript:alert(1)",
        "a‮b\u2066c\u2029d\ufeff", "x" * 300, "{{7*7}}${7*7}", "&lt;b&gt;",
        "␀\\0%00&#0;\u009b31m\u200b", "long & <b>" * 1024)


def evil_register():
    def quoted(text):
        return text.replace("\\", "\\\\").replace('"', '\\"')

    pledges = []
    for i, words in enumerate(EVIL):
        title = quoted(words)
        pledges.append(
            f'{{ id = "p{i}"; instrument = "i"; obligor = "{title}"; '
            f'owner = "{title}"; title = "{title}"; cite = "{title}"; '
            f'url = "javascript:alert({i})"; labels: {{ sector = "{title}"; }}; '
            f'milestones = ( {{ id = "m"; title = "{title}"; '
            'start = "2020-01-01"; due = "2099-12-31"; '
            'benchmark = "last(report) >= 1 and attested(\\"k\\")"; '
            f'amended = ( {{ on = "2021-01-01"; due = "2099-06-30"; '
            f'reason = "{title}"; authority = "{title}"; }} ); }}, '
            f'{{ id = "c"; title = "{title}"; start = "2020-01-01"; '
            'due = "2099-12-31"; benchmark = "last(report) >= 9"; } ); }')
    return ('instruments = ( { id = "i"; title = "%s"; timezone = "UTC"; '
            'signed = "2020-01-01"; url = "javascript:alert(9)"; } );\n'
            'indicators = ( { id = "report"; nonnegative = true; lag = "0d"; } );\n'
            "sources = ( %s );\npledges = ( %s );\n" % (
                quoted(EVIL[0]), daemons.source(), ",\n".join(pledges)))


NO_FILE = "<b onclick=alert(1)>gone</b>&amp;'\u202e.csv"


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """Evil titles, an evil word of a source that fails, and evil statements."""
    one = Daemon(tmp_path_factory.mktemp("evil"))
    one.port = free_port()
    text = evil_register().replace("sources = ( ", "sources = ( %s, "
        % daemons.source("gone", f"file:{NO_FILE}"))
    one.configure(text, extra=f'web: {{ listen = "127.0.0.1:{one.port}"; }};')
    one.write("own.csv", daemons.table(1))
    one.start().settled()
    for i, words in enumerate(EVIL):
        status, _, said = one.ask(
            f"/v1/milestones/p{i}/m/attestations", "POST",
            body=json.dumps({"key": "k", "attested": True, "on": "2026-01-15",
                             "note": words[:500], "evidence": "https://e.example/"
                             + urllib.parse.quote(words[:200])}))
        assert status in (200, 201), said
    wait_until(lambda: one.source("gone")["failures"])
    yield one
    one.close()


def test_hostile_words_are_words(evil):
    for path in PAGES + tuple(f"/milestones/p{i}/m" for i in range(len(EVIL))) \
            + tuple(f"/pledges/p{i}" for i in range(len(EVIL))):
        one = page(evil, path)
        assert not [link for link in one.links
                    if not link.startswith(("/", "#", "?", "https://e.example/"))]
        is_harmless(evil.ask(path)[2])


TURNING = "\u202e\u2066\u2029\u009b\x00"     # and what ends lines, and controls


def is_harmless(body):
    text = body.decode()
    for words in ("<script>document", "<img src=x", "<svg onload", "<b onclick",
                  "href=\"javascript:", *TURNING):
        assert words not in text, words


def test_hostile_words_stand_there(evil):
    """They are shown as they are, but for what turns or hides text."""
    assert EVIL[0] in page(evil, "/milestones/p0/m").text
    assert EVIL[7] in page(evil, "/milestones/p7/m").text
    assert "long & <b>long & <b>" in page(evil, "/milestones/p9/m").text
    assert "<b onclick=alert(1)>gone</b>&amp;'" in page(evil, "/sources").text
    assert "<b onclick=alert(1)>gone</b>&amp;'" in page(evil, "/").text


def test_hostile_words_in_other_forms(evil):
    pictures = [f"/v1/milestones/p{i}/c/{name}.svg" for i in range(len(EVIL))
                for name in ("chart", "badge")]
    for path in pictures + [
            "/v1/timeline.svg", "/v1/matrix.svg?rows=sector&cols=owner",
            "/v1/scorecard.svg?by=obligor", "/feed.atom", "/feed.atom?limit=1",
            "/v1/calendar.svg?from=2099-06-01&months=1"]:
        status, _, body = evil.ask(path)
        assert status == 200, (path, body)
        is_harmless(body)
        root = xml.etree.ElementTree.fromstring(body)
        assert not [node for node in root.iter()
                    if node.tag.endswith(("script", "foreignObject"))
                    or any(name.startswith("on") for name in node.attrib)], path
    status, _, body = evil.ask("/report")
    assert status == 200
    is_harmless(body)
    assert "long & <b>long & <b>" in Report(body.decode()).text
    _, _, body = evil.ask("/calendar.ics")
    assert not [sign for sign in TURNING if sign in body.decode()]
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.count(b"BEGIN:VEVENT") == 2 * len(EVIL)
    for path in ("/v1/milestones", "/v1/pledges", "/v1/sources", "/v1/actions"):
        rows = list(csv.DictReader(io.StringIO(
            evil.ask(f"{path}?format=csv&limit=100")[2].decode(), newline="")))
        assert rows and all(None not in row for row in rows), path


# --- in a browser --------------------------------------------------------------------

pytestmark_browser = pytest.mark.skipif(browser.PROGRAM is None,
                                        reason="Chromium is not installed")


@pytest.fixture(scope="module")
def chromium():
    if browser.PROGRAM is None:
        pytest.skip("Chromium is not installed")
    one = browser.Browser()
    yield one
    one.close()


@pytest.fixture
def tab(chromium):
    chromium.look()
    chromium.script(True)
    return chromium


def url(daemon, path):
    return f"http://127.0.0.1:{daemon.port}{path}"


def test_nothing_from_elsewhere(tab, phase_one):
    for path in (f"/?{MISSED}", f"{ENERGY}?{MISSED}", f"/matrix?{MISSED}"):
        assert tab.open(url(phase_one, path)) == 200
        assert tab.complaints() == []
        asked = [one for one in tab.asked() if not one.startswith("data:")]
        assert {urllib.parse.urlsplit(one).netloc for one in asked} == {
            f"127.0.0.1:{phase_one.port}"}
        assert tab.run("document.querySelector('main').offsetHeight") > 300
        assert tab.run("getComputedStyle(document.querySelector('header'))"
                       ".backgroundColor") != "rgba(0, 0, 0, 0)"


def test_nothing_is_complained_of(tab, phase_one, reform, evil):
    """The policy forbids nothing that a page has."""
    for one, time in ((phase_one, MISSED), (reform, "as_of=2020-01-31"),
                      (evil, "as_of=2026-02-01")):
        for i, path in enumerate(PAGES):
            query = f"?{time}" if i % 2 else ""
            assert tab.open(url(one, path + query)) == 200, path
            assert tab.complaints() == [], path
    for one, path in ((phase_one, ENERGY), (phase_one, "/pledges/purchases.energy"),
                      (phase_one, f"/report?{MISSED}"), (evil, "/report"),
                      (evil, "/pledges/p9"), (evil, "/milestones/p8/m")):
        assert tab.open(url(one, path)) == 200, path
        assert tab.complaints() == [], path


def test_hostile_words_do_nothing(tab, evil):
    for i in range(len(EVIL)):
        tab.open(url(evil, f"/milestones/p{i}/m?as_of=2026-01-01"))
        assert tab.run("document.title") .endswith("· pledged")
        assert tab.run("document.querySelectorAll('script').length") == 1
        assert tab.run("document.querySelectorAll('[onload],[onerror],main img')"
                       ".length") == 0
        assert tab.complaints() == []


@pytest.mark.parametrize("paper", [False, True])
def test_it_fits_a_phone_and_paper(tab, phase_one, reform, evil, paper):
    width = 720 if paper else 360
    tab.look(width=width, height=740, paper=paper)
    for one, path in [(phase_one, f"{path}?{MISSED}") for path in PAGES] + [
            (phase_one, f"{ENERGY}?{MISSED}"), (reform, "/?as_of=2020-01-31"),
            (reform, "/matrix?rows=place&cols=measure&as_of=2020-01-31"),
            (evil, "/"), (evil, "/milestones/p5/m"), (evil, "/pledges")]:
        tab.open(url(one, path))
        assert tab.run("document.documentElement.scrollWidth") <= width, path
    if paper:
        assert tab.run("getComputedStyle(document.querySelector('header nav'))"
                       ".display") == "none"


CONTRAST = """
(() => {
	const parts = text => text.match(/[\\d.]+/g).map(Number);
	const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
		const v = c[i] / 255;
		return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	}, 0);
	const ground = element => {
		for (; element; element = element.parentElement) {
			const c = parts(getComputedStyle(element).backgroundColor);
			if (c.length < 4 || c[3] === 1)
				return c;
		}
		return [255, 255, 255];
	};
	const bad = [];
	for (const element of document.querySelectorAll("body *")) {
		const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
		if (!own || !element.offsetWidth || element.closest("svg"))
			continue;
		const style = getComputedStyle(element);
		const [a, b] = [light(parts(style.color)), light(ground(element))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
		if (ratio < (large ? 3 : 4.5))
			bad.push([element.tagName, element.className, ratio.toFixed(2)].join(" "));
	}
	return bad;
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read(tab, phase_one, reform, dark):
    """Contrast as WCAG 2.2 AA asks, of every text."""
    tab.look(dark=dark)
    for one, path in ((phase_one, f"/?{MISSED}"), (phase_one, f"{ENERGY}?{MISSED}"),
                      (phase_one, "/"), (reform, "/?as_of=2020-01-31"),
                      (reform, "/matrix?rows=place&cols=measure&as_of=2020-01-31"),
                      (reform, "/milestones"), (reform, "/alerts"),
                      (reform, "/sources"), (phase_one, "/nowhere")):
        tab.open(url(one, path))
        assert tab.run(CONTRAST) == [], path
    ground = tab.run("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == dark


def test_by_the_keyboard(tab, phase_one):
    tab.open(url(phase_one, f"/?{MISSED}"))
    tab.press("Tab")
    assert tab.run("document.activeElement.className") == "skip"
    assert tab.run("document.activeElement.getBoundingClientRect().left") >= 0
    tab.press("Enter")
    tab.until("document.activeElement.id === 'main'")
    tab.press("Tab")
    assert tab.run("document.activeElement.textContent") == "What is known now"
    for _ in range(30):
        tab.press("Tab")
        if tab.run("document.activeElement.textContent").startswith("Agricultural"):
            break
    assert tab.run("parseFloat(getComputedStyle(document.activeElement)"
                   ".outlineWidth)") >= 2
    tab.press("Enter")
    tab.until("location.pathname === '/milestones/purchases.agriculture/2020'")
    assert MISSED.split("=")[1][:4] in tab.run("location.search")


def test_without_a_script(tab, phase_one):
    tab.open(url(phase_one, f"/milestones?{MISSED}"))
    with_script = tab.run("document.querySelector('main').innerText")
    tab.script(False)
    tab.open(url(phase_one, f"/milestones?{MISSED}"))
    assert tab.run("document.querySelector('main').innerText") == with_script
    tab.run("document.querySelector('select[name=status]').value = 'met'")
    tab.run("document.querySelector('form').submit()")
    tab.until("location.search.includes('status=met')")
    tab.until("document.querySelectorAll('tbody tr').length === 1")


@pytest.fixture
def watched(daemon):
    daemon.port = free_port()
    daemon.configure(daemons.register([daemons.milestone("m", "2099-12-31")]),
                     extra=f'web: {{ listen = "127.0.0.1:{daemon.port}"; }};')
    return daemon.start().settled()


def test_changes_are_shown_as_they_come(tab, watched):
    tab.open(url(watched, "/"))
    tab.until("document.getElementById('live').textContent.startsWith('Live')")
    assert "pending 1" in " ".join(tab.run("document.querySelector('main')"
                                           ".innerText").split())
    watched.write("own.csv", daemons.table(1))
    watched.polled()
    tab.until("document.querySelector('main').innerText.replace(/\\s+/g, ' ')"
              ".includes('met 1')")
    assert tab.complaints() == []


def test_nothing_is_taken_from_under_a_reader(tab, watched):
    """Who fills in a form keeps what is there; it is said that there is more."""
    tab.open(url(watched, "/"))
    tab.until("document.getElementById('live').textContent.startsWith('Live')")
    tab.run("document.querySelector('input[name=as_of]').focus()")
    watched.write("own.csv", daemons.table(1))
    watched.polled()
    tab.until("document.getElementById('live').textContent"
              ".includes('since this page was made')")
    assert "pending" in tab.run("document.querySelector('main').innerText")
    assert tab.run("document.activeElement.name") == "as_of"


def test_what_people_did_stands_in_the_history(watched):
    watched.ctl("observe", "report", "2026-01-01", "1", "-m", "counted by hand")
    daemons.wait_until(lambda: watched.status_of("p/m") == "met")
    rows = [" ".join(row.split()) for row in page(watched, "/milestones/p/m").rows]
    assert any("root handed in: report counted by hand" in row for row in rows)


def test_what_a_screen_reader_is_told(tab, phase_one):
    tab.open(url(phase_one, f"/?{ON_THE_WAY}"))
    tree = tab.tree()
    roles = [role for role, _ in tree]
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert roles.count(role) == 1, role
    assert ("navigation", "Pages") in tree
    assert ("table", "4 milestones, the most urgent first") in tree
    row = next(i for i, (role, name) in enumerate(tree)
               if role == "rowheader" and name.startswith("Energy products"))
    def is_cell(place):
        return tree[place][0] in ("cell", "gridcell")

    before = next(place for place in range(row, 0, -1) if is_cell(place))
    assert tree[before][1] == "off track since 2020-06-22"
    cells = [tree[place][1] for place in range(row, row + 40) if is_cell(place)]
    assert any("exports.energy came to 4.78bn" in name for name in cells)
    assert any("census-monthly" in name for name in cells)
    assert not [name for role, name in tree if role == "link" and not name]


def cells_behind(tree, name):
    """What is read from a row's heading to the next."""
    heads = [place for place, (role, _) in enumerate(tree) if role == "rowheader"]
    row = next(place for place in heads if tree[place][1].startswith(name))
    end = next((place for place in heads if place > row), len(tree))
    return [said for role, said in tree[row:end] if role in ("cell", "gridcell")]


def test_a_screen_reader_is_told_where_we_are_blind(tab, troubled):
    tab.open(url(troubled, "/"))
    tree = tab.tree()
    assert ("columnheader", "Who owes the answer") in tree
    assert any("bureau fails since" in said
               for said in cells_behind(tree, "A sum"))
    tab.open(url(troubled, "/deliveries?state=dead"))
    assert any("410" in said for said in cells_behind(tab.tree(), "1 to hook"))


def test_a_screen_reader_is_told_why_and_since_when(tab, phase_one):
    tab.open(url(phase_one, f"{ENERGY}?{ON_THE_WAY}"))
    said = " ".join(name for _, name in tab.tree())
    assert "exports.energy came to 4.78bn USD" in said
    assert "So since" in said and "2020-06-22" in said
    assert ("link", "census-monthly") in tab.tree()
    assert cells_behind(tab.tree(), "2020-08")[0].replace(",", "").isdigit()
    tab.open(url(phase_one,
                 "/calendar?from=2020-12-01&months=1&as_of=2020-11-15"))
    assert ("heading", "December 2020") in tab.tree()
    assert ("table", "4 deadlines") in tab.tree()


def test_a_screen_reader_has_the_tables_of_a_phone(tab, phase_one):
    """Cards are still rows and cells."""
    tab.look(width=360, height=740)
    tab.open(url(phase_one, f"/?{ON_THE_WAY}"))
    tree = tab.tree()
    assert ("table", "4 milestones, the most urgent first") in tree
    assert any(role == "rowheader" and name.startswith("Energy products")
               for role, name in tree)
    assert ("columnheader", "Who says so") in tree
