"""explain: the tree, its figures and their origins, the sentence."""
import hashlib
import json
import shutil

import pytest

from daemon import PHASE_ONE, milestone, register, table, wait_until

SETTINGS = """\
state_dir = "state";
register = [ "register.conf" ];
timezone = "America/New_York";
admin: { socket = "pledged.sock"; mode = "0666"; admins = [ "root" ]; };
channels = ( { id = "log"; type = "log"; } );
routes = ( { channels = [ "log" ]; } );
"""


@pytest.fixture
def phase_one(daemon):
    for file in PHASE_ONE.iterdir():
        shutil.copy(file, daemon.folder)
    daemon.write("pledged.conf", SETTINGS)
    daemon.start().settled()
    # Where a figure came from is known once it is committed.
    for indicator in ("exports.energy", "exports_ytd.energy",
                      "ip.action_plan.published"):
        wait_until(lambda: daemon.items(
            f"/v1/indicators/{indicator}/observations"))
    return daemon


def explained(daemon, name, as_of=None):
    query = f"?as_of={as_of}" if as_of else ""
    return daemon.get(f"/v1/milestones/{name}/explain{query}")


def leaves(node):
    if "figures" in node:
        yield node
    for operand in node["operands"]:
        yield from leaves(operand)


def test_a_known_answer_rests_on_its_figures(phase_one):
    item = explained(phase_one, "purchases.agriculture/2020", "2021-03-26")
    plain = phase_one.get("/v1/milestones/purchases.agriculture/2020"
                          "?as_of=2021-03-26")
    assert {key: item[key] for key in plain} == plain
    assert item["at"] == "2020-12-31T23:59:59-05:00"
    assert item["sentence"] == (
        "The floor is not met: from 2020-01 to 2020-12 exports.agriculture "
        "came to 27.3bn USD; 33.5bn were required, 12.5bn more than the 21bn "
        "of 2017. All twelve months are published, the last on 2021-03-25.")
    tree = item["tree"]
    assert tree["truth"] is False and tree["operation"] == "comparison"
    assert [o["value"] for o in tree["operands"]] == [
        item["actual"], item["target"]]
    first, base = leaves(tree)
    assert first["value"] == sum(f["value"] for f in first["figures"])
    assert [f["period"] for f in first["figures"]] == [
        f"2020-{month:02}" for month in range(1, 13)]
    assert first["window"] == {"first": "2020-01", "last": "2020-12"}
    assert base["value"] == item["baseline"] and base["unit"] == "USD"
    evidence = hashlib.sha256(
        (PHASE_ONE / "exports-monthly.csv").read_bytes()).hexdigest()
    for figure in first["figures"] + base["figures"]:
        assert figure["source"] == "census-monthly"
        assert figure["snapshot"] == evidence
        assert (figure["vintage"], figure["vintages"]) == (2, 2)
        assert figure["before"] != figure["value"] and figure["id"] > 0


@pytest.mark.parametrize("as_of, values, missing, first", [
    ("2020-07-01", 6, [("2020-06", "expected")], {"vintage": 1, "before": None}),
    ("2020-07-19", 5, [("2020-06", "expected")], {"vintage": 2}),
    ("2021-01-05", 11, [("2020-12", "expected")], {}),
    ("2021-01-28", 12, [], {}),
])
def test_what_was_known_then(phase_one, as_of, values, missing, first):
    item = explained(phase_one, "purchases.energy/2020", as_of)
    leaf = next(leaves(item["tree"]))
    over = [(gap["period"], gap["state"]) for gap in leaf["missing"]
            if gap["state"] != "ahead"]
    if missing:
        assert over[-1] == missing[0]
    else:
        assert over == []
    assert {key: leaf["figures"][0][key] for key in first} == first
    for figure in leaf["figures"]:
        assert figure["published"][:10] <= as_of[:7] + "-31"


def test_missing_figures_are_expected_by_a_day(phase_one):
    item = explained(phase_one, "purchases.energy/2020", "2021-01-05")
    leaf = next(leaves(item["tree"]))
    assert leaf["missing"] == [
        {"period": "2020-12", "expected": "2021-02-09", "state": "expected"}]
    assert leaf["interval"]["high"] is None and leaf["value"] is None
    assert leaf["interval"]["low"] == sum(f["value"] for f in leaf["figures"])
    assert leaf["unknown"] and item["tree"]["truth"] is None
    assert "2020-12 is not published yet (expected by 2021-02-09)" \
        in item["sentence"]


def test_every_milestone_has_a_sentence(phase_one):
    for day in ("2020-01-10", "2020-06-01", "2021-02-10", "2026-01-01"):
        for item in phase_one.items("/v1/milestones"):
            told = explained(phase_one, item["id"], day)
            assert told["sentence"].endswith(".")
            assert told["tree"]["text"]


def test_after_a_restart_origins_are_the_same(phase_one):
    name = "purchases.agriculture/2020"
    before = explained(phase_one, name, "2021-03-26")["tree"]
    phase_one.stop()
    phase_one.start()
    assert explained(phase_one, name, "2021-03-26")["tree"] == before


def test_a_revision_is_told_with_what_was_said_before(daemon):
    daemon.configure(register([milestone("one", "2099-01-01",
                                         benchmark="last(report) >= 3")]))
    daemon.start().settled()
    daemon.write("own.csv", table(2))
    daemon.polled()
    wait_until(lambda: daemon.get("/v1/milestones/p/one")["actual"] == 2)

    def leaf():
        return next(leaves(explained(daemon, "p/one")["tree"]))

    # Where it came from is known once it is committed.
    wait_until(lambda: leaf()["figures"][0]["source"])
    (figure,) = leaf()["figures"]
    assert leaf()["value"] == 2
    assert (figure["vintage"], figure["before"]) == (2, 0)
    assert figure["source"] == "own"
    assert explained(daemon, "p/one")["sentence"].startswith(
        "The floor is still open: on ")


def test_ids_that_look_like_it(daemon):
    daemon.configure(register([milestone("explain", "2099-01-01"),
                               milestone("one", "2099-01-01")]))
    daemon.start().settled()
    assert "tree" not in daemon.get("/v1/milestones/p/explain")
    assert explained(daemon, "p/explain")["tree"]["truth"] is False
    for path in ("/v1/milestones/p/two/explain", "/v1/milestones/explain",
                 "/v1/milestones/p/one/explain?limit=3"):
        status, _, body = daemon.ask(path)
        assert status in (400, 404) and json.loads(body)["detail"]


def test_the_table(phase_one):
    def told(*words):
        result = phase_one.ctl("explain", *words)
        assert result.returncode == 0 and result.stderr == ""
        return result.stdout
    text = told("purchases.agriculture/2020", "--as-of", "2020-12-08")
    lines = text.splitlines()
    assert lines[0] == "purchases.agriculture/2020: off_track"
    assert lines[3].split() == ["TRUTH", "VALUE", "EXPRESSION"]
    assert "unknown" in lines[4] and "at least" in lines[5]
    assert "2020-11              -" in text and "21bn USD" in text
    assert "not published yet" in " ".join(text.split())
    assert "\x1b" not in text
    raw = phase_one.ctl("-o", "json", "explain", "purchases.energy/2020")
    assert json.loads(raw.stdout)["tree"]["truth"] is False
    missing = phase_one.ctl("explain", "p/none")
    assert missing.returncode == 5 and missing.stderr.count("\n") == 1
    assert phase_one.ctl("explain").returncode == 2
