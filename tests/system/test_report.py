"""The report: one document of many milestones, made again byte for byte."""
import base64
import hashlib
import html.parser
import http.client
import json
import os
import pty
import re
import stat
import subprocess

import pytest

from daemon import UnixConnection, many, program, source, wait_until

HOSTILE = '<script>alert(\\"x\\")</script> & Söhne'
REGISTER = """
instruments = ( { id = "i"; title = "Accord %(hostile)s"; signed = "2020-01-01";
  timezone = "UTC"; } );
indicators = (
  { id = "a"; title = "What a counts"; unit = "t"; frequency = "month"; nonnegative = true;
    lag = "40d"; max_jump = "4"; },
  { id = "b"; nonnegative = true; lag = "0d"; } );
sources = ( %(source)s );
pledges = (
  { id = "kept"; instrument = "i"; obligor = "CN"; title = "Kept %(hostile)s";
    labels: { sector = "steel"; };
    milestones = (
      { id = "met"; due = "2021-12-31"; benchmark = "last(b) >= 1"; },
      { id = "late"; due = "2021-01-31"; benchmark = "last(b) >= 1"; } ); },
  { id = "open"; instrument = "i"; obligor = "US"; title = "Open";
    labels: { sector = "grain"; };
    milestones = (
      { id = "missed"; due = "2021-12-31"; benchmark = "sum(a, 2021) >= 1000";
        baseline = "0"; },
      { id = "unverified"; due = "2022-12-31"; benchmark = "sum(a, 2022) >= 1000"; },
      { id = "ahead"; due = "2099-12-31"; benchmark = "sum(a, 2099) >= 1"; },
      { id = "waived"; due = "2021-12-31"; benchmark = "sum(a, 2021) >= 1000";
        waived = { on = "2021-06-01"; kind = "applicability";
          reason = "Flood"; authority = "Board"; }; },
      { id = "moved"; due = "2021-12-31"; benchmark = "sum(a, 2023) >= 1";
        amended = ( { on = "2021-06-01"; due = "2098-12-31";
          reason = "Later"; authority = "Board"; } ); },
      { id = "attested"; due = "2098-12-31"; benchmark = "attested(\\"signed\\")"; } ); } );
"""
FIGURES = "indicator,period,value,published\n" + "".join(
    f"a,2021-{month:02},{10 + month},2022-01-20\n" for month in range(1, 13)
) + "a,2022-01,5000,2022-02-20\nb,2021-03-01,1,2021-03-02\n"


@pytest.fixture
def promises(daemon):
    daemon.configure(REGISTER % {"hostile": HOSTILE, "source": source()})
    daemon.write("own.csv", FIGURES)
    return daemon.start().settled()


class Page(html.parser.HTMLParser):
    """Whether the elements close in order; ids, links, headings and texts."""

    VOID = {"meta", "br", "img", "input", "hr", "link"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.headings = [], [], [], []
        self.tags, self.sections, self.words = set(), {}, ""
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        assert not any(name.startswith("on") or name in ("style", "src")
                       for name in attrs), attrs
        if tag not in self.VOID:
            self.open.append((tag, attrs.get("id")))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data):
        if any(tag in ("style", "title") for tag, _ in self.open):
            return
        self.words += data
        for _, name in self.open:
            if name:
                self.sections[name] = self.sections.get(name, "") + data + " "


def report(daemon, query=""):
    status, headers, body = daemon.ask("/report" + query)
    assert status == 200, body
    return headers, body.decode()


def stated(text):
    """The time that a report says it is of."""
    now = re.search(r"Recorded by</dt><dd>(\S+) (\S+) UTC", text)
    return f"{now[1]}T{now[2]}Z"


def of_now(daemon, query=""):
    """The same of the time of the first report: those of another time wait until
    their second is over."""
    if not hasattr(daemon, "time"):
        daemon.time = stated(report(daemon)[1])
    return report(daemon, f"{query}{'&' if query else '?'}recorded_as_of={daemon.time}")


def whole(daemon, query=""):
    return Page(of_now(daemon, query)[1])


# --- what it says ---------------------------------------------------------------

