"""What people do about alerts and messages, through the real daemon: taken in
hand, silenced, tried again, dropped; and whether a channel can be reached."""
import json
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from daemon import (AT_ONCE, HOOK, LOG, milestone, register, run, program,
                    source, stamp, table, told, utc, wait_until)

PAST = "2024-01-31"
FAR = "2099-01-01"
TIME = "%Y-%m-%dT%H:%M:%SZ"


def start(daemon, milestones, hook=None, route=AT_ONCE, hook_more="", **more):
    channels = [LOG] if hook is None else [
        HOOK.format(port=hook.port).replace(" }", hook_more + " }")]
    name = channels[0].split('"')[1]
    daemon.configure(register(milestones), channels=channels,
                     routes='{ channels = [ "%s" ]; %s }' % (name, route),
                     **more)
    return daemon.start().settled()


def order(daemon, path, body=None, method="POST", key=None):
    headers = {"Idempotency-Key": key} if key else {}
    status, answered, text = daemon.ask(path, method, headers,
                                        json.dumps(body) if body else None)
    answer = json.loads(text)
    if status >= 400:
        assert answered["content-type"] == "application/problem+json"
        assert answer["status"] == status
    return status, answer


def refused(daemon, path, body=None, method="POST"):
    status, answer = order(daemon, path, body, method)
    return status, answer["detail"]


def alert(daemon, number=1):
    return daemon.get(f"/v1/alerts/{number}")


def reasons(hook):
    """Why each thing was told, in order, whatever came together."""
    return [item["told_as"] for _, _, event in list(hook.got)
            for item in event["data"].get("items", [event["data"]])]


def actions(daemon):
    """Who did what to what, and why: from the disk."""
    base = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                           uri=True)
    try:
        return base.execute(
            "SELECT who, what, subject, note FROM action").fetchall()
    finally:
        base.close()


def lines(result, status=0):
    assert result.returncode == status, result
    assert result.stderr == ""
    return result.stdout.splitlines()


# --- taken in hand ---------------------------------------------------------------

def test_slip_acknowledgement_expiry_reminder(daemon):
    hook = daemon.webhook()
    start(daemon, [milestone("one", PAST, "critical")], hook,
          AT_ONCE + ' repeat_interval = "1h";')
    wait_until(lambda: reasons(hook) == ["first"])
    first = alert(daemon)
    assert (first["state"], first["acknowledged"]) == ("firing", None)
    assert first["next"]["what"] == "reminder"
    hearing, = first["hearings"]
    assert (hearing["channel"], hearing["reminders"]) == ("hook", 0)
    assert hearing["told"] is not None
    # Somebody has it, for two seconds; nothing reminds meanwhile.
    status, taken = order(daemon, "/v1/alerts/1/ack",
                          {"note": "asked them", "for": "2s"})
    assert status == 200 and taken["state"] == "acknowledged"
    assert taken["acknowledged"]["by"] == "root"
    assert taken["acknowledged"]["note"] == "asked them"
    until = taken["acknowledged"]["until"]
    assert taken["next"]["what"].startswith("acknowledgement_exp")
    assert daemon.get("/v1/status")["acknowledged"] == 1
    assert daemon.items("/v1/alerts?state=firing") == []
    assert len(daemon.items("/v1/alerts?state=acknowledged")) == 1
    # It has no longer: who heard is told at once, and it is open as before.
    wait_until(lambda: "acknowledgement_expired" in reasons(hook))
    assert reasons(hook)[0] == "first"
    after = alert(daemon)
    assert (after["state"], after["acknowledged"]) == ("firing", None)
    assert after["next"]["what"] == "reminder"
    assert utc().strftime(TIME) >= until
    assert ("root", "acknowledge", "1", "asked them") in actions(daemon)
    # What ends it is told, and the alert is there with its end.
    daemon.write("own.csv", table(1))
    daemon.polled()
    wait_until(lambda: daemon.items("/v1/alerts") == [])
    wait_until(lambda: "resolved" in reasons(hook))
    over = wait_until(lambda: [item for item in daemon.items(
        "/v1/alerts?state=all") if item["state"] == "resolved"])
    assert alert(daemon) == over[0] and over[0]["resolved_by"] is not None
    status, detail = refused(daemon, "/v1/alerts/1/ack", {"note": "late"})
    assert status == 409
    assert detail.startswith("alert 1 is over: slipped p/one, resolved 20")
    assert " by met" in detail


