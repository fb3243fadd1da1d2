"""The mail worker against real SMTP servers: what arrives, and what is said."""
import base64
import contextlib
import email
import email.policy
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
import zlib

import pytest

from frames import Worker

smtp = pytest.importorskip("aiosmtpd.smtp")
controller = pytest.importorskip("aiosmtpd.controller")

DELIVERED, LATER, NEVER, NO_SERVICE = 0, 1, 2, 3
USER, PASSWORD = "watch", "päss word"
TEXT = ("Missed: chapeau\n.\n..two points\n.\nA line that is longer than mail "
        "takes it, " + "and so on, " * 200 + "to its end.\nZoë paid 5 € \n"
        "trailing space \nand =3D no code\n")
HTML = "<p>Missed &mdash; Zoë</p>\n"


# --- servers -----------------------------------------------------------------


class Sink:
    """Keeps what comes; refuses what it is told to refuse."""

    def __init__(self, **refusals):
        self.refusals = refusals
        self.envelopes = []
        self.sessions = []

    def refusal(self, phase, address=""):
        said = self.refusals.get(phase)
        return said.get(address) if isinstance(said, dict) else said

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        said = self.refusal("ehlo")
        return [said] if said else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        said = self.refusal("mail", address)
        if not said:
            envelope.mail_from = address
        return said or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = self.refusal("rcpt", address)
        if not said:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        said = self.refusal("data")
        if not said:
            self.envelopes.append(envelope)
            self.sessions.append(session)
        return said or "250 2.0.0 queued as 4242"

    def message(self):
        assert len(self.envelopes) == 1
        return email.message_from_bytes(self.envelopes[0].content,
                                        policy=email.policy.default)

    def parts(self):
        message = self.message()
        assert message.get_content_type() == "multipart/alternative"
        return list(message.iter_parts())


class Authenticator:
    def __call__(self, server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return smtp.AuthResult(success=good, handled=good)


class Server(controller.Controller):
    """A controller on a port of the system's choice."""

    def __init__(self, sink, tls=None, **options):
        self.tls = tls
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(sink, hostname="127.0.0.1", port=port,
                         ssl_context=None, **options)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"smtp://localhost:{self.port}"


class TlsServer(Server):
    """TLS from the first byte; the controller's own probe knows no TLS."""

    def factory(self):
        return smtp.SMTP(self.handler, hostname="localhost")

    def _create_server(self):
        return self.loop.create_server(
            self._factory_invoker, host=self.hostname, port=self.port,
            ssl=self.tls)

    def _trigger_server(self):
        context = ssl._create_unverified_context()
        with socket.create_connection((self.hostname, self.port), 5) as plain:
            with context.wrap_socket(plain) as secure:
                secure.recv(1024)

    @property
    def url(self):
        return f"smtps://localhost:{self.port}"


class Script:
    """A server that says line after line, each after one of the client's.

    None: hangs up. QUIT is answered as it should be."""

    def __init__(self, *lines):
        self.lines = lines
        self.connections = 0
        self.client = socket.socket()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        for one in (self.listener, self.client):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(30)

    def serve(self):
        while True:
            try:
                self.client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with self.client as client, contextlib.suppress(OSError):
                self.talk(client, client.makefile("rb"))

    def talk(self, client, reader):
        for line in self.lines:
            if line is None:
                return
            client.sendall(line.encode() + b"\r\n")
            heard = reader.readline()
            while line.startswith("354") and heard not in (b".\r\n", b""):
                heard = reader.readline()
            if heard in (b"", b"QUIT\r\n"):
                break
        client.sendall(b"221 bye\r\n")


@pytest.fixture
def worker():
    with Worker("mail") as one:
        yield one


# --- a request -----------------------------------------------------------------


def request(url, *more, to=("desk@example.org",), sender="pledged@example.org",
            headers=("Subject: Missed",), text=TEXT, html=HTML):
    fields = [("MAIL_SERVER", url), *more, ("MAIL_FROM", sender)]
    fields += [("MAIL_TO", one) for one in to]
    fields += [("MAIL_HEADER", one) for one in headers]
    fields += [("MAIL_TEXT", text)] if text is not None else []
    fields += [("MAIL_HTML", html)] if html is not None else []
    return fields


def send(worker, url, *more, **rest):
    """The outcome and the words for it."""
    outcome, words, left = send_left(worker, url, *more, **rest)
    assert left == []
    return outcome, words


def send_left(worker, url, *more, **rest):
    """The same, and the recipients that are left."""
    answer = worker.ask(request(url, *more, **rest))
    names = [name for name, _ in answer]
    assert names[:2] == ["MAIL_OUTCOME", "MAIL_ANSWER"]
    assert set(names[2:]) <= {"MAIL_LEFT"}
    return (struct.unpack(">q", answer[0][1])[0], answer[1][1].decode(),
            [value.decode() for _, value in answer[2:]])


# --- what arrives -----------------------------------------------------------------


def test_a_message_arrives_as_it_was(worker):
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url) == (DELIVERED, "250 2.0.0 queued as 4242")
    envelope = sink.envelopes[0]
    assert envelope.mail_from == "pledged@example.org"
    assert envelope.rcpt_tos == ["desk@example.org"]
    assert sink.message().defects == []
    text, html = sink.parts()
    for part, kind, want in ((text, "text/plain", TEXT),
                             (html, "text/html", HTML)):
        assert part.get_content_type() == kind
        assert part.get_content_charset() == "utf-8"
        assert part["content-transfer-encoding"] == "quoted-printable"
        assert part["content-disposition"] is None
        assert part.get_payload(decode=True).decode() == \
            want.replace("\n", "\r\n")


