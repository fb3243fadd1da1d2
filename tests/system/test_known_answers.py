"""The Phase One purchases: answers known by arithmetic and by publication."""
import json

import pytest

import daemon as daemons
from daemon import PHASE_ONE, program, run

CONF = PHASE_ONE / "pledged.conf"


def assess(as_of, *ids):
    result = run(program("pledged"), "-c", CONF, "assess", "-o", "json",
                 "--as-of", as_of, *ids)
    assert result.returncode == 0 and result.stderr == ""
    return {item["id"]: item for item in json.loads(result.stdout)}


@pytest.mark.parametrize("as_of, name, want", [
    ("2020-07-20", "purchases.goods/2020", {
        "status": "off_track", "data_through": "2020-05",
        "actual": 26707987811, "required_now": 59446039074, "pace": 0.449,
        "verdict": "none"}),
    ("2021-01-05", "purchases.energy/2020", {
        "status": "awaiting_data", "verdict": "none"}),
    ("2021-01-28", "purchases.energy/2020", {
        "status": "not_met", "verdict": "not_met", "actual": 9738346232,
        "target": 26149222398, "share_of_level": 0.372,
        "data_through": "2020-12", "knowledge": "assessed"}),
    ("2021-03-26", "purchases.agriculture/2020", {
        "status": "not_met", "actual": 27335339028, "target": 33469792856,
        "shortfall": 6134453828, "share_of_level": 0.817,
        "days_overdue": 85, "days_late": None}),
    ("2020-07-01", "purchases.energy/2020", {"target": 34422063839}),
    ("2020-07-19", "purchases.energy/2020", {"target": 26149222398}),
    ("2020-06-01", "ip.action-plan/published", {
        "status": "met_late", "days_late": 21, "due": "2020-03-30T23:59:59-04:00",
        "event_date": "2020-04-20"}),
    ("2020-06-01", "finance.equity-caps/removed", {
        "status": "met", "days_late": None}),
])
def test_known_answer(as_of, name, want):
    item = assess(as_of, name)[name]
    assert {key: item[key] for key in want} == want


@pytest.mark.parametrize("as_of", ["2022-02-10", "2022-06-30", "2026-01-01"])
def test_2021_stays_unverified(as_of):
    of_2021 = [item for name, item in assess(as_of).items()
               if name.endswith("/2021")]
    assert len(of_2021) == 4
    assert {item["status"] for item in of_2021} == {"unverified"}
    assert {item["verdict"] for item in of_2021} == {"none"}


def test_one_object_has_every_promised_field():
    item = assess("2021-03-26")["purchases.agriculture/2020"]
    assert set(item) >= {
        "id", "pledge", "instrument", "obligor", "title", "severity",
        "labels", "weight", "status", "lifecycle", "verdict", "progress",
        "knowledge", "since", "assessed_at", "as_of", "start", "due",
        "original_due", "event_date", "days_late", "days_overdue", "unit",
        "actual", "target", "baseline", "required_now", "data_through",
        "pace", "share_of_level", "share_of_increment", "shortfall",
        "forecast", "reason", "published_assumed"}
    assert item["due"] == "2020-12-31T23:59:59-05:00"
    assert item["start"] == "2020-01-01" and item["unit"] == "USD"


def replay(start, end):
    result = run(program("pledged"), "-c", CONF, "replay", "-o", "jsonl",
                 "--from", start, "--to", end)
    assert result.returncode == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_replay_tells_the_correction_and_the_slips():
    events = replay("2020-06-01", "2022-03-01")
    revised = [event for event in events if event["kind"] == "revised"
               and event["milestone"] == "purchases.energy/2020"]
    assert len(revised) == 1
    assert "2020-07-01" < revised[0]["time"] < "2020-07-19"
    assert revised[0]["reason"].startswith(
        "target 34,422,063,839 is now 26,149,222,398; revised: ")
    slipped = [event for event in events if event["kind"] == "slipped"]
    assert {event["milestone"] for event in slipped} == {
        "purchases.agriculture/2020", "purchases.manufactured/2020",
        "purchases.energy/2020", "purchases.goods/2020"}
    assert all(event["time"].startswith("2021-01-27") for event in slipped)
    assert {event["severity"] for event in slipped} == {"critical"}
    unverified = {event["milestone"] for event in events
                  if event["kind"] == "unverified"}
    assert unverified == {f"purchases.{name}/2021" for name in (
        "agriculture", "manufactured", "energy", "goods")}
    assert [event["time"] for event in events] == \
        sorted(event["time"] for event in events)


def test_replay_says_the_same_each_time():
    assert replay("2020-06-01", "2021-03-01") == replay(
        "2020-06-01", "2021-03-01")


def test_the_daemon_answers_the_past_as_assess_does(daemon):
    daemon.write("pledged.conf", daemons.settings(
        first_sight="none", extra="").replace(
            '"register.conf"', f'"{PHASE_ONE}/register.conf"').replace(
            'timezone = "UTC"', 'timezone = "America/New_York"'))
    daemon.start().settled()
    times = ["2020-03-01", "2020-07-01", "2020-07-20", "2021-01-05",
             "2021-01-28", "2021-03-26", "2022-06-30"]
    for as_of in times:
        told = {item["id"]: item for item in
                daemon.items(f"/v1/milestones?as_of={as_of}")}
        for name, item in assess(as_of).items():
            ours = {**told[name], "since": None}
            assert ours == {**item, "since": None}
        one = daemon.get("/v1/milestones/purchases.energy/2020?as_of=" + as_of)
        assert len(one.pop("register")) == 64
        assert one == told["purchases.energy/2020"]
