"""Due dates by calendars: against Python's own dates and zones, and as told."""
import calendar
import datetime
import json
import random
import zoneinfo

import pytest

from daemon import program, register, run, table

DAY = datetime.timedelta(1)
ZONES = ["America/New_York", "America/Sao_Paulo", "Asia/Shanghai", "Africa/Cairo",
         "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/London", "Pacific/Apia",
         "UTC"]
CASES = 1200        # dates of the property test
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ROLLS = ["none", "forward", "backward", "modified_forward"]


# --- an independent reading --------------------------------------------------

class Calendar:
    """Days in sets, counted one by one."""

    def __init__(self, weekend, holidays, working, roll):
        self.weekend, self.roll = weekend, roll
        self.holidays, self.working = holidays, working

    def works(self, day):
        return day in self.working or not (
            day in self.holidays or day.weekday() in self.weekend)

    def add(self, day, count):
        step = DAY if count > 0 else -DAY
        while count:
            day += step
            if self.works(day):
                count -= 1 if count > 0 else -1
        return day

    def rolled(self, day, rule):
        if rule == "none" or self.works(day):
            return day
        there = self.add(day, -1 if rule == "backward" else 1)
        if rule == "modified_forward" and there.month != day.month:
            return self.add(day, -1)
        return there


def months_after(day, count):
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def after(days, day, count, unit):
    if unit == "wd":
        return days.add(day, count)
    if unit in ("mo", "y"):
        return months_after(day, count * (12 if unit == "y" else 1))
    return day + DAY * count * (7 if unit == "w" else 1)


def last_second(day, zone):
    """The last instant at which a clock in the zone shows that day, or one
    before it: found by halving, whatever the clocks did."""
    noon = datetime.datetime(day.year, day.month, day.day, 12,
                             tzinfo=datetime.timezone.utc)
    low = int((noon - 2 * DAY).timestamp())
    high = int((noon + 2 * DAY).timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.datetime.fromtimestamp(middle, zone).date() <= day:
            low = middle
        else:
            high = middle
    return low


def clock_time(when, zone):
    """RFC 5545: in a gap with the offset before it, in a fold the first."""
    return int(when.replace(tzinfo=zone, fold=0).timestamp())


def changes(zone):
    """Days around which the clocks of a zone were set."""
    found, before = [], None
    for number in range(0, 48 * 366):
        at = datetime.datetime(1990, 1, 1, tzinfo=datetime.timezone.utc) + number * DAY
        offset = at.astimezone(zone).utcoffset()
        if before is not None and offset != before:
            found.append(at.date())
        before = offset
    return found


# --- registers of chance -----------------------------------------------------

def calendars_of_chance(chance):
    first = datetime.date(1985, 1, 1)
    made = []
    for number in range(4):
        weekend = chance.sample(range(7), chance.choice([0, 1, 2, 2, 3]))
        spans = [(first + DAY * chance.randrange(21000), chance.randrange(1, 12))
                 for _ in range(250)]
        working = {first + DAY * chance.randrange(21000) for _ in range(150)}
        holidays = {day + DAY * i for day, length in spans for i in range(length)}
        made.append((Calendar(set(weekend), holidays, working, chance.choice(ROLLS)),
                     spans))
    return made


def rules_of_chance(days):
    """Rules an .ics file may have, and what Python says they give."""
    for year in range(1985, 2061):
        days.holidays.add(datetime.date(year, 12, 25))
        thursdays = [day for day in range(1, 31)
                     if datetime.date(year, 11, day).weekday() == 3]
        days.holidays.add(datetime.date(year, 11, thursdays[3]))
        last = calendar.monthrange(year, 5)[1]
        days.holidays.add(max(datetime.date(year, 5, day) for day in range(last - 6, last + 1)
                              if datetime.date(year, 5, day).weekday() == 0))
    return ["DTSTART;VALUE=DATE:19851225\r\nRRULE:FREQ=YEARLY",
            "DTSTART;VALUE=DATE:19851128\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "DTSTART;VALUE=DATE:19850527\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;"
            "UNTIL=20601231"]


def ics(events):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(events)) + "END:VCALENDAR\r\n"


def span_event(day, length):
    return (f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\n"
            f"DTEND;VALUE=DATE:{day + DAY * length:%Y%m%d}")


