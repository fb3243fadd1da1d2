"""pledged check: what is said of a broken register, word for word."""
import pytest

import daemon as daemons
from daemon import DESK, program, register, run, settings

ONE = daemons.milestone("one", "2030-01-01")
GOOD = register([ONE])


def check(folder, register_text, settings_text=None, *words):
    (folder / "pledged.conf").write_text(settings_text or settings())
    (folder / "register.conf").write_text(register_text)
    return run(program("pledged"), "-c", "pledged.conf", "check", *words,
               cwd=folder)


def broken(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_register(tmp_path):
    result = check(tmp_path, GOOD)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "pledged.conf: 1 instrument, 1 pledge, 1 milestone, 1 indicator, "
        "1 source, 1 channel; 0 warnings\n")


BROKEN = {
    "unknown key": (broken("severity", "sevrity"), """\
register.conf:6: pledges[0].milestones[0]: unknown key "sevrity", nearest is "severity"
pledged: 1 error, 0 warnings
"""),
    "trailing comma": (GOOD.replace("\n  ); } );", ",\n  ); } );"), """\
register.conf:6: milestones: a trailing comma before the closing ): take it away
pledged: 1 error, 0 warnings
"""),
    "too many digits": (broken('lag = "0d"; bench', 'at_risk = 0.12345678901234567; '
                                'lag = "0d"; bench'), """\
register.conf:6: at_risk: 0.12345678901234567 has 17 significant digits, of which only 15 would \
be kept: write it as a string: "0.12345678901234567"
pledged: 1 error, 0 warnings
"""),
    "benchmark syntax": (broken("last(report) >= 1", "last(report) >= sum(report, )"), """\
register.conf:6: benchmark: column 29: a value expected, not )
    last(report) >= sum(report, )
                                ^
pledged: 1 error, 0 warnings
"""),
    "benchmark function": (broken("last(report) >= 1", "lst(report) >= 1"), """\
register.conf:6: benchmark: column 1: unknown function lst, did you mean last?
    lst(report) >= 1
    ^^^
pledged: 1 error, 0 warnings
"""),
    "benchmark indicator": (broken("last(report)", "last(reports)"), """\
register.conf:6: benchmark: column 6: unknown indicator reports, did you mean report?
    last(reports) >= 1
         ^^^^^^^
pledged: 1 error, 0 warnings
"""),
    "a day that is none": (broken("2030-01-01", "2030-02-32"), """\
register.conf:6: due: '2030-02-32' is not a time: write 2020-12-31, 2019-03-01T00:01, 2020-Q4, \
2020-12, 2020 or in_force + 90d
pledged: 1 error, 0 warnings
"""),
    "duplicate key": (broken('"1h";', '"1h"; every = "2h";'), """\
register.conf:3: every: a duplicate key: it stands in this group on line 3 already
pledged: 1 error, 0 warnings
"""),
    "byte order mark": ("\ufeff" + GOOD, """\
register.conf:1: the file begins with a byte order mark (BOM): save it as UTF-8 without one
pledged: 1 error, 0 warnings
"""),
    "unknown instrument": (broken('instrument = "i"', 'instrument = "j"'), """\
register.conf:4: instrument: there is no instrument 'j'
pledged: 1 error, 0 warnings
"""),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_register(tmp_path, case):
    text, want = BROKEN[case]
    result = check(tmp_path, text)
    assert result.stderr == want
    assert (result.returncode, result.stdout) == (1, "")


def test_all_faults_are_told_together(tmp_path):
    text = (GOOD.replace("severity", "sevrity")
            .replace('format = "csv"', 'format = "cvs"')
            .replace("2030-01-01", "2030-13-01")
            .replace("last(report) >= 1", "last(report) >="))
    result = check(tmp_path, text,
                   settings().replace("min_every", "min_evry"))
    assert result.returncode == 1
    assert result.stderr == """\
pledged.conf:6: polling: unknown key "min_evry", nearest is "min_every"
register.conf:3: sources[0].format: "cvs" is none of csv, json, html, xml, feed, text; nearest \
is "csv"
register.conf:6: pledges[0].milestones[0]: unknown key "sevrity", nearest is "severity"
register.conf:6: benchmark: column 16: a value expected, not the end
    last(report) >=
                   ^
register.conf:6: due: '2030-13-01' is not a time: write 2020-12-31, 2019-03-01T00:01, 2020-Q4, \
2020-12, 2020 or in_force + 90d
pledged: 5 errors, 0 warnings
"""


def test_a_big_integer_names_both_ways_out(tmp_path):
    result = check(tmp_path, broken(
        'lag = "0d"; bench', 'weight = 99999999999; lag = "0d"; bench'))
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == (
        "register.conf:6: weight: 99999999999 is beyond 2147483647: write "
        '99999999999L, or write it as a string: "99999999999"')


def test_a_syntax_error_hides_no_other_file(tmp_path):
    result = check(tmp_path, broken("pledges = (", "pledges = ( ("),
                   settings().replace("min_every", "min_evry"))
    assert result.returncode == 1
    assert "pledged.conf:6:" in result.stderr
    assert "register.conf:7: syntax error" in result.stderr


def test_exit_statuses(tmp_path):
    warned = settings(channels=[DESK.format(port=25).replace(
        "starttls", 'urgent = "critical"; starttls')])
    result = check(tmp_path, GOOD, warned)
    assert result.returncode == 0
    assert "channels[0].urgent: has no effect: there are neither digest " \
        "nor quiet hours that would hold back [urgent-alone]" in result.stderr
    assert check(tmp_path, GOOD, warned, "--strict").returncode == 3
    assert check(tmp_path, GOOD, settings(), "--strict").returncode == 0
    result = check(tmp_path, GOOD, None, "--wrong")
    assert result.returncode == 2
    assert result.stderr == ("pledged: there is no option --wrong here: "
                             "see pledged --help\n")
    result = run(program("pledged"), "chekc")
    assert (result.returncode, result.stderr) == (
        2, 'pledged: there is no verb "chekc": see pledged --help\n')
    result = run(program("pledged"), "-c", tmp_path / "none.conf", "check")
    assert result.returncode == 1
    assert result.stderr.startswith(
        f"{tmp_path}/none.conf: No such file or directory\n")


def test_no_secret_is_opened_and_none_is_told(tmp_path):
    hook = daemons.HOOK.format(port=1).replace("hook-secret", "nowhere")
    result = check(tmp_path, GOOD, settings(channels=[hook]))
    assert result.returncode == 0
    assert "hidden" not in result.stdout + result.stderr