def test_an_acknowledgement_outlives_a_restart(daemon):
    hook = daemon.webhook()
    start(daemon, [milestone("one", PAST)], hook)
    order(daemon, "/v1/alerts/1/ack", {"note": "mine", "for": "30d"})
    before = alert(daemon)
    daemon.kill()
    daemon.start().settled()
    assert alert(daemon) == before
    assert reasons(hook) == ["first"]


def test_the_later_word_counts(daemon):
    start(daemon, [milestone("one", PAST)])
    for note, span in (("a while", "30d"), ("not so long", "1d")):
        _, taken = order(daemon, "/v1/alerts/1/ack",
                         {"note": note, "for": span})
    assert taken["acknowledged"]["note"] == "not so long"
    assert taken["acknowledged"]["until"][:10] == stamp(utc(86400))[:10]
    assert alert(daemon) == taken


def test_the_same_order_is_done_once(daemon):
    start(daemon, [milestone("one", PAST)])
    body = {"note": "mine", "for": "1d"}
    first = order(daemon, "/v1/alerts/1/ack", body, key="k1")
    assert order(daemon, "/v1/alerts/1/ack", body, key="k1") == first
    made = order(daemon, "/v1/silences", {"match": "kind=slipped",
                                          "note": "w"}, key="k2")
    assert made[0] == 201
    assert order(daemon, "/v1/silences", {"match": "kind=slipped",
                                          "note": "w"}, key="k2") == made
    assert len(daemon.items("/v1/silences")) == 1
    assert [what for _, what, _, _ in actions(daemon)] == [
        "acknowledge", "silence"]
    status, _ = order(daemon, "/v1/alerts/1/ack", {"note": "x"}, key="k1")
    assert status == 422  # the key was another request's


def test_pledgectl_ack(daemon):
    start(daemon, [milestone("one", PAST), milestone("two", PAST),
                   milestone("far", FAR)])
    told_lines = lines(daemon.ctl("ack", "p/*", "-m", "known", "--for", "5d"))
    until = stamp(utc(5 * 86400))[:10]
    assert [line.split(": ")[0] for line in told_lines] == [
        "alert 1, slipped p/one", "alert 2, slipped p/two"]
    assert all(f": root has it until {until}" in line for line in told_lines)
    table_lines = lines(daemon.ctl("list", "alerts"))
    assert table_lines[0].split() == [
        "ALERT", "SEVERITY", "KIND", "SUBJECT", "RAISED", "STANDING", "REASON"]
    assert all("root has it until" in line for line in table_lines[1:])
    again = json.loads(daemon.ctl("-o", "json", "ack", "2", "-m",
                                  "b").stdout)
    assert [item["id"] for item in again] == [2]
    assert "0 firing, 2 acknowledged" in daemon.ctl("status").stdout
    result = daemon.ctl("ack", "p/far", "1", "-m", "x")
    assert result.returncode == 5 and "alert 1, slipped" in result.stdout
    assert result.stderr == ('pledgectl: no alert is open of "p/far": pledgectl '
                             "list alerts tells those that are\n")


def test_an_alert_names_its_cause(daemon):
    """What rests on a miss follows from it."""
    start(daemon, [milestone("first", PAST, "critical"),
                   milestone("then", PAST,
                             benchmark="met(\\\"p/first\\\")")])
    by_subject = wait_until(lambda: {
        item["subject"]: item for item in daemon.items("/v1/alerts")
        if len(daemon.items("/v1/alerts")) == 2})
    first, then = by_subject["p/first"], by_subject["p/then"]
    assert (first["cause"], first["consequences"]) == (None, 1)
    assert (then["cause"], then["consequences"]) == (first["id"], 0)
    assert f"follows from alert {first['id']}" in daemon.ctl(
        "list", "alerts").stdout


# --- silences ----------------------------------------------------------------------