def test_it_says_what_stands_how(promises):
    page = whole(promises)
    short = " ".join(page.sections["short"].split())
    assert ("about 8 milestones of 2 pledges under 1 instrument . 7 of them "
            "are required" in short.replace("instrument.", "instrument .")), short
    assert "2 met, 1 of these late; 1 missed; 1 could not be verified; 3 not" in short
    assert "28–42 %" in short and "50–75 %" in short
    assert "missed" in page.sections["missed"]
    for name, milestone in (("missed", "open/missed"), ("late", "kept/late"),
                            ("unknown", "open/unverified"), ("moved", "open/moved"),
                            ("left_out", "open/waived")):
        listed = re.findall(r"(?:kept|open)/\w+", page.sections[name])
        assert listed == [milestone], (name, listed)
    assert "danger" not in page.sections
    assert "Nothing is in danger or due." in page.sections["attention"]
    card = " ".join(page.sections["scorecard"].split())
    assert re.search(r"CN 2 2 0 0 0 0 100 % 100 % 50 %", card), card
    assert re.search(r"US 5 0 1 1 3 1 0–20 % 0–50 % 0 %", card), card
    assert [name for name in page.ids if name.startswith("milestone-")] == [
        "milestone-kept/met", "milestone-kept/late", "milestone-open/missed",
        "milestone-open/unverified", "milestone-open/ahead",
        "milestone-open/waived", "milestone-open/moved",
        "milestone-open/attested"]


def test_its_method_says_what_is_not_covered(promises):
    page = whole(promises)
    method = " ".join(page.sections["method"].split())
    assert promises.get("/v1/status")["register"] in page.words
    assert "Of the 8 milestones of 2 pledges that the register holds, 8 are" in method
    assert "The rule: coverage is the weight of the milestones met" in method
    assert "0 withdrawn, 0 superseded and 1 waived" in method
    assert "1 unverified, 0 awaiting data" in method
    assert "a What a counts t month 40d 2021-12" in method
    # Held: a figure forty times that of the month before.
    assert re.search(r"a 2022-01 5,000 .*jump|a 2022-01 5,000 ", method), method
    assert "Of 1 sources of the register, 1 had been read well" in method


def test_a_source_that_fails_is_told(promises):
    promises.write("own.csv", "nothing of this is known\n")
    promises.polled()
    text = whole(promises).sections["method"]
    assert "1 had not" in text and "Sources that were not read well" in text
    told = json.loads(of_now(promises, "?format=json")[1])
    assert [item["source"] for item in told["failing"]] == ["own"]
    assert told["failing"][0]["outcome"] == "unreadable"
    assert told["sources_not_asked"] == 0
    # Before there was a daemon nobody had asked it.
    past = json.loads(report(promises, "?format=json&as_of=2023-01-01")[1])
    assert (past["failing"], past["sources_not_asked"]) == ([], 1)


def test_it_is_one_document_that_needs_no_other(promises):
    headers, text = of_now(promises)
    page = Page(text)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    style = re.search("<style>(.*?)</style>", text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert policy in text.replace("&#39;", "'")
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object"})
    assert len(set(page.ids)) == len(page.ids)
    lost = [link for link in page.links
            if link[0] != "#" or link[1:] not in page.ids]
    assert lost == []
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(
        page.headings, page.headings[1:]))
    assert "@page" in style and "url(" not in style and "@import" not in style
    assert page.words.count('<script>alert("x")</script> & Söhne') >= 3


def test_filters_select_and_by_groups(promises):
    page = whole(promises, "?obligor=CN&by=sector")
    assert [name for name in page.ids if name.startswith("milestone-")] == [
        "milestone-kept/met", "milestone-kept/late"]
    assert "obligor CN" in page.words and "Scorecard by sector" in page.words
    assert "indicators" not in page.words.lower() or "What a counts" not in page.words
    assert [name for name in whole(promises, "?status=not_met").ids
            if name.startswith("milestone-")] == ["milestone-open/missed"]
    assert "No milestone is selected." in whole(promises, "?obligor=XX").words
    told = json.loads(of_now(promises, "?format=json&label.sector=grain")[1])
    assert (told["milestones"], told["selection"]) == (6, "label.sector grain")
    assert [item["group"] for item in told["scorecard"]["items"]] == ["US"]
    assert [item["id"] for item in told["unknown"]] == ["open/unverified"]


