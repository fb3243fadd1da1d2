"""Presets: what each makes of an answer of the shape it is for, and of one that
is not. The answers are invented."""
import json

import pytest

from daemon import program, run

REGISTER = """\
instruments = ( {{ id = "i"; signed = "2015-01-01"; }} );
indicators = ( {{ id = "x"; frequency = "{frequency}"; unit = "1"; }} );
sources = ( {{ id = "s"; url = "file:answer"; preset = "{preset}"; indicator = "x";
  parameters = {{ {parameters} }}; {more} }} );
pledges = ( {{ id = "p"; instrument = "i"; milestones = ( {{ id = "m"; start = "2015-01-01";
  due = "2030-12-31"; benchmark = "{benchmark}"; }} ); }} );
"""


NOTHING = "nothing was found in it"


def assess(folder, preset, answer, parameters="", frequency="year",
           benchmark="last(x) >= 1000000", more="", as_of="2026-06-30"):
    """The milestone, and what was said of the source."""
    (folder / "answer").write_text(
        answer if isinstance(answer, str) else json.dumps(answer), encoding="utf-8")
    (folder / "pledged.conf").write_text('register = "register.conf";\n')
    (folder / "register.conf").write_text(REGISTER.format(
        preset=preset, parameters=parameters, frequency=frequency,
        benchmark=benchmark, more=more))
    result = run(program("pledged"), "-c", "pledged.conf", "assess", "-o", "json",
                 "--as-of", as_of, cwd=folder)
    empty = NOTHING in result.stderr
    assert result.returncode == bool(result.stderr and not empty), result.stderr
    return json.loads(result.stdout)[0], result.stderr


def figure(folder, *words, **more):
    """(value, period, knowledge) of the last figure; there is no fault."""
    item, said = assess(folder, *words, **more)
    assert said == ""
    return item["actual"], item["data_through"], item["knowledge"]


def total(folder, *words, window="2020", **more):
    """The sum over a window, which tells rows that are too many or too few."""
    return figure(folder, *words, benchmark=f"sum(x, {window}) >= 1000000", **more)[0]


def fault(folder, *words, **more):
    item, said = assess(folder, *words, **more)
    assert item["actual"] is None
    assert said.startswith("pledged: source s: extract: "), said
    return said


# --- World Bank -------------------------------------------------------------------

def bank(*rows, **meta):
    """(country, ISO 3, date, value, status) each."""
    return [{"page": 1, "pages": 1, "per_page": 50, "total": len(rows), **meta}, [
        {"indicator": {"id": "NV.TEST", "value": "Test"}, "country": {"id": two,
         "value": two}, "countryiso3code": three, "date": date, "value": value,
         "unit": "", "obs_status": status, "decimal": 0}
        for two, three, date, value, status in rows]]


BANK = bank(("AA", "AAA", "2021", None, ""), ("AA", "AAA", "2020", 12.5, ""),
            ("AA", "AAA", "2019", 7, ""), ("BB", "BBB", "2020", 99, "E"),
            ("CC", "CCC", "2020", None, ""))


def test_world_bank(tmp_path):
    assert figure(tmp_path, "worldbank", BANK, 'country = "AA";')[:2] == (12.5, "2020")
    assert figure(tmp_path, "worldbank", BANK, 'country = "bbb";') == (
        99, "2020", "stale")
    assert total(tmp_path, "worldbank", BANK, 'country = "AAA"; series = "NV.TEST";') \
        == 12.5


def test_world_bank_of_months(tmp_path):
    rows = bank(("AA", "AAA", "2020M02", 2, ""), ("AA", "AAA", "2020M01", 1, ""))
    assert total(tmp_path, "worldbank", rows, frequency="month", window="2020-02") == 2
    rows = bank(("AA", "AAA", "2020Q2", 2, ""), ("AA", "AAA", "2020Q1", 1, "P"))
    assert total(tmp_path, "worldbank", rows, frequency="quarter", window="2020-Q1") == 1


def test_world_bank_of_many_digits(tmp_path):
    rows = bank(("AA", "AAA", "2020", 0.1 + 0.2, ""))
    assert figure(tmp_path, "worldbank", rows)[0] == 0.3
    rows = bank(("AA", "AAA", "2020", -1832641364775.5234, ""))
    assert figure(tmp_path, "worldbank", rows)[0] == -1832641364775.52


def test_world_bank_faults(tmp_path):
    assert "choose one by parameters named country (AA, BB)" in fault(
        tmp_path, "worldbank", BANK)
    assert "no row is of the country and the series" in fault(
        tmp_path, "worldbank", BANK, 'country = "DD";')
    message = [{"message": [{"id": "120", "key": "Invalid value", "value": "no such"}]}]
    assert "the World Bank says: Invalid value: no such" in fault(
        tmp_path, "worldbank", message)
    assert "ask with format=json" in fault(tmp_path, "worldbank", {})
    # No fault, but not passed over in silence.
    assert NOTHING in assess(tmp_path, "worldbank",
                             [{"page": 0, "pages": 0, "total": 0}, None])[1]


