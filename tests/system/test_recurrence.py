"""Recurring milestones: rules against another implementation, and a series
from its first period to its compliance record."""
import datetime
import json
import random
import warnings

import pytest
from dateutil import rrule

from daemon import program, run

RULES = 1000
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


# --- rules, against python3-dateutil ------------------------------------------

def some(chance, values, most=3):
    return sorted(set(chance.choices(values, k=chance.randint(1, most))))


def numbers(chance, most, few=3):
    return some(chance, [*range(1, most + 1), -1, -2], few)


def joined(values):
    return ",".join(str(value) for value in values)


def weekdays(chance, frequency, places):
    days = some(chance, WEEKDAYS)
    if frequency in ("MONTHLY", "YEARLY") and places and chance.random() < .5:
        days = [chance.choice(["1", "2", "3", "4", "-1", "-2"]) + day
                for day in days]
    return joined(days)


def rule(chance):
    """A rule as pledged takes it: most of what it may be made of, but little
    that never comes, which dateutil takes long to find out."""
    frequency = chance.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    slow = frequency in ("MONTHLY", "YEARLY")
    parts = [f"FREQ={frequency}"]
    if chance.random() < .5:
        parts.append(f"INTERVAL={chance.randint(1, 6)}")
    if frequency == "YEARLY" and chance.random() < .2:
        parts.append("BYYEARDAY=" + joined(numbers(chance, 366)))
    elif chance.random() < .4:
        parts.append("BYMONTH=" + joined(some(chance, range(1, 13))))
    by_day = chance.random() < .5
    by_month_day = frequency != "WEEKLY" and "YEARDAY" not in parts[-1] and \
        chance.random() < .5
    if by_month_day:
        parts.append("BYMONTHDAY=" + joined(numbers(chance, 31)))
    if by_day:
        parts.append("BYDAY=" + weekdays(chance, frequency, not by_month_day
                                         and "YEARDAY" not in parts[-1]))
    if slow and (by_day or by_month_day) and chance.random() < .3:
        parts.append("BYSETPOS=" + chance.choice(["1", "-1", "1,-1"]))
    if chance.random() < .3:
        parts.append("WKST=" + chance.choice(WEEKDAYS))
    if chance.random() < .3:
        parts.append(f"COUNT={chance.randint(1, 12)}")
    return ";".join(parts)


def expected(text, start, until):
    """dateutil looks on to the year 9999 for what never comes: until ends it."""
    first, last = (datetime.datetime.combine(day, datetime.time())
                   for day in (start, until))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # COUNT and until
        days = rrule.rrulestr(text, dtstart=first).replace(until=last)
    return [day.date().isoformat() for day in days]


def cases(seed):
    chance = random.Random(seed)
    for number in range(RULES):
        start = datetime.date(chance.randint(1999, 2101), 1, 1) + \
            datetime.timedelta(days=chance.randrange(366))
        years = {"D": 1, "W": 2, "M": 5, "Y": 30}
        text = rule(chance)
        until = start.replace(day=1) + datetime.timedelta(
            days=366 * years[text[5]])
        yield f"m{number}", text, start, until


def milestone(name, text, start, until):
    end = "" if "COUNT" in text else f'until = "{until}"; '
    return (f'{{ id = "{name}"; every = "{text}"; start = "{start}"; {end}'
            'benchmark = "last(x) >= 1"; }')


def register(milestones):
    return ('instruments = ( { id = "i"; } );\n'
            'indicators = ( { id = "x"; frequency = "month"; } );\n'
            'pledges = ( { id = "p"; instrument = "i"; milestones = (\n  ' +
            ",\n  ".join(milestones) + " ); } );\n")


def write(folder, text):
    (folder / "register.conf").write_text(text)
    (folder / "pledged.conf").write_text('register = ["register.conf"];\n')
    return folder / "pledged.conf"


def found(folder, text):
    result = run(program("pledged"), "-c", write(folder, text), "assess",
                 "-o", "jsonl", "--as-of", "1990-01-01")
    assert result.returncode == 0, result.stderr
    days = {}
    for line in result.stdout.splitlines():
        item = json.loads(line)
        series = item["series"].split("/")[1]
        days.setdefault(series, []).append(item["instance"])
    return days


def is_whole(text, days):
    """Whether as many days were found as COUNT asks for."""
    count = text.partition("COUNT=")[2]
    return count == "" or len(days) == int(count)


def test_rules_name_the_days_another_implementation_does(tmp_path):
    wanted = {name: (text, start, until, expected(text, start, until))
              for name, text, start, until in cases(5545)}
    comes = {name: case for name, case in wanted.items()
             if case[3] and is_whole(case[0], case[3])}
    assert len(comes) > RULES * 0.7
    days = found(tmp_path, register([milestone(name, *case[:3])
                                     for name, case in comes.items()]))
    assert {name: days.get(name) for name in comes} == \
        {name: case[3] for name, case in comes.items()}