def test_what_makes_no_sense_is_refused(promises):
    for query, status, told in (
            ("?limit=5", 400, "no parameter"), ("?nosuch=1", 400, "nosuch"),
            ("?format=pdf", 400, "format"), ("?status=bad", 400, "status"),
            ("?as_of=never", 400, "as_of"), ("?by=nosuch", 404, "nosuch"),
            ("?recorded_as_of=2999-01-01", 400, "not over")):
        got, _, body = promises.ask("/report" + query)
        assert (got, told in json.loads(body)["detail"]) == (status, True), query


# --- the same again --------------------------------------------------------------

def test_a_past_report_is_made_again_byte_for_byte(promises):
    """Whatever becomes known, is told, done or fails since."""
    first = report(promises)[1]
    time = stated(first)
    filtered = f"?recorded_as_of={time}&obligor=US&by=severity"
    other = report(promises, filtered)[1]
    promises.write("own.csv", FIGURES.replace("2022-01-20", "2022-01-21").replace(
        "a,2021-12,22,", "a,2021-12,2000,") + "b,2022-03-01,0,2022-03-02\n"
                   "a,2022-02,80,2022-03-20\na,2022-03,200,2022-04-20\n"
                   "a,2022-04,400,2022-05-20\na,2022-05,400,2022-06-20\n")
    assert promises.ctl("attest", "open/attested", "signed", "--evidence",
                        "https://example.org/", "-m", "Seen").returncode == 0
    wait_until(lambda: promises.status_of("open/attested") == "met")
    promises.polled()
    wait_until(lambda: promises.status_of("open/unverified") == "met")
    wait_until(lambda: promises.ctl("list", "held").stdout.count("2021-12"))
    promises.write("own.csv", "broken\n")
    promises.polled()
    assert report(promises, f"?recorded_as_of={time}")[1] == first
    assert report(promises, f"?as_of={time}&recorded_as_of={time}")[1] == first
    assert report(promises, filtered)[1] == other
    assert report(promises)[1] != first
    promises.stop()
    promises.start().settled()
    assert report(promises, f"?recorded_as_of={time}")[1] == first


def test_as_of_is_what_was_known_then(promises):
    page = Page(report(promises, "?as_of=2022-01-10")[1])
    assert "missed" not in page.sections
    assert "open/missed" in page.sections["unknown"]
    assert "2022-01-10 23:59:59 UTC" in page.words and "any time" in page.words


# --- as a stream -------------------------------------------------------------------

# That is over: nobody waits for it.
LONG_AGO = "/report?recorded_as_of=2020-06-01"


def begin_many(daemon, count):
    return many(daemon, count).start().settled()


def test_another_register_breaks_it_off(daemon):
    begin_many(daemon, 400)
    connection, answer, _ = daemon.slowly(LONG_AGO)
    begun = [daemon.slowly(LONG_AGO) for _ in range(3)]
    status, _, body = daemon.ask(LONG_AGO)
    assert status == 503 and b"4 reports" in body
    for other, _, _ in begun:
        other.close()
    daemon.write("many.csv", "n\n1\n")
    assert daemon.ctl("reload").returncode == 0
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()
    wait_until(lambda: daemon.ask(LONG_AGO)[0] == 200)
    assert "1 milestone of 1 pledge" in report(daemon, LONG_AGO[7:])[1]


def test_too_many_milestones_are_refused(daemon):
    begin_many(daemon, 10001)
    status, _, body = daemon.ask(LONG_AGO)
    assert status == 422 and "10000" in json.loads(body)["detail"]
    status, _, body = daemon.ask(LONG_AGO + "&format=json&pledge=p77*")
    assert status == 200 and json.loads(body)["milestones"] == 111


def test_it_ends_with_the_daemon(daemon):
    begin_many(daemon, 400)
    connection, answer, _ = daemon.slowly("/report")
    waiting = UnixConnection(daemon.socket)
    waiting.request("GET", "/report")  # waits until its second is over
    assert daemon.stop() == 0
    for each in (connection, waiting):
        each.close()
    assert "Sanitizer" not in daemon.log()


