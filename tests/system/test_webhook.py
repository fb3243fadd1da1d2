"""Webhooks as their receivers see them: signatures, tokens, formats, and what
comes of their answers."""
import base64
import json

import pytest

from daemon import SECRET, milestone, register, stamp, utc, wait_until
from receiver import Receiver
from sinks import signature

BEFORE = "whsec_" + base64.b64encode(b"the key of the year before").decode()
TOKEN = "0123456789abcdef0123456789abcdef"
AT_ONCE = ('{ channels = [ "hook" ]; group_wait = "0s"; '
           'group_interval = "0s"; }')


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.close()


def secret(daemon, name, text):
    path = daemon.folder / name
    path.touch(mode=0o600)
    path.write_text(text + "\n")


def hook(receiver, more=""):
    return (f'{{ id = "hook"; type = "webhook"; allow_private = true; url = '
            f'"http://127.0.0.1:{receiver.port}/in?key=hidden"; {more} }}')


def configure(daemon, receiver, more="", extra="",
              milestones=(milestone("one", "2024-01-31"),)):
    daemon.configure(register(list(milestones)), routes=AT_ONCE, extra=extra,
                     channels=[hook(receiver, more)])
    return daemon


def sent(receiver, count=1):
    wait_until(lambda: len(receiver.got) >= count, seconds=30)
    return receiver.got[count - 1]


def ended(daemon, state):
    """The only notification, once it is in a state."""
    item, = wait_until(lambda: [item for item in daemon.items(
        "/v1/outbox?state=all") if item["state"] == state])
    return item


# --- what is sent -----------------------------------------------------------


def test_an_event_is_what_it_is_by_default(daemon, receiver):
    configure(daemon, receiver, 'secret_file = "hook-secret";').start()
    got = sent(receiver)
    assert got.path == "/in?key=hidden"
    assert got.headers["content-type"] == \
        "application/cloudevents+json; charset=utf-8"
    assert got.json["id"] == got.headers["webhook-id"]
    assert got.json["data"]["kind"] == "slipped"
    assert "authorization" not in got.headers
    assert got.headers["webhook-signature"] == signature(
        SECRET, got.headers["webhook-id"], got.headers["webhook-timestamp"],
        got.body)
    item = ended(daemon, "delivered")
    assert item["answer"] == "HTTP status 200: ok"


def test_two_secrets_sign_while_receivers_change_over(daemon, receiver):
    secret(daemon, "before", BEFORE)
    configure(daemon, receiver, 'secret_file = "hook-secret"; '
              'secret_before_file = "before"; token_file = "before";').start()
    got = sent(receiver)
    asked = (got.headers["webhook-id"], got.headers["webhook-timestamp"],
             got.body)
    assert got.headers["webhook-signature"].split(" ") == [
        signature(SECRET, *asked), signature(BEFORE, *asked)]
    assert got.headers["authorization"] == f"Bearer {BEFORE}"


def test_a_retry_says_the_same_under_the_same_id_at_another_time(
        daemon, receiver):
    receiver.answers = [(503, {}, b"not now")]
    configure(daemon, receiver, 'secret_file = "hook-secret"; '
              'format = "slack";').start()
    first, second = sent(receiver), sent(receiver, 2)
    assert first.headers["content-type"] == "application/json"
    assert first.json["blocks"]
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] < \
        second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != \
        second.headers["webhook-signature"]
    for got in (first, second):
        assert got.headers["webhook-signature"] == signature(
            SECRET, got.headers["webhook-id"],
            got.headers["webhook-timestamp"], got.body)
    assert len(receiver.got) == 2


def test_a_token_goes_where_the_format_says(daemon, receiver):
    secret(daemon, "token", TOKEN)
    configure(daemon, receiver,
              'token_file = "token"; format = "pagerduty";').start()
    got = sent(receiver)
    assert "authorization" not in got.headers
    assert got.json["routing_key"] == TOKEN
    assert got.json["event_action"] == "trigger"
    assert TOKEN not in str(daemon.get("/v1/outbox?state=all"))
    assert TOKEN not in daemon.log()


def test_an_own_program_sees_its_channel(daemon, receiver):
    daemon.write("own.jq", "# Mine.\n{id: $channel.id, topic: "
                 "$channel.parameters.topic, $token, kind: items[0].kind}\n")
    secret(daemon, "token", TOKEN)
    configure(daemon, receiver, 'format = "own.jq"; token_file = "token"; '
              'parameters: { topic = "a=b"; };').start()
    got = sent(receiver)
    assert got.json == {"id": "hook", "topic": "a=b", "token": TOKEN,
                        "kind": "slipped"}
    assert got.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_format_says_how_many_items_it_takes(daemon, receiver):
    """Three slip at once: two messages, none of more than two."""
    daemon.write("own.jq", "#: items 2\n[items[].milestone]\n")
    configure(daemon, receiver, 'format = "own.jq";', milestones=[
        milestone(name, "2024-01-31") for name in ("one", "three", "two")]
    ).start()
    sent(receiver, 2)
    assert sorted(len(got.json) for got in receiver.got) == [1, 2]
    assert sorted(name for got in receiver.got for name in got.json) == [
        "p/one", "p/three", "p/two"]


