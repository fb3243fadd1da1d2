"""matrix and scorecard: many places, many measures, one screen."""
import csv
import io
import json
import os
import pty
import struct
import subprocess
import fcntl
import termios

import pytest

from daemon import program, source

REGISTER = """
instruments = ( { id = "i"; signed = "2020-01-01"; timezone = "UTC"; } );
indicators = ( { for_each = { p = "places.csv"; m = [ "law", "rule" ]; };
  id = "done.${p.code}.${m}"; nonnegative = true; lag = "0d"; } );
sources = ( %s );
pledges = ( { for_each = "places.csv"; id = "local-${code}"; instrument = "i";
  obligor = "${obligor}"; title = "Reform in ${name}"; labels: { place = "${code}"; };
  milestones = ( { for_each = { m = [ "law", "rule" ]; }; id = "${m}"; due = "${due}";
    weight = "${weight}"; labels: { measure = "${m}"; };
    benchmark = "last(done.${code}.${m}) >= 1"; } ); } );
"""
PLACES = """\
code,name,obligor,due,weight
bj,Beijing,CN,2021-06-30,3
hn,Hunan,CN,2021-06-30,1
gd,Guangdong,CN,2099-06-30,1
"""
OWN = """\
indicator,period,value,published
done.bj.law,2021-01-10,1,2021-01-11
done.bj.rule,2021-03-10,1,2021-03-11
done.hn.law,2021-08-01,1,2021-08-02
"""


@pytest.fixture
def reforms(daemon):
    (daemon.folder / "places.csv").write_text(PLACES)
    daemon.configure(REGISTER % source())
    (daemon.folder / "own.csv").write_text(OWN)
    return daemon.start().settled()


MATRIX = """\
place  law   rule    COVERAGE  DUE BY NOW  CONCURRENT
bj     ✓ met       ✓ met             100%        100%  yes, 59 days
hn     ✓ met_late  ? unverified   50–100%     50–100%  not yet
gd     · pending   · pending           0%           –  not yet
all    · 80%       ? 60%           70–80%     87–100%  not yet
"""


def test_matrix_on_a_screen(reforms):
    result = reforms.ctl("matrix", "local-*", "--rows", "place", "--cols",
                         "measure", "--within", "60d")
    assert (result.returncode, result.stderr) == (0, "")
    told = result.stdout.splitlines()
    assert [line.split() for line in told[:5]] == [
        line.split() for line in MATRIX.splitlines()]
    assert "\x1b" not in result.stdout
    text = " ".join(told[6:])
    assert "✓ all met; ✗ something missed" in text
    assert ("coverage 70–80% of the 6 milestones required, 87–100% of the 4 "
            "due by now; 3 of 6 cells are met whole; left out: none." in text)
    assert "rule: coverage is the weight of the milestones met" in text


def test_matrix_as_of_a_time(reforms):
    result = reforms.ctl("-o", "json", "matrix", "local-bj", "--rows", "place",
                         "--cols", "milestone", "--as-of", "2021-02-01")
    answer = json.loads(result.stdout)
    cells = {cell["column"]: cell for cell in answer["cells"]}
    assert cells["law"]["worst"] == "met" and cells["law"]["complete"]
    assert cells["rule"]["ahead"] == 1 and not cells["rule"]["complete"]
    assert answer["total"]["coverage"] == 0.5
    assert answer["total"]["coverage_due"] is None
    assert answer["as_of"] == "2021-02-01T23:59:59Z"


def test_matrix_for_a_program(reforms):
    result = reforms.ctl("-o", "csv", "matrix", "--rows", "place", "--cols",
                         "measure")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["row"], row["column"], row["worst"]) for row in rows] == [
        ("bj", "law", "met"), ("bj", "rule", "met"), ("hn", "law", "met_late"),
        ("hn", "rule", "unverified"), ("gd", "law", "pending"),
        ("gd", "rule", "pending")]
    assert rows[3]["coverage"] == "0" and rows[3]["coverage_upper"] == "1"
    lines = reforms.ctl("-o", "jsonl", "matrix", "--rows", "place", "--cols",
                        "measure").stdout.splitlines()
    assert [json.loads(line)["row"] for line in lines] == [
        "bj", "bj", "hn", "hn", "gd", "gd"]


def test_scorecard(reforms):
    told = reforms.ctl("scorecard").stdout.splitlines()
    assert told[0].split() == ["GROUP", "REQUIRED", "MET", "MISSED", "UNKNOWN",
                               "AHEAD", "COVERAGE", "AT", "MOST", "DUE", "BY",
                               "NOW", "ON", "TIME", "WORST", "NEXT", "DUE",
                               "NEXT", "MILESTONE"]
    assert told[1].split()[:10] == ["CN", "6", "3", "0", "1", "2", "70%", "80%",
                                    "87%", "66%"]
    assert told[1].split()[-2:] == ["2099-06-30T23:59Z", "local-gd/law"]
    rows = list(csv.DictReader(io.StringIO(reforms.ctl(
        "-o", "csv", "scorecard", "--by", "place", "local-[bh]?").stdout)))
    assert [(row["group"], row["on_time_share"]) for row in rows] == [
        ("bj", "1"), ("hn", "0")]


def test_what_cannot_be_asked(reforms):
    for words, status, told in (
            (("matrix", "--rows", "place"), 2, "matrix needs --rows KEY"),
            (("matrix", "--rows", "plaec", "--cols", "measure"), 5,
             'none of the 6 milestones selected has the label "plaec"'),
            (("matrix", "x*", "--rows", "place", "--cols", "measure"), 5,
             'no milestone is selected by "x*"'),
            (("matrix", "--rows", "place", "--cols", "measure", "--within",
              "2mo"), 2, "no span in days"),
            (("scorecard", "--rows", "place"), 2, "does not take --rows")):
        result = reforms.ctl(*words)
        assert (result.returncode, result.stdout) == (status, ""), words
        assert told in result.stderr and result.stderr.count("\n") == 1
    status, _, _ = reforms.ask("/v1/matrix?rows=place")
    assert status == 400


def screen(daemon, columns, *words, **environment):
    """What a terminal of so many columns is shown."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [program("pledgectl"), "-s", str(daemon.folder / "pledged.sock"), *words],
        stdout=slave, stdin=subprocess.DEVNULL,
        env={**{key: value for key, value in os.environ.items()
                if key not in ("COLUMNS", "NO_COLOR")}, **environment})
    os.close(slave)
    told = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        told += piece
    assert process.wait() == 0
    os.close(master)
    return told.decode()


def test_matrix_fits_the_terminal(reforms):
    words = ("matrix", "--rows", "place", "--cols", "measure")
    plain = screen(reforms, 60, *words, NO_COLOR="1")
    assert "\x1b" not in plain
    assert all(len(line) <= 60 for line in plain.splitlines())
    assert "\x1b[32m✓ met\x1b[0m" in screen(reforms, 80, *words)
    narrow = screen(reforms, 40, *words, NO_COLOR="1").splitlines()
    assert narrow[1].split()[:3] == ["bj", "✓", "✓"]
    assert all(len(line) <= 40 for line in narrow)
