"""pledged test: its outputs and faults, and that our own scenarios can fail."""
import re
import subprocess
import xml.etree.ElementTree as xml

import pytest

from daemon import SOURCE, program, run

SCENARIOS = sorted([*SOURCE.glob("tests/scenarios/*.test.conf"),
                    *SOURCE.glob("etc/examples/*/*.test.conf")])

REGISTER = """\
timezone = "UTC";
instruments = ( { id = "i"; title = "I"; timezone = "UTC"; } );
indicators = ( { id = "x"; frequency = "month"; lag = "10d"; } );
pledges = ( { id = "p"; instrument = "i"; owner = "us"; title = "P"; milestones = (
  { id = "m"; start = "2020-01-01"; due = "2020-12-31"; benchmark = "sum(x, 2020) >= 12"; } ); } );
"""
GOOD = REGISTER + """\
tests = (
  { name = "it is met";
    given = ( { at = "2021-01-05"; indicator = "x"; first = "2020-01";
                values = (1,1,1,1,1,1,1,1,1,1,1,1); } );
    expect = (
      { at = "2021-01-05"; milestone = "p/m"; status = "met"; actual = 12; },
      { milestone = "p/*"; events = [ "2021-01-05 met" ]; } ); }
);
"""


def run_test(folder, text, *words):
    (folder / "a.test.conf").write_text(text)
    return run(program("pledged"), "test", *words, "a.test.conf", cwd=folder)


