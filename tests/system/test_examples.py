"""The examples with figures of our own: what their README files say is so."""
import json

import pytest

from daemon import SOURCE, program, run

EXAMPLES = SOURCE / "etc" / "examples"


def pledged(name, *words):
    result = run(program("pledged"), "-c", EXAMPLES / name / "pledged.conf", *words)
    assert (result.returncode, result.stderr) == (0, ""), words
    return result.stdout


def assess(name, as_of):
    items = json.loads(pledged(name, "assess", "-o", "json", "--as-of", as_of))
    return {item["id"]: item for item in items}


# Each line: as of, milestone, what is answered. The figures are in the tables
# beside the registers; the sums in the README files.
ANSWERS = {
    "imf-programme": [
        # 4,085 is below 4,200, and 150 million of loans are late.
        ("2022-08-01", "reserves/q2", {"status": "met", "actual": 4085, "target": 4050}),
        ("2022-10-01", "reserves/q2", {"status": "met", "actual": 4091, "target": 4050}),
        ("2022-10-01", "structural/utility-audit", {"status": "unverified"}),
        ("2022-11-20", "structural/utility-audit", {
            "status": "met", "event_date": "2022-09-28"}),
        ("2022-11-20", "structural/resolution-law", {"status": "met_late", "days_late": 22}),
        ("2022-11-20", "domestic-assets/q3", {"status": "not_met", "actual": 871}),
        ("2022-12-20", "domestic-assets/q3", {"status": "waived"}),
        ("2022-10-04", "arrears/2022", {"status": "pending"}),
        ("2022-10-06", "arrears/2022", {"status": "breached", "event_date": "2022-08-31"}),
        ("2022-07-01", "primary-balance/q4", {"target": 7.5, "lifecycle": "active"}),
        ("2023-04-01", "primary-balance/q4", {
            "status": "met", "actual": 6.6, "target": 6.5, "lifecycle": "modified"}),
        ("2023-04-01", "social-spending/2022", {"status": "met", "actual": 14.6}),
        ("2022-11-20", "reviews/third", {"status": "pending"}),
        ("2023-04-01", "reviews/third", {"status": "met", "event_date": "2022-12-14"}),
    ],
    "recovery-plan": [
        ("2023-06-30", "C1.broadband/homes", {
            "status": "off_track", "actual": 38200, "required_now": 60000}),
        ("2024-11-15", "C1.broadband/homes", {"status": "not_met", "actual": 115700}),
        ("2023-02-28", "C2.courts/backlog", {"required_now": 395000, "actual": 396500}),
        ("2025-02-01", "C2.courts/backlog", {"status": "met", "event_date": "2024-09-30"}),
        ("2023-12-01", "C3.renovation/buildings", {
            "target": 450, "due": "2023-12-31T23:59:59+01:00", "lifecycle": "active"}),
        ("2023-12-10", "C3.renovation/buildings", {
            "target": 400, "due": "2024-09-30T23:59:59+02:00", "lifecycle": "rescheduled"}),
        ("2024-11-15", "C3.renovation/buildings", {"status": "met", "actual": 502}),
        ("2024-11-15", "reporting/report@2022-H2", {"status": "met_late", "days_late": 13}),
        ("2024-11-15", "reporting/report@2024-H1", {"status": "unverified"}),
        ("2024-11-15", "payments/last", {"status": "not_met"}),
        ("2023-06-30", "payments/first", {"status": "met", "event_date": "2022-05-17"}),
    ],
    "action-plan": [
        ("2024-11-01", "c1/contracts-of-all-ministries-on-the-portal", {
            "due": "2024-12-31T23:59:59+01:00", "lifecycle": "active"}),
        ("2025-03-15", "c1/contracts-of-all-ministries-on-the-portal", {
            "due": "2025-03-31T23:59:59+02:00", "lifecycle": "rescheduled"}),
        ("2025-03-15", "c1/decree-on-the-publication-of-contracts", {
            "status": "met", "event_date": "2024-06-12"}),
        ("2025-03-15", "c2/citizens-budget-2025-published", {
            "status": "met_late", "days_late": 4}),
        ("2025-03-15", "c5/bill-before-parliament", {"status": "withdrawn"}),
    ],
    "promise-meter": [
        ("2023-01-15", "open-contracts/adopted", {"status": "not_started", "due": None}),
        ("2024-03-01", "open-contracts/adopted", {
            "status": "met", "due": "2024-03-14T23:59:59+00:00", "event_date": "2023-11-30"}),
        ("2024-05-01", "open-contracts/applied", {
            "due": "2024-05-28T23:59:59+00:00", "knowledge": "disputed", "verdict": "none"}),
        ("2024-11-01", "open-contracts/applied", {"status": "met_late"}),
        ("2024-11-01", "rent-register/introduced", {"status": "met_late", "days_late": 67}),
        ("2025-12-31", "rent-register/applied", {"status": "unverified"}),
        ("2024-11-01", "rail-nights/introduced", {"status": "not_met"}),
        ("2024-11-01", "repair-right/introduced", {"status": "unverified"}),
        ("2024-11-01", "no-new-taxes/term", {"verdict": "none"}),
        ("2024-11-01", "programme/half", {"status": "pending", "actual": 0.25}),
    ],
}


@pytest.mark.parametrize("name, as_of", sorted(
    {(name, answer[0]) for name, answers in ANSWERS.items() for answer in answers}))
def test_answers(name, as_of):
    items = assess(name, as_of)
    for asked, milestone, want in ANSWERS[name]:
        if asked == as_of:
            got = {key: items[milestone][key] for key in want}
            assert got == want, milestone


@pytest.mark.parametrize("name, since, until, wanted", [
    ("imf-programme", "2022-01-01", "2023-04-01", [
        ("slipped", "domestic-assets/q3"), ("breached", "arrears/2022"),
        ("waived", "domestic-assets/q3"), ("modified", "primary-balance/q4")]),
    ("recovery-plan", "2022-01-01", "2025-03-31", [
        ("slipped", "C3.renovation/buildings"), ("slipped", "C1.broadband/homes"),
        ("met_late", "reporting/report@2022-H2"), ("met", "C2.courts/backlog")]),
    ("promise-meter", "2022-10-01", "2025-12-31", [
        ("disputed", "open-contracts/applied"), ("slipped", "rail-nights/introduced")]),
])
def test_replays(name, since, until, wanted):
    events = [json.loads(line) for line in pledged(
        name, "replay", "--from", since, "--to", until, "-o", "jsonl").splitlines()]
    told = [(event["kind"], event["milestone"]) for event in events]
    for event in wanted:
        assert event in told
