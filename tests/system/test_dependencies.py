"""Milestones that rest on others, and those that wait for others."""
from daemon import milestone, register, table, told, wait_until, HOOK

FAR = "2099-01-01"


def waits(name, due, after):
    return milestone(name, due, more='after = [ "%s" ];' % after)


def test_a_figure_reaches_whoever_rests_on_it(daemon):
    hook = daemon.webhook()
    daemon.configure(register([
        milestone("all", FAR, benchmark=r'met_share(\"p/s-*\") == 1'),
        milestone("then", FAR, benchmark=r'met(\"p/s-law\")'),
        milestone("s-law", FAR, benchmark="last(report) >= 3")]),
        channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    daemon.write("own.csv", table(3))
    daemon.polled()
    for name in ("p/s-law", "p/then", "p/all"):
        wait_until(lambda: told(hook, "met", name))
    items = {item["id"]: item for item in daemon.items("/v1/milestones")}
    assert {items[name]["event_date"] for name in items} == {
        items["p/s-law"]["event_date"]}


def test_a_late_date_goes_down_the_chain(daemon):
    daemon.configure(register([
        milestone("law", "2098-01-31", benchmark="last(report) >= 1000"),
        waits("rule", "2098-01-11", "p/law"),
        milestone("place", "2097-12-31", benchmark=r'met(\"p/rule\")')]))
    daemon.start().settled()
    place = daemon.get("/v1/milestones/p/place")
    assert place["status"] == "at_risk"
    assert place["expected"] == {"date": "2098-01-31", "slip_days": 31,
                                 "root_cause": "p/law"}
    assert "waits for p/law, expected 2098-01-31, 31 days late" in (
        place["reason"])
    shown = daemon.ctl("show", "p/place").stdout
    assert "expected on     2098-01-31" in shown and "p/law" in shown
    assert daemon.get("/v1/milestones/p/law")["expected"] is None


def test_a_circle_is_told_whole(daemon):
    daemon.configure(register([
        milestone("a", FAR, benchmark=r'met(\"p/b\")'),
        waits("b", FAR, "p/a")]))
    result = daemon.offline("check")
    assert result.returncode != 0
    assert "p/a (" in result.stderr and "→ p/a" in result.stderr


def test_due_before_what_it_waits_for(daemon):
    daemon.configure(register([
        milestone("law", "2098-01-31"),
        waits("early", "2098-01-30", "p/law"),
        waits("late", "2098-01-31", "p/law")]))
    said = daemon.offline("check").stderr
    assert said.count("[due-before-predecessor]") == 1
    assert "p/early is due before p/law, which it waits for" in said
