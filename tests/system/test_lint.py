"""pledged check: what it doubts of a register without faults, and what not."""
import re

import pytest

from daemon import SOURCE, program, run

REGISTER = """\
instruments = ( {{ id = "i"; title = "I"; timezone = "UTC"; }} );
indicators = ( {{ id = "x"; frequency = "month"; lag = "40d"; nonnegative = true; }},
  {{ id = "share"; frequency = "month"; lag = "10d"; min = 0; max = 1; }},
  {{ id = "done"; nonnegative = true; }} {indicators} );
pledges = ( {{ id = "p"; instrument = "i"; {pledge} title = "P"; milestones = (
  {{ id = "uses"; due = "2020-12-31";
    benchmark = "last(done) + last(x) + avg(share, 2020) >= 1"; }},
  {{ id = "m"; due = "2020-12-31"; {milestone} }} ); }} );
"""


def check(folder, milestone='benchmark = "last(done) >= 1";', pledge='owner = "us";',
          indicators=""):
    (folder / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    (folder / "register.conf").write_text(REGISTER.format(
        milestone=milestone, pledge=pledge, indicators=indicators))
    result = run(program("pledged"), "-c", "pledged.conf", "check", "--strict",
                 cwd=folder)
    warnings = re.findall(r"^(register\.conf:\d+): .*\[([a-z-]+)\]$",
                          result.stderr, re.M)
    return result, [name for _, name in warnings]


def benchmark(text, more=""):
    return f'benchmark = "{text}"; {more}'


START = 'start = "2020-01-01";'
# (warning, what is doubted, the part under the carets, what is like it and is not)
DOUBTS = [
    ("constant", benchmark("sum(x, 2020) >= 0"), "sum(x, 2020) >= 0",
     benchmark("sum(x, 2020) >= 1")),
    ("constant", benchmark("sum(x, 2020) > 5 or 1 > 2"), "1 > 2",
     benchmark("sum(x, 2020) > 5 or sum(x, 2019) > 2")),
    ("unreachable", benchmark("not last(share) > 1 or last(done) >= 1"),
     "last(share) > 1", benchmark("not last(share) > 0.9 or last(done) >= 1")),
    ("constant", benchmark("last(done) >= 1", 'amended = ( { on = "2020-06-01"; '
     'benchmark = "last(done) >= -1"; } );'), "last(done) >= -1",
     benchmark("last(done) >= 1", 'amended = ( { on = "2020-06-01"; '
               'benchmark = "last(done) >= 2"; } );')),
    ("unreachable", benchmark("avg(share, 2020) > 1 and last(done) >= 1"),
     "avg(share, 2020) > 1", benchmark("avg(share, 2020) >= 1 and last(done) >= 1")),
    ("unreachable", benchmark("count(done, 2020) < 0"), "count(done, 2020) < 0",
     benchmark("count(done, 2020) < 1")),
    ("ceiling-not-fixed", benchmark("sum(x, ytd) <= 7", START), "sum(x, ytd)",
     benchmark("sum(x, 2020) <= 7", START)),
    ("ceiling-not-fixed", benchmark("7 > last(x)", START), "last(x)",
     benchmark("7 > last(x)", START + 'mode = "throughout";')),
    ("ceiling-not-fixed", benchmark("last(x) <= 7", START), "last(x)",
     benchmark("last(x) <= 7", START + "baseline = 9;")),
    ("ceiling-not-fixed", benchmark("last(x) <= 7", START), "last(x)",
     benchmark("last(x) <= 7", START + 'sustain = "1y";')),
    ("window-after-due", benchmark("sum(x, 2021) >= 7", 'lag = "2y";'),
     "sum(x, 2021)", benchmark("sum(x, 2020) >= 7", 'lag = "2y";')),
    ("lag-late", benchmark("sum(x, 2020) >= 7", 'lag = "39d";'), "sum(x, 2020)",
     benchmark("sum(x, 2020) >= 7", 'lag = "40d";')),
    ("lag-late", benchmark("last(x) >= 7", 'lag = "10d";'), "last(x)",
     benchmark("sum(x, 2019) >= 7", 'lag = "10d";')),
    ("path-data", benchmark("sum(x, 2020) >= 7", START +
                            'path = "seasonal(x, 2020)";'), None,
     benchmark("sum(x, 2020) >= 7", START + 'path = "seasonal(x, 2019)";')),
]


@pytest.mark.parametrize("name, doubted, part, fine", DOUBTS,
                         ids=[f"{row[0]}-{i}" for i, row in enumerate(DOUBTS)])
def test_doubt(tmp_path, name, doubted, part, fine):
    result, warnings = check(tmp_path, doubted)
    assert (result.returncode, warnings) == (3, [name]), result.stderr
    if part:
        text, carets = re.search(r"^    (.*)\n    ( *\^+)$", result.stderr,
                                 re.M).groups()
        assert text[carets.index("^"):len(carets)] == part
    result, warnings = check(tmp_path, fine)
    assert (result.returncode, warnings) == (0, []), result.stderr


def test_who_and_what(tmp_path):
    result, warnings = check(tmp_path, pledge="")
    assert (result.returncode, warnings) == (3, ["no-owner"])
    assert "register.conf:5: pledge p: nobody is its owner [no-owner]\n" \
        in result.stderr
    result, warnings = check(tmp_path, indicators=', { id = "idle"; }')
    assert (result.returncode, warnings) == (3, ["unused-indicator"])
    assert "indicator idle: no milestone rests on it" in result.stderr
    assert check(tmp_path)[0].returncode == 0


def test_what_is_never_doubted(tmp_path):
    """What is unknown without figures, and what time alone decides."""
    for text in ("age(done) < 10d", "sum(x, 12mo) >= sum(x, 2019)",
                 "change(share, 12mo) >= -0.5", "last(x) > 0 and last(x) < 1e9",
                 "greatest(0, last(x) - 5) >= 1", "0 <= last(share) <= 0.5",
                 "if(last(done) >= 1, sum(x, 2020), sum(x, 2019)) >= 2",
                 "at_least(1, last(done) >= 1, last(x) >= 1)"):
        result, warnings = check(tmp_path, benchmark(text))
        assert (result.returncode, warnings) == (0, []), f"{text}\n{result.stderr}"


@pytest.mark.parametrize("path", sorted(SOURCE.glob("etc/examples/*/pledged.conf")),
                         ids=lambda path: path.parent.name)
def test_examples_are_beyond_doubt(path):
    result = run(program("pledged"), "-c", path, "check", "--strict")
    assert (result.returncode, result.stderr) == (0, "")
