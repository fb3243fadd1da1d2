"""Pictures over the socket and by pledgectl: of what, as of when, and for whom
they are not."""
import re
import xml.etree.ElementTree as xml

import pytest

from daemon import PHASE_ONE, source, settings

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script> & ]]>"
REGISTER = """
instruments = ( { id = "i"; signed = "2020-01-01"; timezone = "UTC"; } );
indicators = ( { id = "x"; frequency = "month"; unit = "USD"; nonnegative = true; lag = "10d"; },
  { id = "done"; nonnegative = true; lag = "0d"; } );
sources = ( %s );
pledges = (
  { id = "goods"; instrument = "i"; obligor = "CN"; title = "Goods"; labels: { place = "here"; };
    milestones = (
      { id = "sum"; title = "Purchases"; start = "2020-01-01"; due = "2020-12-31";
        benchmark = "sum(x, 2020) >= 1200"; path = "linear"; forecast = "least_squares";
        labels: { measure = "sum"; };
        amended = ( { on = "2020-04-20"; due = "2021-01-31"; reason = "asked";
          authority = "all"; } ); },
      { id = "law"; title = "%s"; start = "2020-01-01"; due = "2020-05-31";
        labels: { measure = "law"; }; benchmark = "last(done) >= 1"; },
      { id = "both"; due = "2020-05-31"; benchmark = "last(done) >= 1 and last(x) >= 1"; } ); },
  { id = "other"; instrument = "i"; obligor = "US"; title = "Other"; labels: { place = "there"; };
    milestones = ( { id = "rule"; due = "2021-03-31"; labels: { measure = "law"; };
      benchmark = "last(done) >= 2"; } ); } );
"""
# January is revised in May; the law is done in June.
OWN = """\
indicator,period,value,published
x,2020-01,90,2020-02-10
x,2020-02,80,2020-03-10
x,2020-03,100,2020-04-10
x,2020-04,95,2020-05-10
x,2020-01,190,2020-05-11
done,2020-06-10,1,2020-06-11
"""


@pytest.fixture
def charts(daemon):
    daemon.configure(REGISTER % (source(), HOSTILE))
    (daemon.folder / "own.csv").write_text(OWN)
    return daemon.start().settled()


def picture(daemon, path):
    """(words, texts): what a picture says of itself, and what it shows."""
    status, headers, body = daemon.ask(path)
    assert status == 200, (path, status, body)
    assert headers["Content-Type"] == "image/svg+xml"
    assert headers["Content-Security-Policy"] == \
        "default-src 'none'; style-src 'unsafe-inline'"
    assert daemon.ask(path)[2] == body
    root = xml.fromstring(body)
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    words = {name: root.find(f"{SVG}{name}") for name in ("title", "desc")}
    assert root.get("aria-labelledby") == words["title"].get("id")
    assert root.get("aria-describedby") == words["desc"].get("id")
    assert not [node for node in root.iter() if node.tag == f"{SVG}script"]
    return words["desc"].text, [node.text for node in root.iter(f"{SVG}text")
                                if node.get("class") != "p-halo"]


def problem(daemon, path):
    status, headers, body = daemon.ask(path)
    assert headers["Content-Type"] == "application/problem+json"
    return status, body.decode()


def test_trajectory_says_what_was_known_then(charts):
    path = "/v1/milestones/goods/sum/chart.svg?as_of="
    words, texts = picture(charts, path + "2020-04-15")
    assert words.startswith(
        "270 USD of 1.2 k required by 2020-12-31; 90 % of the path through 2020-03.")
    assert "due 2020-12-31" in texts and "first due 2020-12-31" not in texts
    assert "before revisions" not in texts

    words, texts = picture(charts, path + "2020-05-20")
    assert words.startswith("465 USD of 1.2 k required by 2021-01-31")
    assert " First due 2020-12-31. Forecast: " in words and "at 95 %" in words
    assert {"due 2021-01-31", "first due 2020-12-31", "before revisions",
            "2020-04: 465"} <= set(texts)

    words, _ = picture(charts, path + "2020-05-10")
    assert words.startswith("365 USD")


def test_trajectory_of_what_was_recorded_by_then(charts):
    status, body = problem(charts, "/v1/milestones/goods/sum/chart.svg"
                           "?as_of=2020-05-20&recorded_as_of=2020-05-20")
    assert status == 404 and "no figure of it is known" in body


def test_timeline_by_filters(charts):
    words, texts = picture(charts, "/v1/timeline.svg?as_of=2020-07-01")
    assert words.startswith("4 milestones as of 2020-07-01: ")
    assert "1 moved to another date" in words
    rows = [text for text in texts if text in (
        "Purchases", HOSTILE, "Goods: both", "Other: rule")]
    assert rows == [HOSTILE, "Goods: both", "Purchases", "Other: rule"]
    assert "10 d" in texts  # the law, late

    _, texts = picture(charts, "/v1/timeline.svg?as_of=2020-07-01&obligor=US")
    assert "Other: rule" in texts and "Purchases" not in texts
    _, texts = picture(charts, "/v1/timeline.svg?as_of=2020-07-01"
                       "&status=met_late&label.measure=law")
    assert HOSTILE in texts and "Other: rule" not in texts


