"""Receivers that take a connection and say nothing: they hold a few of what all
share, and nobody else waits for them."""
import socket
import threading

import pytest

from daemon import (DESK, HOOK, milestone, register, told, wait_until)

COUNT = 60
SILENT = {
    "slow": """{{ id = "slow"; type = "webhook"; timeout = "60s";
      url = "http://127.0.0.1:{port}/"; allow_private = true; }}""",
    "stuck": """{{ id = "stuck"; type = "email"; timeout = "60s";
      to = [ "stuck@example.org" ]; from = "pledged@example.org";
      server = "smtp://127.0.0.1:{port}"; starttls = false; }}"""}


class Silence:
    """Takes connections, reads nothing and answers nothing."""

    def __init__(self):
        self.taken = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self):
        self.socket.close()
        for one in self.taken:
            one.close()


@pytest.fixture
def silence():
    one = Silence()
    yield one
    one.close()


def test_who_hangs_delays_no_other(daemon, silence):
    hook, desk = daemon.webhook(), daemon.mailbox()
    channels = [words.format(port=silence.port) for words in SILENT.values()]
    channels += [HOOK.format(port=hook.port), DESK.format(port=desk.port)]
    daemon.configure(
        register([milestone(f"m{i:02}", "2024-01-31") for i in range(COUNT)]),
        channels=channels,
        routes='{ channels = [ "slow", "stuck", "hook", "desk" ]; '
               'group_wait = "0s"; group_interval = "0s"; '
               'group_by = [ "milestone" ]; }')
    daemon.start().settled()
    wait_until(lambda: len(told(hook)) == COUNT and len(desk.got) == COUNT,
               why=f"{len(told(hook))} posts, {len(desk.got)} mails")
    # Of those that hang few are tried, and all are kept.
    wait_until(lambda: len(silence.taken) >= 8)
    assert len(silence.taken) == 8
    wait_until(lambda: daemon.get("/v1/status")["outbox"] == 2 * COUNT)
