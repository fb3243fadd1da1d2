"""All kinds of milestones in one register: what is answered is the same after a
kill, offline, from the rebuilt tables, and however the register came to be."""
import http.client
import json
import threading

import pytest

from daemon import wait_until

PLACES = "code,name,target\nbj,Beijing,3\nhn,Hunan,5\n"
REGISTER = """
calendars = ( { for_each = "places.csv"; id = "c-${code}"; roll = "forward";
  holidays = [ "2027-01-01", %(holiday)s ]; } );
instruments = ( { for_each = "places.csv"; id = "i-${code}"; timezone = "Asia/Shanghai";
  in_force = "2026-01-01"; calendar = "c-${code}"; parties = [ "CN", "US" ]; } );
indicators = (
  { for_each = "places.csv"; id = "caps.${code}"; frequency = "month"; lag = "20d";
    nonnegative = true; },
  { for_each = "places.csv"; id = "seen.${code}"; frequency = "month"; lag = "20d";
    nonnegative = true; },
  { id = "gazette"; kind = "documents"; lag = "1d"; } );
sources = (
  { id = "figures"; url = "file:figures.csv"; format = "csv"; every = "1h";
    extract = "SELECT indicator, period, value, published FROM data"; },
  { id = "notices"; url = "file:notices.json"; format = "json"; every = "1h";
    indicator = "gazette"; extract = ".[]"; } );
pledges = ( { for_each = "places.csv"; id = "p-${code}"; instrument = "i-${code}";
  obligor = "CN"; owner = "o"; title = "${name}"; milestones = (
    { id = "caps"; start = "2026-01-01"; due = "2026-12-31"; tolerance = "5%%";
      benchmark =
      "at_least(2, sum(caps.${code}, 2026) >= 10*${target}, sum(seen.${code}, 2026) >= 10)"; },
    { id = "rate"; start = "2026-01-01"; due = "2026-12-31"; path = "linear";
      forecast = "run_rate"; benchmark = "sum(caps.${code}, 2026) >= 30 * ${target}"; },
    { id = "report"; every = "%(every)s"; start = "2026-01-01"; until = "2026-12-31";
      due = "period_end + 5wd"; benchmark =
      "sum(caps.${code}, period) >= 2*${target} or attested(\\"filed\\")"; },
    { id = "law"; due = "2026-06-30"; benchmark = "exists(gazette, \\"${name}\\")"; },
    { id = "clean"; due = "2027-06-30"; mode = "throughout"; start = "2026-01-01";
      benchmark = "not exists(gazette, \\"ban\\")"; },
    { id = "word"; due = "2026-12-31";
      benchmark = "attested(\\"adopted\\", 2) and met(\\"p-${code}/law\\")"; },
    { id = "kept"; due = "2027-02-28"; benchmark = "met_share(\\"p-${code}/report@*\\") >= 0.6"; },
    { id = "near"; due = "2027-02-28"; benchmark =
      "within(300d, met(\\"p-${code}/law\\"), met(\\"p-${code}/report@2026-Q2\\"))"; },
    { id = "fail"; due = "2027-02-28"; benchmark =
      "status(\\"p-${code}/report@2026-Q1\\") == \\"not_met\\""; }
  ); } );
attestations = (
  { milestone = "p-bj/report@2026-Q1"; key = "filed"; by = "anna"; on = "2026-04-02"; },
  { milestone = "p-hn/word"; key = "adopted"; by = "anna"; on = "2026-04-02"; } );
"""
PAST = ["2026-04-15", "2026-07-10T12:00:00Z", "2026-10-08"]


def figures():
    lines = ["indicator,period,value,published"]
    for month in range(1, 10):
        for place, value in (("bj", month % 5), ("hn", month)):
            lines.append(f"caps.{place},2026-{month:02},{value},"
                         f"2026-{month + 1:02}-15")
            lines.append(f"seen.{place},2026-{month:02},{value * 1.0 + month % 2},"
                         f"2026-{month + 1:02}-16")
    return "\n".join(lines) + "\n"


def register(every="quarter", holiday='"2026-04-06"'):
    return REGISTER % {"every": every, "holiday": holiday}


@pytest.fixture
def whole(daemon):
    daemon.write("places.csv", PLACES)
    daemon.write("figures.csv", figures())
    daemon.write("notices.json", json.dumps([
        {"key": "1", "title": "A law for Beijing", "period": "2026-05-04",
         "published": "2026-05-04"},
        {"key": "2", "title": "A ban", "published": "2026-08-08"},
        {"key": "2", "title": "A band", "published": "2026-09-09"}]))
    daemon.configure(register())
    return daemon.start().settled()


def answers(daemon, as_of=None):
    said = f"?as_of={as_of}" if as_of else ""
    found = {}
    for item in daemon.items("/v1/milestones" + (f"{said}&limit=100" if said
                             else "?limit=100")):
        one = daemon.get(f"/v1/milestones/{item['id']}{said}")
        found[item["id"]] = strip(one)
    return found


def strip(item):
    return {key: value for key, value in item.items()
            if key not in ("as_of", "assessed_at", "since", "next",
                           "register")}


def attest(daemon, milestone, key, *more):
    return daemon.ctl("attest", milestone, key, "--evidence",
                      "https://example.org/1", "-m", "seen", *more).stderr


def differing(a, b):
    assert sorted(a) == sorted(b)
    return {(name, key): (a[name].get(key), b[name].get(key))
            for name in a for key in {*a[name], *b[name]}
            if a[name].get(key) != b[name].get(key)}