def test_lines_are_those_of_mail(worker):
    sink = Sink()
    with Server(sink) as server:
        send(worker, server.url)
    content = sink.envelopes[0].content
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines if b"boundary=" not in line) <= 76
    assert all(byte < 128 for byte in content)
    assert b" \r\n" not in content
    assert content.lower().count(b"mime-version: 1.0") == 1


def test_the_whole_is_one_alternative(worker):
    """As programs that read mail know it, and nothing around it."""
    sink = Sink()
    with Server(sink) as server:
        send(worker, server.url, text="A paragraph that \ngoes on.\n-- \nus\n")
    content = sink.envelopes[0].content
    head, _, body = content.partition(b"\r\n\r\n")
    kinds = re.findall(rb"(?mi)^content-type: ([^;]+)", content)
    assert kinds == [b"multipart/alternative", b"text/plain", b"text/html"]
    assert head.lower().count(b"content-type:") == 1
    text, html = sink.parts()
    assert text["content-type"].params["format"] == "flowed"
    assert "format" not in html["content-type"].params
    assert b"A paragraph that=20\r\ngoes on.\r\n--=20\r\nus\r\n" in body


def test_no_byte_that_mail_forbids(worker):
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url, text="a\x01\x7f\r\n\n\rb\0 never",
                    html="<p>\r\r\n\0</p>")[0] == DELIVERED
    content = sink.envelopes[0].content
    assert set(content) <= {*range(32, 127), 9, 10, 13}
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert sink.message().defects == []


