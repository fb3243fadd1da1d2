"""pledgectl for people and for programs: times in a zone, one thing of any kind,
every verb in every form, tables that fit whatever stands in them."""
import csv
import datetime
import io
import json
import re

import pytest

import daemon as daemons
from daemon import milestone, register, run, source, wait_until
from test_pledgectl import complaint, lines, on_terminal

WIDE = ("中国承诺扩大自美采购和进口农产品不少于三百二十亿美元",
        "Обещание расширить закупки сельскохозяйственной продукции",
        "🌾🐖🚢 e\u0301te\u0301 " * 6)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    daemon = daemons.Daemon(tmp_path_factory.mktemp("ctl"))
    titles = [milestone(f"m{i}", f"20{30 + i}-01-31", more=f'title = "{title}";')
              for i, title in enumerate(WIDE)]
    daemon.configure(register(
        [milestone("one", "2099-06-30T12:00:00"),
         milestone("past", "2024-01-31", "critical"), *titles],
        [source(), source("none", "file:none.csv"), source("twin")],
        indicators=("report", "twin")).replace('title = "Promise"',
                                               f'title = "{WIDE[0]}"'))
    try:
        daemon.start().settled()
        wait_until(lambda: daemon.items("/v1/alerts"))
        yield daemon
    finally:
        daemon.close()


def rows(result):
    assert result.returncode == 0 and result.stderr == "", result
    return list(csv.DictReader(io.StringIO(result.stdout)))


# --- times ----------------------------------------------------------------------

@pytest.mark.parametrize("words, env, want", [
    (["--zone", "utc"], {}, "2099-06-30T12:00Z"),
    (["--zone", "UTC"], {"TZ": "Asia/Tokyo"}, "2099-06-30T12:00Z"),
    (["--zone", "Asia/Shanghai"], {}, "2099-06-30T20:00+08:00"),
    (["--zone", "Asia/Kathmandu"], {}, "2099-06-30T17:45+05:45"),
    (["--zone", "America/New_York"], {}, "2099-06-30T08:00-04:00"),
    ([], {"TZ": "Europe/Berlin"}, "2099-06-30T14:00+02:00"),
    ([], {"TZ": ":Europe/Berlin"}, "2099-06-30T14:00+02:00"),
    (["--zone", "local"], {"TZ": "Europe/Berlin"}, "2099-06-30T14:00+02:00"),
    # What says itself that it is UTC, rather than nothing.
    ([], {"TZ": "CET-1CEST"}, "2099-06-30T12:00Z"),
    ([], {"TZ": "../../../etc/passwd"}, "2099-06-30T12:00Z"),
    ([], {"TZ": ""}, "2099-06-30T12:00Z")])
def test_zones(full, words, env, want):
    told = lines(full.ctl("list", "--match", "id=p/one", *words, env=env))
    assert told[1].split()[2] == want


def test_a_day_is_that_day_everywhere(full):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        told = lines(full.ctl("--zone", zone, "list", "--match", "id=p/past"))
        assert told[1].split()[2] == "2024-01-31"
        assert "due             2024-01-31" in full.ctl(
            "--zone", zone, "show", "p/past").stdout


def test_a_time_can_be_asked_about(full):
    told = lines(full.ctl("--zone", "Asia/Shanghai", "list", "alerts"))
    raised = re.search(r"\S+\+08:00", told[1])[0]
    assert full.ctl("list", "--as-of", raised).returncode == 0


def test_relative(full):
    told = full.ctl("list", "--relative", "--match", "id=p/one").stdout
    assert re.search(r"  in 7\dy ", told)
    told = full.ctl("list", "--relative", "--match", "id=p/past").stdout
    years = (datetime.date.today() - datetime.date(2024, 1, 31)).days * 4 // 1461
    assert f"  {years}y ago " in told
    assert "ago" in full.ctl("--relative", "list", "alerts").stdout
    absolute = full.ctl("--relative", "--absolute", "list").stdout
    assert "2024-01-31" in absolute and " ago" not in absolute
    # In a form for programs a time is what it is.
    assert "2024-01-31" in full.ctl("--relative", "-o", "csv", "list").stdout


@pytest.mark.parametrize("zone, want", [
    ("Mars", 'there is no time zone "Mars"'),
    ("../../etc/passwd", "is no name of a time zone"),
    ("/etc/passwd", "is no name of a time zone")])
def test_zones_that_are_none(full, zone, want):
    told = complaint(full.ctl("--zone", zone, "list"), 2)
    assert told.startswith("--zone: ") and want in told


# --- one thing ------------------------------------------------------------------

@pytest.mark.parametrize("words, first, second", [
    (["p/one"], "p/one", "status"), (["milestone", "p/one"], "p/one", "status"),
    (["p"], "p", "title"), (["pledge", "p"], "p", "title"),
    (["report"], "report", "kind"), (["indicator", "twin"], "twin", "kind"),
    (["own"], "own", "outcome"), (["source", "twin"], "twin", "outcome"),
    (["log"], "log", "type"), (["alert", "1"], "alert 1", "kind"),
    (["1"], "alert 1", "kind"), (["observation", "1"], "observation 1",
                                 "indicator")])
