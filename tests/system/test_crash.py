"""The real daemon, killed at each of its steps: at a sync of the store, at a send
to a receiver, at the receipt of its answer, at the answer to who asked us. What
receivers have in the end is what they have of a life without a kill; what comes
twice comes under one id.

CRASH_EVERY=1 tries every step, else each n-th."""
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess

import pytest

from daemon import (DESK, HOOK, Daemon, milestone, program, register, source,
                    wait_until)

EVERY = int(os.environ.get("CRASH_EVERY", "12"))
SHIM = pathlib.Path(os.environ.get("BUILDDIR", "."),
                    "tests", "system", "crash_shim.so")
PAST = "2024-01-31"
COUNT = 6
ROUTES = """
  { match = { severity = "critical"; }; channels = [ "hook" ]; continue = true;
    group_wait = "0s"; group_interval = "0s"; },
  { channels = [ "desk" ]; group_wait = "0s"; group_interval = "0s";
    group_by = [ "milestone" ]; }"""
AWAY = (OSError, ConnectionError, json.JSONDecodeError)

sanitized = "asan" in subprocess.run(["ldd", program("pledged")],
                                     capture_output=True, text=True).stdout
pytestmark = [
    pytest.mark.skipif(not SHIM.exists(), reason=f"{SHIM} is not built"),
    pytest.mark.skipif(sanitized, reason="nothing can be preloaded before "
                       "the address sanitizer")]


class Story:
    """A daemon, its receivers, and somebody who has things done and does again
    what was not answered."""

    def __init__(self, folder, crash=None):
        folder.mkdir()
        self.daemon = Daemon(folder)
        self.hook, self.desk = self.daemon.webhook(), self.daemon.mailbox()
        self.counts = folder / "counts"
        self.write(COUNT + 1)
        self.kills = 0
        self.env = {"LD_PRELOAD": str(SHIM),
                    "CRASH_COUNTS": str(self.counts)}
        if crash:
            self.env["CRASH_AT"] = crash

    def write(self, count):
        names = [f"m{i}" for i in range(1, count + 1)]
        self.daemon.configure(
            register([milestone(name, PAST, severity="critical",
                                benchmark=f"last(r.{name}) >= 1",
                                more=f'title = "Number {name}";')
                      for name in names],
                     [source()], ["report"] + [f"r.{name}" for name in names]),
            channels=[HOOK.format(port=self.hook.port),
                      DESK.format(port=self.desk.port)], routes=ROUTES)

    def survive(self, what):
        """What somebody does until it is done, whatever happens to pledged."""
        while True:
            if not self.daemon.is_alive():
                if self.daemon.process is not None:
                    self.kills += 1
                    self.env.pop("CRASH_AT", None)
                    assert self.kills == 1, self.daemon.log()
                self.begin()
                continue
            try:
                return what()
            except AWAY:
                if self.daemon.is_alive():
                    wait_until(lambda: not self.daemon.is_alive())

    def begin(self):
        since = len(self.daemon.manager.got)
        self.daemon.spawn(env=self.env)
        self.daemon.manager.wait_for("READY", since=since,
                                     alive=self.daemon.is_alive)

    def order(self, key, path, body=None, method="POST"):
        def once():
            status, _, answer = self.daemon.ask(
                path, method, {"Idempotency-Key": key},
                json.dumps(body) if body else None)
            assert status < 300, (path, status, answer)
            return json.loads(answer)
        return self.survive(once)

    def quiet(self):
        """Nothing is on its way any more."""
        def once():
            def idle():
                status = self.daemon.get("/v1/status")
                return status["state"] == "watching" and status["outbox"] == 0
            wait_until(idle, seconds=40)
            return True
        self.survive(once)

    def observe(self, key, number, value, published):
        self.order(key, f"/v1/indicators/r.m{number}/observations",
                   {"period": "2024-02-01", "value": value,
                    "published": f"{published}T12:00:00Z"})
        self.quiet()

    def tell(self):
        self.quiet()
        for i in range(1, COUNT):
            self.observe(f"one {i}", i, "1", "2024-02-10")
        silence = self.order("silence", "/v1/silences",
                             {"match": f"milestone=p/m{COUNT}", "for": "1h",
                              "note": "it is known"})
        self.observe("silenced", COUNT, "1", "2024-02-10")
        self.order("end", f"/v1/silences/{silence['id']}", method="DELETE")
        self.quiet()
        self.write(COUNT)
        self.order("reload", "/v1/reload")
        self.quiet()
        return self

    def end(self):
        if self.daemon.is_alive():
            self.daemon.stop()
        self.daemon.close()
        return self

    def told(self):
        """How often each thing was told, however often it came."""
        by_hook, by_mail = {}, {}
        for name, good, event in list(self.hook.got):
            assert good, "a signature is wrong"
            items = event["data"].get("items", [event["data"]])
            words = [f"hook {item['kind']} {item['milestone']} "
                     f"{item['told_as']}" for item in items]
            assert by_hook.setdefault(name, words) == words, \
                f"{name} says two things"
        for mail in list(self.desk.got):
            name, words = mail["message-id"], f"desk {mail['subject']}"
            assert by_mail.setdefault(name, words) == words, \
                f"{name} says two things"
        return collections.Counter(
            [word for words in by_hook.values() for word in words] +
            list(by_mail.values()))


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    story = Story(tmp_path_factory.mktemp("calm") / "one")
    try:
        story.tell()
        told = story.told()
    finally:
        story.end()
    counts = dict(line.split() for line in
                  story.counts.read_text().splitlines())
    return told, {kind: int(count) for kind, count in counts.items()}


def killed(folder, crash, expected):
    """What is wrong after a kill at a step; "" when nothing is."""
    story = Story(folder, crash)
    try:
        told = story.tell().told()
    except AssertionError as error:
        return f"{crash}: {error}"
    finally:
        story.end()
    missing, needless = expected - told, told - expected
    if missing or needless:
        return f"{crash}: missing {dict(missing)}, needless {dict(needless)}"
    return "" if story.kills == 1 else f"{crash}: it was not killed"


def test_what_is_told(calm):
    told, counts = calm
    print(counts)
    for number in range(1, COUNT + 1):
        assert told[f"hook unverified p/m{number} first"] == 1, told
        assert told[f"hook met_late p/m{number} resolved"] == 1, told
    assert told[f"hook withdrawn p/m{COUNT + 1} withdrawn"] == 1, told
    assert all(counts[kind] > 20 for kind in ("sync", "send", "receive")), counts


def test_each_step(calm, tmp_path):
    expected, counts = calm
    # What pledged does at its end is the other tests' to try, and how a poll
    # falls is a matter of a few milliseconds.
    steps = [f"{kind} {number} {when}" for kind, count in counts.items()
             for number in range(1, count - 3) for when in ("before", "after")]
    chosen = steps[EVERY // 2::EVERY]
    print(f"{len(chosen)} of {len(steps)} steps: {counts}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = list(filter(None, pool.map(
            lambda pair: killed(tmp_path / str(pair[0]), pair[1], expected),
            enumerate(chosen))))
    assert not wrong, "\n".join(wrong)
