"""Every message there is, as its receiver's program takes it: mails by way of
the mail worker and an SMTP server, read by Python's email parser; webhook bodies
as JSON; with titles that mean no good, too."""
import email.utils
import html.parser
import json
import os
import re
import struct
import subprocess

import pytest

from frames import TAGS, Worker, payload
from test_mail_worker import Server, Sink

BUILD = os.environ.get("BUILDDIR", ".")
PROGRAM = os.path.join(BUILD, "tests/unit/test_message")
HOSTILE = {
    "plain": "",
    "break": " \r\nBcc: thief@example.org\r\n\r\nbody\n.\n",
    "word": " =?utf-8?q?=0ABcc:_thief=40example.org?=",
    "turned": " \u202etxt.exe\u2066 \u2028new",
    "markup": " <b>x</b> & \"'><script>alert(1)</script>]]>--></td></table>",
    "emoji": " 😀👩‍👩‍👧 协议 Zoë",
    "long": " " + "a\"<&" * 2500,
}

if not os.access(PROGRAM, os.X_OK):
    pytest.skip(f"{PROGRAM} has not been built", allow_module_level=True)


@pytest.fixture(scope="module", params=HOSTILE, ids=list(HOSTILE))
def folder(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("samples")
    words = [HOSTILE[request.param]] if HOSTILE[request.param] else []
    subprocess.run([PROGRAM, "samples", place, *words], check=True)
    return place


def fields(data):
    """{tag name: [bytes, …]} of what was rendered for the mail worker."""
    names = {value: name for name, value in TAGS.items()
             if name.startswith("MAIL_") and value < 64}
    found, start = {}, 0
    while start < len(data):
        tag, length = struct.unpack_from(">BI", data, start)
        start += 5 + length
        found.setdefault(names[tag], []).append(data[start - length:start])
    return found


def deliver(worker, sink, server, body):
    sink.envelopes.clear()
    ours = payload([("MAIL_SERVER", server.url), ("MAIL_FROM", "a@example.org"),
                    ("MAIL_TO", "b@example.org"), ("MAIL_TIMEOUT", 10)])
    worker.ask_raw(struct.pack(">I", len(ours) + len(body)) + ours + body)
    return sink.message()


class Page(html.parser.HTMLParser):
    """Tags balanced, nothing fetched, nothing that runs."""
    VOID = {"meta", "br", "img"}
    KNOWN = VOID | {"html", "head", "title", "body", "div", "p", "strong", "table",
                    "tr", "th", "td", "h2", "a", "code", "span"}

    def __init__(self):
        super().__init__()
        self.open, self.words, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        assert tag in self.KNOWN
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "src" or value == "cid:trajectory@pledged"
            assert name != "href" or value.startswith("https://")
            assert "url(" not in value
            self.attributes.append((tag, name, value))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def unflowed(text):
    """RFC 3676: soft breaks undone, stuffing taken away."""
    lines, open_line = [], False
    for line in text.split("\n"):
        signature = line == "-- "
        line = line.removeprefix(" ")
        if open_line:
            lines[-1] += line
        else:
            lines.append(line)
        open_line = line.endswith(" ") and not signature
    return lines


def texts_of(message):
    return {part.get_content_type(): part.get_content().replace("\r\n", "\n")
            for part in message.walk() if part.get_content_maintype() == "text"}


HEADERS = {"from", "to", "subject", "date", "message-id", "in-reply-to",
           "references", "auto-submitted", "x-auto-response-suppress", "list-id",
           "x-pledged-id", "x-pledged-class", "x-pledged-severity",
           "x-pledged-kind", "x-pledged-reason", "x-pledged-subject",
           "importance", "mime-version", "content-type",
           "x-peer", "x-mailfrom", "x-rcptto"}


def check_headers(message, rendered):
    names = [name.lower() for name in message.keys()]
    assert len(names) == len(set(names)) and set(names) <= HEADERS
    assert not message.defects
    for _, value in message.items():
        assert not value.defects, value
        assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]",
                             str(value))
    assert message["from"].addresses[0].addr_spec == "pledged@example.org"
    assert email.utils.parsedate_to_datetime(message["date"]).year in (2020, 2021)
    assert re.fullmatch(r"<msg_[a-z2-7]{24}@example\.org>", message["message-id"])
    for reference in (message["references"] or "").split():
        assert re.fullmatch(r"<msg_[a-z2-7]{24}@example\.org>", reference)
    for header in rendered["MAIL_HEADER"]:
        assert all(len(line) < 998 for line in header.split(b"\r\n"))


def check_mail(message, rendered):
    check_headers(message, rendered)
    parts = texts_of(message)
    assert set(parts) == {"text/plain", "text/html"}
    lines = unflowed(rendered["MAIL_TEXT"][0].decode())
    assert lines == unflowed(parts["text/plain"])
    page = Page()
    page.feed(parts["text/html"])
    page.close()
    assert page.open == []
    assert ("html", "lang", "en") in page.attributes
    assert message["subject"] == page.words[page.words.index(message["subject"])]
    assert lines[0] in page.words  # the state in a sentence
    assert lines[0].endswith(".") and len(lines[0]) > 10
    assert lines[-3:-1] == ["-- ", f"pledged, {message['x-pledged-id']}"]


def test_mails_arrive_as_they_were_meant(folder):
    sink = Sink()
    with Server(sink) as server, Worker("mail") as worker:
        names = sorted(name for name in os.listdir(folder)
                       if name.endswith(".mail"))
        assert len(names) > 45
        for name in names:
            body = (folder / name).read_bytes()
            check_mail(deliver(worker, sink, server, body), fields(body))


def check_item(data):
    assert {"event", "kind", "class", "severity", "reason", "headline", "summary",
            "told_as", "reminder", "late", "state", "acknowledged", "consequences",
            "consequence_count", "undelivered", "thread", "alert"} <= set(data)
    assert data["thread"].startswith("msg_")
    assert isinstance(data["consequences"], list)


def test_bodies_are_cloud_events(folder):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        event = json.loads((folder / name).read_bytes())
        assert event["specversion"] == "1.0" and event["id"].startswith("msg_")
        assert event["source"].startswith("urn:pledged:")
        assert event["datacontenttype"] == "application/json"
        assert re.fullmatch(r"org\.pledged(\.[a-z_]+){1,2}", event["type"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
        data = event["data"]
        several = event["type"] == "org.pledged.notification"
        assert several == ("items" in data)
        for item in data["items"] if several else [data]:
            check_item(item)
        if several:
            assert data["count"] == len(data["items"]) > 1


def test_log_lines_are_lines(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".log"):
            items = json.loads((folder / name.replace(".log", ".json"))
                               .read_bytes())["data"].get("items", [0])
            lines = (folder / name).read_text().split("\n")
            assert len(lines) == len(items)
            assert all(re.match(r"<[345]>[a-z_]+[ :]", line) for line in lines)
