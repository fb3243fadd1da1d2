"""Webhooks before the libraries that others verify and read them by: Standard
Webhooks' own, and the CloudEvents SDK, in a receiver that runs in node.

./bootstrap check installs them where there is npm; without them these tests are
skipped, and say so."""
import json
import os
import queue
import shutil
import subprocess
import threading

import pytest

from daemon import (PATIENCE, SECRET, SOURCE, milestone, register, wait_until)

LIBRARIES = os.path.join(os.environ.get("BUILDDIR", SOURCE), "receivers")
PROGRAM = SOURCE / "tests" / "system" / "receivers" / "verify.mjs"

pytestmark = [
    pytest.mark.skipif(not shutil.which("node"), reason="node is not here"),
    pytest.mark.skipif(
        not os.path.isdir(os.path.join(LIBRARIES, "node_modules",
                                       "cloudevents")),
        reason=f"the libraries are not in {LIBRARIES}: ./bootstrap check "
               "installs them where there is npm")]


class Verifier:
    def __init__(self, secret):
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            ["node", str(PROGRAM), secret], cwd=LIBRARIES, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()
        self.port = int(self.lines.get(timeout=PATIENCE))

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def next(self):
        return json.loads(self.lines.get(timeout=PATIENCE))

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()


@pytest.fixture
def verifier():
    one = Verifier(SECRET)
    yield one
    one.close()


def start(daemon, verifier, title, more=""):
    hook = ('{ id = "hook"; type = "webhook"; allow_private = true; url = '
            f'"http://127.0.0.1:{verifier.port}/"; {more} }}')
    daemon.configure(
        register([milestone("one", "2024-01-31", more=f'title = "{title}";')]),
        channels=[hook], routes='{ channels = [ "hook" ]; group_wait = "0s"; '
        'group_interval = "0s"; }')
    daemon.start()


def outcome(daemon):
    item, = wait_until(lambda: [item for item in daemon.items(
        "/v1/outbox?state=all") if item["state"] != "pending"])
    return item["state"]


@pytest.mark.parametrize("title", ("Goods", "Größe, 中国 👩‍👩‍👧 <&> \\\"x\\\" \\\\"))
def test_they_verify_and_read_what_is_sent(daemon, verifier, title):
    start(daemon, verifier, title, 'secret_file = "hook-secret";')
    seen = verifier.next()
    assert seen.get("error") is None
    assert seen["verified"]
    event = seen["event"]
    assert event["specversion"] == "1.0"
    assert event["type"] == "org.pledged.milestone.slipped"
    assert event["source"].startswith("urn:pledged:")
    assert event["subject"] == "p/one"
    assert event["id"] == seen["id"]
    assert event["data"]["headline"].startswith("Slipped: ")
    assert event["data"]["assessment"]["status"] == "not_met"
    assert outcome(daemon) == "delivered"


def test_they_take_the_secret_before_while_it_is_changed_over(daemon, verifier):
    (daemon.folder / "new").touch(mode=0o600)
    (daemon.folder / "new").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    start(daemon, verifier, "Goods", 'secret_file = "new"; '
          'secret_before_file = "hook-secret";')
    assert verifier.next()["verified"]
    assert outcome(daemon) == "delivered"


def test_they_refuse_another_secret(daemon, verifier):
    (daemon.folder / "new").touch(mode=0o600)
    (daemon.folder / "new").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    start(daemon, verifier, "Goods", 'secret_file = "new";')
    seen = verifier.next()
    assert not seen["verified"] and "signature" in seen["error"]
    assert outcome(daemon) == "dead"