def test_silence_and_its_end(daemon):
    hook = daemon.webhook()
    due = utc(3)
    start(daemon, [milestone("one", stamp(due)), milestone("far", FAR)], hook)
    result = daemon.ctl("silence", "add", "p/one", "-m", "known, be quiet",
                        "--for", "2h")
    assert lines(result)[0].startswith(
        "silence 1, milestone=p/one, until 20")
    assert result.stdout.endswith(": 0 open alerts and 1 milestones are so\n")
    wait_until(lambda: daemon.items("/v1/alerts"))
    silenced = wait_until(lambda: [
        item for item in daemon.items("/v1/alerts") if item["hearings"]])[0]
    assert silenced["silences"] == [1]
    hearing, = silenced["hearings"]
    assert hearing["told"] is None and hearing["silence"] == 1
    one, = daemon.items("/v1/silences")
    assert (one["state"], one["alerts"], one["milestones"],
            one["held_back"]) == ("open", 1, 1, 1)
    assert (one["by"], one["note"]) == ("root", "known, be quiet")
    assert "held back by silence 1" in daemon.ctl("list", "alerts").stdout
    assert reasons(hook) == []
    wait_until(lambda: utc().strftime(TIME) > silenced["raised"])
    assert lines(daemon.ctl("silence", "end", "1", "-m", "told")) == [
        "silence 1, milestone=p/one: ended"]
    wait_until(lambda: reasons(hook) == ["silence_ended"])
    assert daemon.items("/v1/silences") == []
    ended, = daemon.items("/v1/silences?state=all")
    assert (ended["state"], ended["ended_by"]) == ("ended", "root")
    status, detail = refused(daemon, "/v1/silences/1", method="DELETE")
    assert status == 409
    assert detail.startswith("silence 1 is over: root ended it 20")
    assert [(what, subject, note)
            for _, what, subject, note in actions(daemon)] == [
        ("silence", "1", "known, be quiet"), ("end silence", "1", "told")]


def test_a_silence_that_matches_nothing_is_pointed_out(daemon):
    start(daemon, [milestone("one", PAST)])
    result = daemon.ctl("silence", "add", "kind=slipped", "severity=critical",
                        "-m", "w")
    assert result.returncode == 0 and result.stdout.startswith("silence 1, ")
    _, made = order(daemon, "/v1/silences", {
        "match": "milestone=p/tow", "note": "w"})
    assert made["warning"].startswith("it matches nothing now: ")
    result = daemon.ctl("silence", "add", "milestone=p/tow", "-m", "w")
    assert result.returncode == 0
    assert result.stderr.startswith(
        "pledgectl: warning: it matches nothing now: ")
    # A source may fail later.
    _, made = order(daemon, "/v1/silences", {
        "match": "source=own kind=source_failing", "note": "w"})
    assert made["warning"] is None


def test_the_times_of_a_silence(daemon):
    start(daemon, [milestone("one", PAST)])
    _, ahead = order(daemon, "/v1/silences", {
        "match": "p/one", "note": "w", "from": stamp(utc(86400)) + "Z",
        "until": stamp(utc(3 * 86400)) + "Z"})
    assert ahead["state"] == "ahead"
    assert ahead["from"][:10] == stamp(utc(86400))[:10]
    assert alert(daemon)["silences"] == []
    _, other = order(daemon, "/v1/silences", {"match": "p/one", "note": "w"})
    assert other["until"][:10] == stamp(utc(86400))[:10]
    assert alert(daemon)["silences"] == [other["id"]]
    listed = lines(daemon.ctl("silence", "list"))
    assert [line.split()[:2] for line in listed[1:]] == [
        ["1", "ahead"], ["2", "open"]]
    assert daemon.ctl("list", "silences").stdout.splitlines() == listed


# --- messages ----------------------------------------------------------------------

def dead_letter(daemon, hook, status=410):
    hook.refusing = status
    start(daemon, [milestone("one", PAST)], hook)
    return wait_until(lambda: daemon.items("/v1/outbox?state=dead"))[0]


def test_dead_letter_retry_delivered(daemon):
    hook = daemon.webhook()
    dead = dead_letter(daemon, hook)
    assert (dead["channel"], dead["state"], dead["kind"], dead["subject"]) == (
        "hook", "dead", "slipped", "p/one")
    number = dead["id"]
    shown = daemon.get(f"/v1/notifications/{number}")
    item, = shown["items"]
    assert (item["told_as"], item["kind"], item["milestone"]) == (
        "first", "slipped", "p/one")
    attempt, = shown["attempts_made"]
    assert attempt["state"] == "dead" and "410" in attempt["answer"]
    assert json.loads(shown["body"]["text"])["id"] == dead["message_id"]
    channel, = daemon.items("/v1/channels")
    assert channel["dead"] == 1 and channel["failing_since"] is not None
    assert "410" in channel["answer"] and channel["last_success"] is None
    assert "failing since" in daemon.ctl("list", "channels").stdout
    assert "1 given up: outbox --dead lists them" in daemon.ctl(
        "outbox").stdout
    assert str(number) in lines(daemon.ctl("outbox", "--dead"))[1].split()
    text = daemon.ctl("outbox", "show", number).stdout
    assert f"message {number} to hook: dead, 1 attempts" in text
    assert "first: slipped p/one: " in text and "410" in text
    # The receiver is back.
    hook.refusing = None
    assert lines(daemon.ctl("outbox", "retry", "--dead")) == [
        f"message {number} to hook: is sent again"]
    wait_until(lambda: [message_id for message_id, _ in told(hook, "slipped")]
               == [dead["message_id"]])
    wait_until(lambda: daemon.get(f"/v1/notifications/{number}")["state"]
               == "delivered")
    channel, = daemon.items("/v1/channels")
    assert channel["failing_since"] is None
    assert channel["last_success"] is not None and channel["dead"] == 0
    status, detail = refused(daemon, f"/v1/outbox/{number}/retry")
    assert status == 409 and f"message {number} was delivered 20" in detail
    assert ("root", "retry", str(number), None) in actions(daemon)