def test_points_are_doubled_on_the_wire(worker):
    """The server that unstuffs them is aiosmtpd's; this one looks itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = []

        def serve():
            client, _ = listener.accept()
            reader = client.makefile("rb")
            with client:
                client.sendall(b"220 hello\r\n")
                for answer in (b"250 OK",) * 3 + (b"354 go",):
                    reader.readline()
                    client.sendall(answer + b"\r\n")
                while (line := reader.readline()) not in (b".\r\n", b""):
                    heard.append(line)
                client.sendall(b"250 OK\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        assert send(worker, url, text=".\n.a\n..\n", html=None)[0] == DELIVERED
        thread.join(30)
    assert [line for line in heard if line.startswith(b".")] == [
        b"..\r\n", b"..a\r\n", b"...\r\n"]


def test_one_part_alone(worker):
    for text, html, want in ((None, HTML, "text/html"),
                             ("", None, "text/plain")):
        sink = Sink()
        with Server(sink) as server:
            assert send(worker, server.url, text=text, html=html)[0] == DELIVERED
        assert [part.get_content_type() for part in sink.parts()] == [want]


def test_line_ends_of_any_kind(worker):
    sink = Sink()
    with Server(sink) as server:
        send(worker, server.url, text="a\r\nb\nc\r\n", html=None)
    part, = sink.parts()
    assert part.get_payload(decode=True) == b"a\r\nb\r\nc\r\n"


def test_headers_arrive_folded_and_decoded(worker):
    first = base64.b64encode("Zoë missed the ".encode()).decode()
    second = base64.b64encode("deadline of März".encode()).decode()
    headers = (f"Subject: =?UTF-8?B?{first}?=\r\n =?UTF-8?B?{second}?=",
               "From: pledged <pledged@example.org>",
               "To: desk@example.org,\r\n\tdirector@example.org",
               "Message-ID: <a.b@example.org>",
               "Date: Thu, 28 Jan 2021 15:30:22 +0000",
               "Auto-Submitted: auto-generated")
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url, headers=headers)[0] == DELIVERED
    message = sink.message()
    assert message.defects == []
    assert message["subject"] == "Zoë missed the deadline of März"
    assert [one.addr_spec for one in message["to"].addresses] == [
        "desk@example.org", "director@example.org"]
    assert message["message-id"] == "<a.b@example.org>"
    assert message["date"].datetime.year == 2021
    for header in headers:
        assert header.encode() in sink.envelopes[0].content
    assert len(message.keys()) == len(set(message.keys()))


def test_many_mails_over_one_connection(worker):
    sink = Sink()
    with Server(sink) as server:
        for number in range(20):
            assert send(worker, server.url, text=f"{number}\n")[0] == DELIVERED
    assert len(sink.envelopes) == 20
    assert len({id(session) for session in sink.sessions}) == 1


@pytest.mark.parametrize("sender,name", [
    ("pledged@example.org", "example.org"), ("pledged@localhost", None),
    ("pledged@ex%41mple.org", None)])
def test_it_greets_by_a_whole_name(worker, sender, name):
    sink = Sink()
    host = socket.gethostname()
    with Server(sink) as server:
        assert send(worker, server.url, sender=sender)[0] == DELIVERED
    assert sink.sessions[0].host_name == (host if "." in host else name or host)


def test_several_recipients(worker):
    sink = Sink()
    to = [f"p{number}@example.org" for number in range(5)]
    with Server(sink) as server:
        assert send(worker, server.url, to=to)[0] == DELIVERED
    assert sink.envelopes[0].rcpt_tos == to


# --- a picture -----------------------------------------------------------------


SVG = ('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" '
       'viewBox="0 0 640 360" font-family="sans-serif">'
       '<rect width="640" height="360" fill="#ffffff"/>'
       '<text x="20" y="60" font-size="40">%s</text>'
       '<rect x="0" y="300" width="640" height="60" fill="#123456"/></svg>')
SHOWN = '<p>Missed</p><img src="cid:trajectory@pledged" alt="82 % of the path">\n'


def has_pictures():
    with open(os.environ["PLEDGED_WORKER"], "rb") as file:
        return b"librsvg-2.so.2" in file.read()


pictures = pytest.mark.skipif(not has_pictures(), reason="built without librsvg")


def pixels(png):
    """(width, height, rows of bytes) of an RGB picture (PNG, section 9)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8:at + 8 + length]
        at += length + 12
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", body)
            assert (depth, colour) == (8, 2)
        data += body if kind == b"IDAT" else b""
    data = zlib.decompress(data)
    rows, above = [], bytes(width * 3)
    for start in range(0, len(data), width * 3 + 1):
        how, row = data[start], bytearray(data[start + 1:start + 1 + width * 3])
        for i in range(len(row)) if how else ():
            a = row[i - 3] if i >= 3 else 0
            c = above[i - 3] if i >= 3 else 0
            near = min((abs(above[i] - c), 0, a), (abs(a - c), 1, above[i]),
                       (abs(a + above[i] - 2 * c), 2, c))[2]
            row[i] = (row[i] + (a, above[i], (a + above[i]) // 2, near)[how - 1]
                      ) & 255
        rows.append(bytes(row))
        above = row
    assert len(rows) == height
    return width, height, rows


def with_picture(worker, svg, **rest):
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url, ("MAIL_PICTURE", svg),
                    **{"html": SHOWN, **rest})[0] == DELIVERED
    assert sink.message().defects == []
    return sink


