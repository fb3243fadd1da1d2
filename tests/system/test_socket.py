"""The socket: HTTP and JSON, what it answers and what it refuses."""
import concurrent.futures
import datetime
import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess

import pytest

import daemon as daemons
from daemon import (HOOK, LOG, PHASE_ONE, many, milestone, register, settings, source,
                    wait_until)

FAR = "2099-01-01"
COUNT = 25


@pytest.fixture
def full(daemon):
    """A register with something in every list."""
    names = [f"m{i:02}" for i in range(COUNT)]
    daemon.configure(
        register([milestone(name, "2024-01-31" if i % 5 == 0 else FAR,
                            "critical" if i % 2 else "warning")
                  for i, name in enumerate(names)],
                 [source(f"s{i}") for i in range(7)],
                 ["report"] + [f"extra{i}" for i in range(6)]),
        channels=[LOG.replace('"log";', f'"log{i}";', 1) for i in range(5)])
    daemon.start().settled()
    # The lists are the store's: it has them a moment after the status does.
    wait_until(lambda: [item["state"] for item in
                        daemon.items("/v1/outbox?state=all")]
               == ["delivered"] * 25)  # five slips, to five channels
    return daemon


def problem(daemon, path, method="GET", **more):
    status, headers, body = daemon.ask(path, method, **more)
    assert headers["content-type"] == "application/problem+json", body
    told = json.loads(body)
    assert told["status"] == status and told["title"] and told["detail"]
    return status, told["detail"], headers


def test_status_by_curl(full):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl")
    result = daemons.run(curl, "-sS", "--unix-socket", full.socket,
                         "http://localhost/v1/status")
    assert result.returncode == 0 and result.stderr == ""
    status = json.loads(result.stdout)
    assert set(status) == {
        "version", "state", "time", "started", "uptime", "loaded", "register",
        "configuration", "store", "milestones", "deadlines", "sources", "alerts",
        "acknowledged", "silences", "outbox"}
    assert status["milestones"] == {
        "total": COUNT, "by_status": {"not_met": 5, "pending": 20}}
    assert status["alerts"] == 5
    assert status["sources"] == {"total": 7, "failing": [],
                                 "failing_total": 0}
    assert len(status["deadlines"]) == 5
    assert len(status["register"]) == 64


def paged(daemon, path):
    """The items of each page; path has a query."""
    cursor = ""
    while cursor is not None:
        page = daemon.get(path + (f"&cursor={cursor}" if cursor else ""))
        yield page["items"]
        cursor = page["next"]


@pytest.mark.parametrize("path, count", [
    ("pledges", 1), ("milestones", COUNT), ("indicators", 7), ("sources", 7),
    ("channels", 5), ("alerts", 5), ("alerts?state=all", 5),
    ("outbox?state=all", 25), ("outbox", 0),
    ("indicators/report/observations", 2)])
def test_paging(full, path, count):
    """Pages of three, one after the other, are the whole list."""
    mark = "&" if "?" in path else "?"
    whole = full.get(f"/v1/{path}")
    assert len(whole["items"]) == count and whole["next"] is None
    pages = list(paged(full, f"/v1/{path}{mark}limit=3"))
    assert all(len(page) == 3 for page in pages[:-1])
    assert sum(pages, []) == whole["items"]
    exact = full.get(f"/v1/{path}{mark}limit={max(count, 1)}")
    assert exact["next"] is None and len(exact["items"]) == count


DAYS = 1100  # more figures than one page looks at
OBSERVED = "/v1/indicators/report/observations"


@pytest.fixture
def long_series(daemon):
    """Figures of many days, each published at its noon, beside another's."""
    start = datetime.date(2021, 1, 1)
    days = [start + datetime.timedelta(days=i) for i in range(DAYS)]
    daemon.write("own.csv", "indicator,period,value,published\n" + "".join(
        f"{name},{day},{i},{day}T12:00:00Z\n" for i, day in enumerate(days)
        for name in ("report", "other")))
    daemon.configure(register([milestone("one", FAR)], None,
                              ["report", "other"]))
    daemon.start().settled()
    wait_until(lambda: daemon.items(OBSERVED))
    return daemon