# --- JSON-stat --------------------------------------------------------------------

STAT = {"version": "2.0", "class": "dataset", "id": ["geo", "unit", "time"],
        "size": [2, 1, 3], "role": {"time": ["time"], "geo": ["geo"]},
        "value": [1, 2, 3, 10, 20, None], "status": {"1": "p", "4": "be", "3": "b"},
        "dimension": {
            "geo": {"category": {"index": {"DE": 1, "FR": 0},
                                 "label": {"DE": "Germany", "FR": "France"}}},
            "unit": {"category": {"label": {"PC": "percent"}}},
            "time": {"category": {"index": ["2019", "2020", "2021"]}}}}
SPARSE = {**STAT, "value": {"0": 1, "4": 20, "5": 30}, "status": "p"}
OLD = {"data": {"value": STAT["value"], "dimension": {
    **STAT["dimension"], "id": STAT["id"], "size": STAT["size"], "role": STAT["role"]}}}


def test_json_stat(tmp_path):
    for preset in ("jsonstat", "eurostat"):
        assert total(tmp_path, preset, STAT, 'geo = "FR";') == 2
    assert total(tmp_path, "jsonstat", STAT, 'GEO = "Germany";', window="2019") == 10
    assert figure(tmp_path, "jsonstat", STAT, 'geo = "DE";')[:2] == (20, "2020")
    assert total(tmp_path, "jsonstat", SPARSE, 'geo = "DE"; unit = "PC";') == 20
    assert total(tmp_path, "jsonstat", OLD, 'geo = "DE";') == 20


def test_json_stat_is_provisional(tmp_path):
    for geo, knowledge in (("FR", "provisional"), ("DE", "provisional")):
        assert figure(tmp_path, "jsonstat", STAT, f'geo = "{geo}";',
                      benchmark="sum(x, 2020) >= 1") [2] == knowledge
    assert figure(tmp_path, "jsonstat", STAT, 'geo = "DE";',
                  benchmark="sum(x, 2019) >= 1")[2] == "assessed"


def test_json_stat_times(tmp_path):
    dated = json.loads(json.dumps(STAT).replace('"time"', '"TLIST(M1)"'))
    dated["role"] = {}
    assert "no dimension says that it is the time" in fault(
        tmp_path, "jsonstat", dated, 'geo = "FR";')
    assert total(tmp_path, "jsonstat", dated, 'geo = "FR"; time = "tlist_m1_";') == 2
    dated["dimension"]["TLIST(M1)"]["category"]["index"] = ["2020M1", "2020M02", "202003"]
    assert total(tmp_path, "jsonstat", dated, 'geo = "FR"; time = "TLIST(M1)";',
                 frequency="month", window="2020-02") == 2
    assert total(tmp_path, "jsonstat", dated, 'geo = "FR"; time = "TLIST(M1)";',
                 frequency="month", window="2020-03") == 3


def test_json_stat_faults(tmp_path):
    assert "choose one by parameters named geo (FR, DE)" in fault(
        tmp_path, "jsonstat", STAT)
    assert "geo has no category IT; there are: FR, DE" in fault(
        tmp_path, "jsonstat", STAT, 'geo = "IT";')
    assert "the source says: no such dataset" in fault(
        tmp_path, "eurostat", {"error": [{"status": 404, "label": "no such dataset"}]})
    assert "the source says: later" in fault(
        tmp_path, "eurostat", {"warning": {"status": 413, "label": "later"}})
    assert "there is no dataset" in fault(tmp_path, "jsonstat", {"a": 1})
    assert "several datasets" in fault(tmp_path, "jsonstat", {"a": STAT, "b": STAT})


# --- SDMX-JSON --------------------------------------------------------------------

def dimension(name, *codes, **more):
    return {"id": name, "name": name, "values": [{"id": code} for code in codes], **more}