def calendar_text(number, days, spans, folder):
    if number % 2 == 0:
        holidays = ", ".join(f'"{day}..{day + DAY * (length - 1)}"' for day, length in spans)
    else:
        (folder / f"{number}.ics").write_text(ics(
            [span_event(*span) for span in spans] + rules_of_chance(days)), newline="")
        holidays = f'"{number}.ics"'
    weekend = ", ".join(f'"{WEEKDAYS[day]}"' for day in sorted(days.weekend))
    working = ", ".join(f'"{day}"' for day in sorted(days.working))
    return (f'  {{ id = "c{number}"; weekend = [{weekend}]; roll = "{days.roll}"; '
            f'holidays = [{holidays}]; working = [{working}]; }}')


def day_of_chance(chance, moved):
    kind = chance.randrange(4)
    if kind == 0 and moved:
        return chance.choice(moved) + DAY * chance.randrange(-1, 2)
    if kind == 1:
        year = chance.randrange(1990, 2038)
        return datetime.date(year, *chance.choice(
            [(2, 28), (1, 31), (12, 31), (3, 1), (2, 29 if calendar.isleap(year) else 28)]))
    return datetime.date(1990, 1, 1) + DAY * chance.randrange(17500)


def due_of_chance(chance, days, zone, moved, anchors, rule):
    """A due as written, and the second that it means."""
    if chance.randrange(5) == 0:
        when = datetime.datetime.combine(day_of_chance(chance, moved), datetime.time(
            chance.randrange(24), chance.choice([0, 1, 15, 30, 45, 59])))
        return f"{when:%Y-%m-%dT%H:%M}", clock_time(when, zone)
    if chance.randrange(3) == 0:
        day = day_of_chance(chance, moved)
        said = f"{WEEKDAYS[day.weekday()]} {day}" if chance.randrange(2) else f"{day}"
    else:
        word = chance.choice(sorted(anchors))
        unit, most = chance.choice([("wd", 60), ("wd", 400), ("mo", 30), ("y", 3), ("d", 400),
                                    ("w", 60)])
        count = chance.randrange(most)
        sign = chance.choice([1, 1, 1, -1])
        if word == "start":     # never rolled back to before it
            sign, count = 1, count + 60
        said = f"{word} {'+' if sign > 0 else '-'} {count}{unit}"
        day = after(days, anchors[word], sign * count, unit)
    return said, last_second(days.rolled(day, rule), zone)


