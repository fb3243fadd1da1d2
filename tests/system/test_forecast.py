"""Forecasts against figures computed here by other means than the program's.

The line by the normal equations in matrices, Student's t by integrating its
density, dates by walking months one by one.
"""
import calendar
import csv
import datetime
import functools
import json
import math
import random

import pytest

from daemon import PHASE_ONE, program, run

SEED = 20200115
CONF = """\
register = [ "register.conf" ];
timezone = "UTC";
channels = ( { id = "log"; type = "log"; } );
routes = ( { channels = [ "log" ]; } );
"""
REGISTER = """\
instruments = ( { id = "i"; title = "Instrument"; parties = [ "A", "B" ]; } );
indicators = ( { id = "flow"; frequency = "month"; lag = "10d"; },
  { id = "level"; frequency = "month"; lag = "10d"; },
  { id = "dated"; lag = "0d"; } );
sources = ( { id = "own"; url = "file:own.csv"; format = "csv";
  extract = "SELECT indicator, period, value, published FROM data"; } );
pledges = ( { id = "p"; instrument = "i"; owner = "o"; title = "P"; milestones = (
  %s ); } );
"""


# --- independent arithmetic ---------------------------------------------------

@functools.cache
def student_t(degrees, share=0.975):
    """The quantile, by Simpson's rule over the density and halving."""
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) \
        / math.sqrt(degrees * math.pi)

    def below(x, steps=4000):
        h = x / steps
        total = sum((1 if i in (0, steps) else 4 if i % 2 else 2)
                    * (1 + (i * h) ** 2 / degrees) ** (-(degrees + 1) / 2)
                    for i in range(steps + 1))
        return 0.5 + scale * total * h / 3

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def line(points):
    """Coefficients, residual variance and (X'X)^-1 of y on (1, x)."""
    n = len(points)
    a, b = n, sum(x for x, _ in points)
    d = sum(x * x for x, _ in points)
    u, v = sum(y for _, y in points), sum(x * y for x, y in points)
    det = a * d - b * b
    inverse = ((d / det, -b / det), (-b / det, a / det))
    beta = (inverse[0][0] * u + inverse[0][1] * v,
            inverse[1][0] * u + inverse[1][1] * v)
    rest = sum((y - beta[0] - beta[1] * x) ** 2 for x, y in points)
    return beta, rest / (n - 2), inverse


def predicted(points, places):
    """The sum of new observations at some places, and half its interval."""
    beta, variance, inverse = line(points)
    m, s = len(places), sum(places)
    spread = m + (m * (inverse[0][0] * m + inverse[0][1] * s)
                  + s * (inverse[1][0] * m + inverse[1][1] * s))
    return (beta[0] * m + beta[1] * s,
            student_t(len(points) - 2) * math.sqrt(variance * spread))


def month_end(months):
    """Months since January 2020."""
    year, month = 2020 + months // 12, months % 12 + 1
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def first(holds, most=1300):
    return next((n for n in range(most) if holds(n)), None)


# --- asking ---------------------------------------------------------------------

def assess(folder, milestones, rows, as_of):
    (folder / "pledged.conf").write_text(CONF)
    (folder / "register.conf").write_text(REGISTER % ",\n  ".join(milestones))
    with open(folder / "own.csv", "w", newline="") as file:
        csv.writer(file).writerows(
            [("indicator", "period", "value", "published"), *rows])
    result = run(program("pledged"), "-c", folder / "pledged.conf", "assess",
                 "-o", "json", "--as-of", as_of)
    assert (result.returncode, result.stderr) == (0, "")
    return {item["id"]: item for item in json.loads(result.stdout)}


def milestone(name, benchmark, forecast, more=""):
    return (f'{{ id = "{name}"; start = "2020-01-01"; due = "2020-12-31"; '
            f'benchmark = "{benchmark}"; forecast = "{forecast}"; {more} }}')


def monthly(indicator, year, values):
    return [(indicator, f"{year}-{month + 1:02d}", repr(value),
             f"{year}-12-31" if year < 2020 else month_end(month))
            for month, value in enumerate(values)]


def check(item, method, value, date, margin=None):
    forecast = item["forecast"]
    assert forecast["method"] == method
    assert forecast["value"] == pytest.approx(value, rel=1e-5)
    assert forecast["date"] == (date and date.isoformat())
    assert forecast["slip_days"] == (
        date and (date - datetime.date(2020, 12, 31)).days)
    if margin is not None:
        assert forecast["low"] == pytest.approx(value - margin, rel=1e-5)
        assert forecast["high"] == pytest.approx(value + margin, rel=1e-5)
    else:
        assert "low" not in forecast and "high" not in forecast


