"""The example concurrent-reform: what it says is so, on one screen."""
import collections
import csv
import io
import json
import shutil

import pytest

from daemon import SOURCE, program, run

EXAMPLE = SOURCE / "etc" / "examples" / "concurrent-reform"


def pledged(*words):
    result = run(program("pledged"), "-c", EXAMPLE / "pledged.conf", *words)
    assert (result.returncode, result.stderr) == (0, ""), words
    return result.stdout


def statuses(as_of, *patterns):
    rows = csv.DictReader(io.StringIO(pledged(
        "assess", "--as-of", as_of, "-o", "csv", *patterns)))
    return {row["id"]: row["status"] for row in rows}


def test_it_is_without_warnings():
    told = pledged("check", "--strict")
    assert "134 pledges, 446 milestones, 442 indicators" in told


@pytest.mark.parametrize("as_of, wanted", [
    ("2019-03-02", {"pending": 1, "not_started": 445}),
    ("2020-01-31", {"met": 236, "met_late": 4, "not_met": 147, "breached": 2,
                    "unverified": 30, "pending": 23, "withdrawn": 4})])
def test_the_whole_register(as_of, wanted):
    assert collections.Counter(statuses(as_of).values()) == wanted


def talks(as_of):
    return json.loads(pledged("assess", "--as-of", as_of, "-o", "json",
                              "talks"))[0]


def test_the_deadline_is_put_off():
    first = "2019-03-01T00:01:00-05:00"
    before, after = talks("2019-02-20"), talks("2019-03-02")
    assert (before["due"], before["lifecycle"]) == (first, "active")
    assert (after["due"], after["lifecycle"], after["status"]) == (
        "2019-05-10T00:01:00-04:00", "rescheduled", "pending")
    assert after["original_due"] == first
    assert talks("2019-05-20")["status"] == "met"


def test_a_contrary_measure_is_a_breach_and_silence_is_none():
    kept = statuses("2020-07-31", "standstill-*")
    assert kept.pop("standstill-coalshire/kept") == "breached"
    assert kept.pop("standstill-redcliff/kept") == "breached"
    assert kept.pop("standstill-nation/kept") == "breached"
    assert kept.pop("standstill-whitepeak/kept") == "unverified"
    assert set(kept.values()) == {"met"}


def test_three_of_four_promises_were_kept_concurrently():
    told = statuses("2020-01-31", "concurrent-*")
    assert told == {"concurrent-technology/all": "met", "concurrent-access/all": "met",
                    "concurrent-plan/all": "met", "concurrent-data/all": "not_met"}
    assert set(statuses("2019-10-01", "concurrent-*").values()) == {"pending"}


def test_expand_is_the_same_register(tmp_path):
    (tmp_path / "register.conf").write_text(pledged("expand"))
    shutil.copy(EXAMPLE / "pledged.conf", tmp_path)
    words = ("assess", "--as-of", "2020-01-31", "-o", "csv")
    result = run(program("pledged"), "-c", tmp_path / "pledged.conf", *words)
    assert result.stdout == pledged(*words)


def test_one_screen_answers_where_things_stand(daemon):
    for file in EXAMPLE.glob("*.csv"):
        shutil.copy(file, daemon.folder)
    daemon.configure((EXAMPLE / "register.conf").read_text(),
                     first_sight="none")
    daemon.start().settled()
    result = daemon.ctl("matrix", "local-*", "--rows", "place", "--cols",
                        "measure", "--within", "180d", "--as-of", "2020-01-31")
    assert (result.returncode, result.stderr) == (0, "")
    told = result.stdout.splitlines()
    assert len(told) <= 40 and max(map(len, told)) <= 100
    readme = (EXAMPLE / "README.md").read_text()
    shown = readme.split("```text\n")[1].split("```")[0].splitlines()
    assert len(shown) > 5
    for line in shown:
        assert line == "..." or line in told
