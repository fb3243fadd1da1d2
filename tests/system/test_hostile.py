"""Whoever means harm, or has an accident: receivers, servers, sources, those who
ask; what they give is shown without its sting, and no secret comes back by it."""
import base64
import contextlib
import email
import email.policy
import json
import pathlib
import re
import socket
import sqlite3
import threading

import pytest

from daemon import LOG, milestone, register, utc, wait_until
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


# --- those who ask ------------------------------------------------------------------

HUGE = str(2 ** 63 - 1)
NUMBERS = ("0", "-1", "1x", "+1", "1.0", "0x1", HUGE, str(2 ** 63), "9" * 500,
           "%00", "..%2f1", "\u0661".encode().hex("%").join(("%", "")))
BY_NUMBER = (("GET", "/v1/alerts/{}", 404), ("GET", "/v1/notifications/{}", 404),
             ("POST", "/v1/alerts/{}/ack", 404),
             ("DELETE", "/v1/silences/{}", 404),
             ("POST", "/v1/outbox/{}/retry", 404),
             ("POST", "/v1/outbox/{}/drop", 404),
             ("GET", "/v1/alerts?state=all&cursor={}", None),
             ("GET", "/v1/outbox?cursor={}", None),
             ("GET", "/v1/silences?state=all&cursor={}", None))
NOTE = json.dumps({"note": "x"})
BODIES = (b"", b"{", b"[]", b"null", b'"note"', b'{"note": "x", "note": "y"}',
          b'{"note": "\\u0000"}', b'{"note": "\xff"}', b'{"note": ["x"]}',
          b'{"note": 1e999}', b"[" * 100000, b'{"note": "' + b"x" * 70000 + b'"}',
          b'{"note": "x", "for": "0s"}', b'{"note": "x", "for": "-1d"}',
          b'{"note": "x", "for": "99999999999999999999d"}',
          b'{"note": "x", "for": "9223372036854775807s"}',
          b'{"note": "x", "for": 7}', b'{"note": "x", "unknown": null}')


def refusal(daemon, method, path, body=None, status=None):
    """It is refused as a problem that says what to do."""
    got, headers, text = daemon.ask(path, method, {}, body)
    if status is None and got == 200:
        return
    assert 400 <= got < 500 and got == (status or got), (path, body, got, text)
    assert headers["content-type"] == "application/problem+json", (path, text)
    problem = json.loads(text)
    assert problem["status"] == got and len(problem["detail"]) > 10
    assert problem["title"] != "Error", got


def test_numbers_that_are_none(daemon):
    daemon.configure(register([milestone("one", PAST)]))
    daemon.start().settled()
    for method, path, status in BY_NUMBER:
        for number in NUMBERS:
            refusal(daemon, method, path.format(number),
                    None if method == "GET" else NOTE,
                    None if "%" in number else status)
    assert daemon.get("/v1/alerts/1")["state"] == "firing"
    assert "runtime error" not in daemon.log()


def test_bodies_that_say_nothing(daemon):
    daemon.configure(register([milestone("one", PAST)]))
    daemon.start().settled()
    for path in ("/v1/alerts/1/ack", "/v1/silences", "/v1/outbox/1/drop"):
        for body in BODIES:
            refusal(daemon, "POST", path, body)
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/v1/alerts/1", "/v1/silences", "/v1/outbox/1/drop"):
            status, _, _ = daemon.ask(path, method)
            assert status in (400, 405, 501), (method, path, status)
    for path in ("/v1/alerts/1", "/v1/notifications/1", "/v1/channels"):
        status, headers, body = daemon.ask(path, "HEAD")
        assert (status, body) == (200, b"") and int(headers["content-length"])
    assert daemon.get("/v1/alerts/1")["state"] == "firing"
    assert daemon.items("/v1/silences") == []


def test_many_take_the_same_alert_at_once(daemon):
    daemon.configure(register([milestone("one", PAST)]))
    daemon.start().settled()
    answers = []

    def take(number):
        answers.append(daemon.ask("/v1/alerts/1/ack", "POST", {
            "Idempotency-Key": f"key-{number % 5}"}, NOTE)[0])

    threads = [threading.Thread(target=take, args=(i,)) for i in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(answers) <= {200, 409} and answers.count(200) >= 5
    base = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                           uri=True)
    assert base.execute("SELECT count(*) FROM action").fetchone() == (5,)
    base.close()


# --- what sources and registers say --------------------------------------------------

TITLE = ("Goods\\r\\nBcc: evil@example.org\\r\\n\\r\\n.\\r\\n<script>alert(1)"
         "</script> \u202egnp.exe\u2069 <!channel> @everyone [x](http://evil) "
         "{{DATE(2020-01-01T00:00:00Z)}} =?utf-8?q?x?= \u0085\u2028 ")
