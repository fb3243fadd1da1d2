"""The heartbeat as a monitor elsewhere sees it."""
import json

import pytest

from daemon import LOG, milestone, register, wait_until
from receiver import Receiver


@pytest.fixture
def monitor():
    one = Receiver()
    yield one
    one.close()


WORDS = "no channel can be delivered to: see pledgectl outbox"


def configure(daemon, monitor, every="1s", path="/ping/hidden", channels=(LOG,),
              extra="", due="2099-01-31"):
    daemon.configure(
        register([milestone("one", due)]), channels=channels,
        extra=f'heartbeat: {{ url = "http://127.0.0.1:{monitor.port}{path}"; '
              f'every = "{every}"; }}; {extra}')
    return daemon


def beats(monitor, count):
    wait_until(lambda: len(monitor.got) >= count)
    return monitor.got


def log_lines(daemon, word):
    return [line.split("pledged: ", 1)[1] for line in daemon.log().splitlines()
            if word in line]


def test_it_beats_from_the_start_on(daemon, monitor):
    """The second beat of an hour's heartbeat would come too late for a test."""
    configure(daemon, monitor, every="1h").start()
    got, = beats(monitor, 1)
    assert (got.method, got.path, got.body) == ("GET", "/ping/hidden", b"")
    assert got.headers["user-agent"] == "pledged"
    assert log_lines(daemon, "heartbeat") == []


def test_it_beats_on_and_tells_once_what_goes_wrong(daemon, monitor):
    monitor.answers = [(200, {}, b"ok"), (500, {}, b""), (503, {}, b""),
                       (301, {"location": "http://127.0.0.1:9/x"}, b"")]
    configure(daemon, monitor).start()
    beats(monitor, 6)
    wait_until(lambda: log_lines(daemon, "arrives again"))
    assert log_lines(daemon, "heartbeat") == [
        "warning: heartbeat: it is answered with HTTP status 500; said once",
        "notice: heartbeat: arrives again"]
    assert {got.path for got in monitor.got} == {"/ping/hidden"}


def test_nobody_there_is_said_without_the_url(daemon, monitor):
    configure(daemon, monitor)
    monitor.close()
    daemon.start()
    line, = wait_until(lambda: log_lines(daemon, "heartbeat"))
    assert line.startswith("warning: heartbeat: ") and "127.0.0.1" in line
    assert "hidden" not in daemon.log()
    assert daemon.stop() == 0


def test_a_reload_changes_where_it_goes_and_ends_it(daemon, monitor):
    configure(daemon, monitor, every="1h").start()
    beats(monitor, 1)
    configure(daemon, monitor, every="1h", path="/new")
    assert daemon.post("/v1/reload")[0] == 200
    assert beats(monitor, 2)[1].path == "/new"
    # What has not changed does not beat again.
    assert daemon.post("/v1/reload")[0] == 200
    daemon.configure(register([milestone("one", "2099-01-31")]))
    assert daemon.post("/v1/reload")[0] == 200
    configure(daemon, monitor, every="1h", path="/back")
    assert daemon.post("/v1/reload")[0] == 200
    beats(monitor, 3)
    assert [got.path for got in monitor.got] == ["/ping/hidden", "/new",
                                                 "/back"]


def test_it_falls_silent_while_nobody_can_be_told(daemon, monitor):
    """The only channel that leads to people refuses for good; another message
    is then delivered."""
    hook = Receiver()
    try:
        hook.answers = [(410, {}, b"")]
        configure(daemon, monitor, channels=(LOG, (
            '{ id = "hook"; type = "webhook"; allow_private = true; '
            f'url = "http://127.0.0.1:{hook.port}/"; }}')),
            due="2024-01-31").start()
        wait_until(lambda: log_lines(daemon, "held back"))
        beaten = len(monitor.got)
        status, _, body = daemon.ask("/healthz")
        assert status == 503
        assert json.loads(body)["detail"] == WORDS
        assert len(monitor.got) == beaten
        assert daemon.post("/v1/channels/hook/test")[0] in (200, 202)
        wait_until(lambda: log_lines(daemon, "beats again"))
        beats(monitor, beaten + 1)
        assert daemon.ask("/healthz")[0] == 200
        assert log_lines(daemon, "heartbeat") == [
            f"warning: heartbeat: held back: {WORDS}",
            "notice: heartbeat: beats again"]
    finally:
        hook.close()


def test_health_is_what_it_depends_on(daemon, monitor):
    configure(daemon, monitor).start()
    beats(monitor, 1)
    status, _, body = daemon.ask("/healthz")
    assert (status, body) == (200, b"ok\n")