def drawn(worker, words, svg=SVG):
    related = with_picture(worker, svg % words).parts()[1]
    return list(related.iter_parts())[1].get_payload(decode=True)


@pictures
def test_a_picture_goes_with_the_html(worker):
    sink = with_picture(worker, SVG % "82 % of the path")
    text, related = sink.parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert related["content-type"].params["type"] == "text/html"
    html, picture = related.iter_parts()
    assert html.get_payload(decode=True).decode() == SHOWN.replace("\n", "\r\n")
    assert picture.get_content_type() == "image/png"
    assert picture["content-id"] == "<trajectory@pledged>"
    assert picture["content-disposition"].content_disposition == "inline"
    assert picture["content-transfer-encoding"] == "base64"
    width, height, rows = pixels(picture.get_payload(decode=True))
    assert (width, height) == (1280, 720)
    assert rows[0] == b"\xff" * width * 3
    assert rows[-1] == b"\x12\x34\x56" * width
    content = sink.envelopes[0].content
    assert max(len(line) for line in content.split(b"\r\n")
               if b"boundary=" not in line) <= 76


@pictures
def test_text_is_drawn(worker):
    """Without fonts it would vanish, or become boxes, and nobody would say so."""
    small = SVG.replace("640", "200").replace("360", "80")

    def black(words):
        return sum(row.count(b"\0\0\0")
                   for row in pixels(drawn(worker, words, small))[2])

    assert black("") == 0
    assert black("iiii") > 200 and black("WWWW") > 2 * black("iiii")


@pytest.mark.parametrize("svg", [
    "", "no picture", "<svg", SVG % ("a" * 70000),
    SVG.replace('width="640" height="360" v', 'width="9000" height="9" v', 1) % "",
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    (SVG % "").replace("640", "2000").replace("</svg>", "".join(
        f'<circle r="{i}" fill="rgb({i % 255},{i * 7 % 255},3)" opacity="0.{i}"/>'
        for i in range(9)) + "</svg>").replace('height="360"', 'height="4000"'),
], ids=lambda value: value[:12] or "empty")
def test_a_mail_goes_without_a_picture_that_cannot_be_made(worker, svg):
    text, html = with_picture(worker, svg).parts()
    assert html.get_content_type() == "text/html"
    assert html.get_payload(decode=True).decode() == SHOWN.replace("\n", "\r\n")


def test_a_picture_without_html(worker):
    sink = with_picture(worker, SVG % "", html=None)
    assert [part.get_content_type() for part in sink.parts()] == ["text/plain"]


@pictures
def test_a_picture_reads_nothing(worker, tmp_path):
    """Neither files nor addresses that it names."""
    file = tmp_path / "other.svg"
    file.write_text(SVG % "other")
    for place in (file, file.as_uri(), "http://127.0.0.1:1/"):
        svg = (SVG % "").replace("<text", f'<image href="{place}" width="640" '
                                 'height="200"/><text')
        related = with_picture(worker, svg).parts()[1]
        picture = list(related.iter_parts())[1].get_payload(decode=True)
        assert picture == drawn(worker, "")