def register_of_chance(chance, folder):
    """Milestones by id, with the second at which each is due."""
    made = calendars_of_chance(chance)
    calendars = [calendar_text(number, days, spans, folder)
                 for number, (days, spans) in enumerate(made)]
    instruments, pledges, want = [], [], {}
    for number, name in enumerate(ZONES):
        zone = zoneinfo.ZoneInfo(name)
        moved = changes(zone)
        for which, (days, _) in enumerate(made):
            pledge = f"p{number}.{which}"
            anchors = {word: day_of_chance(chance, moved)
                       for word in ("in_force", "signed", "start")}
            instruments.append(
                f'  {{ id = "{pledge}"; timezone = "{name}"; calendar = "c{which}"; '
                f'in_force = "{anchors["in_force"]}"; signed = "{anchors["signed"]}"; }}')
            milestones = []
            for case in range(CASES // len(ZONES) // len(made) + 1):
                own = chance.choice([None, None] + ROLLS)
                said, at = due_of_chance(chance, days, zone, moved, anchors, own or days.roll)
                start = f' start = "{anchors["start"]}";' if said.startswith("start") else ""
                roll = f' roll = "{own}";' if own else ""
                milestones.append(f'      {{ id = "{case}"; due = "{said}";{start}{roll} '
                                  'benchmark = "last(x) >= 1"; }')
                want[f"{pledge}/{case}"] = (said, at)
            pledges.append(f'  {{ id = "{pledge}"; instrument = "{pledge}"; milestones = (\n'
                           + ",\n".join(milestones) + " ); }")
    lists = {"calendars": calendars, "instruments": instruments,
             "indicators": ['  { id = "x"; }'], "pledges": pledges}
    (folder / "register.conf").write_text("".join(
        f"{word} = (\n" + ",\n".join(items) + "\n);\n" for word, items in lists.items()))
    return want


@pytest.mark.parametrize("seed", [2020, 2021])
def test_dates_of_chance(tmp_path, seed):
    want = register_of_chance(random.Random(seed), tmp_path)
    (tmp_path / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    result = run(program("pledged"), "-c", "pledged.conf", "assess", "-o", "json",
                 "--as-of", "2020-01-01", cwd=tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]
    got = {item["id"]: item["due"] for item in json.loads(result.stdout)}
    assert len(want) >= 1000 and set(got) == set(want)
    wrong = [(name, *want[name], got[name]) for name in want if
             datetime.datetime.fromisoformat(got[name]).timestamp() != want[name][1]]
    assert wrong == []


# --- what is told ------------------------------------------------------------

TOLD = """\
calendars = ( { id = "c"; holidays = [ "2020-02-17" ]; roll = "forward"; } );
instruments = ( { id = "i"; signed = "2019-11-01"; in_force = "2020-02-14"; calendar = "c";
  timezone = "America/New_York"; } );
indicators = ( { id = "x"; lag = "0d"; } );
pledges = ( { id = "p"; instrument = "i"; owner = "desk"; milestones = (
  { id = "a"; benchmark = "last(x) >= 1"; due = "%s"; } ); } );
"""

WARNINGS = {
    "table ends": ("in_force + 300wd", "register.conf:1: holidays: those of the calendar 'c' end "
                   "with 2020, and p/a is counted up to 2021-04-12 [calendar-ends]"),
    "table begins": ("signed + 10wd", "register.conf:1: holidays: those of the calendar 'c' begin "
                     "with 2020, and p/a is counted from 2019-11-01 [calendar-ends]"),
    "never": ("2020-06-31", "register.conf:6: due: 2020-06-31 never comes, 2020-06-30 is taken "
              "[date-never]"),
    "weekday": ("Mon 2020-12-31", "register.conf:6: due: 'Mon 2020-12-31': that day is a "
                "Thursday, not a Monday [weekday]"),
    "gap": ("2020-03-08T02:30", "register.conf:6: due: 2020-03-08T02:30 in America/New_York does "
            "not exist there, clocks were set forward [time-gap]"),
    "fold": ("2020-11-01T01:30", "register.conf:6: due: 2020-11-01T01:30 in America/New_York "
             "exists twice there, the first is taken [time-fold]"),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning(tmp_path, name):
    due, want = WARNINGS[name]
    (tmp_path / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    (tmp_path / "register.conf").write_text(TOLD % due)
    for words, code in (([], 0), (["--strict"], 3)):
        result = run(program("pledged"), "-c", "pledged.conf", "check", *words, cwd=tmp_path)
        assert (result.returncode, result.stderr.splitlines()[0]) == (code, want)
        assert "1 warning" in result.stdout + result.stderr


def test_nothing_to_tell(tmp_path):
    (tmp_path / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    (tmp_path / "register.conf").write_text(TOLD % "Fri in_force")
    result = run(program("pledged"), "-c", "pledged.conf", "check", cwd=tmp_path)
    assert result.returncode == 1
    (tmp_path / "register.conf").write_text(TOLD % "in_force + 20wd")
    result = run(program("pledged"), "-c", "pledged.conf", "check", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


# --- a daemon ----------------------------------------------------------------

def test_another_holiday_moves_a_deadline(daemon):
    """A reload reads the .ics file anew, and what rests on it is judged anew."""
    text = ('calendars = ( { id = "c"; holidays = "c.ics"; } );\n' + register(
        ['{ id = "m"; due = "in_force + 5wd"; benchmark = "last(report) >= 1"; }']).replace(
            '{ id = "i";', '{ id = "i"; in_force = "2098-03-03"; calendar = "c";'))
    daemon.write("c.ics", ics([span_event(datetime.date(2098, 3, 4), 2)]))
    daemon.write("own.csv", table())
    daemon.configure(text)
    daemon.start().settled()
    before = daemon.get("/v1/status")
    due = daemon.get("/v1/milestones/p/m")["due"]
    assert due.startswith("2098-03-12T")
    daemon.write("c.ics", ics([span_event(datetime.date(2098, 3, 4), 7)]))
    result = daemon.ctl("reload")
    assert (result.returncode, result.stdout) == (0, "reloaded\n")
    assert daemon.get("/v1/milestones/p/m")["due"].startswith("2098-03-17T")
    assert daemon.get("/v1/status")["register"] != before["register"]