def test_drop(daemon):
    hook = daemon.webhook()
    hook.refusing = 503
    start(daemon, [milestone("one", PAST)], hook)
    waiting = wait_until(lambda: [item for item in daemon.items("/v1/outbox")
                                  if item["attempts"] == 1])[0]
    number = waiting["id"]
    status, detail = refused(daemon, f"/v1/outbox/{number}/drop")
    assert status == 400 and detail == (
        "note: is missing: why shall nobody hear of it?")
    assert lines(daemon.ctl("outbox", "drop", number, "-m", "nobody cares")) \
        == [f"message {number} to hook: dropped"]
    assert daemon.items("/v1/outbox") == []
    assert daemon.get(f"/v1/notifications/{number}")["state"] == "dropped"
    status, detail = refused(daemon, f"/v1/outbox/{number}/drop", {"note": "x"})
    assert status == 409 and "has been dropped" in detail
    assert ("root", "drop", str(number), "nobody cares") in actions(daemon)


def test_a_mail_is_shown_as_it_is_sent(daemon):
    mailbox = daemon.mailbox()
    from daemon import DESK
    daemon.configure(register([milestone("one", PAST)]),
                     channels=[DESK.format(port=mailbox.port)])
    daemon.start().settled()
    wait_until(lambda: mailbox.got)
    number = daemon.items("/v1/outbox?state=all")[0]["id"]
    body = daemon.get(f"/v1/notifications/{number}")["body"]
    subject, = [line for line in body["headers"]
                if line.startswith("Subject: ")]
    assert subject == "Subject: " + mailbox.got[0]["subject"]
    assert "p/one" in body["text"] or "Promise" in body["text"]
    assert body["html"].startswith("<!DOCTYPE html>")
    assert "\n" + subject in daemon.ctl("outbox", "show", number).stdout


# --- channels ----------------------------------------------------------------------