LONG = "é" * 9000
FORMATS = ("slack", "teams", "discord", "mattermost", "ntfy", "pagerduty",
           "alertmanager", "cloudevents")


def test_a_title_that_means_harm(daemon, receiver):
    """One hostile register through the real daemon to a mail and every format."""
    secret(daemon, "token", "0123456789abcdef0123456789abcdef")
    hooks = [f'{{ id = "{name}"; type = "webhook"; allow_private = true; '
             f'url = "http://127.0.0.1:{receiver.port}/{name}"; '
             f'format = "{name}"; parameters: {{ topic = "t"; }}; '
             + ('token_file = "token";' if name == "pagerduty" else "") + " }"
             for name in FORMATS]
    with Scripted() as server:
        daemon.configure(register([
            milestone("one", PAST, "critical", more=f'title = "{TITLE}";'),
            milestone("two", PAST, "critical", more=f'title = "{LONG}";')]),
            channels=[*hooks, LOG,
                      '{ id = "-_.desk"; type = "email"; '
                      'to = [ "desk@example.org" ]; from = "p@example.org"; '
                      f'server = "smtp://127.0.0.1:{server.port}"; '
                      "starttls = false; allow_private = true; }"])
        daemon.start()
        wait_until(lambda: len(receiver.got) >= 2 * len(FORMATS)
                   and len(server.mails) == 2, seconds=40)
        assert daemon.items("/v1/outbox?state=dead") == []
        shown = daemon.log() + daemon.ctl("outbox", "--all").stdout + \
            daemon.ctl("outbox", "show", "1").stdout
        heard = b"".join(line for _, line in server.heard)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", shown)
    assert heard.count(b"RCPT TO") == len(server.mails) and b"evil" not in heard
    for mail in server.mails:
        head, _, body = mail.content.partition(b"\r\n\r\n")
        read = email.message_from_bytes(mail.content,
                                        policy=email.policy.default)
        assert read["Bcc"] is None and read["To"] == "desk@example.org"
        assert len(read["Subject"]) < 300
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e]", read["Subject"])
        assert read["List-Id"] == "pledged alerts <-_.desk.pledged.example.org>"
        assert max(len(line) for line in head.split(b"\r\n")
                   if not line.startswith(b"Content-Type")) <= 78
        assert max(map(len, body.split(b"\r\n"))) <= 998
        html = read.get_body(("html",)).get_content()
        assert "<script" not in html and "\u202e" not in html
        assert [part.get_content_type() for part in read.walk()
                if not part.is_multipart()][:2] == ["text/plain", "text/html"]
    for got in receiver.got:
        text = json.dumps(got.json, ensure_ascii=False)
        if got.path != "/cloudevents":
            assert "\u202e" not in text and "\u2028" not in text, got.path
        if got.path == "/slack":
            assert "<" not in text and "@everyone" not in text
        if got.path in ("/discord", "/mattermost", "/teams"):
            assert "@everyone" not in text
        if got.path == "/discord":
            assert "[x](http" not in text
        assert len(got.body) < 120000


# --- receivers without end -----------------------------------------------------------

def without_end(connection, head, piece):
    """Says its head, and then the same for as long as anybody listens."""
    connection.recv(65536)
    connection.sendall(head)
    while True:
        connection.sendall(piece)


ENDLESS = {
    "body": (b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n",
             b"x" * 65536, "delivered", "HTTP status 200: xxx"),
    "chunks": (b"HTTP/1.1 400 No\r\ntransfer-encoding: chunked\r\n\r\n",
               b"10000\r\n" + b"y" * 65536 + b"\r\n", "dead",
               "HTTP status 400: yyy"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n" * 1000,
                "pending", "127.0.0.1"),
    "line": (b"HTTP/1.1 200 ", b"z" * 65536, "pending", "127.0.0.1"),
    "nothing": (b"", b"", "pending", "127.0.0.1"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_receiver_without_end(daemon, name):
    head, piece, state, words = ENDLESS[name]

    def serve(connection):
        with contextlib.suppress(OSError), connection:
            if piece:
                without_end(connection, head, piece)
            connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, daemon=True,
                                     args=(listener.accept()[0],)).start()

        threading.Thread(target=accept, daemon=True).start()
        daemon.configure(register([milestone("one", PAST)]), channels=[
            '{ id = "hook"; type = "webhook"; allow_private = true; '
            f'url = "http://127.0.0.1:{listener.getsockname()[1]}/"; '
            'timeout = "2s"; }'])
        daemon.start()
        item, = wait_until(lambda: [
            item for item in daemon.items("/v1/outbox?state=all")
            if item["channel"] == "hook" and item["answer"]
            and item["event"] == 1])
    assert (item["state"], item["answer"][:len(words)]) == (state, words)
    peak = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(
        f"/proc/{daemon.process.pid}/status").read_text())
    assert int(peak[1]) < 200_000
