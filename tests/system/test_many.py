"""Two thousand milestones slip at once, and the daemon stays answerable."""
import time

from daemon import (HOOK, milestone, register, source, stamp, told, utc,
                    wait_until)

COUNT = 2000
ANSWER_WITHIN = 1.0  # seconds; on an idle machine it is milliseconds


def test_two_thousand_slip_in_one_second(daemon):
    hook = daemon.webhook()
    due = utc(4)
    daemon.configure(
        register([milestone(f"m{i:04}", stamp(due)) for i in range(COUNT)],
                 [source(every="1s")]),
        channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    assert daemon.get("/v1/status")["milestones"]["by_status"] == {
        "pending": COUNT}
    slowest = 0.0

    def ask():
        nonlocal slowest
        before = time.monotonic()
        status = daemon.get("/v1/status")
        page = daemon.items("/v1/milestones?limit=100&status=not_met")
        slowest = max(slowest, time.monotonic() - before)
        assert all(item["status"] == "not_met" for item in page)
        return status
    wait_until(lambda: ask()["milestones"]["by_status"] == {"not_met": COUNT}
               and ask()["outbox"] == 0, seconds=60)
    assert slowest < ANSWER_WITHIN
    slipped = told(hook, "slipped")
    assert {event["subject"] for _, event in slipped} == {
        f"p/m{i:04}" for i in range(COUNT)}
    assert len(slipped) == len({message_id for message_id, _ in slipped}) \
        == COUNT
    assert len(daemon.get("/v1/alerts?limit=1000")["items"]) == 1000
    # All of it, and in order, is still there after a restart.
    assert daemon.stop() == 0
    daemon.start().settled()
    assert daemon.get("/v1/status")["alerts"] == COUNT
    assert len(told(hook)) == COUNT