TIMES = dimension("TIME_PERIOD", "2020-Q1", "2020-Q2")
AREAS = dimension("REF_AREA", "AA", "BB")
STATUS = [{"id": "CONF", "values": [{"id": "F"}]},
          {"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "P"}]}]
SERIES = {"structure": {
    "dimensions": {"dataSet": [dimension("FREQ", "Q")], "series": [AREAS],
                   "observation": [TIMES]},
    "attributes": {"dataSet": [], "series": [], "observation": STATUS}},
    "dataSets": [{"action": "Replace", "series": {
        "0": {"observations": {"0": [1.5, 0, 0], "1": [2.5, 0, 1]}},
        "1": {"observations": {"0": [10], "1": [None, None]}}}}]}
FLAT = {"meta": {}, "data": {"structures": [{
    "dimensions": {"observation": [AREAS, TIMES]}, "attributes": {}}],
    "dataSets": [{"structure": 0, "observations": {
        "0:0": [1.5], "0:1": ["2.5"], "1:0": [10]}}]}}


def test_sdmx_json(tmp_path):
    for answer in (SERIES, FLAT):
        for window, value in (("2020-Q1", 1.5), ("2020-Q2", 2.5)):
            assert total(tmp_path, "sdmx-json", answer, 'ref_area = "AA";',
                         frequency="quarter", window=window) == value
        assert figure(tmp_path, "sdmx-json", answer, 'REF_AREA = "BB"; FREQ = "Q";',
                      frequency="quarter")[:2] == (10, "2020-Q1")


def test_sdmx_json_is_provisional(tmp_path):
    for window, knowledge in (("2020-Q1", "assessed"), ("2020-Q2", "provisional")):
        assert figure(tmp_path, "sdmx-json", SERIES, 'REF_AREA = "AA";',
                      frequency="quarter",
                      benchmark=f"sum(x, {window}) >= 1")[2] == knowledge


def test_sdmx_json_faults(tmp_path):
    assert "choose one by parameters named REF_AREA (AA, BB)" in fault(
        tmp_path, "sdmx-json", FLAT)
    assert "REF_AREA has no value CC; there are: AA, BB" in fault(
        tmp_path, "sdmx-json", SERIES, 'REF_AREA = "CC";')
    assert "the source says: no data" in fault(
        tmp_path, "sdmx-json", {"errors": [{"code": 404, "title": "no data"}]})
    assert "it has no dataSets" in fault(tmp_path, "sdmx-json", {"structure": {}})
    named = json.loads(json.dumps(SERIES).replace("TIME_PERIOD", "WHEN"))
    assert "no dimension is TIME_PERIOD" in fault(
        tmp_path, "sdmx-json", named, 'REF_AREA = "AA";')
    assert total(tmp_path, "sdmx-json", named, 'REF_AREA = "AA"; time = "WHEN";',
                 frequency="quarter", window="2020-Q2") == 2.5


# --- SDMX-CSV ---------------------------------------------------------------------

OLD_CSV = """\
DATAFLOW,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS
A:FLOW(1.0),M,AA,2020-01,1.5,A
A:FLOW(1.0),M,AA,2020-02,2.5,P
A:FLOW(1.0),M,AA,2020-03,,M
A:FLOW(1.0),M,BB,2020-01,10,A
"""
NEW_CSV = """\
STRUCTURE[|];STRUCTURE_ID;ACTION;AREA: Area;WHEN: Time;OBS_VALUE: Value
dataflow;A:FLOW(1.0): Flow;I;AA: Aland;2020-M01: January;1,5
dataflow;A:FLOW(1.0): Flow;D;AA: Aland;2020-M02: February;2,5
dataflow;A:FLOW(1.0): Flow;I;BB: Beland;2020-M01: January;10
"""
NEW = dict(frequency="month", window="2020-01", more='csv = { delimiter = ";"; };')


def test_sdmx_csv(tmp_path):
    for window, value in (("2020-01", 1.5), ("2020-02", 2.5)):
        assert total(tmp_path, "sdmx-csv", OLD_CSV, 'series = "REF_AREA=AA";',
                     frequency="month", window=window) == value
    assert total(tmp_path, "sdmx-csv", OLD_CSV, 'series = "FREQ=M;REF_AREA=BB";',
                 frequency="month", window="2020-01") == 10
    assert figure(tmp_path, "sdmx-csv", OLD_CSV, 'series = "REF_AREA=AA";',
                  frequency="month", benchmark="sum(x, 2020-02) >= 1")[2] == "provisional"
    assert total(tmp_path, "sdmx-csv", NEW_CSV, 'series = "AREA=AA"; time = "WHEN";',
                 **NEW) == 1.5
    assert figure(tmp_path, "sdmx-csv", NEW_CSV, 'series = "AREA=AA"; time = "WHEN";',
                  frequency="month", more=NEW["more"])[:2] == (1.5, "2020-01")


def test_sdmx_csv_without_status(tmp_path):
    table = "TIME_PERIOD,OBS_VALUE\n2020-S1,0.1234567890123456789\n2020-S2,2\n"
    assert total(tmp_path, "sdmx-csv", table, frequency="half", window="2020-H2") == 2


def test_sdmx_csv_faults(tmp_path):
    said = fault(tmp_path, "sdmx-csv", OLD_CSV, frequency="month")
    assert "several series are left" in said and "of the columns REF_AREA" in said
    said = fault(tmp_path, "sdmx-csv", NEW_CSV, frequency="month", more=NEW["more"])
    assert "there is no column TIME_PERIOD" in said and "AREA, WHEN, OBS_VALUE" in said
    assert "there is no column VALUE" in fault(
        tmp_path, "sdmx-csv", OLD_CSV, 'value = "VALUE";')
    assert "no row has REF_AREA=CC" in fault(
        tmp_path, "sdmx-csv", OLD_CSV, 'series = "REF_AREA=CC";')
    assert "series is COLUMN=CODE;COLUMN=CODE" in fault(
        tmp_path, "sdmx-csv", OLD_CSV, 'series = "AREA=AA";')


# --- US Census --------------------------------------------------------------------

CENSUS = [["DISTRICT", "DIST_NAME", "ALL_VAL_MO", "YEAR", "MONTH"],
          ["", "TOTAL", "30", "2020", "01"], ["01", "PORT, ME", "10", "2020", "01"],
          ["02", "PORT, NY", "20", "2020", "01"], ["01", "PORT, ME", "11", "2020", "02"],
          ["01", "PORT, ME", None, "2020", "03"],
          ["01", "PORT, ME", "-666666666", "2020", "04"]]
VALUE = 'value = "ALL_VAL_MO";'


def test_census(tmp_path):
    assert total(tmp_path, "census", CENSUS, VALUE + 'district = "01";',
                 frequency="month", window="2020-01") == 10
    assert total(tmp_path, "census", CENSUS, VALUE + 'DISTRICT = "";',
                 frequency="month", window="2020-01") == 30
    assert figure(tmp_path, "census", CENSUS, VALUE + 'DISTRICT = "01";',
                  frequency="month")[:2] == (11, "2020-02")
    timed = [["ALL_VAL_MO", "CTY_CODE", "time"], ["155905", "1220", "2020-01"]]
    assert total(tmp_path, "census", timed, VALUE + 'CTY_CODE = 1220; key = "x";',
                 frequency="month", window="2020-01") == 155905


def test_census_faults(tmp_path):
    said = fault(tmp_path, "census", CENSUS, VALUE, frequency="month")
    assert 'several rows are of 2020-01' in said
    assert 'DISTRICT ("", "01", "02")' in said
    assert "say which column is the value" in fault(tmp_path, "census", CENSUS)
    assert "there is no column VAL; there are: DISTRICT" in fault(
        tmp_path, "census", CENSUS, 'value = "VAL";')
    assert "no column is time or YEAR" in fault(
        tmp_path, "census", [["ALL_VAL_MO"], ["1"]], VALUE)
    assert "this is no table" in fault(tmp_path, "census", {"error": "x"}, VALUE)


# --- FRED -------------------------------------------------------------------------

def fred(*rows, **more):
    """(realtime_start, date, value) each."""
    return {"realtime_start": "2021-01-01", "count": len(rows), "offset": 0,
            "limit": 100000, **more, "observations": [
                {"realtime_start": start, "realtime_end": "9999-12-31", "date": date,
                 "value": value} for start, date, value in rows]}


FRED = fred(("2020-04-29", "2020-01-01", "21561.139"),
            ("2020-05-28", "2020-01-01", "21534.907"), ("2020-07-30", "2020-04-01", "."))


def test_fred(tmp_path):
    parameters = dict(frequency="quarter", window="2020-Q1")
    assert total(tmp_path, "fred", FRED, 'frequency = "quarter";', **parameters) \
        == 21534.907
    assert total(tmp_path, "fred", FRED, 'frequency = "quarter";', as_of="2020-05-10",
                 **parameters) == 21561.139
    item, _ = assess(tmp_path, "fred", FRED, 'frequency = "quarter";',
                     frequency="quarter", as_of="2020-04-20")
    assert item["actual"] is None


def test_fred_of_the_day(tmp_path):
    """A figure that is real from the day of the poll on was published some time."""
    today = fred(("9998-01-01", "2020-01-01", "5"))
    item, said = assess(tmp_path, "fred", today, 'frequency = "month";',
                        frequency="month")
    assert (item["actual"], item["published_assumed"], said) == (5, True, "")


@pytest.mark.parametrize("frequency, period", [
    ("year", "2020"), ("half", "2020-H2"), ("quarter", "2020-Q3"), ("month", "2020-08"),
    ("day", "2020-08-01")])
def test_fred_frequencies(tmp_path, frequency, period):
    row = fred(("2021-01-01", "2020-08-01", "5"))
    assert figure(tmp_path, "fred", row, f'frequency = "{frequency}";',
                  frequency=frequency)[:2] == (5, period)


def test_fred_faults(tmp_path):
    assert "FRED says: Bad Request" in fault(
        tmp_path, "fred", {"error_code": 400, "error_message": "Bad Request"})
    assert "has no observations" in fault(tmp_path, "fred", {"seriess": []})
    assert "frequency is day, week, month" in fault(
        tmp_path, "fred", FRED, 'frequency = "quaterly";')