def test_a_kill_changes_no_answer(whole):
    assert attest(whole, "p-hn/word", "adopted", "--on", "2026-05-05") == ""
    before, past = answers(whole), [answers(whole, at) for at in PAST]
    events = whole.items("/v1/alerts?limit=500")
    whole.kill()
    whole.start().settled()
    assert differing(before, answers(whole)) == {}
    for at, then in zip(PAST, past):
        assert differing(then, answers(whole, at)) == {}
    assert whole.items("/v1/alerts?limit=500") == events
    whole.stop()
    assert whole.offline("rebuild").returncode == 0
    whole.start().settled()
    assert differing(before, answers(whole)) == {}


# What is not in the gazette is known online only once the gazette was read, by
# then; offline its file is taken to have been there all along.
ABSENCE = ("law", "clean", "near", "word")


@pytest.mark.parametrize("at", PAST)
def test_as_of_is_the_same_offline(whole, at):
    online = answers(whole, at)
    result = whole.offline("assess", "--as-of", at, "-o", "json")
    offline = {item["id"]: strip(item) for item in json.loads(result.stdout)}
    assert (result.returncode, len(offline)) == (0, len(online))
    for found in (online, offline):
        for name in list(found):
            if name.endswith(ABSENCE):
                del found[name]
    assert differing(online, offline) == {}


def events(daemon):
    return [line for line in daemon.log().splitlines() if " log: " in line]


def test_series_that_come_and_go(whole):
    """Other instances, other places, other days: what is gone is withdrawn, and
    what comes back is what it was."""
    assert attest(whole, "p-hn/report@2026-Q4", "filed") == ""
    wait_until(lambda: whole.status_of("p-hn/report@2026-Q4") == "met")
    before = answers(whole)
    since = len(events(whole))
    whole.write("register.conf", register(every="half"))
    assert whole.ctl("reload").returncode == 1
    whole.write("places.csv", PLACES.splitlines()[0] + "\nbj,Beijing,3\n")
    whole.write("register.conf", register().replace("hn", "bj").replace(
        'key = "adopted"; by = "anna"', 'key = "adopted"; by = "ben"'))
    assert whole.ctl("reload").returncode == 0
    gone = [name for name in before if name.startswith("p-hn/")]
    assert len(gone) == 12
    wait_until(lambda: len(whole.items("/v1/milestones?limit=100")) == 12)

    def told(name):
        return sum(f"withdrawn {name} " in line or f"withdrawn {name}:" in line
                   for line in events(whole)[since:])

    wait_until(lambda: all(told(name) == 1 for name in gone))
    whole.write("places.csv", PLACES)
    whole.write("register.conf", register())
    assert whole.ctl("reload").returncode == 0
    wait_until(lambda: len(whole.items("/v1/milestones?limit=100")) == 24)
    whole.settled()
    wait_until(lambda: differing(before, answers(whole)) == {})
    since = len(events(whole))
    whole.kill()
    whole.start().settled()
    assert differing(before, answers(whole)) == {}
    assert events(whole)[since:] == []


def test_a_calendar_moves_what_is_due(whole):
    before = answers(whole)
    since = len(events(whole))
    whole.write("register.conf", register(holiday='"2027-01-08"'))
    assert whole.ctl("reload").returncode == 0
    after = answers(whole)
    moved = {name for name, key in differing(before, after) if key == "due"}
    assert moved == {f"p-{place}/report@2026-{quarter}" for place in ("bj", "hn")
                     for quarter in ("Q1", "Q4")}
    for event in [f"{kind} p-{place}/report@2026-{quarter} "
                  for kind, quarter in (("slipped", "Q4"), ("rescheduled", "Q1"))
                  for place in ("bj", "hn")]:
        wait_until(lambda: any(event in line for line in events(whole)[since:]))
    since = len(events(whole))
    whole.kill()
    whole.start().settled()
    assert differing(after, answers(whole)) == {}
    assert events(whole)[since:] == []


def test_a_key_that_goes_and_comes_back(whole):
    """What was attested stays, also while the benchmark asks for another key."""
    assert attest(whole, "p-hn/word", "adopted", "--on", "2026-05-05") == ""
    before = answers(whole)
    other = register().replace('attested(\\"adopted\\", 2)',
                               'attested(\\"signed\\", 2)')
    whole.write("register.conf", other.replace('key = "adopted"',
                                               'key = "signed"'))
    assert whole.ctl("reload").returncode == 0
    assert "signed" in attest(whole, "p-hn/word", "adopted")
    whole.kill()
    whole.start().settled()
    whole.write("register.conf", register())
    assert whole.ctl("reload").returncode == 0
    assert differing(before, answers(whole)) == {}
    assert "already" in whole.ctl(
        "attest", "p-hn/word", "adopted", "--evidence", "https://example.org/1",
        "-m", "seen", "--on", "2026-05-05").stdout


def test_a_kill_while_attesting(whole):
    """What was acknowledged is kept, and nothing is counted twice."""
    names = [name for name in answers(whole) if "/report@" in name]
    acknowledged = 0
    for turn, name in enumerate(names):
        body = json.dumps({"key": "filed", "attested": True, "on": f"2026-11-{turn + 1:02}",
                           "evidence": "https://example.org/", "note": "n"})
        killer = threading.Timer(0.002 * turn, whole.process.kill)
        killer.start()
        try:
            status, _, answer = whole.ask(
                f"/v1/milestones/{name}/attestations", "POST",
                {"content-type": "application/json"}, body)
            assert status == 200, answer
        except (OSError, http.client.HTTPException):
            status = None
        killer.join()
        whole.process.wait()
        whole.start().settled()
        said = [one for one in whole.get(f"/v1/milestones/{name}")
                ["attestations"] if one["on"] == f"2026-11-{turn + 1:02}"]
        assert len(said) <= 1 and (status is None or len(said) == 1)
        acknowledged += status == 200
    assert acknowledged > 0
    whole.stop()
    assert whole.offline("rebuild").returncode == 0
