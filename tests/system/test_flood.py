"""Ten thousand milestones slip in the same minute: on each channel each of them
is told once, in few messages, and the socket answers meanwhile."""
import collections
import json
import re
import sqlite3
import time

from daemon import (DESK, HOOK, LOG, milestone, register, source, stamp,
                    table, told, utc, wait_until)

COUNT = 10000
LONG = 100          # seconds; on an idle machine all is over after some
ANSWER_WITHIN = 2.0  # seconds; on an idle machine it is milliseconds
MEMORY_MOST = 400   # MiB; it is about 115
MESSAGES_MOST = 40  # webhooks of at most 500 things make 20
CHANNELS = ("hook", "desk", "log")


def milestones(due):
    """In two halves, which a silence can tell apart."""
    return [milestone(f"m{i:04}", stamp(due),
                      "critical" if i % 2 else "warning")
            for i in range(COUNT)]


def flood(daemon, lead, route='group_wait = "2s"; group_interval = "2s";'):
    hook, desk = daemon.webhook(), daemon.mailbox()
    daemon.configure(
        register(milestones(utc(lead)), [source()]),
        channels=[HOOK.format(port=hook.port), DESK.format(port=desk.port),
                  LOG],
        routes=", ".join('{ channels = [ "%s" ]; continue = true; %s }'
                         % (channel, route) for channel in CHANNELS))
    daemon.start().settled()
    wait_until(lambda: daemon.get("/v1/status")["milestones"]["by_status"] ==
               {"pending": COUNT})
    return hook, desk


def stored(daemon, sql):
    base = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                           uri=True)
    try:
        return base.execute(sql).fetchall()
    finally:
        base.close()


def is_told(daemon):
    """Nothing is under way, and nothing waits."""
    return (daemon.get("/v1/status")["outbox"] == 0 and
            stored(daemon, "SELECT count(*) FROM mention_waiting") == [(0,)])


def items(daemon, channel, kind):
    """What the messages of a channel tell of, by the milestone."""
    return collections.Counter(name for name, in stored(
        daemon, "SELECT about.text FROM item "
        "JOIN mention ON mention.id = item.fact "
        "JOIN event ON event.id = mention.event "
        "JOIN name about ON about.id = event.subject "
        "JOIN notification ON notification.id = item.notification "
        "JOIN name told ON told.id = notification.channel "
        f"WHERE told.text = '{channel}' AND event.kind = '{kind}'"))


def messages(daemon, channel):
    return {message for message, in stored(
        daemon, "SELECT message_id FROM notification JOIN name ON "
        f"name.id = channel WHERE text = '{channel}'")}


def logged(daemon, kind):
    return collections.Counter(re.findall(
        rf" log: {kind} (p/m\d+)", daemon.log()))


def everyone(which=range(COUNT)):
    return collections.Counter(f"p/m{i:04}" for i in which)


def heard(hook, kind):
    """Of a webhook, a message that came twice counted once."""
    by_id = {}
    for message, event in told(hook, kind):
        by_id.setdefault((message, event["subject"]), event)
    return collections.Counter(subject for _, subject in by_id)


def memory(daemon):
    status = open(f"/proc/{daemon.process.pid}/status").read()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024


def all_met(daemon):
    daemon.write("own.csv", table(1))
    daemon.polled()


def test_ten_thousand_slip_in_one_minute(daemon):
    hook, desk = flood(daemon, 7)
    took = []

    def ask():
        before = time.monotonic()
        status = daemon.get("/v1/status")
        took.append(time.monotonic() - before)
        return status["milestones"]["by_status"]

    wait_until(lambda: ask() == {"not_met": COUNT} and is_told(daemon), LONG)
    took.sort()
    print(f"{len(took)} answers: p99 {took[len(took) * 99 // 100]:.3f} s, "
          f"longest {took[-1]:.3f} s; {memory(daemon)} MiB")
    assert took[-1] < ANSWER_WITHIN
    assert memory(daemon) < MEMORY_MOST
    assert heard(hook, "slipped") == logged(daemon, "slipped") == everyone()
    for channel in CHANNELS:
        assert items(daemon, channel, "slipped") == everyone()
    assert len(hook.got) <= MESSAGES_MOST and len(desk.got) <= MESSAGES_MOST
    assert {mail["X-Pledged-Id"] for mail in desk.got} == messages(
        daemon, "desk")
    assert len(messages(daemon, "desk")) == len(desk.got)

    # One silence over half of them: only the other half is told what comes.
    status, _, answer = daemon.ask("/v1/silences", "POST", None, json.dumps(
        {"match": "severity=critical", "for": "1d", "note": "known"}))
    assert (status, json.loads(answer)["alerts"]) == (201, COUNT // 2)
    all_met(daemon)
    rest = everyone(range(0, COUNT, 2))
    wait_until(lambda: ask() == {"met": COUNT}
               and heard(hook, "met") == logged(daemon, "met") == rest
               and items(daemon, "desk", "met") == rest
               and daemon.get("/v1/status")["outbox"] == 0, LONG)
    before = [len(hook.got), len(desk.got), daemon.log().count(" log: ")]
    assert daemon.stop() == 0
    daemon.start().settled()
    wait_until(lambda: daemon.get("/v1/status")["outbox"] == 0)
    assert before == [len(hook.got), len(desk.got),
                      daemon.log().count(" log: ")]


def test_killed_in_the_midst(daemon):
    """Whatever stands on the disk by then: nothing is missing, and what comes
    twice comes under the same id."""
    hook, desk = flood(daemon, 5, 'group_wait = "1s"; group_interval = "1s";')
    for moment in (
            lambda: stored(daemon, "SELECT count(*) > 2000 FROM event"),
            lambda: stored(daemon, "SELECT count(*) > 10000 FROM "
                           "mention_waiting"),
            lambda: stored(daemon, "SELECT count(*) > 5000 FROM item"),
            lambda: stored(daemon, "SELECT count(*) > 25000 FROM item")):
        wait_until(lambda: moment() == [(1,)], LONG, every=0)
        daemon.kill()
        daemon.start()
    wait_until(lambda: daemon.get("/v1/status")["milestones"]["by_status"] ==
               {"not_met": COUNT} and is_told(daemon), LONG)
    assert heard(hook, "slipped") == everyone()
    for channel in CHANNELS:
        assert items(daemon, channel, "slipped") == everyone()
    assert logged(daemon, "slipped").keys() == everyone().keys()
    assert {message for message, _, _ in hook.got} == messages(daemon, "hook")
    assert {mail["X-Pledged-Id"] for mail in desk.got} == messages(
        daemon, "desk")