@pytest.mark.parametrize("known", [3, 5, 9, 11])
def test_flows(tmp_path, known):
    chance = random.Random(SEED + known)
    base = [chance.randint(500, 1500) for _ in range(12)]
    now = [chance.randint(700, 1300) for _ in range(known)]
    target = 15000
    items = assess(tmp_path, [
        milestone("rate", f"sum(flow, 2020) >= {target}", "run_rate"),
        milestone("line", f"sum(flow, 2020) >= {target}", "least_squares"),
        milestone("season", f"sum(flow, 2020) >= {target}",
                  "seasonal(flow, 2017)")],
        monthly("flow", 2017, base) + monthly("flow", 2020, now),
        month_end(known - 1))

    done = sum(now)
    months = first(lambda n: n >= known and done / known * n >= target)
    check(items["p/rate"], "run_rate", done / known * 12, month_end(months - 1))

    def share(months):
        return months // 12 + sum(base[:months % 12]) / sum(base)

    expected = done / share(known)
    months = first(lambda n: n >= known and expected * share(n) >= target)
    check(items["p/season"], "seasonal", expected, month_end(months - 1))

    points = list(enumerate(now, start=1))
    rest, margin = predicted(points, range(known + 1, 13))
    months = first(lambda n: done + predicted(
        points, range(known + 1, known + n + 1))[0] >= target if n else False)
    # A sum of figures that may be below 0 is not bounded by what is known.
    check(items["p/line"], "least_squares", done + rest,
          month_end(known + months - 1) if months is not None else None, margin)


@pytest.mark.parametrize("known", [4, 8, 12])
def test_levels(tmp_path, known):
    chance = random.Random(SEED + known)
    now = [round(50 + 1.5 * n + chance.uniform(-2, 2), 2) for n in range(known)]
    items = assess(tmp_path, [
        milestone("rate", "last(level) >= 75", "run_rate", "baseline = 48.5;"),
        milestone("bare", "last(level) >= 75", "run_rate"),
        milestone("line", "last(level) >= 75", "least_squares"),
        milestone("cap", "last(level) <= 40", "run_rate")],
        monthly("level", 2020, now), month_end(known - 1))

    begin = datetime.date(2020, 1, 1)
    through, due = month_end(known - 1), datetime.date(2020, 12, 31)
    rate = (now[-1] - 48.5) / (through - begin).days
    months = first(lambda n: now[-1] + rate * (
        month_end(known - 1 + n) - through).days >= 75)
    check(items["p/rate"], "run_rate", now[-1] + rate * (due - through).days,
          month_end(known - 1 + months))

    rate = (now[-1] - now[0]) / (through - month_end(0)).days
    value = now[-1] + rate * (due - through).days
    months = first(lambda n: now[-1] + rate * (
        month_end(known - 1 + n) - through).days >= 75)
    check(items["p/bare"], "run_rate", value, month_end(known - 1 + months))
    check(items["p/cap"], "run_rate", value, None)

    points = list(enumerate(now))
    if known == 12:
        value, margin = now[-1], 0
    else:
        value, margin = predicted(points, [11])
    months = first(lambda n: (predicted(points, [known - 1 + n])[0] if n
                              else now[-1]) >= 75)
    check(items["p/line"], "least_squares", value,
          month_end(known - 1 + months), margin)


def test_figures_by_the_day(tmp_path):
    days = [(3, 10.0), (31, 14.5), (60, 16.0), (100, 23.5)]
    begin = datetime.date(2020, 1, 1)
    rows = [("dated", begin + datetime.timedelta(day), value,
             begin + datetime.timedelta(day)) for day, value in days]
    items = assess(tmp_path, [
        milestone("line", "last(dated) >= 50", "least_squares")],
        rows, "2020-05-01")
    value, margin = predicted(days, [365])
    day = first(lambda n: n > 100 and predicted(days, [n])[0] >= 50)
    check(items["p/line"], "least_squares", value,
          begin + datetime.timedelta(day), margin)


# --- the Phase One purchases ----------------------------------------------------

def published(category, year, by):
    known = {}
    with open(PHASE_ONE / "exports-monthly.csv", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda r: r["published"]):
            if row["category"] == category and row["published"] <= by and \
                    row["period"].startswith(str(year)):
                known[row["period"]] = int(row["value_usd"])
    return [known[period] for period in sorted(known)]


@pytest.mark.parametrize("as_of", ["2020-07-20", "2020-10-01", "2021-03-26"])
def test_agriculture(as_of):
    result = run(program("pledged"), "-c", PHASE_ONE / "pledged.conf",
                 "assess", "-o", "json", "--as-of", as_of,
                 "purchases.agriculture/2020")
    item = json.loads(result.stdout)[0]
    base = published("agriculture", 2017, as_of + "T99")
    now = published("agriculture", 2020, as_of + "T99")
    known = len(now)
    assert item["data_through"] == f"2020-{known:02d}"

    def share(months):
        return months // 12 + sum(base[:months % 12]) / sum(base)

    expected = sum(now) / share(known)
    target = sum(base) + 12.5e9
    months = first(lambda n: n >= known and expected * share(n) >= target)
    check(item, "seasonal", expected, month_end(months - 1))
    assert item["forecast"]["slip_days"] > 0
