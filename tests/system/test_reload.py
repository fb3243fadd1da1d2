"""Reload: clone, check, swap; a faulty file changes nothing."""
import signal

import origin as origins
from daemon import (HOOK, milestone, register, settings, source, table, told,
                    utc, wait_until)

FAR = "2099-01-01"


def begin(daemon, milestones, sources=None):
    hook = daemon.webhook()
    channels = [HOOK.format(port=hook.port)]
    daemon.configure(register(milestones, sources), channels=channels)
    daemon.start().settled()
    return hook, channels


def ids(daemon):
    return [item["id"] for item in daemon.items("/v1/milestones")]


def hang_up(daemon):
    """SIGHUP, until the daemon says it is ready again."""
    since = len(daemon.manager.got)
    daemon.process.send_signal(signal.SIGHUP)
    behind = daemon.manager.wait_for("RELOADING", since=since)
    assert "MONOTONIC_USEC" in daemon.manager.got[behind - 1]
    ready = daemon.manager.wait_for("READY", since=behind)
    return daemon.manager.got[ready - 1]["STATUS"]


def test_a_new_milestone_appears(daemon):
    hook, _ = begin(daemon, [milestone("one", FAR)])
    before = daemon.get("/v1/status")
    daemon.write("register.conf", register(
        [milestone("one", FAR), milestone("two", "2024-01-31")]))
    result = daemon.ctl("reload")
    assert (result.returncode, result.stdout, result.stderr) == (
        0, "reloaded\n", "")
    assert ids(daemon) == ["p/one", "p/two"]
    wait_until(lambda: told(hook, "slipped", "p/two"))
    after = daemon.get("/v1/status")
    assert after["register"] != before["register"]
    assert after["started"] == before["started"]
    daemon.write("register.conf", register(
        [milestone("one", FAR), milestone("two", "2024-01-31"),
         milestone("three", FAR)]))
    assert hang_up(daemon).startswith("watching 3 milestones ")
    assert ids(daemon) == ["p/one", "p/three", "p/two"]


def test_a_faulty_file_changes_nothing_and_is_told_whole(daemon):
    hook, _ = begin(daemon, [milestone("one", FAR)])
    before = daemon.get("/v1/status")
    daemon.write("register.conf", register(
        [milestone("one", FAR).replace("severity", "sevrity"),
         milestone("two", "2030-02-32")]))
    daemon.write("pledged.conf", daemon.conf.read_text().replace(
        "min_every", "min_evry"))
    result = daemon.ctl("reload")
    assert result.returncode == 1 and result.stdout == ""
    want = [
        'pledged.conf:6: polling: unknown key "min_evry", nearest is "min_every"',
        "register.conf:6: pledges[0].milestones[0]: unknown key "
        '"sevrity", nearest is "severity"',
        "register.conf:7: due: '2030-02-32' is not a time: write 2020-12-31, "
        "2019-03-01T00:01, 2020-Q4, 2020-12, 2020 or in_force + 90d"]
    for line in want:
        assert line in result.stderr and line in daemon.log()
    status, headers, body = daemon.ask("/v1/reload", "POST")
    assert status == 422
    assert headers["content-type"] == "application/problem+json"
    since = len(daemon.log())
    assert "refused" in hang_up(daemon)
    assert "not reloaded: the configuration in force stays" in \
        daemon.log()[since:]
    after = daemon.get("/v1/status")
    assert ids(daemon) == ["p/one"]
    for key in ("register", "configuration", "loaded"):
        assert after[key] == before[key]
    assert told(hook) == []
    # And the next good one is taken.
    daemon.write("pledged.conf", daemon.conf.read_text().replace(
        "min_evry", "min_every"))
    daemon.write("register.conf", register(
        [milestone("one", FAR), milestone("two", FAR)]))
    assert daemon.ctl("reload").returncode == 0
    assert ids(daemon) == ["p/one", "p/two"]


