"""What an attacker, an impatient administrator or a bad day may do."""
import json
import os
import signal
import stat
import subprocess
import threading

import pytest

import daemon as daemons
from daemon import (HOOK, LOG, milestone, program, register, source, stamp,
                    table, utc, wait_until)
from origin import send

SLACK = ('{ id = "slack"; type = "webhook"; allow_private = true; '
         'url = "http://127.0.0.1:1/services/T0/SECRETPATH"; }')


def many(count):
    return register([milestone(f"m{i}", stamp(utc(86400)))
                     for i in range(count)])


def test_path_of_a_receiver_is_not_shown(daemon):
    daemon.configure(many(1), channels=(LOG, SLACK))
    daemon.start()
    assert [item.get("url") for item in daemon.items("/v1/channels")] == \
        [None, "http://127.0.0.1:1"]
    assert "SECRETPATH" not in daemon.ctl("list", "channels", "-o", "json").stdout
    assert "SECRETPATH" not in daemon.log()


@pytest.mark.parametrize("path", [
    "/v1/pledges?type=log", "/v1/sources?status=failed",
    "/v1/indicators?as_of=2020-01-01", "/v1/channels?obligor=CN",
    "/v1/alerts?type=log", "/v1/outbox?severity=critical",
    "/v1/silences?by=root", "/v1/alerts/1?state=all"])
def test_filter_that_is_not_applied_is_refused(daemon, path):
    daemon.configure(many(1))
    daemon.start()
    status, _, body = daemon.ask(path)
    assert status == 400
    assert "there is no parameter" in json.loads(body)["detail"]


def test_short_pages_come_to_the_end(daemon):
    """As of another time a page may be empty and still have a next one."""
    daemon.configure(many(4500))
    daemon.start()
    page = daemon.get("/v1/milestones?as_of=2026-01-01&status=met")
    assert page["items"] == [] and page["next"] == \
        sorted(f"p/m{i}" for i in range(4500))[1999]
    pages = 1
    while page["next"] is not None:
        page = daemon.get("/v1/milestones?as_of=2026-01-01&status=met&cursor="
                          + page["next"])
        pages += 1
    assert pages == 3
    shown = daemon.ctl("list", "--as-of", "2026-01-01", "-o", "json")
    assert len(json.loads(shown.stdout)) == 4500


def test_source_that_comes_and_goes_is_asked_by_one_poll(daemon, origin):
    """Reloads that take a source away drop the question already asked."""
    asked = []

    def hang(handler):
        asked.append(handler.path)
        origin.released.wait(daemons.PATIENCE)
        return send(handler, 200, table().encode())

    origin.answers["/slow"] = hang
    slow = source("slow", origin.url("/slow"))
    daemon.configure(register([milestone("m", stamp(utc(86400)))],
                              [source(), slow]))
    daemon.start()
    wait_until(lambda: len(asked) == 1)
    for _ in range(3):
        for sources in ([source()], [source(), slow]):
            daemon.configure(register([milestone("m", stamp(utc(86400)))],
                                      sources))
            assert daemon.post("/v1/reload")[0] == 200
        wait_until(lambda: daemon.source("slow")["busy"])
    sockets = [os.readlink(f"/proc/{daemon.process.pid}/fd/{fd}")
               for fd in os.listdir(f"/proc/{daemon.process.pid}/fd")]
    with open(f"/proc/{daemon.process.pid}/net/tcp") as table_of_sockets:
        open_now = [line.split()[9] for line in table_of_sockets
                    if line.split()[2].endswith(f":{origin.port:04X}")]
    assert sum(f"socket:[{inode}]" in sockets for inode in open_now) == 1
    assert daemon.stop() == 0


def test_each_order_to_reload_is_answered_by_a_reading_after_it(daemon):
    """An order that comes while another reads is not told of old files."""
    daemon.configure(many(8000))
    daemon.start()
    first = threading.Thread(target=daemon.post, args=("/v1/reload",))
    first.start()
    daemon.write("register.conf", "instruments = ( {")
    status, body = daemon.post("/v1/reload")
    first.join()
    assert status == 422 and "register.conf" in body["detail"]


def test_bodies_that_end_together_do_not_hold_up_questions(daemon, origin):
    row = "report,2026-01-01,0,2026-01-02T12:00:00Z," + "x" * 10000 + "\n"
    text = ("indicator,period,value,published,more\n" + row * 100).encode()
    gate = threading.Barrier(20)

    def together(handler):
        gate.wait(daemons.PATIENCE)
        return send(handler, 200, text)

    names = [f"s{i}" for i in range(20)]
    for name in names:
        origin.answers["/" + name] = together
    daemon.configure(register([milestone("m", stamp(utc(86400)))],
                              [source(name, origin.url("/" + name))
                               for name in names]), polling="per_host = 20;")
    daemon.start()
    wait_until(lambda: all(item["outcome"] == "changed"
                           for item in daemon.items("/v1/sources")))


def test_storm_of_signals_while_all_is_under_way(daemon, origin):
    hook = daemon.webhook()
    origin.answers["/s"] = table()
    for i in range(25):
        daemon.configure(
            register([milestone(f"m{k}", stamp(utc(i % 3))) for k in range(i + 1)],
                     [source(), source("s", origin.url("/s"), every="1s")]),
            channels=(LOG, HOOK.format(port=hook.port)))
        if i == 0:
            daemon.start()
        for _ in range(10):
            daemon.process.send_signal(signal.SIGHUP)
        daemon.post("/v1/sources/s/poll")
    wait_until(lambda: daemon.get("/v1/status")["milestones"]["total"] == 25)
    ids = [message_id for message_id, _, _ in hook.got]
    assert len(ids) == len(set(ids))
    assert daemon.stop() == 0


def test_client_tells_not_permitted_from_not_running(daemon):
    if os.getuid() != 0:
        pytest.skip("needs another user")
    daemon.configure(many(1))
    daemon.start()
    os.chmod(daemon.socket, stat.S_IRUSR | stat.S_IWUSR)
    for folder in [daemon.folder, *daemon.folder.parents]:
        os.chmod(folder, folder.stat().st_mode | 0o011)
    nobody = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", program("pledgectl"),
         "-s", daemon.socket, "status"], capture_output=True, text=True)
    if "execv" in nobody.stderr or "failed to execute" in nobody.stderr:
        pytest.skip("the program is out of another user's reach")
    assert nobody.returncode == 4 and "permission denied" in nobody.stderr


def test_client_notices_a_full_disk(daemon):
    daemon.configure(many(2000))
    daemon.start()
    with open("/dev/full", "w") as full:
        status = subprocess.run([program("pledgectl"), "-s", daemon.socket,
                                 "list"], stdout=full, stderr=subprocess.PIPE)
    assert status.returncode == 1 and b"No space left" in status.stderr
