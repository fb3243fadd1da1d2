"""pledged routes: who would be told of what, and when."""

import json

from daemon import HOOK, LOG, milestone, program, register, run, settings

DESK = ('{ id = "desk"; type = "email"; to = "a@b"; from = "a@b"; '
        'server = "smtp://localhost"; digest = "weekly mon 08:00"; '
        'urgent = "critical"; fallback = "log"; }')
ROUTES = """\
{ match = { severity = "critical"; class = "audience"; }; channels = [ "desk" ];
  group_by = [ "pledge", "labels.sector" ]; repeat_interval = "7d";
  escalate = ( { after = "3d"; channels = [ "hook" ]; } ); },
{ match = { class = "audience"; }; channels = [ "log" ]; }
"""


def ask(folder, subject, *options, routes=ROUTES):
    (folder / "register.conf").write_text(register([
        milestone("grave", "2030-01-01", "critical"),
        milestone("light", "2030-01-01")]))
    (folder / "pledged.conf").write_text(settings(
        [LOG, DESK, HOOK.format(port=1)], routes))
    return run(program("pledged"), "-c", folder / "pledged.conf", "routes",
                "--for", subject, *options)


def rows(result):
    return [line.split() for line in result.stdout.splitlines()]


def test_of_a_milestone(tmp_path):
    result = ask(tmp_path, "p/grave")
    assert result.returncode == 0, result.stderr
    head, desk, hook = rows(result)
    assert head[:2] == ["CHANNEL", "TYPE"]
    assert desk[:3] == ["desk", "email", "everything"]
    assert "after 30s with others of its pledge, sector, then every 5m; " \
        "reminder after 7d; in a weekly digest unless critical; else log" \
        in " ".join(desk)
    assert hook[:4] == ["hook", "webhook", "every", "alert"]
    assert "after 3d unless acknowledged" in " ".join(hook)
    assert desk[-1].endswith("pledged.conf:11")


def test_of_many(tmp_path):
    found = json.loads(ask(tmp_path, "obligor=us kind=slipped", "-o",
                           "json").stdout)
    assert found["subjects"] == 2
    assert [(row["channel"], row["kinds"], row["subjects"],
             row["escalates_after"]) for row in found["channels"]] == [
                 ("desk", ["slipped"], 1, None),
                 ("hook", ["slipped"], 1, 259200),
                 ("log", ["slipped"], 1, None)]


def test_what_nobody_hears(tmp_path):
    result = ask(tmp_path, "own")
    assert result.returncode == 0
    assert result.stdout == ("nobody hears of: source_failing, "
                             "source_unreadable, source_recovered, "
                             "source_moved\n")


def test_what_there_is_not(tmp_path):
    result = ask(tmp_path, "obligr=us")
    assert result.returncode == 2
    assert "did you mean 'obligor'?" in result.stderr
    result = ask(tmp_path, "obligor=nobody")
    assert result.returncode == 5
    assert "nothing in the register is like" in result.stderr
