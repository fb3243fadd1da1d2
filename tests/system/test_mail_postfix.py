"""Mails through Postfix, a private instance: STARTTLS, AUTH, and on to a sink.

All its files are in the test's folder. Needs root; elsewhere, and where it is
not installed, skipped. Passwords it asks of an authenticator that is ours, in
the protocol of Dovecot's.
"""
import base64
import email
import email.policy
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading

import pytest

from daemon import milestone, register, stamp, utc, wait_until
from smtp_script import Scripted
from test_mail_delivery import PASSWORD, at_once, messages, secret_file

POSTFIX = shutil.which("postfix", path="/usr/sbin:/sbin:" + os.environ["PATH"])

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example.org
mydestination =
alias_maps =
local_recipient_maps =
disable_dns_lookups = yes
relayhost = [127.0.0.1]:{sink}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_tls_auth_only = yes
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_authenticated_header = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/people
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n - 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
smtp unix - - n - - smtp
retry unix - - n - - error
error unix - - n - - error
"""


def why_not():
    if POSTFIX is None:
        return "postfix is not installed"
    return None if os.geteuid() == 0 else "Postfix needs root"


pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


class People(socketserver.StreamRequestHandler):
    """Who knows the password (Dovecot's authentication protocol, version 1)."""

    def handle(self):
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\n"
                         b"CUID\t1\nCOOKIE\t" + b"0" * 32 + b"\nDONE\n")
        for line in self.rfile:
            verb, *words = line.decode().rstrip("\n").split("\t")
            said = words[-1].removeprefix("resp=")
            if verb == "CONT" or (verb == "AUTH" and said != words[-1]):
                good = base64.b64decode(said) == \
                    f"\0watch\0{PASSWORD}".encode()
                verdict = "OK" if good else "FAIL"
                self.say(f"{verdict}\t{words[0]}\tuser=watch")
            elif verb == "AUTH":
                self.say(f"CONT\t{words[0]}\t")

    def say(self, line):
        self.wfile.write(line.encode() + b"\n")


class PeopleServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Postfix:
    def __init__(self, folder, authority, sink):
        self.port, self.sink = free_port(), sink
        self.etc = folder / "etc"
        for name in ("", "etc", "queue", "data"):
            (folder / name).mkdir(mode=0o755)
        shutil.chown(folder / "data", "postfix")
        for name in ("server.pem", "server.key"):
            shutil.copy(authority / name, folder / name)
        (self.etc / "main.cf").write_text(MAIN.format(folder=folder,
                                                      sink=sink.port))
        (self.etc / "master.cf").write_text(MASTER.format(port=self.port))
        self.people = PeopleServer(str(folder / "people"), People)
        (folder / "people").chmod(0o666)
        threading.Thread(target=self.people.serve_forever, args=(0.05,),
                         daemon=True).start()
        self.order("start")

    def order(self, verb):
        done = subprocess.run([POSTFIX, "-c", str(self.etc), verb],
                              capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == 0, (self.etc.parent / "log").read_text()

    def close(self):
        self.order("stop")
        self.people.shutdown()
        self.people.server_close()


@pytest.fixture(scope="module")
def smtpd(authority):
    """In a folder that its users may look into, and pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="postfix-") as made, \
            Scripted() as sink:
        os.chmod(made, 0o755)
        one = Postfix(pathlib.Path(made) / "it", authority, sink)
        yield one
        one.close()


@pytest.fixture
def sink(smtpd):
    """Where it brings what it gets, empty."""
    smtpd.sink.mails.clear()
    return smtpd.sink


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


def check_mail(sink):
    wait_until(lambda: sink.mails)
    (mail,) = sink.mails
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert message.defects == []
    assert mail.recipients == ["desk@example.org", "director@example.org"]
    hops = message.get_all("received")
    assert len(hops) == 1 and "(Postfix) with ESMTPSA" in hops[0]
    assert "using TLSv1." in hops[0] and "Authenticated sender: watch" in hops[0]
    # It adds those that are missing: none was.
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