def test_observations_come_in_pages(long_series):
    pages = list(paged(long_series, OBSERVED + "?limit=500"))
    assert [len(page) for page in pages] == [500, 500, 100]
    items = sum(pages, [])
    assert [item["value"] for item in items] == list(range(DAYS))
    numbers = [item["id"] for item in items]
    assert numbers == sorted(set(numbers))
    others = sum(paged(long_series,
                       OBSERVED.replace("report", "other") + "?limit=1000"), [])
    assert len(others) == DAYS
    assert not {item["id"] for item in others} & set(numbers)
    assert len(long_series.items(OBSERVED)) == 100
    last = long_series.get(f"{OBSERVED}?limit=100&cursor={numbers[999]}")
    assert last["items"] == items[1000:] and last["next"] is None


@pytest.mark.parametrize("as_of, limit, sizes", [
    ("2021-01-06T12:00:00Z", 4, [4, 2, 0]),
    ("2021-01-06T11:59:59Z", 1000, [5, 0]),
    ("2020-12-31", 1, [0, 0]),
    ("2023-09-27T12:00:00Z", 1000, [1000, 0]),
    ("2023-09-28T12:00:00Z", 1000, [1000, 1]),
    (FAR, 600, [600, 500])])
def test_observations_published_by(long_series, as_of, limit, sizes):
    """No page looks at more than 1,000 rows: it may be short, or empty."""
    pages = list(paged(long_series, f"{OBSERVED}?as_of={as_of}&limit={limit}"))
    assert [len(page) for page in pages] == sizes
    assert [item["value"] for item in sum(pages, [])] == list(range(sum(sizes)))


@pytest.mark.parametrize("query, count", [
    ("status=not_met", 5), ("status=pending", 20),
    ("status=not_met&status=pending", 25), ("severity=critical", 12),
    ("status=not_met&severity=critical", 2), ("obligor=us", COUNT),
    ("obligor=cn", 0), ("label.sector=trade", COUNT),
    ("label.sector=t*", COUNT), ("label.sector=steel", 0),
    ("label.nothing=x", 0), ("id=p/m1*", 10), ("pledge=p", COUNT),
    ("instrument=i", COUNT), ("owner=x", 0), ("due_before=2030-01-01", 5),
    ("due_after=2030-01-01", 20),
    ("due_after=2024-01-31T00:00:00Z&due_before=2024-01-31", 5),
    ("status=not_met&as_of=2023-01-01", 0)])
def test_filters(full, query, count):
    assert len(full.items("/v1/milestones?" + query)) == count


@pytest.mark.parametrize("path, words", [
    ("milestones?statsu=met", "statsu"),
    ("milestones?status=good", "good"),
    ("milestones?limit=0", "1 to 1000"),
    ("milestones?limit=1001", "1 to 1000"),
    ("milestones?limit=many", "1 to 1000"),
    ("milestones?as_of=yesterday", "yesterday"),
    ("milestones?as_of=2021-02-29", "2021-02-29"),
    ("milestones?due_before=soon", "soon"),
    ("milestones/p/m01?as_of=x", "as_of"),
    ("milestones/p/m01?of=x", "of"),
    ("milestones?status=%ff", "URL"),
    ("milestones?status=%0", "URL"),
    ("pledges?status=good", "good"),
    ("milestones?id=*" + "%5Ba" * 70, "128 bytes"),
    ("matrix?rows=owner&cols=owner&pledge=*" + "?" * 130, "128 bytes"),
    ("alerts?subject=p/*" + "&subject=%5Baaaaa%5D*" * 20, "128 bytes"),
    ("pledges?statsu=met", "statsu"),
    ("pledges?due_within=soon", "30d"),
    ("indicators?status=met", "status"),
    ("indicators?frequency=often", "quarter"),
    ("indicators?kind=texts", "documents"),
    ("sources?outcome=good", "unreadable"),
    ("sources?failing=yes", "true, false"),
    ("sources?as_of=2021-01-01", "as_of"),
    ("channels?type=fax", "webhook"),
    ("milestones?format=xml", "json or csv"),
    ("scorecard?format=xml", "json or csv"),
    ("milestones/p/m01?format=csv", "format"),
    ("alerts?state=old", "firing"),
    ("alerts?cursor=x", "cursor"),
    ("outbox?cursor=-1", "cursor"),
    ("status?verbose", "verbose"),
    ("indicators/report/observations?as_of=x", "as_of"),
    ("indicators/report/observations?limit=1001", "1 to 1000"),
    ("indicators/report/observations?cursor=0", "cursor"),
    ("indicators/report/observations?cursor=3x", "cursor"),
    ("indicators/report/observations?state=all", "state")])