def test_moved_and_withdrawn_milestones_are_told(daemon):
    hook, _ = begin(daemon, [milestone("later", "2098-01-01"),
                             milestone("sooner", "2098-01-01"),
                             milestone("gone", FAR),
                             milestone("other", FAR)])
    daemon.write("register.conf", register(
        [milestone("later", "2098-01-11"),
         milestone("sooner", "2097-12-22"),
         milestone("other", FAR, benchmark="last(report) >= 2")]))
    assert daemon.ctl("reload").returncode == 0
    wait_until(lambda: len(told(hook)) >= 4)
    wait_until(lambda: not daemon.items("/v1/outbox"))
    # A date moved later is a slip, too.
    assert sorted((event["subject"], event["data"]["kind"])
                  for _, event in told(hook)) == [
        ("p/gone", "withdrawn"), ("p/later", "slipped"),
        ("p/other", "modified"), ("p/sooner", "rescheduled")]
    (_, event), = told(hook, subject="p/later")
    assert event["data"]["reason"] == \
        "due moved from 2098-01-01 to 2098-01-11"
    assert ids(daemon) == ["p/later", "p/other", "p/sooner"]
    # Not told again by a reload of the same, nor by a restart.
    count = len(told(hook))
    assert daemon.ctl("reload").returncode == 0
    assert daemon.stop() == 0
    daemon.start().settled()
    assert len(told(hook)) == count


def test_a_new_channel_and_a_lost_one(daemon):
    old, channels = begin(daemon, [milestone("one", FAR)])
    new = daemon.webhook()
    channels = [HOOK.format(port=new.port).replace('"hook"', '"next"', 1)]
    daemon.write("pledged.conf", settings(channels))
    daemon.write("register.conf", register(
        [milestone("one", FAR), milestone("two", "2024-01-31")]))
    assert daemon.ctl("reload").returncode == 0
    wait_until(lambda: told(new, "slipped", "p/two"))
    assert told(old) == []
    assert [item["id"] for item in daemon.items("/v1/channels")] == ["next"]


def test_reload_while_a_poll_is_under_way(daemon, origin):
    def late(handler):
        assert origin.released.wait(20)
        return origins.send(handler, 200, table(1).encode())
    origin.answers["/late"] = late
    sources = [source(), source("late", origin.url("/late"))]
    daemon.configure(register([milestone("one", FAR)], sources),
                     polling="timeout = \"20s\";")
    daemon.start()
    wait_until(lambda: daemon.source("late")["busy"])
    for count in range(5):
        daemon.write("register.conf", register(
            [milestone("one", FAR), milestone(f"two{count}", FAR)],
            list(reversed(sources)) if count % 2 else sources))
        assert daemon.ctl("reload").returncode == 0
        assert ids(daemon) == ["p/one", f"p/two{count}"]
    assert daemon.source("late")["busy"]
    # Its answer still counts for the source it was asked of.
    origin.released.set()
    wait_until(lambda: daemon.source("late")["outcome"] == "changed")
    wait_until(lambda: daemon.status_of("p/one") == "met")


def test_a_source_is_taken_away_and_changed_while_it_is_asked(daemon, origin):
    def late(handler):
        assert origin.released.wait(20)
        return origins.send(handler, 200, table(1).encode())
    origin.answers["/late"] = late
    origin.answers["/now"] = table(1)
    both = [source("gone", origin.url("/late")),
            source("moved", origin.url("/late"))]
    daemon.configure(register([milestone("one", FAR)], both),
                     polling="timeout = \"20s\";")
    daemon.start()
    wait_until(lambda: all(item["busy"]
                           for item in daemon.items("/v1/sources")))
    daemon.write("register.conf", register(
        [milestone("one", FAR)], [source("moved", origin.url("/now"))]))
    assert daemon.ctl("reload").returncode == 0
    origin.released.set()
    wait_until(lambda: daemon.source("moved")["outcome"] == "changed")
    assert origin.statuses("/now") == [200]
    assert [item["id"] for item in daemon.items("/v1/sources")] == ["moved"]
    wait_until(lambda: daemon.status_of("p/one") == "met")


def test_many_reloads_at_once(daemon):
    begin(daemon, [milestone("one", FAR)])
    for _ in range(20):
        daemon.process.send_signal(signal.SIGHUP)
    assert daemon.ctl("reload").returncode == 0
    assert daemon.ctl("status").returncode == 0
    assert ids(daemon) == ["p/one"]


def test_stopping_amid_a_reload(daemon):
    begin(daemon, [milestone("one", FAR)])
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.stop() == 0