def test_show(full, words, first, second):
    told = lines(full.ctl("show", *words))
    assert told[0] == first and told[1].split()[0] == second
    whole = json.loads(full.ctl("-o", "json", "show", *words).stdout)
    assert str(whole["id"]) == first.split()[-1]
    assert len(full.ctl("-o", "jsonl", "show", *words).stdout.splitlines()) == 1
    assert rows(full.ctl("-o", "csv", "show", *words))[0]["id"] == str(whole["id"])


def test_show_of_a_pledge_has_its_milestones(full):
    told = lines(full.ctl("show", "p", "--as-of", "2023-01-01"))
    table = told[told.index("") + 1:]
    assert table[0].startswith("MILESTONE") and len(table) == 6
    statuses = dict(line.split()[:2] for line in table[1:])
    assert list(statuses) == sorted(statuses)
    assert statuses["p/past"] == "pending"


def test_show_of_a_silence(full):
    full.ctl("silence", "add", "kind=met", "-m", "calm", "--for", "1h")
    number = full.items("/v1/silences")[-1]["id"]
    assert "why             calm" in full.ctl("show", "silence", number).stdout
    whole = json.loads(full.ctl("-o", "json", "show", "silence", number).stdout)
    assert whole == full.items("/v1/silences")[-1]
    assert full.ctl("silence", "end", number).returncode == 0
    told = full.ctl("show", "silence", number)
    assert told.returncode == 0 and "state           ended" in told.stdout


def test_what_cannot_be_told_apart(full):
    told = complaint(full.ctl("show", "twin"), 2)
    assert told == ('"twin" is an indicator and a source: say which, as in show '
                    "indicator twin")


# --- forms -----------------------------------------------------------------------

VERBS = [["status"], ["list"], ["list", "pledges"], ["list", "sources"],
         ["list", "alerts"], ["list", "channels"], ["list", "silences"],
         ["list", "outbox"], ["list", "held"], ["list", "answers", "own"],
         ["list", "observations", "report"], ["show", "p/one"], ["show", "p"],
         ["explain", "p/past"], ["history", "p/past"], ["due"],
         ["scorecard"], ["matrix", "--rows", "obligor", "--cols", "pledge"],
         ["silence", "list"], ["outbox"], ["verify"], ["poll", "own"],
         ["reload"], ["ack", "1", "-m", "known"],
         ["silence", "add", "kind=met", "-m", "calm", "--for", "1h"],
         ["observe", "report", "2026-01-05", "0", "-m", "typed"]]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_in_every_form(full, words):
    for form in ("table", "json", "jsonl", "csv"):
        result = full.ctl("-o", form, *words)
        assert result.returncode == 0, (form, result)
        if form == "json":
            json.loads(result.stdout)
        elif form == "jsonl":
            for line in result.stdout.splitlines():
                json.loads(line)
        elif form == "csv":
            table = list(csv.reader(io.StringIO(result.stdout)))
            assert len({len(row) for row in table}) == 1 and table[0][0]
            assert "\r" not in result.stdout


def test_nested_members_are_columns(full):
    row = rows(full.ctl("-o", "csv", "show", "p/one"))[0]
    assert row["label.sector"] == "trade" and "labels" not in row
    row = rows(full.ctl("-o", "csv", "status"))[0]
    assert row["milestones.total"] == "5" and json.loads(row["deadlines"])


def test_digits_are_kept(full):
    full.ctl("observe", "report", "2026-02-01", "9740812345.670000000000001",
             "-m", "typed")
    told = rows(full.ctl("-o", "csv", "list", "observations", "report"))
    assert told[-1]["value"] == "9740812345.670000000000001"
    assert "9,740,812,345.670000000000001" in full.ctl(
        "show", "observation", told[-1]["id"]).stdout


def test_the_csv_of_an_explanation_is_what_it_rests_on(full):
    row = rows(full.ctl("-o", "csv", "explain", "p/past"))[0]
    assert row["function"] == "last(report)" and row["rests_on"] == "figure"


# --- on a terminal ------------------------------------------------------------------

def columns(line):
    """As a terminal counts them: wide characters two, marks none."""
    import unicodedata
    return sum(0 if unicodedata.combining(c) or c in "\u200d\ufe0f" else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("words", [
    ["list"], ["list", "pledges"], ["list", "sources"], ["list", "alerts"],
    ["list", "indicators"], ["list", "observations", "report"], ["show", "p"],
    ["show", "p/m0"], ["show", "p/m1"], ["show", "p/m2"], ["status"],
    ["explain", "p/past"], ["scorecard"], ["history", "p/past"],
    ["--relative", "list", "channels"],
    ["matrix", "--rows", "obligor", "--cols", "pledge"]], ids=" ".join)
def test_what_fits(full, words, width):
    told = on_terminal(full, *words, columns=width, env={"NO_COLOR": "1"})
    assert told and max(map(columns, told)) <= width


def test_columns_left_out_are_named(full):
    told = on_terminal(full, "list", columns=40, env={"NO_COLOR": "1"})
    assert told[0].split()[:2] == ["MILESTONE", "STATUS"]
    assert told[-1].startswith("no room for ") and "REASON" not in told[0]
    assert "no room" not in full.ctl("list").stdout


def test_csv_is_printable_on_a_terminal_alone(full):
    full.ctl("observe", "report", "2026-03-01", "1", "-m", "red \x1b[31m note")
    words = ("-o", "csv", "list", "observations", "report")
    assert "\x1b[31m" in full.ctl(*words).stdout
    told = "".join(on_terminal(full, *words))
    assert "\x1b" not in told and "\\x1b[31m" in told
