"""pledged replay --against: what another register would have made of a span."""
import json
import shutil

import pytest

from daemon import PHASE_ONE, program, run

SPAN = ["--from", "2020-01-01", "--to", "2022-03-01"]


@pytest.fixture
def other(tmp_path):
    """The example with a lower target and a milestone of another name."""
    folder = shutil.copytree(PHASE_ONE, tmp_path / "other")
    text = (folder / "register.conf").read_text()
    changed = text.replace("+ 12.5e9", "+ 5e9").replace('"removed"; title',
                                                        '"gone"; title')
    assert changed != text
    (folder / "register.conf").write_text(changed)
    return folder / "pledged.conf"


def against(here, there, *words):
    return run(program("pledged"), "-c", here, "replay", *SPAN,
               "--against", there, *words)


def test_the_same_register_makes_no_difference(other):
    result = against(other, other)
    assert (result.returncode, result.stdout) == (0, "no difference\n")
    assert against(other, other, "-o", "jsonl").stdout == ""


def test_what_would_have_been_different(other):
    result = against(PHASE_ONE / "pledged.conf", other, "-o", "jsonl")
    assert (result.returncode, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    purchase = "purchases.agriculture/2020"
    told = {(row["difference"], row["time"][:10], row["what"], row["subject"])
            for row in rows}
    assert ("only_here", "2021-01-27", "slipped", purchase) in told
    assert ("only_there", "2021-01-27", "met", purchase) in told
    assert ("only_here", "2022-03-02", "milestone",
            "finance.equity-caps/removed") in told
    assert ("only_there", "2022-03-02", "milestone",
            "finance.equity-caps/gone") in told
    assert {row["subject"] for row in rows} == {
        purchase, "finance.equity-caps/removed", "finance.equity-caps/gone"}
    status, = [row for row in rows if row["what"] == "status"]
    assert (status["here"], status["there"]) == ("not_met", "met")
    revised, = [row for row in rows if row["what"] == "revised"]
    assert revised["difference"] == "differs"
    assert revised["here"]["reason"] != revised["there"]["reason"]
    # the other way round, the sides change places
    back = [json.loads(line) for line in against(
        other, PHASE_ONE / "pledged.conf", "-o", "jsonl").stdout.splitlines()]
    assert len(back) == len(rows)
    assert [row for row in back if row["what"] == "status"][0]["there"] == "not_met"


def test_a_table_of_differences(other):
    result = against(PHASE_ONE / "pledged.conf", other)
    assert result.stdout.startswith("TIME ")
    assert "  only_there  met " in result.stdout


def test_a_faulty_other(other, tmp_path):
    (other.parent / "register.conf").write_text("pledges = 1;")
    result = against(PHASE_ONE / "pledged.conf", other)
    assert result.returncode == 1
    assert "register.conf:1: pledges:" in result.stderr
    result = run(program("pledged"), "-c", other, "assess", "--against", other)
    assert result.returncode == 2
