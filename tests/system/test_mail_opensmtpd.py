"""Mails through OpenSMTPD, a private instance: STARTTLS, AUTH, and on to a sink.

It runs in a mount namespace of its own, since its spool and its socket have
fixed places. Needs root; elsewhere, and where it is not installed, skipped.
"""
import contextlib
import email
import email.policy
import os
import shutil
import signal
import socket
import subprocess

import pytest

from daemon import milestone, register, stamp, utc, wait_until
from smtp_script import Scripted
from test_mail_delivery import PASSWORD, at_once, messages, secret_file

SMTPD = shutil.which("smtpd", path="/usr/sbin:/sbin:" + os.environ["PATH"])

START = """
mount --make-rprivate / 2>/dev/null
mount -t tmpfs -o mode=755 none /var/spool &&
mount -t tmpfs -o mode=755 none /run &&
exec "$0" -d -f "$1"
"""

CONF = """
pki localhost cert "{folder}/server.pem"
pki localhost key "{folder}/server.key"
table people file:{folder}/people
listen on 127.0.0.1 port {port} tls-require pki localhost auth <people> \
hostname localhost
action "sink" relay host smtp://127.0.0.1:{sink}
match auth from any for any action "sink"
"""


def why_not():
    if SMTPD is None:
        return "opensmtpd is not installed"
    if os.geteuid() != 0:
        return "OpenSMTPD needs root"
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      capture_output=True).returncode != 0:
        return "no mount namespace can be made here"
    return None


pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), 5) as one:
            return one.recv(4) == b"220 "
    return False


class OpenSmtpd:
    def __init__(self, folder, authority, sink):
        self.port = free_port()
        folder.mkdir(mode=0o755)
        for name in ("server.pem", "server.key"):
            shutil.copy(authority / name, folder / name)
        (folder / "server.key").chmod(0o600)
        hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD],
                                check=True, capture_output=True, text=True)
        (folder / "people").write_text(f"watch {hashed.stdout}")
        (folder / "conf").write_text(CONF.format(folder=folder, port=self.port,
                                                 sink=sink.port))
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "-m", "sh", "-c", START, SMTPD,
                 str(folder / "conf")], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda: answers(self.port) or
                   self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@pytest.fixture
def sink():
    with Scripted() as one:
        yield one


@pytest.fixture
def smtpd(tmp_path, authority, sink):
    """Every folder above must be one that its users may look into."""
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    one = OpenSmtpd(tmp_path / "smtpd", authority, sink)
    yield one
    one.close()


DESK = """{{ id = "desk"; type = "email"; to = [ "desk@example.org", \
"director@example.org" ]; from = "pledged@example.org"; timeout = "10s"; \
server = "smtp://localhost:{port}"; user = "watch"; \
password_file = "smtp-password"; ca_file = "{ca_file}"; }}"""


def configure(daemon, smtpd, authority, name="one"):
    daemon.configure(
        register([milestone(name, stamp(utc(1)), more=f'title = "{TITLE}";')]),
        channels=[DESK.format(port=smtpd.port, ca_file=authority / "ca.pem")],
        routes=at_once(["desk"]))


TITLE = "Façade & <b>Brücken</b>, 100 km =20 \\u2026 ÷"


def check_mail(sink, want_picture=True):
    wait_until(lambda: sink.mails)
    (mail,) = sink.mails
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert message.defects == []
    assert mail.recipients == ["desk@example.org", "director@example.org"]
    hops = message.get_all("received")
    assert len(hops) == 1 and "(OpenSMTPD)" in hops[0]
    assert " ESMTPSA " in hops[0] and "TLSv1." in hops[0]
    # What its headers are called, it has not added: they were all there.
    for name in ("message-id", "date", "from", "to", "subject",
                 "auto-submitted", "mime-version", "content-type"):
        assert len(message.get_all(name)) == 1, name
    assert "Façade & <b>Brücken</b>, 100 km =20" in message["subject"]
    text, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert "Façade & <b>Brücken</b>, 100 km =20" in text.get_content()
    if html.get_content_type() == "multipart/related":
        html, picture = html.iter_parts()
        assert picture.get_content()[:8] == b"\x89PNG\r\n\x1a\n"
        assert f'cid:{picture["content-id"][1:-1]}' in html.get_content()
    assert "Façade &amp; &lt;b&gt;Brücken" in html.get_content()
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    return message


def test_a_mail_goes_through(daemon, smtpd, sink, authority):
    secret_file(daemon)
    configure(daemon, smtpd, authority)
    daemon.start().settled()
    message = check_mail(sink)
    item = wait_until(lambda: messages(daemon).get("desk"))
    wait_until(lambda: messages(daemon)["desk"]["state"] == "delivered")
    item = messages(daemon)["desk"]
    assert item["answer"].startswith("250 2.0.0") and item["attempts"] == 1
    assert message["x-pledged-id"] in (None, item["message_id"])


def test_a_wrong_password_waits_for_the_administrator(daemon, smtpd, sink,
                                                      authority):
    secret_file(daemon, "an old password")
    configure(daemon, smtpd, authority)
    daemon.start().settled()
    wait_until(lambda: messages(daemon).get("desk", {}).get("answer"))
    item = messages(daemon)["desk"]
    assert item["state"] == "pending" and item["answer"].startswith("AUTH: 535")
    assert sink.mails == []
    secret_file(daemon)
    assert daemon.post("/v1/reload")[0] == 200
    status, said = daemon.post(f"/v1/outbox/{item['id']}/retry")
    assert status == 200 or messages(daemon)["desk"]["state"] != "pending", said
    check_mail(sink)
    wait_until(lambda: messages(daemon)["desk"]["state"] == "delivered")
    assert len(sink.mails) == 1
