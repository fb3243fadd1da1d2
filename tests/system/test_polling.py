"""The main job: sources are polled, a milestone slips, people are told."""
import gzip
import json
import socket

import pytest

import daemon as daemons
import origin as origins
from daemon import (DESK, HOOK, milestone, register, source, stamp, table,
                    told, utc, wait_until)


OBSERVED = "/v1/indicators/report/observations"


def observed(daemon, count):
    """The figures of report; they are shown when they are durable."""
    wait_until(lambda: len(daemon.items(OBSERVED)) >= count)
    items = daemon.items(OBSERVED)
    assert len(items) == count
    return items


def http_source(origin, path="/own.csv", name="web", more="", every="1h"):
    return source(name, origin.url(path), every, more)


def test_a_slip_is_told_by_webhook_and_mail(daemon, origin):
    hook, desk = daemon.webhook(), daemon.mailbox()
    due = utc(3)
    origin.answers["/own.csv"] = table(0, "from.web")
    daemon.configure(
        register([milestone("file", stamp(due), "critical"),
                  milestone("web", stamp(due), "critical",
                            "last(from.web) >= 1")],
                 [source(), http_source(origin)], ("report", "from.web")),
        channels=[HOOK.format(port=hook.port), DESK.format(port=desk.port)])
    daemon.start().settled()
    assert {item["outcome"] for item in daemon.items("/v1/sources")} == {
        "changed"}
    wait_until(lambda: len(told(hook, "slipped")) == 2
               and len(desk.got) >= 2)

    for name in ("file", "web"):
        (message_id, event), = told(hook, "slipped", f"p/{name}")
        assert message_id == event["id"] and message_id.startswith("msg_")
        assert event["specversion"] == "1.0"
        assert event["type"] == "org.pledged.milestone.slipped"
        assert event["data"]["from"] == "pending"
        assert event["data"]["to"] == "not_met"
        assert event["data"]["severity"] == "critical"
        assert "= 0, needs >= 1" in event["data"]["reason"]
    mails = {message["subject"]: message for message in desk.got}
    assert len({message["message-id"] for message in desk.got}) == 2
    for message in mails.values():
        assert message["to"] == "desk@example.org"
        assert "<pledged@example.org>" in message["from"]
        assert message["auto-submitted"] == "auto-generated"
        assert message["date"] and message["list-id"]
        plain = message.get_body(("plain",)).get_content()
        page = message.get_body(("html",)).get_content()
        assert "Promise" in plain and "Promise" in page
        assert plain.startswith("us has missed “Promise: ")
    assert daemon.status_of("p/file") == "not_met"
    assert daemon.get("/v1/milestones/p/web")["actual"] == 0
    # A worker's yes may be on its way to the disk still.
    wait_until(lambda: not daemon.items("/v1/outbox"))
    outbox = daemon.items("/v1/outbox?state=all")
    assert {item["state"] for item in outbox} == {"delivered"}
    assert {item["attempts"] for item in outbox} == {1}
    assert "hidden" not in json.dumps(daemon.items("/v1/channels"))
    assert "hidden" not in daemon.log()


def test_a_new_figure_is_judged_at_once(daemon, origin):
    hook = daemon.webhook()
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register([milestone("one", "2099-01-01")],
                              [http_source(origin)]),
                     channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    assert daemon.status_of("p/one") == "pending"
    day = utc().date()
    origin.answers["/own.csv"] = table(0) + f"report,{day},1,{stamp(utc())}Z\n"
    daemon.polled("web")
    # The period ends with the day: a figure of today is not known before.
    origin.answers["/own.csv"] = table(1).replace("T12", "T13")
    daemon.polled("web")
    wait_until(lambda: daemon.status_of("p/one") == "met")
    wait_until(lambda: told(hook, "met", "p/one"))
    seen = observed(daemon, 3)
    assert [item["value"] for item in seen if item["period"] < str(day)] == [
        0, 1]
    assert sorted(item["id"] for item in seen) == [1, 2, 3]