@pictures
def test_pictures_leave_no_memory_behind(worker):
    """They are drawn in processes that end."""
    def size():
        with open(f"/proc/{worker.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    with_picture(worker, SVG % "one")
    before = size()
    for _ in range(10):
        with_picture(worker, SVG % "more")
    assert size() < before + 2000
    children = f"/proc/{worker.process.pid}/task/{worker.process.pid}/children"
    if os.path.exists(children):
        with open(children, encoding="ascii") as file:
            assert file.read() == ""


# --- another reader --------------------------------------------------------------

READER = r"""
use MIME::Parser;
my $parser = MIME::Parser->new; $parser->output_to_core(1);
binmode STDIN;
my $mail = $parser->parse(\*STDIN);
my $said = $parser->results;
print "$_\n" for $said->msgs;
sub show { my ($part, $depth) = @_;
  printf "%s%s\n", " " x $depth, $part->effective_type;
  show($_, $depth + 1) for $part->parts; }
show($mail, 0);
print $mail->parts(0)->bodyhandle->as_string;
"""


def test_another_reader(worker):
    """MIME::Parser of Perl, which has nothing of Python's in it."""
    if subprocess.run(["perl", "-MMIME::Parser", "-e", "1"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("libmime-tools-perl is not installed")
    content = with_picture(worker, SVG % "x").envelopes[0].content
    said = subprocess.run(["perl", "-e", READER], input=content, check=True,
                          capture_output=True).stdout.decode()
    parts = ["multipart/alternative", " text/plain"]
    parts += [" multipart/related", "  text/html", "  image/png"] \
        if has_pictures() else [" text/html"]
    assert said == "\n".join(parts) + "\n" + TEXT


# --- TLS and authentication ----------------------------------------------------


def starttls(sink, tls):
    return Server(sink, tls_context=tls, require_starttls=True,
                  auth_required=True, authenticator=Authenticator())


def account(authority, password=PASSWORD):
    return [("MAIL_STARTTLS", True), ("MAIL_CA_FILE", str(authority / "ca.pem")),
            ("MAIL_USER", USER), ("MAIL_PASSWORD", password)]


def test_starttls_and_authentication(worker, authority, tls):
    sink = Sink()
    with starttls(sink, tls) as server:
        assert send(worker, server.url, *account(authority))[0] == DELIVERED
        assert send(worker, server.url, *account(authority))[0] == DELIVERED
    assert sink.sessions[0].authenticated and sink.sessions[0].ssl is not None
    assert len({id(session) for session in sink.sessions}) == 1


def test_a_wrong_password_waits_for_the_administrator(worker, authority, tls):
    sink = Sink()
    with starttls(sink, tls) as server:
        outcome, words = send(worker, server.url,
                              *account(authority, "another secret"))
    assert outcome == NO_SERVICE and words.startswith("AUTH: 535")
    for secret in ("another", base64.b64encode(b"another secret").decode()):
        assert secret not in words
    assert sink.envelopes == []


def test_smtps(worker, authority, tls):
    sink = Sink()
    with TlsServer(sink, tls=tls) as server:
        assert send(worker, server.url, ("MAIL_CA_FILE",
                    str(authority / "ca.pem")))[0] == DELIVERED
    assert sink.message()["subject"] == "Missed"


def test_an_unknown_certificate(worker, tls):
    sink = Sink()
    with TlsServer(sink, tls=tls) as server:
        outcome, words = send(worker, server.url)
    assert outcome == NO_SERVICE and "certificate" in words
    assert sink.envelopes == []


def test_a_certificate_of_another(worker, authority, tls):
    sink = Sink()
    with TlsServer(sink, tls=tls) as server:
        outcome, words = send(worker, f"smtps://127.0.0.1:{server.port}", (
            "MAIL_CA_FILE", str(authority / "ca.pem")))
    assert outcome == NO_SERVICE and "127.0.0.1" in words
    assert sink.envelopes == []


def test_starttls_is_required_where_it_is_wanted(worker, authority):
    """A server, or someone between, that offers none is told nothing."""
    sink = Sink()
    with Server(sink) as server:
        outcome, words = send(worker, server.url, *account(authority))
    assert outcome == NO_SERVICE and "TLS" in words
    assert sink.envelopes == []


def test_tls_does_not_go_over_a_plain_connection(worker, authority):
    """One that was kept from a mail that asked for less."""
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url)[0] == DELIVERED
        assert send(worker, server.url, ("MAIL_STARTTLS", True), (
            "MAIL_CA_FILE", str(authority / "ca.pem")))[0] == NO_SERVICE
    assert len(sink.envelopes) == 1


# --- refusals ----------------------------------------------------------------------


PHASES = {
    "mail": "MAIL FROM:<pledged@example.org>",
    "rcpt": "RCPT TO:<desk@example.org>",
    "data": "DATA",
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("said,want", [
    ("450 4.2.0 come back", LATER), ("421 4.3.2 going down", NO_SERVICE),
    ("550 5.7.1 no", NEVER), ("552 5.3.4 too big", NEVER),
    ("530 5.7.0 who are you", NO_SERVICE), ("535 5.7.8 not you", NO_SERVICE)])
def test_refusals(worker, phase, said, want):
    sink = Sink(**{phase: said})
    with Server(sink) as server:
        assert send(worker, server.url) == (want, f"{PHASES[phase]}: {said}")
    assert sink.envelopes == []


def test_it_goes_on_after_a_refusal(worker):
    sink = Sink(mail={"bad@example.org": "550 no"})
    with Server(sink) as server:
        assert send(worker, server.url, sender="bad@example.org")[0] == NEVER
        assert send(worker, server.url)[0] == DELIVERED


OK = "250 OK"


@pytest.mark.parametrize("lines,want", [
    (("554 no service here",), (NO_SERVICE, "connection: 554 no service here")),
    (("421 too busy",), (NO_SERVICE, "connection: 421 too busy")),
    (("220 hello", "550 bad name", "550 bad name"),
     (NO_SERVICE, "EHLO: 550 bad name; HELO: 550 bad name")),
    (("220 hello", "502 what", OK, OK, OK, "354 go", "250 done"),
     (DELIVERED, "250 done")),
    (("220 hello", "502 what", OK, OK, "550 nobody"),
     (NEVER, "RCPT TO:<desk@example.org>: 550 nobody")),
    (("220 hello", OK, OK, OK, "451 no room"), (LATER, "DATA: 451 no room")),
    (("220 hello", OK, OK, OK, "354 go", "554 5.7.1 spam"),
     (NEVER, "DATA: 554 5.7.1 spam")),
    (("220 hello", OK, OK, "550-5.1.1 nobody\r\n550 5.1.1 of that name"),
     (NEVER, "RCPT TO:<desk@example.org>: 550-5.1.1 nobody "
      "550 5.1.1 of that name")),
    (("220 hello", OK, "250 \x1b[31mred\x07", OK, "354 go", "250 \x1b[2Jdone"),
     (DELIVERED, "250 [2Jdone")),
], ids=lambda value: value[-1] if isinstance(value[-1], str) else None)
def test_conversations(worker, lines, want):
    with Script(*lines) as server:
        assert send(worker, server.url) == want


@pytest.mark.parametrize("lines", [
    (None,), ("220 hello", None), ("220 hello", OK, OK, None),
    ("220 hello", OK, OK, OK, "354 go", None), ("nonsense", None),
    ("HTTP/1.1 400 Bad Request", None)])
def test_a_server_that_hangs_up(worker, lines):
    """Whether it took the message or not: it is sent again, under its id."""
    with Script(*lines) as server:
        outcome, words = send(worker, server.url, ("MAIL_TIMEOUT", 1))
    assert outcome == NO_SERVICE and words


def test_nobody_there(worker):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome, words = send(worker, f"smtp://127.0.0.1:{port}")
    assert outcome == NO_SERVICE and "127.0.0.1" in words


def test_a_server_that_says_nothing(worker):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        outcome, words = send(worker, url, ("MAIL_TIMEOUT", 1))
    assert (outcome, words) == (
        NO_SERVICE, "the server gave no answer to us within 1 s")


def test_a_connection_that_ended_meanwhile(worker):
    """A kept one is found dead with the next mail, which goes over another."""
    sink = Sink()
    with Server(sink) as server:
        assert send(worker, server.url)[0] == DELIVERED
        port = server.port
    with Script("220 hello", OK, OK, OK, "354 go", "250 done",
                "421 you waited too long", None) as other:
        assert send(worker, other.url)[0] == DELIVERED
        assert send(worker, other.url)[0] == DELIVERED
        assert other.connections == 2
    assert send(worker, f"smtp://localhost:{port}")[0] == NO_SERVICE


GONE, GREY = "550 5.1.1 nobody", "450 4.2.0 greylisted"


@pytest.mark.parametrize("refused,want", [
    ({"gone": GONE, "grey": GREY}, LATER), ({"grey": GREY}, LATER),
    ({"gone": GONE}, NEVER), ({"grey": "530 5.7.0 who are you"}, LATER)],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "")
def test_some_recipients_refused(worker, refused, want):
    """The mail is with the others; for these it failed, and they are named."""
    sink = Sink(rcpt={f"{name}@example.org": said
                      for name, said in refused.items()})
    to = [f"{name}@example.org" for name in ("gone", "desk", "grey", "last")]
    with Server(sink) as server:
        outcome, words, left = send_left(worker, server.url, to=to)
        assert send(worker, server.url)[0] == DELIVERED
    assert outcome == want
    assert words == ("250 2.0.0 queued as 4242; delivered to %d of 4: " % (
        4 - len(refused)) + "; ".join(
            f"RCPT TO:<{name}@example.org>: {said}"
            for name, said in refused.items()))
    assert left == [f"{name}@example.org" for name in refused]
    assert sink.envelopes[0].rcpt_tos == [one for one in to if one not in left]


def test_all_recipients_refused(worker):
    sink = Sink(rcpt={"gone@example.org": "550 5.1.1 nobody",
                      "grey@example.org": "450 4.2.0 greylisted"})
    with Server(sink) as server:
        outcome, _ = send(worker, server.url,
                          to=["grey@example.org", "gone@example.org"])
        assert outcome == LATER
        outcome, _ = send(worker, server.url, to=["gone@example.org"] * 2)
        assert outcome == NEVER
    assert sink.envelopes == []


# --- nothing slips in ----------------------------------------------------------------


@pytest.mark.parametrize("fields", [
    {"to": ["a@example.org\r\nRCPT TO:<b@example.org>"]},
    {"to": ["a@example.org>"]}, {"to": ["a b@example.org"]}, {"to": [""]},
    {"to": []}, {"sender": "a@example.org\nDATA"}, {"sender": ""},
    {"headers": ["Subject: a\r\nBcc: b@example.org"]},
    {"headers": ["Subject: a\nBcc: b@example.org"]},
    {"headers": ["Subject: a\r\n\r\nbody"]}, {"headers": ["Subject: a\r"]},
    {"headers": ["Subject"]}, {"headers": [": a"]},
    {"headers": ["Sub ject: a"]}, {"text": None, "html": None},
], ids=str)
def test_what_is_no_mail_is_not_sent(worker, fields):
    sink = Sink()
    with Server(sink) as server:
        outcome, words = send(worker, server.url, **fields)
        assert outcome == NEVER and words
        assert send(worker, server.url)[0] == DELIVERED
    assert len(sink.envelopes) == 1


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "http://127.0.0.1:1/", "ftp://127.0.0.1:1/"])
def test_it_speaks_smtp_alone(worker, url):
    outcome, words = send(worker, url)
    assert outcome == NO_SERVICE and "rotocol" in words


def test_broken_requests(worker):
    answer = worker.ask_raw(b"\0\0\0\x02\x01\0")
    assert b"the request is broken" in answer
    assert send(worker, "smtp://127.0.0.1:1")[0] == NO_SERVICE


def test_its_memory_is_its_own(worker):
    """It holds passwords."""
    assert send(worker, "smtp://127.0.0.1:1")[0] == NO_SERVICE
    with open(f"/proc/{worker.process.pid}/limits", encoding="ascii") as file:
        core = next(line for line in file if line.startswith("Max core"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.stat(f"/proc/{worker.process.pid}/environ").st_uid == 0
    with open(f"/proc/{worker.process.pid}/status", encoding="ascii") as file:
        assert re.search(r"(?m)^Seccomp:\t2$", file.read())