def test_text_is_sent_as_text(daemon, receiver):
    daemon.write("own.jq", 'items[0] | headline | "<\\(.)>\\n"')
    configure(daemon, receiver, 'format = "own.jq";').start()
    got = sent(receiver)
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.body.decode().startswith("<Slipped: ")
    assert got.body.endswith(b">\n")


# --- what is answered ---------------------------------------------------------

ANSWERS = {
    "plain": (400, {}, b"invalid_payload", "dead",
              "HTTP status 400: invalid_payload"),
    "html": (400, {}, b"<h1>\r\n\t No \0 </h1>\n", "dead",
             "HTTP status 400: <h1> No </h1>"),
    "hostile": (400, {}, b"a\x1b[31mb\xff\xe2\x80\xaec", "dead",
                "HTTP status 400: a\\x1b[31mb\\xff\\u202ec"),
    "repeats": (400, {}, f"Cannot POST /in?key=hidden {TOKEN} {SECRET} "
                f"hidden key=hidden".encode(), "dead",
                "HTTP status 400: Cannot POST … … … hidden …"),
    "gone": (410, {}, b"", "dead", "HTTP status 410, it is gone for good: put "
             "its new url into channels, or take the channel out"),
    "refused": (403, {}, b"no", "dead", "HTTP status 403, it refuses the "
                "credentials: see token_file and secret_file: no"),
    "nothing": (204, {}, b"", "delivered", "HTTP status 204"),
    "again": (429, {"retry-after": "3600"}, b"slower", "pending",
              "HTTP status 429: slower"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_kept_in_words(daemon, receiver, name):
    status, headers, body, state, words = ANSWERS[name]
    receiver.answers = [(status, headers, body)]
    secret(daemon, "token", TOKEN)
    configure(daemon, receiver, 'secret_file = "hook-secret"; '
              'token_file = "token";').start()
    sent(receiver)
    wait_until(lambda: any(item["answer"] for item
                           in daemon.items("/v1/outbox?state=all")))
    item = ended(daemon, state)
    assert item["answer"] == words
    assert len(receiver.got) == 1


def test_a_long_answer_is_cut_between_characters(daemon, receiver):
    receiver.answers = [(400, {}, "é".encode() * 5000)]
    configure(daemon, receiver).start()
    answer = ended(daemon, "dead")["answer"]
    assert 240 <= len(answer.encode()) <= 255
    assert answer.endswith("éé")


@pytest.mark.parametrize("status", (301, 302, 307, 308))
def test_a_redirect_is_a_failure_that_says_where_to(daemon, receiver, status):
    elsewhere = Receiver()
    try:
        receiver.answers = [(status, {"location":
                             f"http://127.0.0.1:{elsewhere.port}/new?k=x"},
                             b"")]
        configure(daemon, receiver).start()
        assert ended(daemon, "dead")["answer"] == (
            f"HTTP status {status}, which leads to http://127.0.0.1:"
            f"{elsewhere.port} and is not followed: put the new url into "
            "channels")
        assert elsewhere.got == []
    finally:
        elsewhere.close()


# --- programs at fault ---------------------------------------------------------

FAULTS = {
    "{": "the program ends too early",
    "# One.\n.x | nothing": "line 2: nothing/0 is not defined: .x | nothing",
    "error(\"no \\($token)\")": "no …",
    "now": "programs may not use the clock: use .time",
    "empty": "it gives no result: an object, an array or a string is expected",
    "1": "its result is number: an object, an array or a string is expected",
    ".id, .id": "it gives more than one result: put them into one [ … ]",
    "import \"a\" as a; .": "line 1: programs may not import: import \"a\" as "
    "a; .",
    "$ENV": "programs may not read the environment ($ENV)",
}


@pytest.mark.parametrize("program", FAULTS)
def test_a_program_at_fault_is_named_and_nothing_is_sent(
        daemon, receiver, program):
    daemon.write("own.jq", program)
    secret(daemon, "token", TOKEN)
    configure(daemon, receiver,
              'format = "own.jq"; token_file = "token";').start()
    item = ended(daemon, "dead")
    words = f"format own.jq: {FAULTS[program]}"
    assert item["answer"].startswith(words[:130])
    assert item["answer"].endswith(": mend it, reload, then pledgectl outbox "
                                   f"retry {item['id']}")
    assert receiver.got == []


def test_a_program_without_end_costs_a_worker_and_is_tried_again(
        daemon, receiver):
    daemon.write("own.jq", "def f: f; f")
    configure(daemon, receiver, 'format = "own.jq";',
              extra='workers: { cpu = "1s"; };').start()
    wait_until(lambda: any(item["attempts"] for item
                           in daemon.items("/v1/outbox")))
    item = ended(daemon, "pending")
    assert item["attempts"] == 1
    assert item["answer"].startswith("format own.jq: the extract worker was ")
    # Mended, it goes out.
    daemon.write("own.jq", "{ok: true}")
    status, _ = daemon.post("/v1/reload")
    assert status == 200
    assert sent(receiver).json == {"ok": True}
