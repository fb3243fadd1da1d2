"""The shipped formats, through the worker: what each receiver takes, whatever
the texts hold, and for one item as for many."""
import copy
import glob
import json
import os
import re

import pytest

from frames import SOURCE, Worker

FOLDER = os.path.join(SOURCE, "etc", "formats")
TOKEN = "0123456789abcdef0123456789abcdef"
NAMES = sorted(os.path.basename(path)[:-len(".jq")]
               for path in glob.glob(os.path.join(FOLDER, "*.jq"))
               if not path.endswith("prelude.jq"))

HOSTILE = {
    "plain": "Slipped: Agricultural goods, 2020",
    "markup": "<script>alert(1)</script> & <b>bold</b> <!-- -->",
    "slack": "<!channel> <!here> <@U024BE7LH> <http://evil.example|click>",
    "mentions": "@channel @everyone @here @all <@&123> <@!5> <#7> <at>Bob</at>",
    "pipes": "a | b || c",
    "markdown": "# h\n> q\n- *b* _i_ ~s~ `c` ```x [l](http://evil.example)",
    "newlines": "one\r\ntwo\nthree\tfour\u2028five",
    "emoji": "👩‍👩‍👧‍👦 🇨🇳 ⚠️ 👍🏽 done",
    "direction": "abc\u202egnp.exe\u2066x\u2069 \u200f",
    "control": "a\x00b\x1b[31mc\x7fd\u0085e\ufeff",
    "dates": "{{DATE(2017-02-14T06:00:00Z, SHORT)}} ${x} $(x) @{triggerBody()}",
    "quotes": "\"quoted\" 'single' \\ back \\u0041 %s %n",
    "long": "Ten kilobytes of title. " * 430,
    "long emoji": "👩‍👩‍👧‍👦" * 400,
    "long markup": "<@everyone>`*_" * 800,
    "long marks": "e" + "\u0301" * 5000,
    "empty": "",
}


def program(name):
    with open(os.path.join(FOLDER, name + ".jq"), encoding="utf-8") as file:
        return file.read()


PRELUDE = program("prelude")


def item(title, number=1, **more):
    name = f"goods/{number}"
    return {
        "event": number, "time": "2026-11-29T10:00:00Z", "kind": "slipped",
        "class": "audience", "milestone": name, "from": "off_track",
        "to": "not_met", "reason": f"sum(x) = 27.3bn, needs >= 33.5bn {title}",
        "severity": "critical", "alert": number, "headline": title,
        "summary": f"CN has missed “{title}”", "told_as": "first",
        "state": "firing", "late": None, "acknowledged": None,
        "consequences": [], "consequence_count": 0, "undelivered": None,
        "thread": f"msg_{number}",
        "assessment": {
            "id": name, "pledge": "goods", "instrument": "phase-one",
            "obligor": title[:1000], "owner": "desk", "status": "not_met",
            "severity": "critical", "due": "2020-12-31T23:59:59-05:00",
            "days_overdue": 85, "unit": "USD", "actual": 27335000000,
            "target": 33469792856.5, "pace": 0.817,
            "labels": {"sector.name": title[:300], "": "x"}},
        **more}


def event(items):
    one = len(items) == 1
    return {
        "specversion": "1.0", "id": "msg_1", "source": "urn:pledged:test",
        "type": "org.pledged.milestone.slipped" if one
        else "org.pledged.notification", "time": "2026-11-29T10:00:00Z",
        "datacontenttype": "application/json",
        "data": items[0] if one else {"count": len(items), "group": "audience",
                                      "items": items}}


@pytest.fixture(scope="module")
def worker():
    with Worker("extract") as one:
        yield one


def answer(worker, text, body, parameters=("topic=alerts",), token=TOKEN):
    fields = [("EXTRACT_FORMAT", "message"), ("EXTRACT_PRELUDE", PRELUDE),
              ("EXTRACT_PROGRAM", text), ("EXTRACT_CHANNEL", "hook")]
    fields += [("EXTRACT_PARAMETER", pair) for pair in parameters]
    if token:
        fields.append(("EXTRACT_TOKEN", token))
    (name, value), = worker.ask(
        fields + [("EXTRACT_BODY", json.dumps(body, ensure_ascii=False))])
    return name, value.decode()


