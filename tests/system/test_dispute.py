"""Two sources of one thing: told once when they differ, and when they agree."""
import csv
import json

import pytest

from daemon import program, run

CONF = """\
register = [ "register.conf" ];
timezone = "UTC";
channels = ( { id = "log"; type = "log"; } );
routes = ( { channels = [ "log" ]; } );
"""
REGISTER = """\
instruments = ( { id = "i"; title = "Instrument"; parties = [ "A", "B" ]; } );
indicators = ( { id = "census"; unit = "t"; frequency = "month"; lag = "10d"; nonnegative = true; },
  { id = "customs"; unit = "t"; frequency = "month"; lag = "10d"; nonnegative = true; } );
sources = ( { id = "own"; url = "file:own.csv"; format = "csv";
  extract = "SELECT indicator, period, value, published FROM data"; } );
pledges = ( { id = "p"; instrument = "i"; owner = "o"; title = "P"; milestones = (
  { id = "m"; start = "2020-01-01"; due = "2020-12-31"; %s
    benchmark = "at_least(2, sum(census, 2020) >= 1000, sum(customs, 2020) >= 1000)"; } ); } );
"""
ROWS = [("census", "2020-01", 100, "2020-02-05"),
        ("customs", "2020-01", 101, "2020-02-06"),
        ("census", "2020-02", 100, "2020-03-05"),
        ("customs", "2020-02", 160, "2020-03-06"),
        ("census", "2020-03", 100, "2020-04-05"),
        ("customs", "2020-03", 100, "2020-04-06"),
        ("customs", "2020-02", 102, "2020-05-02")]


@pytest.fixture
def folder(tmp_path):
    def write(more):
        (tmp_path / "pledged.conf").write_text(CONF)
        (tmp_path / "register.conf").write_text(REGISTER % more)
        with open(tmp_path / "own.csv", "w", newline="") as file:
            csv.writer(file).writerows(
                [("indicator", "period", "value", "published"), *ROWS])
        return tmp_path / "pledged.conf"
    return write


def replay(conf):
    result = run(program("pledged"), "-c", conf, "replay", "-o", "jsonl",
                 "--from", "2020-01-01", "--to", "2020-07-01")
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_told_once_and_ended(folder):
    events = [(event["kind"], event["time"][:10], event["reason"])
              for event in replay(folder('tolerance = "5%";'))
              if event["kind"] in ("disputed", "recovered")]
    assert events == [
        ("disputed", "2020-03-06", "sources differ by more than 5%: "
         "sum(customs, 2020) = 261, sum(census, 2020) = 200 through 2020-02"),
        ("recovered", "2020-05-02", "sources agree again")]


def test_the_alert_is_the_one_that_ends(folder):
    events = {event["kind"]: event for event in
              replay(folder('tolerance = "5%";'))}
    assert events["disputed"]["alert"] == events["recovered"]["alert"] != None


def test_not_without_a_tolerance(folder):
    kinds = {event["kind"] for event in replay(folder(""))}
    assert "disputed" not in kinds


def test_shown(folder):
    result = run(program("pledged"), "-c", folder('tolerance = 20;'), "assess",
                 "-o", "json", "--as-of", "2020-04-20")
    item = json.loads(result.stdout)[0]
    assert (item["knowledge"], item["status"]) == ("disputed", "pending")
    assert "sources differ by more than 20: " in item["reason"]
