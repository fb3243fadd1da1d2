"""pledgectl watch: what happens, line by line."""
import csv
import json
import os
import pty
import re
import select
import signal
import subprocess

import pytest

from daemon import (PATIENCE, clean_environment, milestone, program, register,
                    stamp, utc, wait_until)
from test_events import figure, page, start

FAR = "2099-01-01"


class Watch:
    """A pledgectl watch whose lines are read as they come."""

    def __init__(self, daemon, *words, env=None):
        self.process = subprocess.Popen(
            [program("pledgectl"), "-s", str(daemon.socket), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**clean_environment(), **(env or {})})
        self.rest = {1: b"", 2: b""}

    def line(self, which=1):
        """The next line of standard output (1) or error (2)."""
        pipe = self.process.stdout if which == 1 else self.process.stderr
        while b"\n" not in self.rest[which]:
            ready, _, _ = select.select([pipe], [], [], PATIENCE)
            assert ready, f"no line came behind {self.rest[which]}"
            more = os.read(pipe.fileno(), 65536)
            assert more, "it has ended"
            self.rest[which] += more
        line, self.rest[which] = self.rest[which].split(b"\n", 1)
        return line.decode()

    def listening(self, daemon):
        """Once it has been let in, which nothing but an event shows."""
        assert self.line().split() == ["TIME", "SEVERITY", "KIND", "SUBJECT",
                                       "REASON"]
        return self

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, error = self.process.communicate(timeout=PATIENCE)
        return (self.process.returncode, (self.rest[1] + out).decode(),
                (self.rest[2] + error).decode())

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def watch(daemon):
    opened = []

    def one(*words, **more):
        opened.append(Watch(daemon, *words, **more))
        return opened[-1]
    yield one
    for each in opened:
        each.close()


def test_lines_as_they_come(daemon, watch):
    start(daemon, milestone("missed", "2024-01-31"))
    wait_until(lambda: page(daemon)["items"])
    one = watch("watch").listening(daemon)
    figure(daemon, 1, 1)
    line = one.line()
    assert line.split()[1:4] == ["warning", "met", "p/one"]
    assert line.index("p/one") == 45 and "needs >= 1" in line
    # A figure that takes the place of another revises what it decided before.
    while (words := one.line().split()[2:4])[0] == "revised":
        pass
    assert words == ["met_late", "p/missed"]
    assert one.end() == (0, "", "")
    two = watch("watch").listening(daemon)
    assert two.end(signal.SIGTERM) == (0, "", "")


def test_forms(daemon, watch):
    start(daemon, milestone("missed", "2024-01-31"))
    whole = wait_until(lambda: page(daemon)["items"])
    lines = watch("watch", "--since", "1d", "-o", "jsonl")
    table = watch("watch", "--since", whole[0]["time"]).listening(daemon)
    records = watch("watch", "--since", "2020-01-01", "-o", "csv")
    assert json.loads(lines.line()) == whole[0]
    assert table.line().split()[2:4] == ["slipped", "p/missed"]
    row, = csv.DictReader([records.line(), records.line()])
    assert {name: value or None for name, value in row.items()} == {
        "event": "1", "time": whole[0]["time"], "class": "audience",
        "severity": "warning", "kind": "slipped", "subject": "p/missed",
        "from": whole[0]["from"], "to": whole[0]["to"],
        "alert": str(whole[0]["alert"]), "reason": whole[0]["reason"]}
    figure(daemon, 1, 1)
    assert json.loads(lines.line())["kind"] == "met"


def test_fits_the_terminal(daemon, watch):
    long = "one-with-a-name-that-is-longer-than-most-of-them-are"
    start(daemon, milestone(long, "2024-01-31"))
    wait_until(lambda: page(daemon)["items"])
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [program("pledgectl"), "-s", str(daemon.socket), "watch", "--since",
         "1d"], stdin=subprocess.DEVNULL, stdout=theirs,
        env={**clean_environment(), "COLUMNS": "79"})
    os.close(theirs)
    shown = b""
    while shown.count(b"\n") < 2:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE) == 0
    os.close(ours)
    line = shown.decode().splitlines()[1]
    assert "\x1b[31mslipped\x1b[0m" in line and "…" in line
    assert len(re.sub("\x1b\\[[0-9]*m", "", line)) <= 79


def test_only_what_matches(daemon, watch):
    start(daemon, milestone("missed", "2024-01-31", "critical"))
    wait_until(lambda: page(daemon)["items"])
    one = watch("watch", "--since", "1d", "-o", "jsonl", "--match",
                "severity=warning", "--match", "sector=trade")
    figure(daemon, 1, 1)
    assert json.loads(one.line())["milestone"] == "p/one"


def test_waits_for_the_daemon_and_goes_on(daemon, watch):
    start(daemon)
    one = watch("watch", "-o", "jsonl", "--since", "1d")
    figure(daemon, 1, 1)
    seen = [json.loads(one.line())["event"]]
    for end in (signal.SIGTERM, signal.SIGKILL):
        daemon.stop(end)
        assert one.line(2) == "pledgectl: the daemon is away: waiting for it"
        daemon.start().settled()
        for value, hour in ((0, 2), (1, 3)):
            figure(daemon, value, hour + len(seen))
        while seen[-1] != page(daemon)["items"][-1]["event"]:
            seen.append(json.loads(one.line())["event"])
    assert seen == [item["event"] for item in page(daemon)["items"]]
    assert len(seen) > 2
    assert one.end() == (0, "", "")


def test_goes_on_also_from_where_nothing_was_heard(daemon, watch):
    due = utc(2)
    start(daemon, milestone("soon", stamp(due)))
    one = watch("watch").listening(daemon)
    daemon.stop()
    assert one.line(2)
    wait_until(lambda: utc() > due)
    daemon.start()
    wait_until(lambda: page(daemon)["items"])
    assert one.line().split()[2:4] == ["slipped", "p/soon"]


def test_ends_when_nobody_reads(daemon, watch):
    start(daemon)
    one = watch("watch", "-o", "jsonl", "--since", "1d")
    figure(daemon, 1, 1)
    one.line()
    one.process.stdout.close()
    figure(daemon, 0, 2)
    figure(daemon, 1, 3)
    assert one.process.wait(timeout=PATIENCE) == 0
    assert one.process.stderr.read() == b""


def test_ends_soon_though_nothing_happens(daemon, watch):
    start(daemon)
    one = watch("watch", "-o", "jsonl", "--since", "1d")
    figure(daemon, 1, 1)
    one.line()
    one.process.stdout.close()
    assert one.process.wait(timeout=PATIENCE / 2) == 0  # the stream says nothing for 15 s


def test_what_cannot_be_watched(daemon):
    result = daemon.ctl("watch")
    assert result.returncode == 3 and result.stdout == ""
    assert "daemon is not running" in result.stderr
    start(daemon)
    for words, status, want in (
            (("-o", "json"), 2, "-o jsonl"),
            (("--match", "kind=mett"), 2, 'did you mean "met"?'),
            (("--match", "kind"), 2, "NAME=VALUE"),
            (("--since", "soon"), 2, "not a date"),
            (("--status", "met"), 2, "watch does not take --status"),
            (("p/one",), 2, "one word too many")):
        result = daemon.ctl("watch", *words)
        assert result.returncode == status, words
        assert want in result.stderr and result.stderr.count("\n") == 1
        assert result.stdout == ""
