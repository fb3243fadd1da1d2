"""Ends and starts: nothing is lost, nothing is told under two ids."""
import collections
import random
import signal
import sqlite3
import time

import pytest

from daemon import (DESK, HOOK, milestone, register, source, stamp,
                    table, told, utc, wait_until)


def test_a_restart_goes_on_where_it_was(daemon):
    hook = daemon.webhook()
    late = utc(4)
    daemon.configure(
        register([milestone("past", "2024-01-31"),
                  milestone("soon", stamp(late)),
                  milestone("far", "2099-01-01")],
                 [source(), source("none", "file:none.csv")]),
        channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    wait_until(lambda: told(hook, "slipped", "p/past"))
    wait_until(lambda: not daemon.items("/v1/outbox"))
    before = {item["id"]: item for item in daemon.items("/v1/milestones")}
    sources = daemon.items("/v1/sources")
    alerts = daemon.items("/v1/alerts")
    assert {item["id"]: item["failures"] for item in sources} == {
        "own": 0, "none": 1}
    assert daemon.stop() == 0
    assert not daemon.socket.exists()

    daemon.start().settled()
    after = {item["id"]: item for item in daemon.items("/v1/milestones")}
    assert {name: (item["status"], item["since"])
            for name, item in after.items() if name != "p/soon"} == {
        name: (item["status"], item["since"])
        for name, item in before.items() if name != "p/soon"}
    assert daemon.items("/v1/sources") == sources
    assert [alert for alert in daemon.items("/v1/alerts")
            if alert["subject"] != "p/soon"] == alerts
    # What falls due after the restart is told once, like the rest.
    wait_until(lambda: told(hook, "slipped", "p/soon"))
    wait_until(lambda: not daemon.items("/v1/outbox"))
    assert daemon.stop() == 0
    daemon.start().settled()
    assert len(told(hook, "slipped")) == 2
    assert len({message_id for message_id, _ in told(hook)}) == len(told(hook))
    assert daemon.stop(signal.SIGINT) == 0


def test_what_falls_due_while_it_is_away_is_told_at_the_start(daemon):
    hook = daemon.webhook()
    daemon.configure(register([milestone("one", stamp(utc(2)))]),
                     channels=[HOOK.format(port=hook.port)])
    due = time.monotonic() + 3
    daemon.start().settled()
    daemon.kill()
    assert told(hook, "slipped") == []
    wait_until(lambda: time.monotonic() > due)
    daemon.start()
    wait_until(lambda: told(hook, "slipped", "p/one"))
    assert "not stopped in good order" in daemon.log()


def ids_by_subject(pairs):
    ids = collections.defaultdict(set)
    for subject, message_id in pairs:
        ids[subject].add(message_id)
    return ids


@pytest.mark.parametrize("pace", (
    'group_wait = "0s"; group_interval = "0s";',
    'group_wait = "1s"; group_interval = "0s";'), ids=("once", "waits"))
def test_kill_at_any_moment(daemon, pace):
    """Milestones slip in every second while the daemon is killed and started:
    each is told, always under its one id, also where it waits a while."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    hook, desk = daemon.webhook(), daemon.mailbox()
    first = utc(1)
    count, seconds = 240, 6
    names = [f"m{i:03}" for i in range(count)]
    daemon.configure(
        register([milestone(name, stamp(utc(1 + i % seconds)),
                            more=f'title = "Number {name}";')
                  for i, name in enumerate(names)],
                 [source(every="1s")]),
        channels=[HOOK.format(port=hook.port), DESK.format(port=desk.port)],
        routes='{ channels = [ "hook", "desk" ]; group_by = [ "milestone" ]; '
               f'{pace} }}')
    kills = 0
    while utc() < first or (utc() - first).total_seconds() < seconds:
        daemon.spawn()
        time.sleep(dice.choice([0.01, 0.05, 0.15, 0.4]) * dice.random() * 2)
        daemon.kill()
        kills += 1
        daemon.write("own.csv", table(0).replace("T12", f"T{kills % 24:02}"))
    assert kills >= 10
    daemon.start().settled()

    def all_told():
        return len({event["subject"] for _, event in told(hook, "slipped")}) \
            == count and len({m["subject"] for m in list(desk.got)}) >= count \
            and daemon.get("/v1/status")["outbox"] == 0
    wait_until(all_told, seconds=90)
    print(kills, "kills", len(told(hook)), "posts", len(desk.got), "mails")
    by_hook = ids_by_subject((event["subject"], message_id)
                             for message_id, event in told(hook, "slipped"))
    by_mail = ids_by_subject((str(message["subject"]), message["message-id"])
                             for message in desk.got)
    assert set(by_hook) == {f"p/{name}" for name in names}
    assert {len(ids) for ids in by_hook.values()} == {1}
    assert {len(ids) for ids in by_mail.values()} == {1}
    # And an id never stood for two things.
    assert len({message_id for message_id, _ in told(hook)}) == \
        len({(event["data"]["event"]) for _, event in told(hook)})
    assert daemon.stop() == 0
    check_chain(daemon)


def check_chain(daemon):
    """The file is whole, and each event stands once."""
    database = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                               uri=True)
    assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    twice = database.execute(
        "SELECT subject, kind, count(*) FROM event WHERE kind = 'slipped' "
        "GROUP BY subject, kind HAVING count(*) > 1").fetchall()
    assert twice == []
    database.close()


def test_receivers_that_are_away_get_it_once_when_they_are_back(daemon):
    """The first retry comes after five to ten seconds."""
    hook, desk = daemon.webhook(), daemon.mailbox()
    hook.refusing = 503
    port = desk.port
    desk.close()
    daemon.configure(
        register([milestone("one", stamp(utc(1)))]),
        channels=[HOOK.format(port=hook.port), DESK.format(port=port)])
    daemon.start().settled()

    def both_failed():
        waiting = daemon.items("/v1/outbox")
        return len(waiting) == 2 and all(
            item["attempts"] == 1 and item["answer"] for item in waiting)
    wait_until(both_failed)
    answers = {item["channel"]: item for item in daemon.items("/v1/outbox")}
    assert answers["hook"]["answer"] == "HTTP status 503"
    assert "hidden" not in str(answers)
    assert {item["state"] for item in answers.values()} == {"pending"}
    # The wait outlives the process.
    daemon.kill()
    daemon.start().settled()
    assert {item["channel"]: item["next"]
            for item in daemon.items("/v1/outbox")} == {
        name: item["next"] for name, item in answers.items()}

    hook.refusing = None
    desk = daemon.mailbox(port)
    wait_until(lambda: told(hook, "slipped") and desk.got, seconds=25)
    wait_until(lambda: not daemon.items("/v1/outbox"))
    assert len(told(hook)) == 1 and len(desk.got) == 1
    assert hook.refused[0][0] == told(hook)[0][0]  # the same id
    outbox = daemon.items("/v1/outbox?state=all")
    assert {(item["state"], item["attempts"]) for item in outbox} == {
        ("delivered", 2)}


def test_a_receiver_that_says_no_for_good_is_not_asked_again(daemon):
    hook = daemon.webhook()
    hook.refusing = 410
    daemon.configure(register([milestone("one", "2024-01-31")]),
                     channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    item, = wait_until(lambda: [item for item in daemon.items(
        "/v1/outbox?state=all") if item["state"] == "dead"])
    assert item["answer"].startswith("HTTP status 410, it is gone for good")
    assert daemon.items("/v1/outbox") == []


def test_rebuild_makes_the_state_from_the_facts(daemon):
    hook = daemon.webhook()
    daemon.configure(register([milestone("past", "2024-01-31"),
                               milestone("far", "2099-01-01")]),
                     channels=[HOOK.format(port=hook.port)])
    empty = daemon.offline("rebuild")
    assert empty.returncode == 1 and "pledged.db" in empty.stderr
    daemon.start().settled()
    wait_until(lambda: told(hook, "slipped") and not daemon.items("/v1/outbox"))
    before = daemon.items("/v1/milestones"), daemon.items("/v1/alerts")
    running = daemon.offline("rebuild")
    assert running.returncode == 1 and "stop it first" in running.stderr
    assert daemon.stop() == 0
    database = sqlite3.connect(daemon.folder / "state" / "pledged.db")
    with database:
        database.execute("DELETE FROM milestone_state")
        database.execute("DELETE FROM alert_state")
    database.close()
    made = daemon.offline("rebuild")
    assert made.returncode == 0 and made.stderr == "", made
    daemon.start().settled()
    assert (daemon.items("/v1/milestones"), daemon.items("/v1/alerts")) == before
    assert len(told(hook)) == 1