def test_rollups_show_what_their_json_says(charts):
    when = "as_of=2020-07-01"
    matrix = charts.get(f"/v1/matrix?rows=place&cols=measure&{when}")
    words, texts = picture(charts, f"/v1/matrix.svg?rows=place&cols=measure&{when}")
    total = matrix["total"]
    assert words.startswith(f"{total['met']} of {total['required']} required "
                            "milestones are met, ")
    assert f"{total['coverage'] * 100 // 1:.0f}\u00a0%" in words
    assert {"here", "there", "sum", "law", "✓+"} <= set(texts)

    card = charts.get(f"/v1/scorecard?by=obligor&{when}")
    _, texts = picture(charts, f"/v1/scorecard.svg?{when}")
    for item in card["items"]:
        assert item["group"] in texts
        assert f"{item['met']}/{item['required']}" in texts
        assert item["next_due"] is None or item["next_due"][:10] in texts


def test_calendar_of_months(charts):
    words, texts = picture(charts, "/v1/calendar.svg?as_of=2020-05-15&months=1")
    assert words == ("2 deadlines from 2020-05-01 to 2020-05-31. Next after 2020-05-15: "
                     f"2020-05-31, {HOSTILE}. Most on one day: 2, 2020-05-31.")
    assert "May 2020" in texts and "June 2020" not in texts
    words, _ = picture(charts, "/v1/calendar.svg?as_of=2020-05-15&from=2021-01&months=2")
    assert words.startswith("1 deadline from 2021-01-01 to 2021-02-28.")
    words, texts = picture(charts, "/v1/calendar.svg?from=2019-02-27&months=24&pledge=nobody")
    assert words == "Nothing is due from 2019-02-01 to 2021-01-31."


CANNOT_BE_DRAWN = [
    ("milestones/goods/both/chart.svg", 404, "is not one comparison"),
    ("milestones/goods/sun/chart.svg", 404, "did you mean"),
    ("milestones/goods/sum/chart.svg?from=2020", 400, "from"),
    ("milestones/goods/sum/chart.svg?as_of=soon", 400, "is not a date"),
    ("timeline.svg?obligor=nobody", 404, "no milestone is like that"),
    ("timeline.svg?limit=3", 400, "there is no parameter"),
    ("timeline.svg?status=late", 400, "there is no status"),
    ("matrix.svg?rows=place", 400, "rows and cols"),
    ("matrix.svg?rows=place&cols=nothing", 404, "nothing"),
    ("scorecard.svg?by=nothing", 404, "nothing"),
    ("scorecard.svg?pledge=nothing", 404, "nothing"),
    ("calendar.svg?months=0", 400, "from 1 to 24"),
    ("calendar.svg?months=25", 400, "from 1 to 24"),
    ("calendar.svg?from=9999-12&months=2", 400, "before the year 10000"),
    ("calendar.svg?from=May", 400, "is no month or day"),
]


def test_what_cannot_be_drawn(charts):
    for path, status, detail in CANNOT_BE_DRAWN:
        answered, body = problem(charts, f"/v1/{path}")
        assert answered == status and detail in body, (path, body)


def test_style_sheet_is_that_of_the_pictures(charts):
    _, headers, sheet = charts.ask("/assets/picture.css")
    assert headers["Content-Type"].startswith("text/css")
    body = charts.ask("/v1/scorecard.svg")[2]
    assert b"<style>\n" + sheet + b"</style>" in body
    for name in set(re.findall(r'class="(p-[a-z-]+)', body.decode())):
        assert f".{name}".encode() in sheet, name


def test_pledgectl_chart(charts):
    when = ["--as-of", "2020-07-01"]
    for words, path in [
            (["goods/sum"], "milestones/goods/sum/chart.svg?"),
            (["timeline", "--match", "measure=law"], "timeline.svg?label.measure=law&"),
            (["matrix", "--rows", "place", "--cols", "measure"],
             "matrix.svg?rows=place&cols=measure&"),
            (["scorecard", "goods", "--by", "obligor"],
             "scorecard.svg?by=obligor&pledge=goods&"),
            (["calendar", "--from", "2020-05", "--months", "2"],
             "calendar.svg?from=2020-05&months=2&")]:
        result = charts.ctl("chart", *words, *when)
        assert result.returncode == 0, result.stderr
        assert result.stdout.encode() == charts.ask(f"/v1/{path}as_of=2020-07-01")[2]


WRONG = [
    ([], 2, "chart takes a milestone's id"),
    (["matrix"], 2, "needs --rows and --cols"),
    (["timeline", "--by", "obligor"], 2, "a timeline does not go by --by"),
    (["goods/sum", "--status", "met"], 2, "a milestone does not go by --status"),
    (["timeline", "-o", "json"], 2, "does not go by -o"),
    (["timeline", "--within", "3d"], 2, "chart does not take --within"),
    (["goods/sun"], 5, "did you mean"),
    (["timeline", "--match", "obligor=nobody"], 5, "no milestone is like that"),
    (["calendar", "--months", "25"], 2, "from 1 to 24"),
]


def test_pledgectl_chart_says_what_is_wrong(charts):
    for words, status, said in WRONG:
        result = charts.ctl("chart", *words)
        assert (result.returncode, result.stdout) == (status, ""), words
        assert said in result.stderr and result.stderr.count("\n") == 1


def test_pledgectl_chart_without_a_daemon(daemon):
    daemon.configure(REGISTER % (source(), "Law"))
    assert daemon.ctl("chart", "timeline").returncode == 3


def test_the_picture_of_the_readme_is_what_is_drawn(daemon):
    for file in PHASE_ONE.iterdir():
        (daemon.folder / file.name).write_bytes(file.read_bytes())
    daemon.write("pledged.conf", settings())
    daemon.start().settled()
    drawn = daemon.ctl("chart", "purchases.energy/2020", "--as-of", "2020-11-20")
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout == (PHASE_ONE / "energy-2020.svg").read_text()
