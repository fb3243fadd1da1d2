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