def make(worker, name, items, **more):
    kind, text = answer(worker, program(name), event(items), **more)
    assert kind == "EXTRACT_MESSAGE", text
    return json.loads(text)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


# --- each receiver's own rules -----------------------------------------------------


def check_plain_text(value, most):
    assert set(value) == {"type", "text", "emoji"}
    assert value["type"] == "plain_text" and value["emoji"] is False
    assert 0 < utf16(value["text"]) <= most


def check_slack(message, count):
    assert set(message) == {"text", "blocks"}
    assert 0 < utf16(message["text"]) <= 3000
    assert 1 <= len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "header":
            check_plain_text(block["text"], 150)
        elif block["type"] == "context":
            assert len(block["elements"]) <= 10
        else:
            assert block["type"] == "section"
            if "text" in block:
                check_plain_text(block["text"], 3000)
            for field in block.get("fields", ()):
                check_plain_text(field, 2000)
            assert len(block.get("fields", ())) <= 10
    assert utf16(compact(message["blocks"])) < 13000
    for text in strings(message):
        assert "<" not in text and ">" not in text
        assert re.sub("&(amp|lt|gt);", "", text).count("&") == 0
        assert not re.search("@[a-z]", text)


def check_teams(message, count):
    assert message["type"] == "message"
    attachment, = message["attachments"]
    assert attachment["contentType"] == \
        "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert "msteams" not in card
    kinds = {value["type"] for value in objects(card["body"])}
    # None of them reads Markdown.
    assert kinds <= {"Container", "RichTextBlock", "TextRun"}
    assert len(compact(message).encode()) < 21000
    for value in objects(card["body"]):
        if value["type"] == "TextRun":
            assert value["text"] != ""
            assert "{{" not in value["text"] and "<at" not in value["text"]


def objects(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def check_unmentioned(text):
    assert not re.search("@[a-zA-Z0-9&!]", text)


def check_markdown(text, special="\\`*_{}[]()#+-.!|~>"):
    """Each of Markdown's characters stands behind a backslash."""
    rest = re.sub(r"\\[%s]" % re.escape(special), "", text)
    assert not set(rest) & set(special), rest
    check_unmentioned(text)


def check_discord(message, count):
    assert set(message) == {"content", "embeds", "allowed_mentions"}
    assert message["allowed_mentions"] == {"parse": []}
    assert 0 < utf16(message["content"]) <= 2000
    assert 1 <= len(message["embeds"]) <= 10
    total = 0
    for embed in message["embeds"]:
        assert utf16(embed["title"]) <= 256
        assert utf16(embed["description"]) <= 4096
        assert len(embed["fields"]) <= 25
        texts = [embed["title"], embed["description"]]
        for field in embed["fields"]:
            assert 0 < utf16(field["name"]) <= 256
            assert 0 < utf16(field["value"]) <= 1024
            texts += [field["name"], field["value"]]
        total += sum(map(utf16, texts))
        for text in texts:
            check_markdown(text, "\\`*_{}[]()#+-.!|~><")
    assert total <= 6000
    check_markdown(message["content"], "\\`*_{}[]()#+-.!|~><")


def check_mattermost(message, count):
    assert set(message) == {"text", "attachments"}
    assert utf16(message["text"]) <= 16383
    check_markdown(message["text"])
    assert utf16(compact(message["attachments"])) < 16383
    for attachment in message["attachments"]:
        check_unmentioned(attachment["fallback"])
        check_markdown(attachment["title"])
        check_markdown(attachment["text"])
        for field in attachment["fields"]:
            check_markdown(field["value"])


def check_ntfy(message, count):
    assert set(message) == {"topic", "title", "message", "priority", "tags"}
    assert message["topic"] == "alerts"
    assert 0 < len(message["title"].encode()) <= 250
    assert "\n" not in message["title"]
    assert 0 < len(message["message"].encode()) <= 4096
    assert message["priority"] == 5 and message["tags"] == ["rotating_light"]
    assert len(compact(message).encode()) < 8192


def check_pagerduty(message, count):
    assert set(message) == {"routing_key", "event_action", "dedup_key",
                            "client", "payload"}
    assert message["routing_key"] == TOKEN
    assert message["event_action"] == "trigger"
    assert message["dedup_key"] == "msg_1"
    body = message["payload"]
    assert 0 < len(body["summary"]) <= 1024
    assert body["severity"] in ("critical", "error", "warning", "info")
    assert body["source"] == "goods/1"
    assert body["timestamp"] == "2026-11-29T10:00:00Z"
    assert len(json.dumps(message).encode()) < 512 << 10


def check_alertmanager(message, count):
    assert len(message) == count
    for alert in message:
        assert set(alert) == {"labels", "annotations", "startsAt", "endsAt"}
        assert alert["labels"]["alertname"] == "pledged"
        for name, value in alert["labels"].items():
            assert re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name)
            assert isinstance(value, str) and value != ""
        assert all(isinstance(value, str)
                   for value in alert["annotations"].values())
        assert alert["startsAt"] == "2026-11-29T10:00:00Z"
        assert alert["endsAt"] == "2036-11-26T10:00:00Z"