def test_a_bad_parameter_is_named(full, path, words):
    status, detail, _ = problem(full, "/v1/" + path)
    assert status == 400 and words in detail


@pytest.mark.parametrize("path, words", [
    ("/nowhere", "/nowhere"), ("/v2/status", "/v2/status"), ("/v1", "/v1"),
    ("/v1/milestones/p/none", "p/none"), ("/v1/milestones/", "/v1"),
    ("/v1/indicators/none/observations", "none"),
    ("/v1/indicators/rport", "report"),
    ("/v1/../../etc/passwd", "/v1")])
def test_what_is_not_there(full, path, words):
    status, detail, _ = problem(full, path)
    assert status == 404 and words in detail


@pytest.mark.parametrize("method, path, status, allow", [
    ("POST", "/v1/status", 405, "GET, HEAD"),
    ("DELETE", "/v1/milestones/p/m01", 405, "GET, HEAD"),
    ("GET", "/v1/reload", 405, "POST"),
    ("DELETE", "/v1/silences", 405, "GET, HEAD, POST"),
    ("POST", "/v1/silences/3", 405, "GET, HEAD, DELETE"),
    ("DELETE", "/v1/alerts/3", 405, "GET, HEAD"),
    ("PUT", "/v1/status", 405, "GET, HEAD, POST, DELETE"),
    ("BREW", "/v1/status", 501, None),
    ("POST", "/v1/sources/none/poll", 404, None),
    ("POST", "/v1/sources/s1/stop", 404, None)])
def test_methods(full, method, path, status, allow):
    got, _, headers = problem(full, path, method)
    assert got == status and headers["allow"] == allow


def test_head_is_get_without_its_body(full):
    # The status tells the time: only the shape of the head is compared.
    status, headers, body = full.ask("/v1/pledges", "HEAD")
    _, wanted, whole = full.ask("/v1/pledges")
    assert status == 200 and body == b""
    assert headers["content-length"] == str(len(whole))
    assert headers["content-type"] == wanted["content-type"] == \
        "application/json"


def test_health(full):
    status, headers, body = full.ask("/healthz")
    assert (status, body) == (200, b"ok\n")


def test_one_connection_many_questions(full):
    connection = daemons.UnixConnection(full.socket)
    for path in ["/v1/status", "/v1/none", "/v1/milestones?limit=x",
                 "/v1/milestones"] * 5:
        connection.request("GET", path)
        answer = connection.getresponse()
        json.loads(answer.read())
    connection.close()


def test_many_at_once(full):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: full.ask("/v1/milestones")[0],
                                range(200)))
    assert set(answers) == {200}


RUDE = {
    "nothing": b"",
    "rubbish": b"\x00\xff\x16\x03\x01 hello\r\n\r\n",
    "half": b"GET /v1/status HT",
    "long line": b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nx: " + b"a" * 70000 + b"\r\n\r\n",
    "big body": b"POST /v1/reload HTTP/1.1\r\nhost: a\r\n"
                b"content-length: 99999999999\r\n\r\n",
    "bad length": b"POST /v1/reload HTTP/1.1\r\nhost: a\r\n"
                  b"content-length: -5\r\n\r\n",
    "connect": b"CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
    "escape": b"GET /v1/%zz HTTP/1.1\r\nhost: a\r\n\r\n",
    "nul": b"GET /v1/status%00x HTTP/1.1\r\nhost: a\r\n\r\n",
}


@pytest.mark.parametrize("case", RUDE)
def test_rude_clients_harm_nobody(full, case):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(daemons.PATIENCE)
    client.connect(str(full.socket))
    try:
        client.sendall(RUDE[case])
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        answer = b""
    client.close()
    assert answer == b"" or answer.split()[1][:1] in (b"4", b"5"), answer
    assert full.get("/v1/status")["state"] == "watching"