def broken(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def test_good(tmp_path):
    result = run_test(tmp_path, GOOD)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "good a.test.conf: 1 test\n1 file, 1 test, 0 failed\n"


def test_a_failure_says_where_what_and_why(tmp_path):
    result = run_test(tmp_path, broken('"met"; actual = 12', '"met_late"; actual = 13'))
    assert result.returncode == 1
    assert result.stdout == """\
FAILED a.test.conf:7: it is met
  a.test.conf:11: p/m as of 2021-01-05T23:59:59Z: status is met, expected met_late
    sum(x, 2020) = 12, needs >= 12; reached on 2020-12-31
  a.test.conf:11: p/m as of 2021-01-05T23:59:59Z: actual is 12, expected 13
    sum(x, 2020) = 12, needs >= 12; reached on 2020-12-31
1 file, 1 test, 1 failed
"""


def test_events_that_did_not_come_and_that_did(tmp_path):
    result = run_test(tmp_path, broken("2021-01-05 met", "2021-01-06 met"))
    assert result.returncode == 1
    assert "a.test.conf:12: no event 2021-01-06 met\n" in result.stdout
    assert ("a.test.conf:12: event 2021-01-05T23:59:59Z met p/m, "
            "not expected\n    sum(x, 2020) = 12") in result.stdout


def test_alerts_that_do_not_fire_and_that_do(tmp_path):
    late = broken("(1,1,1,1,1,1,1,1,1,1,1,1)", "(0,1,1,1,1,1,1,1,1,1,1,1)")
    late = late.replace('status = "met"; actual = 12',
                        'alerts = [ "breached" ]')
    result = run_test(tmp_path, late)
    assert result.returncode == 1
    assert ("a.test.conf:11: alert breached does not fire at "
            "2021-01-05T23:59:59Z\n") in result.stdout
    assert ("a.test.conf:11: alert slipped p/m fires at "
            "2021-01-05T23:59:59Z, not expected\n") in result.stdout


def test_tap(tmp_path):
    result = run_test(tmp_path, broken('"it is met"', '"it # is"'), "-o", "tap")
    assert result.stdout == ("TAP version 14\n"
                             "ok 1 - a.test.conf: it \\# is\n1..1\n")
    result = run_test(tmp_path, broken("actual = 12", "actual = 13"), "-o", "tap")
    assert result.returncode == 1
    assert result.stdout == """\
TAP version 14
not ok 1 - a.test.conf: it is met
  ---
  failures:
    - at: "a.test.conf:11"
      message: "p/m as of 2021-01-05T23:59:59Z: actual is 12, expected 13"
      reason: "sum(x, 2020) = 12, needs >= 12; reached on 2020-12-31"
  ...
1..1
"""


def test_junit(tmp_path):
    result = run_test(tmp_path, broken("actual = 12", "actual = 13").replace(
        '"it is met"', '"it is <met> & \\"so\\""'), "-o", "junit")
    assert result.returncode == 1
    suite, = xml.fromstring(result.stdout)
    case, = suite
    assert (suite.get("name"), suite.get("tests"), suite.get("failures"),
            suite.get("errors")) == ("a.test.conf", "1", "1", "0")
    assert (case.get("name"), case.get("file"), case.get("line")) == (
        'it is <met> & "so"', "a.test.conf", "7")
    assert case[0].tag == "failure"
    assert "needs >= 12" in case[0].text
    result = run_test(tmp_path, broken("p/m", "p/n"), "-o", "junit")
    assert xml.fromstring(result.stdout)[0][0][0].tag == "error"


FAULTS = {
    "unknown key": (broken("status =", "statsu ="),
                    'tests[0].expect[0]: unknown key "statsu", nearest is "status"'),
    "unknown key of the file": (broken("instruments =", "instrments ="),
                                'unknown key "instrments", nearest is "instruments"'),
    "no such status": (broken('"met"; actual', '"mett"; actual'),
                       'expect: status: "mett" is no status, nearest is "met"'),
    "no such milestone": (broken('"p/m"', '"p/mm"'),
                          'expect: there is no milestone "p/mm", nearest is "p/m"'),
    "no such indicator": (broken('indicator = "x"', 'indicator = "y"'),
                          'given: there is no indicator "y"'),
    "no such event": (broken("05 met", "05 mett"),
                      'expect: there is no kind of event "mett", nearest is "met"'),
    "no period": (broken('first = "2020-01"', 'first = "January"'),
                  'given: first: "January" is not a period'),
    "another frequency": (broken('first = "2020-01"', 'first = "2020-Q1"'),
                          'given: period "2020-Q1" is not a month, as x has'),
    "no time": (broken('at = "2021-01-05"; milestone', 'at = "soon"; milestone'),
                'expect: at: "soon" is not a date or time'),
    "nothing is expected": (broken('status = "met"; actual = 12;', ""),
                            "tests[0].expect[0]: expects nothing"),
    "a fault of the register": (broken("sum(x, 2020)", "sun(x, 2020)"),
                                "unknown function sun, did you mean sum?"),
    "a number that would change": (broken("actual = 12", "actual = 12345678901"),
                                   "12345678901 is beyond 2147483647"),
    "backwards": (broken('name = "it is met";',
                         'name = "a"; to = "2020-06-01";'),
                  "tests: ends before it begins"),
    "outside": (broken('name = "it is met";',
                       'name = "a"; from = "2020-01-01"; to = "2021-01-04";'),
                "is given outside the test's from and to"),
    "no test": (REGISTER + "tests = ( );", "tests: has 0 elements"),
    "a number for a time": (broken('at = "2021-01-05"; indicator', 'at = 2021; indicator'),
                            "tests[0].given[0].at: a date or time in quotes"),
    "no name": (broken('name = "it is met";', ""), 'the key "name" is missing'),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults(tmp_path, case):
    text, want = FAULTS[case]
    result = run_test(tmp_path, text)
    assert result.returncode == 1
    assert re.search(r"^a\.test\.conf:\d+: .*" + re.escape(want), result.stderr,
                     re.M), result.stderr
    assert result.stderr.count(want) == 1
    assert "the file can be used" in result.stdout


TABLE = "# made up\nperiod, indicator, value, published, provisional\n" + "".join(
    f"2020-{month:02}, x, 1, {'2021-01-05' if month == 12 else ''},"
    f"{' true' if month == 12 else ''}\n" for month in range(1, 13))
TABLED = re.sub(r'at = "2021-01-05"; indicator = "x"; first(.|\n)*?values = .*?\);',
                'at = "2021-01-01"; observations = "x.csv";', GOOD).replace(
                    "actual = 12;", 'actual = 12; knowledge = "provisional";')


def test_figures_from_a_table(tmp_path):
    (tmp_path / "x.csv").write_text(TABLE)
    result = run_test(tmp_path, TABLED)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    (tmp_path / "x.csv").write_text(TABLE.replace("2021-01-05", "2021-01-06"))
    assert run_test(tmp_path, TABLED).returncode == 1


@pytest.mark.parametrize("table, want", [
    (TABLE.replace("value", "valve"),
     'x.csv:2: given: an unknown column, nearest is "value"'),
    (TABLE.replace("published", "value"),
     'x.csv:2: given: a second column "value"'),
    (TABLE.replace("2020-03, x", "2020-03, y"),
     'x.csv:5: given: there is no indicator "y"'),
    (TABLE.replace("2020-03, x, 1", "2020-03, x, one"),
     'x.csv:5: given: value "one" is not a number'),
    (TABLE + "2021-01, x\n", "x.csv:15: given: not as many cells"),
    (TABLE + '"2021-01", x, 1, , \n', "x.csv:15: given: not as many cells"),
    (None, "x.csv: given: No such file or directory")])
def test_faults_of_a_table(tmp_path, table, want):
    if table:
        (tmp_path / "x.csv").write_text(table)
    result = run_test(tmp_path, TABLED)
    assert result.returncode == 1
    assert result.stderr.startswith(want), result.stderr


def test_usage(tmp_path):
    assert run(program("pledged"), "test").returncode == 2
    assert run(program("pledged"), "test", "-o", "csv", "x").returncode == 2
    result = run(program("pledged"), "-c", "x.conf", "test", "y.conf")
    assert (result.returncode, result.stderr) == (
        2, "pledged: there is no option -c here: see pledged --help\n")
    result = run(program("pledged"), "test", "none.conf", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == "none.conf: No such file or directory\n"


# --- our own -----------------------------------------------------------------

def changed(path):
    """The file with one expectation made wrong, for each of them."""
    text = path.read_text().replace('conf = "', f'conf = "{path.parent}/')
    wrong = [(r'(?<![a-z_])status = "\w+"', 'status = "superseded"'),
             (r'verdict = "\w+"', 'verdict = "partly_met"'),
             (r'lifecycle = "\w+"', 'lifecycle = "superseded"'),
             (r'(actual|target|pace|shortfall) = ("\w+"|[\d.L]+)', r"\1 = 4711"),
             (r'(days_late|days_overdue) = ("\w+"|\d+)', r"\1 = 4711"),
             (r'(data_through) = "[\d-]+"', r'\1 = "1950-01"'),
             (r'(event_date) = "[\d-]+"', r'\1 = "1950-01-01"'),
             (r'events = \[', 'events = [ "1999-01-01 disputed", '),
             (r'alerts = \[ *(?=")', 'alerts = [ "disputed", '),
             (r'alerts = \[ *\]', 'alerts = [ "disputed" ]')]
    expects = [match.start() for match in re.finditer(r"expect = \(", text)]
    for pattern, instead in wrong:
        for match in re.finditer(pattern, text):
            if any(at < match.start() for at in expects):
                yield match, text[:match.start()] + match.expand(
                    instead) + text[match.end():]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_each_scenario_can_fail(path, tmp_path):
    count = 0
    for match, text in changed(path):
        (tmp_path / path.name).write_text(text)
        result = subprocess.run([program("pledged"), "test", path.name],
                                cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 1, match[0]
        assert "FAILED" in result.stdout
        count += 1
    assert count >= 3