def test_conditional_get(daemon, origin):
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register([milestone("one", "2099-01-01")],
                              [http_source(origin)]))
    daemon.start().settled()
    first = daemon.source("web")
    assert first["outcome"] == "changed"
    daemon.polled("web")
    wait_until(lambda: origin.statuses("/own.csv") == [200, 304])
    wait_until(lambda: daemon.source("web")["outcome"] == "unchanged")
    tag = origin.asked[1][1]["if-none-match"]
    assert tag.startswith('"')
    # Validators outlive the process.
    assert daemon.stop() == 0
    daemon.start().settled()
    daemon.polled("web")
    wait_until(lambda: origin.statuses("/own.csv") == [200, 304, 304])
    # The same bytes without validators are no news either.
    origin.answers["/own.csv"] = lambda handler: origins.send(
        handler, 200, table(0).encode())
    daemon.polled("web")
    assert daemon.source("web")["outcome"] == "unchanged"
    observed(daemon, 1)


def test_a_failing_source_is_told_after_three_and_when_it_is_back(
        daemon, origin):
    hook = daemon.webhook()
    status = [500]
    text = table(0)
    origin.answers["/own.csv"] = lambda handler: (
        origins.send(handler, status[0]) if status[0] != 200
        else origins.send(handler, 200, text.encode()))
    daemon.configure(register([milestone("one", "2099-01-01")],
                              [http_source(origin)]),
                     channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    for count in (1, 2, 3):
        item = wait_until(lambda: daemon.source("web")
                          if daemon.source("web")["failures"] >= count
                          else None)
        assert item["failures"] == count
        assert item["error"] == "the server answered with HTTP status 500"
        alerts = daemon.items("/v1/alerts")
        if count < 3:
            assert alerts == [] and told(hook) == []
            daemon.post("/v1/sources/web/poll")
    wait_until(lambda: told(hook, "source_failing", "web"))
    (_, event), = told(hook, "source_failing")
    assert event["type"] == "org.pledged.source.failing"
    assert event["data"]["class"] == "operator"
    assert [alert["kind"] for alert in daemon.items("/v1/alerts")] == [
        "source_failing"]
    assert daemon.get("/v1/status")["sources"]["failing_total"] == 1
    daemon.post("/v1/sources/web/poll")
    wait_until(lambda: daemon.source("web")["failures"] == 4)
    status[0] = 200
    daemon.post("/v1/sources/web/poll")
    wait_until(lambda: told(hook, "source_recovered", "web"))
    assert len(told(hook, "source_failing")) == 1
    assert daemon.items("/v1/alerts") == []
    all_alerts = daemon.items("/v1/alerts?state=all")
    assert [alert["state"] for alert in all_alerts] == ["resolved"]
    # A failed fetch was never an observation, and the good one is one.
    observed(daemon, 1)


def slow(handler):
    """Half a body, then silence until the test ends."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"indicator,")
    handler.wfile.flush()
    handler.server.test_released.wait(30)
    return 0


def huge(handler):
    handler.send_response(200)
    handler.send_header("connection", "close")
    handler.end_headers()
    for _ in range(4096):
        handler.wfile.write(b"x" * 65536)
    return 200


def bomb(handler):
    return origins.send(handler, 200, gzip.compress(bytes(64 << 20)),
                        content_encoding="gzip")


def cut_short(handler):
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.send_header("connection", "close")
    handler.end_headers()
    handler.wfile.write(b"indicator,period\n")
    handler.close_connection = True
    return 200


def redirect_to(place):
    return lambda handler: origins.send(handler, 302, location=place)


def test_troubles_are_named_and_disturb_nobody_else(daemon, origin):
    origin.server.test_released = origin.released
    sources = {
        "slow": (slow, 'timeout = "1s";', "1 s"),
        "huge": (huge, "", "max_body"),
        "bomb": (bomb, "", "max_body"),
        "cut": (cut_short, "", ""),
        "gone": (origins.plain_404, "", "HTTP status 404"),
        "file": (redirect_to("file:///etc/passwd"), "", ""),
        "loop": (redirect_to("/loop"), "", "redirect"),
    }
    for name, (answer, _, _) in sources.items():
        origin.answers["/" + name] = answer
    origin.answers["/packed"] = lambda handler: origins.send(
        handler, 200, gzip.compress(table(0).encode()),
        content_encoding="gzip")
    origin.answers["/moved"] = redirect_to("/packed")
    written = [http_source(origin, "/" + name, name, more)
               for name, (_, more, _) in sources.items()]
    for name in ("packed", "moved"):
        written.append(http_source(origin, "/" + name, name))
    daemon.configure(register([milestone("one", "2099-01-01")], written),
                     polling='per_host = 16; max_body = "64K";')
    daemon.start()
    wait_until(lambda: all(item["last_attempt"]
                           for item in daemon.items("/v1/sources")))
    got = {item["id"]: item for item in daemon.items("/v1/sources")}
    for name, (_, _, words) in sources.items():
        assert got[name]["outcome"] == "failed", (name, got[name])
        assert words in got[name]["error"], (name, got[name]["error"])
    assert got["packed"]["outcome"] == got["moved"]["outcome"] == "changed"
    observed(daemon, 1)


def test_private_addresses_are_refused(daemon, origin):
    """Unless allowed; also when a public name or a redirect leads there."""
    port = origin.port
    origin.answers["/own.csv"] = table(0)
    places = {"v4": f"http://127.0.0.1:{port}/own.csv",
              "name": f"http://localhost:{port}/own.csv",
              "v6": f"http://[::1]:{port}/own.csv",
              "mapped": f"http://[::ffff:127.0.0.1]:{port}/own.csv",
              "metadata": "http://169.254.169.254/latest/",
              "home": "http://192.168.0.1/"}
    daemon.configure(
        register([milestone("one", "2099-01-01")],
                 [source(name, url) for name, url in places.items()]),
        allow_private="false")
    daemon.start().settled()
    for item in daemon.items("/v1/sources"):
        assert item["outcome"] == "failed", item
        assert "allow_private" in item["error"] or \
            "private" in item["error"] or "loopback" in item["error"], item
    assert origin.asked == []


def test_files_that_are_no_files(daemon):
    import os
    os.mkfifo(daemon.folder / "pipe.csv")
    (daemon.folder / "folder.csv").mkdir()
    (daemon.folder / "link.csv").symlink_to("/dev/zero")
    names = ("pipe", "folder", "link", "none")
    daemon.configure(register(
        [milestone("one", "2099-01-01")],
        [source(name, f"file:{name}.csv") for name in names] + [source()]))
    daemon.start().settled()
    for item in daemon.items("/v1/sources"):
        if item["id"] == "own":
            assert item["outcome"] == "changed"
        else:
            assert item["outcome"] == "failed" and item["error"], item


def test_rubbish_is_unreadable_and_says_where(daemon, origin):
    hook = daemon.webhook()
    origin.answers["/a"] = "not,a,table\n1,2,3\n"
    origin.answers["/b"] = table("many")
    origin.answers["/c"] = table(0) + table("x").split("\n", 1)[1]
    daemon.configure(
        register([milestone("one", "2099-01-01")],
                 [http_source(origin, f"/{name}", name) for name in "abc"]),
        channels=[HOOK.format(port=hook.port)])
    daemon.start().settled()
    got = {item["id"]: item for item in daemon.items("/v1/sources")}
    assert got["a"]["outcome"] == got["b"]["outcome"] == "unreadable"
    assert "no such column: indicator" in got["a"]["error"]
    assert got["b"]["error"] == 'row 1: value "many" is not a number'
    assert got["c"]["outcome"] == "changed"
    assert got["c"]["error"] == 'row 2: value "x" is not a number'
    wait_until(lambda: len(told(hook, "source_unreadable")) == 2)


def test_a_json_source_by_jq(daemon, origin):
    origin.answers["/j"] = json.dumps({"rows": [
        {"when": "2026-01-01", "n": "12345678901234567890.5"},
        {"when": "2026-01-02", "n": 3}]})
    daemon.configure(register(
        [milestone("one", "2099-01-01", benchmark="last(report) >= 4")],
        ['{ id = "j"; url = "%s"; format = "json"; indicator = "report"; '
         'extract = ".rows[] | {period: .when, value: .n, published: '
         '(.when + \\"T12:00:00Z\\")}"; }' % origin.url("/j")]))
    daemon.start().settled()
    observed(daemon, 2)
    seen = daemon.ask(OBSERVED)[2].decode()
    assert '"value":12345678901234567890.5' in seen.replace(": ", ":")
    assert daemon.get("/v1/milestones/p/one")["actual"] == 3


def test_two_sources_of_a_second_are_polled_again_and_again(daemon, origin):
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register([milestone("one", "2099-01-01")],
                              [http_source(origin, every="1s")]))
    daemon.start().settled()
    wait_until(lambda: len(origin.asked) >= 4, seconds=15)
    assert origin.statuses("/own.csv")[0] == 200
    assert set(origin.statuses("/own.csv")[1:]) == {304}