def test_weeks_are_those_of_iso_8601(tmp_path):
    """dateutil loses the last week of a year that ends in the next one."""
    days = [datetime.date(2000, 1, 1) + datetime.timedelta(days=number)
            for number in range(366 * 40)]
    weeks = {f"w{week}": [day.isoformat() for day in days
                          if day.isocalendar()[1] == week
                          and day.weekday() in (0, 5)]
             for week in (1, 2, 26, 51, 52, 53)}
    assert found(tmp_path, register([
        milestone(name, f"FREQ=YEARLY;BYWEEKNO={name[1:]};BYDAY=SA,MO",
                  days[0], days[-1]) for name in weeks])) == weeks


# --- a series, from its first period to its record -----------------------------

SERIES = """\
instruments = ( { id = "deal"; in_force = "2020-02-14"; ends = "2021-12-31"; } );
indicators = ( { id = "x"; frequency = "month"; lag = "20d"; nonnegative = true; } );
sources = ( { id = "own"; url = "file:x.csv"; format = "csv"; every = "1h";
  extract = "SELECT 'x' AS indicator, period, value, published FROM data"; } );
pledges = ( { id = "p"; instrument = "deal"; title = "Trees"; obligor = "us";
  milestones = (
    { id = "q"; every = "quarter"; due = "period_end + 45d";
      title = "Planted in ${period}"; benchmark = "sum(x, period) >= 30";
      waived = ( { on = "2020-12-01"; kind = "applicability"; for = "2020-Q3"; },
                 { on = "2021-12-31"; kind = "nonobservance"; for = "2020-Q4"; } );
      amended = ( { on = "2020-10-01"; for = "2021-Q1"; due = "2021-06-30"; } ); },
    { id = "r"; every = "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3";
      due = "occurrence + 3d"; benchmark = "sum(x, ytd) >= 3"; },
    { id = "plain"; due = "2020-12-31"; benchmark = "sum(x, 2020) >= 30"; } ); } );
"""
FIGURES = "period,value,published\n" + "".join(
    f"2020-{month:02},{value},{2020 + month // 12}-{month % 12 + 1:02}-20\n"
    for month, value in enumerate(
        [10, 10, 10, 12, 12, 12, 1, 1, 1, 10, 10, 9], 1))
RECORD = {"total": 7, "on_time": 1, "late": 0, "missed": 1, "open": 1,
          "unverified": 0, "not_started": 3, "waived": 1, "withdrawn": 0,
          "share_on_time": 0.5}


@pytest.fixture
def series(daemon):
    daemon.configure(SERIES)
    daemon.write("x.csv", FIGURES)
    return daemon


def rows(text):
    return [line.split() for line in text.splitlines()]


def test_the_record_is_that_of_the_time_asked_about(series):
    series.start().settled()
    answer = series.get("/v1/milestones/p/q?as_of=2021-02-01")
    instances = answer["series"].pop("instances")
    assert answer["series"] == RECORD
    assert answer["id"] == "p/q" and answer["every"] == "quarter"
    assert [item["status"] for item in instances] == [
        "met", "waived", "not_met", "pending"] + ["not_started"] * 3
    assert instances[0] == {
        "id": "p/q@2020-Q2", "instance": "2020-Q2", "status": "met",
        "start": "2020-04-01", "due": "2020-08-14T23:59:59+00:00",
        "event_date": "2020-06-30", "days_late": None, "actual": 36,
        "target": 30}
    assert instances[3]["due"] == "2021-06-30T23:59:59+00:00"
    now = series.get("/v1/milestones/p/q")["series"]
    assert now["not_started"] == now["open"] == 0 and now["unverified"] == 4
    assert now["missed"] == 0 and now["waived"] == 2
    status, _, body = series.ask("/v1/milestones/p/none")
    assert status == 404 and b"there is no milestone" in body


def test_an_instance_is_a_milestone(series):
    series.start().settled()
    one = series.get("/v1/milestones/p/q@2020-Q4?as_of=2021-02-01")
    assert (one["id"], one["series"], one["instance"], one["title"]) == (
        "p/q@2020-Q4", "p/q", "2020-Q4", "Planted in 2020-Q4")
    assert one["reason"] == "sum(x, period) = 29, needs >= 30"
    plain = series.get("/v1/milestones/p/plain")
    assert "series" not in plain and "instance" not in plain
    assert len(series.items("/v1/milestones")) == 11  # all, whenever they start
    assert series.items("/v1/pledges")[0]["milestones"][:2] == [
        "p/q@2020-Q2", "p/q@2020-Q3"]


def test_what_is_of_an_instance_is_not_asked_of_a_series(series):
    series.start().settled()
    for words in (("explain",), ("history",)):
        result = series.ctl(*words, "p/q")
        assert result.returncode == 5
        assert result.stderr == (
            'pledgectl: "p/q" recurs: name one instance, such as '
            "p/q@2020-Q2\n")


