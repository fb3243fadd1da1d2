"""Whoever means harm, or has an accident: receivers, servers, sources, those who
ask; what they give is shown without its sting, and no secret comes back by it."""
import base64
import json
import re
import sqlite3
import threading

import pytest

from daemon import (AT_ONCE, LOG, milestone, register, source, table, utc,
                    wait_until)
from receiver import Receiver
from smtp_script import Scripted

PAST = "2024-01-31"
PASSWORD = "correct horse"


def secret(daemon, name, text):
    path = daemon.folder / name
    path.touch(mode=0o600)
    path.write_text(text + "\n")


def everything(daemon):
    """All that may be read of what was told, as whoever may ask reads it."""
    pages = ["/v1/status", "/v1/channels", "/v1/outbox?state=all",
             "/v1/alerts?state=all", "/v1/silences?state=all"]
    pages += [f"/v1/notifications/{item['id']}"
              for item in daemon.items("/v1/outbox?state=all")]
    said = [daemon.ask(page)[2].decode() for page in pages]
    said += [daemon.ctl("outbox", "--all").stdout,
             daemon.ctl("list", "channels").stdout,
             daemon.ctl("outbox", "show", "1").stdout]
    return "\n".join([*said, daemon.log()])


# --- what is not on the disk yet ----------------------------------------------

def test_an_alert_whose_end_is_still_being_saved(daemon):
    """It has ended, and the disk does not know yet: whoever asks just then is
    told of it as it was."""
    daemon.configure(register([milestone("one", PAST)]))
    daemon.start().settled()
    figure = json.dumps({"period": str(utc(-86400).date()), "value": 1,
                         "note": "counted"})
    base = sqlite3.connect(daemon.folder / "state" / "pledged.db",
                           isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    report = threading.Thread(target=daemon.ask, args=(
        "/v1/indicators/report/observations", "POST", {}, figure))
    try:
        report.start()
        wait_until(lambda: daemon.items("/v1/alerts") == [])
        shown = daemon.get("/v1/alerts/1")
        assert (shown["id"], shown["kind"]) == (1, "slipped")
        status, _, body = daemon.ask("/v1/alerts/1/ack", "POST", {},
                                     json.dumps({"note": "late"}))
        assert status == 409, body
        assert json.loads(body)["detail"] == (
            "alert 1 is over: slipped p/one, ended just now")
        assert len(daemon.items("/v1/alerts?state=all")) == 1
    finally:
        base.execute("ROLLBACK")
        base.close()
        report.join()
    wait_until(lambda: daemon.get("/v1/alerts/1")["state"] == "resolved")


# --- no secret comes back ---------------------------------------------------------

def hook(receiver, path, more=""):
    return (f'{{ id = "hook"; type = "webhook"; allow_private = true; url = '
            f'"http://127.0.0.1:{receiver.port}{path}"; {more} }}')


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.close()


HOOK_PATH = "/api/webhooks/1234/tOpSeCrEtPaTh"
ECHOES = {
    "whole": HOOK_PATH + "?wait=true&key=dEePsEcReT",
    "path": "Cannot POST " + HOOK_PATH,
    "part": "no webhook tOpSeCrEtPaTh here",
    "value": "key dEePsEcReT is revoked",
    "json": json.dumps({"path": HOOK_PATH}).replace("/", "\\/"),
    "escaped": HOOK_PATH.replace("/", "%2F"),
    "far": " " * 990 + "Cannot POST " + HOOK_PATH,
    "parameter": '{"topic": "a-topic-nobody-guesses"}',
    "token": "Bearer bEaReRtOkEn0123456789",
    "token in base64": base64.b64encode(b"bEaReRtOkEn0123456789").decode(),
}


@pytest.mark.parametrize("name", ECHOES)
def test_a_receiver_that_repeats_what_it_was_sent(daemon, receiver, name):
    """Of its URL or its token nothing is shown, however it is repeated."""
    receiver.answers = [(400, {}, ECHOES[name].encode())] * 2
    secret(daemon, "token", "bEaReRtOkEn0123456789")
    daemon.configure(register([milestone("one", PAST)]), channels=[hook(
        receiver, ECHOES["whole"], 'token_file = "token"; parameters: '
        '{ topic = "a-topic-nobody-guesses"; };')])
    daemon.start()
    wait_until(lambda: daemon.items("/v1/outbox?state=dead"))
    said = everything(daemon)
    for word in ("tOpSeC", "dEePsE", "bEaReR", "YkVhUmVSdE9r", "guesses"):
        assert word not in said, [line for line in said.splitlines()
                                  if word in line]
    assert "HTTP status 400" in said


AUTH_ECHOES = ["502 5.5.2 Error: command not recognized: {line}",
               "535 5.7.8 no {user} with {password}",
               "535 5.7.8 {line} \u202egnp.exe\x1b[31m \udcff\udcfe"]


@pytest.mark.parametrize("said", AUTH_ECHOES)
def test_a_mail_server_that_repeats_what_it_was_sent(daemon, authority, tls,
                                                     said):
    plain = base64.b64encode(f"\0pledged\0{PASSWORD}".encode()).decode()
    reply = said.format(line="AUTH PLAIN " + plain, user="pledged",
                        password=PASSWORD)
    secret(daemon, "smtp-password", PASSWORD)
    with Scripted({"auth": [Raw(reply)] * 9}, tls=tls,
                  offers=["AUTH PLAIN"]) as server:
        daemon.configure(register([milestone("one", PAST)]), channels=[
            '{ id = "desk"; type = "email"; to = [ "desk@example.org" ]; '
            'from = "pledged@example.org"; user = "pledged"; '
            f'password_file = "smtp-password"; ca_file = "{authority}/ca.pem"; '
            f'server = "smtp://localhost:{server.port}"; '
            "allow_private = true; }"])
        daemon.start()
        item, = wait_until(lambda: [
            item for item in daemon.items("/v1/outbox?state=all")
            if item["answer"]])
        shown = everything(daemon)
    assert item["answer"].startswith("AUTH: 5")
    for word in (PASSWORD, plain, plain[:20]):
        assert word not in shown, [line for line in shown.splitlines()
                                   if word in line]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", item["answer"])


class Raw:
    """A reply of any bytes."""

    def __init__(self, text):
        self.text = text

    def happen(self, talk):
        talk.socket.sendall(self.text.encode("utf-8", "surrogateescape")
                            + b"\r\n")