# --- rights -------------------------------------------------------------------

def as_nobody(daemon, *words):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv")
    # The folders above are the test's own; the programs may be anywhere.
    for place in [daemon.folder, *daemon.folder.parents]:
        if str(place).startswith("/tmp/"):
            place.chmod(place.stat().st_mode | 0o011)
    return subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         *map(str, words)], capture_output=True, text=True, timeout=20)


ASK_AS_OTHER = """\
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall((sys.argv[2] + " HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n"
           "content-length: 0\\r\\n\\r\\n").encode())
while True:
    piece = s.recv(65536)
    if not piece:
        break
    sys.stdout.write(piece.decode())
"""


def test_others_may_read_and_not_change(full):
    def ask(line):
        result = as_nobody(full, "/usr/bin/python3", "-c", ASK_AS_OTHER,
                           full.socket, line)
        assert result.returncode == 0, result.stderr
        return result.stdout
    assert ask("GET /v1/status").startswith("HTTP/1.1 200")
    for order in ("POST /v1/reload", "POST /v1/sources/s1/poll",
                  "POST /v1/sources/no/poll", "POST /v1/alerts/1/ack",
                  "POST /v1/silences", "DELETE /v1/silences/1",
                  "POST /v1/outbox/1/retry", "POST /v1/outbox/1/drop",
                  "POST /v1/channels/log/test"):
        answer = ask(order)
        assert answer.startswith("HTTP/1.1 403")
        assert "only administrators may do this" in answer
    # Orders of those who may are kept with the name of who gave them.
    assert full.post("/v1/sources/s1/poll")[0] == 202
    assert full.stop() == 0
    database = sqlite3.connect(full.folder / "state" / "pledged.db")
    rows = database.execute(
        "SELECT who, what, subject FROM action").fetchall()
    database.close()
    assert rows == [("root", "poll", "s1")]


def test_the_mode_of_the_socket_and_of_the_state(daemon):
    daemon.configure(register([milestone("one", FAR)]))
    daemon.write("pledged.conf", daemon.conf.read_text().replace(
        '"0666"', '"0600"'))
    daemon.start()
    assert daemon.socket.stat().st_mode & 0o7777 == 0o600
    for path in (daemon.folder / "state").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


# --- TCP -----------------------------------------------------------------------

def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_tcp_is_for_reading_by_this_machine(daemon):
    port = free_port()
    daemon.configure(register([milestone("one", FAR)]),
                     extra='web: { listen = "127.0.0.1:%d"; };' % port)
    daemon.start().settled()

    def ask(path, method="GET", host=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(method, path,
                           headers={"host": host} if host else {})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body
    assert ask("/v1/milestones/p/one")[1]["id"] == "p/one"
    assert ask("/v1/status", host=f"localhost:{port}")[0] == 200
    assert ask("/v1/status", host="evil.example")[0] == 403
    assert ask("/v1/status", host="localhost.evil.example")[0] == 403
    for path in ("/v1/reload", "/v1/sources/own/poll"):
        status, told = ask(path, "POST")
        assert status == 405 and "use the UNIX socket" in told["detail"]


@pytest.mark.parametrize("path, room", [("/v1/export", 3), ("/report", 3)])
def test_tcp_does_not_take_all_the_room(daemon, path, room):
    """Answers that only some can have at once, and that nobody reads on."""
    port = free_port()
    many(daemon, 4000).write("pledged.conf", settings(
        extra='web: { listen = "127.0.0.1:%d"; };' % port))
    daemon.start().settled()
    stuck = []
    for _ in range(room + 2):
        one = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        one.connect()
        one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.request("GET", path)
        stuck.append(one.getresponse())
    assert [one.status for one in stuck] == [200] * room + [503] * 2
    connection, _, _ = daemon.slowly(path)
    for one in stuck + [connection]:
        one.close()


def test_tcp_beyond_loopback_is_refused(daemon):
    daemon.configure(register([milestone("one", FAR)]),
                     extra='web: { listen = "0.0.0.0:8470"; };')
    status, told = daemon.refused()
    assert status == 78
    assert "web.listen" in told and "loopback" in told