def test_assess_tells_each_name_that_is_nothing(series):
    result = series.offline("assess", "--as-of", "2020-12-31", "p/q@2020-Q2",
                            "p/n", "x*")
    assert result.returncode == 5
    assert result.stdout.splitlines()[1].split()[0] == "p/q@2020-Q2"
    assert 'no milestone or pledge "p/n"' in result.stderr
    assert 'no milestone or pledge "x*"' in result.stderr


def test_a_table_is_of_what_has_started(series):
    series.start().settled()

    def listed(*words):
        result = series.ctl("--as-of", "2021-02-01", "list", *words)
        assert result.returncode == 0, result.stderr
        return [row[0] for row in rows(result.stdout)[1:]], result.stdout

    names, text = listed()
    assert "p/q@2021-Q1" in names and "p/q@2021-Q2" not in names
    assert text.endswith("3 instances have not started: --all lists them\n")
    assert "p/q@2021-Q4" in listed("--all")[0]
    assert listed("--status", "not_started")[0] == [
        "p/q@2021-Q2", "p/q@2021-Q3", "p/q@2021-Q4"]
    assert listed("--match", "id=p/q@2021-Q3")[0] == ["p/q@2021-Q3"]
    assert len(listed("--match", "series=p/q")[0]) == 7
    result = series.ctl("-o", "json", "--as-of", "2021-02-01", "list")
    assert len(json.loads(result.stdout)) == 11


def test_show_prints_the_record(series):
    series.start().settled()
    result = series.ctl("--as-of", "2021-02-01", "show", "p/q")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "p/q"
    assert "  record          7 instances: 1 on time, 1 missed, 1 open, " \
        "1 waived, 3 not started" in lines
    table = [line.split()[:2] for line in lines
             if line.startswith(("2020-", "2021-"))]
    assert table == [["2020-Q2", "met"], ["2020-Q3", "waived"],
                     ["2020-Q4", "not_met"], ["2021-Q1", "pending"],
                     ["2021-Q2", "not_started"]]
    assert lines[-1] == "2 more have not started"
    whole = json.loads(series.ctl("-o", "json", "show", "p/q").stdout)
    assert len(whole["series"]["instances"]) == 7


def test_what_lies_ahead_makes_no_noise(series):
    """Offline, over the two years: an instance is told of when it is judged."""
    result = series.offline("replay", "-o", "jsonl", "--from", "2020-01-01",
                            "--to", "2021-06-30")
    assert result.returncode == 0, result.stderr
    told = [(event["time"][:10], event["kind"],
             event.get("milestone", event.get("indicator")))
            for event in map(json.loads, result.stdout.splitlines())]
    assert told[-1] == ("2021-02-21", "data_stale", "x")
    assert [event for event in told if "/q@" in event[2]] == [
        ("2020-07-20", "met", "p/q@2020-Q2"),
        ("2020-10-01", "slipped", "p/q@2021-Q1"),
        ("2020-10-20", "slipped", "p/q@2020-Q3"),
        ("2020-12-01", "waived", "p/q@2020-Q3"),
        ("2021-01-20", "slipped", "p/q@2020-Q4")]
    assert not [event for event in told if event[0] == "2020-01-01"]
    result = series.offline("assess", "--as-of", "2020-03-31")
    assert [row[0] for row in rows(result.stdout)[1:-1]] == [
        "p/r@2020-02-15", "p/r@2020-03-15", "p/r@2020-04-15", "p/plain"]
    assert result.stdout.splitlines()[-1].startswith(
        "7 instances have not started")
    for words, count in (("p", 11), ("p/q", 7), ("p/q@2021-*", 4)):
        result = series.offline("assess", "--as-of", "2020-03-31", words)
        assert len(rows(result.stdout)) == 1 + count


def test_a_series_grows_by_a_reload(series):
    series.start().settled()
    before = series.get("/v1/milestones/p/q")["series"]["total"]
    series.write("register.conf", SERIES.replace('ends = "2021-12-31"',
                                                 'ends = "2022-12-31"'))
    assert series.ctl("reload").returncode == 0
    assert series.get("/v1/milestones/p/q")["series"]["total"] == before + 4
    assert series.status_of("p/q@2020-Q2") == "met"


def test_a_long_series_is_not_judged_at_once(series):
    series.configure(SERIES.replace('every = "quarter"', 'every = "day"')
                     .replace('ends = "2021-12-31"', 'ends = "2026-12-31"')
                     .replace("sum(x, period)", "last(x)")
                     .replace('for = "2020-Q3"', 'for = "2020-07-15"')
                     .replace('for = "2020-Q4"', 'for = "2020-10-15"')
                     .replace('for = "2021-Q1"', 'for = "2021-01-15"'))
    series.start().settled()
    assert series.get("/v1/milestones/p/q")["series"]["total"] == 2513
    status, _, body = series.ask("/v1/milestones/p/q?as_of=2021-02-01")
    assert status == 400 and b"at most 2000 are judged at once" in body
    assert series.get("/v1/milestones?id=p/q@*&as_of=2021-02-01")["next"]