CHECKS = {name: globals()["check_" + name] for name in NAMES}
UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
                    "\u2066-\u2069\ufeff]")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("count", (1, 500))
def test_what_a_receiver_takes(worker, name, title, count):
    items = [item(HOSTILE[title], number + 1) for number in range(count)]
    message = make(worker, name, items)
    CHECKS[name](message, count)
    for text in strings(message):
        assert not UNSEEN.search(text), repr(text)
    whole = compact(message)
    # Nothing is left out without a word: each is there, or counted.
    if name in ("slack", "teams", "discord", "mattermost", "ntfy") and \
            count == 500:
        assert re.search(r"\band \d+ more", whole)
    # No joined character is parted from what it joins.
    assert "\u200d…" not in whole


# --- what stands in them --------------------------------------------------------


def test_every_format_is_known_by_its_head():
    for name in NAMES:
        head = program(name).splitlines()
        assert head[0].startswith(f"# {name}: "), name
        assert any(re.search(r"[a-z]\.[a-z]+/", line)
                   for line in head if line.startswith("#")), name


def test_facts_are_told(worker):
    for name in NAMES:
        whole = compact(make(worker, name, [item("Goods")])).replace(
            "\\", "")
        for fact in ("Goods", "33,469,792,856.5 USD", "2020-12-31 (85 days",
                     "81.7 %", "not met", "27.3bn"):
            assert fact in whole, (name, fact)
        assert "23:59:59" not in whole


def test_what_is_said_of_an_acknowledgement_and_of_consequences(worker):
    one = item("Goods", acknowledged={
        "by": "ana", "until": "2026-12-06T10:00:00Z", "note": "calling"},
        consequences=["a/b", "c/d"], consequence_count=14,
        late="2026-11-28T10:00:00Z", undelivered="desk")
    text = make(worker, "ntfy", [one])["message"]
    assert "Acknowledged: by ana until 2026-12-06T10:00:00Z: calling\n" in text
    assert "Stands for: a/b, c/d and 12 more\n" in text
    assert "Late: would have been told at 2026-11-28T10:00:00Z" in text
    assert "Undelivered to: desk\n" in text


def test_the_end_of_an_alert_ends_it_there(worker):
    over = item("Goods", told_as="resolved", kind="met", severity="info",
                thread="msg_0", time="2026-11-30T10:00:00Z")
    assert make(worker, "pagerduty", [over])["event_action"] == "resolve"
    assert make(worker, "pagerduty", [over])["dedup_key"] == "msg_0"
    assert make(worker, "ntfy", [over])["priority"] == 3
    alert, = make(worker, "alertmanager", [over])
    first, = make(worker, "alertmanager", [item("Goods", thread="msg_0")])
    assert alert["labels"] == first["labels"]
    assert alert["endsAt"] == "2026-11-30T10:00:00Z"
    assert "startsAt" not in alert


def test_the_end_of_a_sources_alert_has_its_labels(worker):
    first = item("Census", kind="source_failing", severity="critical",
                 source="census", thread="msg_0")
    over = dict(first, kind="source_recovered", severity="info",
                told_as="resolved")
    for one in (first, over):
        del one["assessment"], one["milestone"]
    labels = [make(worker, "alertmanager", [one])[0]["labels"]
              for one in (first, over)]
    assert labels[0] == labels[1]


def test_news_that_is_no_alert_ends_by_itself(worker):
    news, = make(worker, "alertmanager", [item("Goods", alert=None)])
    assert "endsAt" not in news and news["labels"]["thread"] == "1"


