"""pledgectl monitor: a plugin as Nagios and Icinga run them."""
import re

import pytest

import daemon as daemons
from daemon import milestone, program, register, run, source, wait_until

# 'label'=value[UOM];[warn];[crit];[min];[max], as the guidelines have it.
RANGE = r"@?(?:~|-?\d+)?:?(?:-?\d+)?"
NUMBER = re.compile(rf"'([^'=]+)'=(\d+);({RANGE})?;({RANGE})?;(\d+)")


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    daemon = daemons.Daemon(tmp_path_factory.mktemp("monitor"))
    daemon.configure(register(
        [milestone("one", "2099-01-01"),
         milestone("past", "2024-01-31", "critical"),
         milestone("late", "2024-02-28", more='title = "a | b";')],
        [source(), source("none", "file:none.csv")]))
    try:
        daemon.start().settled()
        wait_until(lambda: len(daemon.items("/v1/alerts")) == 2)
        yield daemon
    finally:
        daemon.close()


def told(result, status):
    """The words of the first line, its numbers, the lines below it."""
    assert result.returncode == status, result
    assert result.stderr == ""
    first, *more = result.stdout.splitlines()
    words, _, numbers = first.partition(" | ")
    assert "|" not in numbers + "".join(more)
    rest = NUMBER.sub("", numbers).strip()
    assert rest == "", rest
    return words, {name: (int(value), warn, crit)
                   for name, value, warn, crit, _ in NUMBER.findall(numbers)}, more


def test_what_wants_somebody(full):
    words, numbers, more = told(full.ctl("monitor"), 2)
    assert words == ("PLEDGED CRITICAL: 1 critical alert, 1 warning alert, "
                     "1 failing source")
    assert numbers["critical_alerts"] == (1, "", "0")
    assert numbers["warning_alerts"] == (1, "0", "")
    assert numbers["failing_sources"][0] == 1 and numbers["not_met"][0] == 2
    assert numbers["pending"][0] == 1 and numbers["dead_messages"][0] == 0
    assert more == ["critical: slipped p/past: last(report) = 0, needs >= 1",
                    "warning: slipped p/late: last(report) = 0, needs >= 1"]


@pytest.mark.parametrize("words, status, want", [
    (["--match", "id=p/one"], 0, "OK: 1 milestone, nothing wants attention"),
    (["--match", "pledge=p", "--critical", "critical_alerts=1"], 1,
     "WARNING: 1 warning alert"),
    (["--critical", "critical_alerts=5", "--warning", "warning_alerts=5",
      "--warning", "failing_sources=5"], 0,
     "OK: 3 milestones, nothing wants attention"),
    (["--match", "id=p/one", "--warning", "pending=0"], 1,
     "WARNING: 1 pending"),
    (["--match", "id=p/one", "--warning", "pending=1"], 0, "OK: 1 milestone"),
    (["--match", "id=p/one", "--warning", "pending=2:"], 1,
     "WARNING: 1 pending"),
    (["--match", "id=p/one", "--warning", "pending=1:"], 0, "OK: "),
    (["--match", "id=p/one", "--critical", "pending=@1:2"], 2,
     "CRITICAL: 1 pending"),
    (["--match", "id=p/one", "--critical", "pending=@2:3"], 0, "OK: "),
    (["--match", "id=p/one", "--critical", "pending=~:0"], 2, "CRITICAL: "),
    (["--match", "id=p/one", "--critical", "pending=:0"], 2, "CRITICAL: ")])
def test_ranges(full, words, status, want):
    assert told(full.ctl("monitor", *words), status)[0].startswith(
        "PLEDGED " + want)


@pytest.mark.parametrize("words, want", [
    (["--warning", "x"], "--warning takes NAME=RANGE, as in --warning "
     "failing_sources=2"),
    (["--warning", "pendng=1"], '--warning: there is no number "pendng"'),
    (["--critical", "pending=many"], '--critical: "many" is no range, such as '
     "10, 1:, ~:5 or @2:4"),
    (["--critical", "pending=5:2"], '--critical: "5:2" is no range'),
    (["--critical", "pending=-1"], '--critical: "-1" is no range'),
    (["--match", "severity"], "--match takes NAME=VALUE"),
    (["--match", "severity=x", "--warning", "failing_sources=1"],
     '--warning: there is no number "failing_sources" of what --match selects'),
    (["--timeout", "0"], "--timeout takes seconds, 1 to 3600"),
    (["--match", "status=good"], 'status: there is no status "good"'),
    (["--all"], "monitor does not take --all: see pledgectl --help"),
    (["--zone", "Mars"], '--zone: there is no time zone "Mars"'),
    (["now"], 'monitor: "now" is one word too many: see pledgectl --help')])
def test_what_is_wrong_is_unknown(full, words, want):
    result = full.ctl("monitor", *words)
    assert result.returncode == 3 and result.stderr == ""
    assert result.stdout.startswith("PLEDGED UNKNOWN: " + want)
    assert result.stdout.count("\n") == 1


def test_who_has_it_in_hand(full):
    for number in (item["id"] for item in full.items("/v1/alerts")):
        assert full.ctl("ack", number, "-m", "known").returncode == 0
    words, numbers, more = told(full.ctl("monitor"), 1)
    assert words == "PLEDGED WARNING: 1 failing source" and more == []
    assert numbers["critical_alerts"][0] == 0


def test_away_is_unknown(tmp_path):
    result = run(program("pledgectl"), "-s", tmp_path / "none", "monitor")
    assert result.returncode == 3 and result.stderr == ""
    assert result.stdout.startswith(
        "PLEDGED UNKNOWN: the daemon is not running (there is no ")
    assert result.stdout.count("\n") == 1


def test_a_daemon_that_does_not_answer_is_unknown(tmp_path):
    import socket
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(1)
        result = run(program("pledgectl"), "-s", tmp_path / "sock", "monitor",
                     "--timeout", "1")
    assert result.returncode == 3
    assert result.stdout == ("PLEDGED UNKNOWN: the daemon did not answer within "
                             "1000 milliseconds\n")