# --- pledgectl -----------------------------------------------------------------------

def test_pledgectl_writes_it_into_a_file(promises, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("the last one")
    result = promises.ctl("report", "--html", path, "--as-of", "2023-01-01",
                          "--match", "sector=grain", "--by", "sector")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(rf"{path}: \d+ milestones?, {path.stat().st_size} bytes\n",
                        result.stdout)
    query = "?as_of=2023-01-01&label.sector=grain&by=sector"
    assert path.read_text() == report(promises, query)[1]
    assert [name for name in os.listdir(tmp_path)
            if name.startswith("report")] == ["report.html"]
    # A device or a pipe must not give way to a file of that name.
    os.mkfifo(tmp_path / "pipe")
    os.symlink("pipe", tmp_path / "link")
    for name in ("pipe", "link"):
        result = promises.ctl("report", "--html", tmp_path / name)
        assert result.returncode == 1 and "- for standard output" in result.stderr
        assert stat.S_ISFIFO(os.stat(tmp_path / name).st_mode)
    result = promises.ctl("report", "--html", path, "--match", "id=*" + "?" * 200)
    assert result.returncode == 2 and "128 bytes" in result.stderr
    out = promises.ctl("report", "--html", "-")
    assert out.stdout == report(promises, f"?recorded_as_of={stated(out.stdout)}")[1]


def test_pledgectl_keeps_nothing_that_is_not_whole(daemon, tmp_path):
    begin_many(daemon, 600)
    path = tmp_path / "report.html"
    path.write_text("the last one")
    process = subprocess.Popen(
        [program("pledgectl"), "-s", str(daemon.socket), "report", "--html", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.read(1000)
    daemon.kill()
    _, told = process.communicate(timeout=20)
    assert process.returncode == 1 and "broke off" in told
    result = daemon.ctl("report", "--html", path)
    assert result.returncode == 3 and result.stderr.count("\n") == 1
    assert path.read_text() == "the last one"
    assert [name for name in os.listdir(tmp_path)
            if name.startswith("report")] == ["report.html"]
    result = daemon.ctl("report", "--html", tmp_path / "no" / "where")
    assert result.returncode == 1 and "cannot create" in result.stderr


def test_pledgectl_shows_how_far_it_is(daemon, tmp_path):
    begin_many(daemon, 300)
    main, side = pty.openpty()
    result = subprocess.run(
        [program("pledgectl"), "-s", str(daemon.socket), "report", "--html",
         str(tmp_path / "r.html")], stderr=side, stdout=side, timeout=60)
    os.close(side)
    told = b""
    try:
        while piece := os.read(main, 65536):
            told += piece
    except OSError:
        pass
    os.close(main)
    assert result.returncode == 0
    shown = [int(word) for word in re.findall(rb"report (\d+)%", told)]
    assert shown == sorted(shown) and shown[-1] == 100 and len(set(shown)) > 3
    assert told.split(b"\x1b[K")[-1].endswith(b" bytes\r\n")


def test_pledgectl_tells_the_main_of_it(promises):
    result = promises.ctl("report")
    assert (result.returncode, result.stderr) == (0, "")
    told = " ".join(result.stdout.split())
    assert "8 milestones of 2 pledges under 1 instrument: all milestones" in told
    assert "coverage 28–42% of the 7 milestones required" in told
    parts = re.split(r"(What \w[^\n]*)\n\n", result.stdout)
    lists = dict(zip(parts[1::2], parts[2::2]))
    assert "open/missed" in lists["What was missed"]
    assert "kept/late" in lists["What came late"]
    assert "open/unverified" in lists["What could not be verified"]
    assert "open/waived" in lists["What is left out"]
    assert "1 figures held as implausible" in lists["What is not covered"]
    for words, status in ((("-o", "csv", "report"), 2),
                          (("report", "--sort", "id"), 2),
                          (("report", "--by", "nosuch"), 5)):
        result = promises.ctl(*words)
        assert (result.returncode, result.stdout) == (status, ""), words
    assert json.loads(promises.ctl("-o", "json", "report").stdout)["milestones"] == 8