class Hanging:
    """Takes connections and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self):
        self.listener.close()
        for connection in self.taken:
            connection.close()


def test_a_channel_that_works(daemon):
    hook = daemon.webhook()
    start(daemon, [milestone("far", FAR)], hook)
    assert lines(daemon.ctl("channel", "test", "hook")) == [
        "hook: delivered: HTTP status 204"]
    assert [event["data"]["kind"] for _, event in told(hook)] == [
        "channel_test"]
    assert reasons(hook) == ["test"]
    answer = json.loads(daemon.ctl("-o", "json", "channel", "test",
                                   "hook").stdout)
    assert answer["delivered"] is True
    assert daemon.get(f"/v1/notifications/{answer['notification']}")[
        "state"] == "delivered"
    assert actions(daemon) == [("root", "test", "hook", None)] * 2


def test_a_channel_that_fails(daemon):
    hook = daemon.webhook()
    hook.refusing = 403
    start(daemon, [milestone("far", FAR)], hook)
    result = daemon.ctl("channel", "test", "hook")
    assert result.returncode == 1 and result.stdout == ""
    assert "did not reach hook: HTTP status 403" in result.stderr
    status, detail = refused(daemon, "/v1/channels/hook/test")
    assert status == 502 and "HTTP status 403" in detail
    result = daemon.ctl("channel", "test", "hok")
    assert result.returncode == 5 and result.stderr == (
        'pledgectl: there is no channel "hok", did you mean "hook"?\n')


def test_a_channel_that_hangs(daemon):
    """Others are answered meanwhile, and nobody waits for ever."""
    hanging = Hanging()
    daemon.closers.append(hanging.close)
    start(daemon, [milestone("far", FAR)], hanging, hook_more=' timeout = "60s";')
    status, detail = refused(daemon, "/v1/channels/hook/test?wait=1")
    assert status == 504
    assert detail.startswith("hook has not answered within 1 seconds: ")
    status, detail = refused(daemon, "/v1/channels/hook/test?wait=36")
    assert status == 400 and "from 1 to 35" in detail
    # Nor does the daemon wait for it when it stops.
    waiting = subprocess.Popen(
        [program("pledgectl"), "-s", daemon.socket, "channel", "test", "hook"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(daemon.items("/v1/outbox")) == 2)
    before = time.monotonic()
    assert daemon.stop() == 0
    assert waiting.wait(10) != 0 and time.monotonic() - before < 10


def test_a_channel_whose_time_runs_out(daemon):
    hanging = Hanging()
    daemon.closers.append(hanging.close)
    start(daemon, [milestone("far", FAR)], hanging, hook_more=' timeout = "1s";')
    status, detail = refused(daemon, "/v1/channels/hook/test")
    assert status == 502 and "did not reach hook: " in detail


# --- what is refused ------------------------------------------------------------------

REFUSED = [
    ("POST", "/v1/alerts/9/ack", {"note": "x"}, 404,
     "there is no alert 9; open is 1: /v1/alerts lists them"),
    ("POST", "/v1/alerts/x/ack", {"note": "x"}, 404,
     "there is no alert x; open is 1: /v1/alerts lists them"),
    ("POST", "/v1/alerts/1", None, 404,
     "there is no such order: POST /v1/alerts/{id}/ack"),
    ("POST", "/v1/alerts/1/ack", None, 400,
     "note: is missing: what is being done about it?"),
    ("POST", "/v1/alerts/1/ack", {"note": ""}, 400,
     "note: is missing: what is being done about it?"),
    ("POST", "/v1/alerts/1/ack", {"note": 5}, 400, "note: a text is expected"),
    ("POST", "/v1/alerts/1/ack", {"why": "x"}, 400,
     'there is no member "why" here: note, for'),
    ("POST", "/v1/alerts/1/ack", {"note": "x", "for": "soon"}, 400,
     'for: "soon" is not a number and a unit, such as 12h or 7d'),
    ("POST", "/v1/alerts/1/ack", {"note": "x", "for": "91d"}, 400,
     "for: longer than 90d, the most that alerts.acknowledge_most allows"),
    ("POST", "/v1/alerts/1/ack", {"note": "x" * 1001}, 400,
     "note: longer than 1000 bytes"),
    ("GET", "/v1/alerts/9", None, 404,
     "there is no alert 9; open is 1: /v1/alerts lists them"),
    ("POST", "/v1/silences", {"note": "x"}, 400,
     "match: is missing: which alerts, as in obligor=CN kind=at_risk"),
    ("POST", "/v1/silences", {"match": "p/one"}, 400,
     "note: is missing: why shall nobody be told?"),
    ("POST", "/v1/silences", {"match": "p/one", "note": "x", "for": "1d",
                              "until": "2099-01-01"}, 400,
     "for and until say the same: leave one out"),
    ("POST", "/v1/silences", {"match": "p/one", "note": "x",
                              "until": "2020-01-01"}, 400,
     "until: it would be over before it begins"),
    ("POST", "/v1/silences", {"match": "p/one", "note": "x",
                              "until": "tomorrow"}, 400,
     'until: "tomorrow" is not a date or time (2020-12-31, '
     "2020-12-31T23:59:59Z)"),
    ("POST", "/v1/silences", {"match": "p/one", "note": "x",
                              "until": "2099-01-01"}, 400,
     "until: longer than 90d, the most that alerts.silence_most allows"),
    ("DELETE", "/v1/silences/7", None, 404,
     "there is no silence 7, and none is open"),
    ("POST", "/v1/outbox/99/retry", None, 404,
     "there is no message 99: /v1/outbox lists those on their way, with "
     "state=dead those given up"),
    ("POST", "/v1/outbox/x/retry", None, 404,
     "there is no message x: /v1/outbox lists those on their way, with "
     "state=dead those given up"),
    ("POST", "/v1/outbox/1", None, 404, "there is no such order: "
     "POST /v1/outbox/{number}/retry or …/drop"),
    ("GET", "/v1/notifications/99", None, 404,
     "there is no message 99: /v1/outbox lists those on their way, with "
     "state=dead those given up"),
    ("POST", "/v1/channels/lgo/test", None, 404,
     'there is no channel "lgo", did you mean "log"?'),
    ("POST", "/v1/channels/log", None, 404,
     "there is no such order: POST /v1/channels/{id}/test"),
]


def test_what_is_refused_is_said(daemon):
    start(daemon, [milestone("one", PAST)])
    for method, path, body, status, detail in REFUSED:
        assert refused(daemon, path, body, method) == (status, detail), path
    status, detail = refused(daemon, "/v1/silences",
                             {"match": "kind=slippd", "note": "x"})
    assert status == 400 and detail.startswith("match: ") \
        and "slipped" in detail
    assert actions(daemon) == [] and daemon.items("/v1/silences") == []
    assert alert(daemon)["state"] == "firing"


@pytest.mark.parametrize("words, status, want", [
    (["ack"], 2, "ack takes numbers, which list alerts tells, or ids of what "
     "alerts are about: see pledgectl --help"),
    (["ack", "1"], 2, "ack needs -m WHY: what is being done about it?: see "
     "pledgectl --help"),
    (["ack", "1", "2", "-m", "x", "--key", "k"], 2,
     "with --key ack takes one number: see pledgectl --help"),
    (["silence"], 2, "silence takes one of add, list, end: see pledgectl "
     "--help"),
    (["silence", "off"], 2, "silence takes one of add, list, end: see "
     "pledgectl --help"),
    (["silence", "add", "-m", "x"], 2, "silence add takes what alerts are to be "
     "like, such as obligor=CN kind=at_risk, or an id: see pledgectl --help"),
    (["silence", "add", "p/one"], 2, "silence add needs -m WHY: why shall nobody "
     "be told?: see pledgectl --help"),
    (["silence", "end", "p/one"], 2, "silence end takes numbers, which silence "
     "list tells: see pledgectl --help"),
    (["outbox", "send"], 2, "outbox takes one of list, show, retry, drop: see "
     "pledgectl --help"),
    (["outbox", "drop", "1"], 2, "outbox drop needs -m WHY: why shall nobody "
     "hear of it?: see pledgectl --help"),
    (["outbox", "retry", "1", "--dead"], 2, "outbox retry takes numbers, which "
     "outbox --dead tells, or --dead alone for all of them: see pledgectl "
     "--help"),
    (["channel"], 2, "channel takes one of test: see pledgectl --help"),
    (["status", "-m", "x"], 2, "status does not take -m: see pledgectl "
     "--help")])
def test_a_wrong_command_line_is_said(tmp_path, words, status, want):
    result = run(program("pledgectl"), "-s", tmp_path / "none", *words)
    assert (result.returncode, result.stdout) == (status, "")
    assert result.stderr == f"pledgectl: {want}\n"


def test_lists_are_filtered(daemon):
    start(daemon, [milestone("one", PAST, "critical"),
                   milestone("two", PAST, more='labels: { region = "n"; };'),
                   milestone("far", FAR)])
    for query, numbers in (
            ("", [1, 2]), ("state=open", [1, 2]), ("severity=critical", [1]),
            ("kind=slipped", [1, 2]), ("kind=at_*", []), ("subject=p/two", [2]),
            ("milestone=p/*", [1, 2]), ("source=*", []), ("label.region=n", [2]),
            ("label.sector=trade", [1, 2]), ("obligor=us", [1, 2]),
            ("severity=critical&severity=warning", [1, 2]),
            ("severity=critical&subject=p/two", []), ("state=firing", [1, 2]),
            ("state=acknowledged", []), ("state=all", [2, 1]),
            ("state=all&subject=p/one", [1]), ("class=audience", [1, 2])):
        assert [item["id"] for item in daemon.items("/v1/alerts?" + query)] \
            == numbers, query
    shown = lines(daemon.ctl("list", "alerts", "--match", "region=n"))
    assert [line.split()[0] for line in shown[1:]] == ["2"]
    shown = lines(daemon.ctl("list", "alerts"))
    assert [line.split()[1] for line in shown[1:]] == ["critical", "warning"]


def test_help_is_aligned():
    result = run(program("pledgectl"), "--help")
    rows = lines(result)
    assert max(map(len, rows)) <= 80
    assert any(row.startswith("  silence end SILENCE ...") for row in rows)
    assert all(row == "" or row[27] == " " for row in rows
               if row.startswith("  -") and len(row) > 28)