def test_an_acknowledgement_that_ends_soon_keeps_quiet(worker):
    soon = item("Goods", told_as="acknowledgement_expiring")
    assert make(worker, "pagerduty", [soon])["event_action"] == "acknowledge"


@pytest.mark.parametrize("name", NAMES)
def test_little_is_enough(worker, name):
    """A test message, or a summary: no assessment, no subject."""
    bare = {"event": 1, "time": "2026-11-29T10:00:00Z", "kind": "channel_test",
            "class": "operator", "severity": "info", "from": None, "to": None,
            "reason": "asked for by root", "alert": None,
            "headline": "Test message", "told_as": "test"}
    whole = json.dumps(make(worker, name, [bare]))
    assert "Test message" in whole and "null" not in whole


@pytest.mark.parametrize("name", NAMES)
def test_the_same_over_and_over(worker, name):
    body = event([item(HOSTILE["emoji"]), item(HOSTILE["markdown"], 2)])
    first = answer(worker, program(name), body)
    assert all(answer(worker, program(name), copy.deepcopy(body)) == first
               for _ in range(3))
    with Worker("extract") as other:
        assert answer(other, program(name), body) == first


def test_what_a_format_needs_is_said(worker):
    body = event([item("Goods")])
    assert answer(worker, program("ntfy"), body, parameters=()) == (
        "EXTRACT_FAULT", 'it needs parameters: { topic = "…"; } in channel hook')
    assert answer(worker, program("pagerduty"), body, token=None) == (
        "EXTRACT_FAULT", "it needs a token_file with the routing key in "
        "channel hook")


def test_a_mattermost_channel(worker):
    message = make(worker, "mattermost", [item("Goods")],
                   parameters=("channel=town-square",))
    assert message["channel"] == "town-square"


def manual_example():
    """The program of pledged.conf(5), as a reader would copy it."""
    page = os.path.join(SOURCE, "src", "pledged", "pledged.conf.5")
    with open(page, encoding="utf-8") as file:
        text = file.read().split('.\\" example: format\n', 1)[1]
    return text.split(".Bd -literal -offset 2n\n", 1)[1].split(
        ".Ed\n", 1)[0].replace("\\e", "\\")


def test_the_example_of_the_manual(worker):
    kind, text = answer(worker, manual_example(),
                        event([item("Goods"), item("<More>", 2)]),
                        parameters=("user=watch",))
    assert kind == "EXTRACT_MESSAGE", text
    assert json.loads(text) == {
        "user": "watch",
        "text": "- Goods\n  CN has missed “Goods”\n"
                "- <More>\n  CN has missed “<More>”"}


# --- the prelude ----------------------------------------------------------------

TEXTS = [
    ('"a\\nb\\tc\\u202ed" | line', "a b c d".replace(" d", "\ufffdd")),
    ('null | line', ""), ("[1] | line", "[1]"),
    ('"abcdef" | shortened(6)', "abcdef"), ('"abcdefg" | shortened(6)', "abcde…"),
    ('"ae\\u0301bc" | shortened(3)', "a…"),
    ('"" | fitted(5; as_is; utf16)', ""),
    ('"😀😀😀" | fitted(5; as_is; utf16)', "😀😀…"),
    ('"😀😀😀" | fitted(6; as_is; utf16)', "😀😀😀"),
    ('"😀😀😀" | fitted(11; as_is; bytes)', "😀😀…"),
    ('"a*b*" | fitted(9; markdown; utf16)', "a\\*b\\*"),
    ('"a*b*" | fitted(5; markdown; utf16)', "a\\*b…"),
    ('"abc" | fitted(0; as_is; utf16)', ""),
    ("1234567.5 | amount(\"USD\")", "1,234,567.5 USD"),
    ("-123456 | amount(\"1\")", "-123,456"), ("999 | amount(null)", "999"),
    ("0.25 | amount(\"1\")", "0.25"),
]


@pytest.mark.parametrize("text, want", TEXTS)
def test_helpers(worker, text, want):
    assert answer(worker, text, {}) == ("EXTRACT_PLAIN", want)


def test_a_fault_names_the_authors_line(worker):
    assert answer(worker, "# One.\n.x\n| wrong", {}) == (
        "EXTRACT_FAULT", "line 3: wrong/0 is not defined: | wrong")
