"""pledgectl: forms, filters, exit statuses, one-line errors."""
import csv
import fcntl
import io
import json
import os
import pty
import socket
import struct
import subprocess
import termios

import pytest

import daemon as daemons
from daemon import milestone, program, register, run, source, stamp, utc

FAR = "2099-01-01"
TITLE = 'Пётр \\"quoted\\", a, b'


@pytest.fixture
def full(daemon):
    daemon.configure(register(
        [milestone("one", FAR),
         milestone("past", "2024-01-31", "critical",
                   more=f'title = "{TITLE}";'),
         milestone("soon", stamp(utc(3 * 86400)),
                   more='labels: { region = "north"; };')],
        [source(), source("none", "file:none.csv")]))
    return daemon.start().settled()


def lines(result, status=0):
    assert result.returncode == status, result.stderr
    assert result.stderr == ""
    return result.stdout.splitlines()


def complaint(result, status):
    """The one line of an error, and nothing else."""
    assert result.returncode == status and result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("pledgectl: ")
    return result.stderr[len("pledgectl: "):-1]


def test_status(full):
    told = lines(full.ctl("status"))
    assert told[0].startswith("pledged ") and ", watching, up " in told[0]
    assert [line.split() for line in told[1:4]] == [
        ["milestones", "3"], ["pending", "2"], ["not_met", "1"]]
    assert told[4].split() == ["sources", "2,", "1", "failing"]
    assert "none.csv: cannot be opened: No such file" in told[5]
    assert "1 firing" in told[6] and "waiting" in told[7]
    assert told[8] == "next deadlines" and "p/soon (pending)" in told[9]
    assert json.loads(full.ctl("-o", "json", "status").stdout)["alerts"] == 1


def test_the_table(full):
    told = lines(full.ctl("list"))
    assert told[0].split() == ["MILESTONE", "STATUS", "DUE", "ACTUAL",
                               "TARGET", "PACE", "REASON"]
    assert [line.split()[:3] for line in told[1:]] == [
        ["p/one", "pending", FAR], ["p/past", "not_met", "2024-01-31"],
        ["p/soon", "pending", told[3].split()[2]]]
    assert lines(full.ctl("list", "milestones")) == told
    assert "\x1b" not in "".join(told)


@pytest.mark.parametrize("kind, count", [
    ("milestones", 3), ("pledges", 1), ("indicators", 1), ("sources", 2),
    ("alerts", 1), ("channels", 1)])
def test_each_list_in_each_form(full, kind, count):
    table = lines(full.ctl("list", kind))
    assert len(table) == count + 1
    items = json.loads(full.ctl("-o", "json", "list", kind).stdout)
    each = [json.loads(line)
            for line in lines(full.ctl("-o", "jsonl", "list", kind))]
    rows = list(csv.DictReader(io.StringIO(
        full.ctl("list", kind, "-o", "csv").stdout)))
    assert len(items) == count and [item["id"] for item in items] == [
        item["id"] for item in each] == [
        type(items[0]["id"])(row["id"]) for row in rows]
    assert items == full.items("/v1/" + kind)


def test_csv_quotes_what_must_be(full):
    rows = list(csv.DictReader(io.StringIO(
        full.ctl("-o", "csv", "list").stdout)))
    assert rows[0]["reason"] == "last(report) = 0, needs >= 1"
    assert rows[0]["actual"] == "0" and rows[0]["pace"] == ""


def test_show(full):
    told = lines(full.ctl("show", "p/past"))
    assert told[0] == "p/past" and told[1].split() == ["status", "not_met"]
    assert any(line.split(None, 1) == ["title", 'Пётр "quoted", a, b']
               for line in told)
    one = json.loads(full.ctl("-o", "json", "show", "p/past").stdout)
    assert one["title"] == 'Пётр "quoted", a, b'
    past = json.loads(full.ctl("-o", "json", "--as-of", "2023-01-01",
                               "show", "p/past").stdout)
    assert past["as_of"] == "2023-01-01T23:59:59Z"
    assert past["status"] == "pending"


@pytest.mark.parametrize("words, ids", [
    (["--status", "not_met"], ["p/past"]),
    (["--status=pending"], ["p/one", "p/soon"]),
    (["--match", "severity=critical"], ["p/past"]),
    (["--match", "sector=trade"], ["p/one", "p/past", "p/soon"]),
    (["--match", "region=n*"], ["p/soon"]),
    (["--match", "obligor=us", "--match", "severity=warning"],
     ["p/one", "p/soon"]),
    (["--due-within", "30d"], ["p/soon"]),
    (["--due-within", "30d", "--as-of", "2024-01-15"], ["p/past"]),
    (["--sort", "due"], ["p/past", "p/soon", "p/one"]),
    (["--sort", "urgency"], ["p/past", "p/soon", "p/one"]),
    (["--sort", "id"], ["p/one", "p/past", "p/soon"]),
    (["--match", "id=nothing"], [])])
def test_filters(full, words, ids):
    assert [line.split()[0]
            for line in lines(full.ctl("list", *words))[1:]] == ids


def test_due(full):
    assert [line.split()[0] for line in lines(full.ctl("due"))[1:]] == [
        "p/soon"]
    assert lines(full.ctl("due", "--within", "1d"))[1:] == []
    assert len(lines(full.ctl("due", "--within", "100y"))[1:]) == 2


def test_poll_and_reload(full):
    assert lines(full.ctl("poll", "own")) == ["own: polling"]
    told = json.loads(full.ctl("-o", "json", "poll", "own").stdout)
    assert told["source"] == "own"
    assert lines(full.ctl("reload")) == ["reloaded"]


@pytest.mark.parametrize("words, status, want", [
    (["show", "p/nix"], 5,
     'there is no milestone "p/nix": /v1/milestones lists them'),
    (["show", "p/soo"], 5,
     'there is no milestone "p/soo", did you mean "p/soon"?'),
    (["explain", "p"], 2, "explain takes one milestone's id, "
     "pledge/milestone: see pledgectl --help"),
    (["poll", "nix"], 5,
     'there is no source "nix": /v1/sources lists them'),
    (["poll", "onw"], 5, 'there is no source "onw", did you mean "own"?'),
    (["observe", "reprot", "2020", "5"], 5,
     'there is no indicator "reprot", did you mean "report"?'),
    (["list", "--status", "good"], 2,
     'status: there is no status "good"'),
    (["list", "--as-of", "soon"], 2, 'as_of: "soon" is not a date or time '
     "(2020-12-31, 2020-12-31T23:59:59Z)"),
    (["list", "alrts"], 2, 'there is no list of "alrts", did you mean '
     "alerts: see pledgectl --help"),
    (["list", "sources", "--status", "met"], 2,
     'there is no parameter "status" here'),
    (["list", "alerts", "--status", "met"], 2,
     'state: "open" (the default), "firing", "acknowledged" or "all"'),
    (["list", "alerts", "--due-within", "3d"], 2, "alerts are asked for as "
     "they stand now: by --status, --match and --all: see pledgectl --help"),
    (["list", "alerts", "--match", "kind=slippd"], 2,
     'kind: there is no kind "slippd", did you mean "slipped"?'),
    (["-o", "xml", "list"], 2,
     "-o takes table, json, jsonl or csv: see pledgectl --help"),
    (["frob"], 2, "there is no verb frob: see pledgectl --help"),
    (["shwo", "p"], 2, "there is no verb shwo, did you mean show?: see "
     "pledgectl --help"),
    (["list", "--mach", "x=y"], 2, "there is no option --mach, did you mean "
     "--match?: see pledgectl --help"),
    ([], 2, "a verb is needed, such as status: see pledgectl --help"),
    (["list", "--limit"], 2,
     "there is no option --limit: see pledgectl --help"),
    (["show"], 2, "show takes an id, or a kind and an id, as in show source "
     "census: see pledgectl --help"),
    (["show", "source", "own", "b"], 2,
     'show: "b" is one word too many: see pledgectl --help'),
    (["show", "surce", "own"], 2, 'there is no kind "surce", did you mean '
     "source: see pledgectl --help"),
    (["show", "nothing.like.it"], 5, "there is no pledge, indicator, source or "
     'channel "nothing.like.it"; a milestone\'s id is pledge/milestone'),
    (["show", "onw"], 5, 'there is no source "onw", did you mean "own"?'),
    (["show", "99"], 5, "there is no alert 99; open is 1: /v1/alerts lists "
     "them"),
    (["show", "silence", "99"], 5, "there is no silence 99, and none is open"),
    (["show", "observation", "99"], 5, "there is no observation 99: "
     "/v1/indicators/{id}/observations lists them"),
    (["show", "alert", "p"], 2, "alerts, silences and observations have "
     "numbers: see pledgectl --help"),
    (["status", "x"], 2,
     'status: "x" is one word too many: see pledgectl --help'),
    (["list", "alerts", "x"], 2,
     'list: "x" is one word too many: see pledgectl --help'),
    (["status", "--all"], 2,
     "status does not take --all: see pledgectl --help"),
    (["list", "--match", "x"], 2,
     "--match takes NAME=VALUE: see pledgectl --help"),
    (["due", "--within", "soon"], 2, "a span is a number and a unit, such as "
     "30d or 6mo: see pledgectl --help")])
def test_errors_are_one_line(full, words, status, want):
    assert complaint(full.ctl(*words), status) == want


def test_a_reload_that_fails_is_status_1(full):
    full.write("register.conf", "pledges = ( { } );")
    result = full.ctl("reload")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("pledgectl: not reloaded, ")


def test_the_daemon_is_away(full):
    full.stop()
    for words in (["status"], ["list"], ["show", "p/one"], ["reload"]):
        assert complaint(full.ctl(*words), 3).startswith(
            f"the daemon is not running (there is no {full.socket})")
    # A socket nobody listens at, as a killed daemon leaves it.
    full.start()
    full.kill()
    assert full.socket.exists()
    assert complaint(full.ctl("status"), 3).startswith(
        f"the daemon is not running (nobody answers at {full.socket})")
    full.start()  # takes the stale socket over
    assert full.ctl("status").returncode == 0


def test_others_are_refused_with_status_4(full):
    import test_socket
    words = (program("pledgectl"), "-s", full.socket)
    result = test_socket.as_nobody(full, *words, "status")
    if "Permission denied" in result.stderr or result.returncode == 127:
        pytest.skip("nobody cannot reach the program")
    assert result.returncode == 0
    result = test_socket.as_nobody(full, *words, "reload")
    assert complaint(result, 4) == ("only administrators may do this: see "
                                    "admin.admins in pledged.conf")


def test_the_socket_by_environment(full):
    result = run(program("pledgectl"), "list",
                 env={"PLEDGED_SOCKET": str(full.socket)})
    assert len(lines(result)) == 4


# --- on a terminal -------------------------------------------------------------

def on_terminal(full, *words, columns=70, env=None):
    """What pledgectl writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        [program("pledgectl"), "-s", str(full.socket), *words], stdout=theirs,
        stderr=theirs, stdin=subprocess.DEVNULL,
        env={**daemons.clean_environment(), **(env or {})})
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    assert child.wait(timeout=20) == 0
    return written.decode().replace("\r\n", "\n").splitlines()


def test_tables_fit_the_terminal(full):
    plain = {"NO_COLOR": "1"}
    wide = on_terminal(full, "list", columns=200, env=plain)
    narrow = on_terminal(full, "list", columns=80, env=plain)
    assert max(map(len, wide)) > 80 >= max(map(len, narrow))
    assert [line.split()[0] for line in narrow] == [
        "MILESTONE", "p/one", "p/past", "p/soon"]
    assert on_terminal(full, "list", columns=200,
                       env={**plain, "COLUMNS": "80"}) == narrow


def test_explanations_fit_the_terminal(full):
    plain = {"NO_COLOR": "1"}
    told = on_terminal(full, "explain", "p/past", columns=70, env=plain)
    assert max(map(len, told)) <= 70
    assert told[0] == "p/past: not_met" and "\x1b" not in "".join(told)
    assert "\x1b[31m" in "".join(on_terminal(full, "explain", "p/past"))


def test_colours(full):
    assert "\x1b[31mnot_met\x1b[0m" in "".join(on_terminal(full, "list"))
    for words, env in ((["list"], {"NO_COLOR": "1"}),
                       (["--color", "never", "list"], {})):
        assert "\x1b" not in "".join(on_terminal(full, *words, env=env))
    assert "\x1b[" in full.ctl("--color", "always", "list").stdout


def test_output_that_cannot_be_written_is_said(full):
    with open("/dev/full", "w") as nowhere:
        result = subprocess.run(
            [program("pledgectl"), "-s", full.socket, "list"], stdout=nowhere,
            stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert result.stderr == ("pledgectl: standard output: No space left on "
                             "device\n")


def test_closed_descriptors_are_filled(tmp_path):
    """What it would say goes nowhere else, not into its own connection."""
    path = str(tmp_path / "sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$0" -s "$1" list <&- >&-',
             program("pledgectl"), path], stderr=subprocess.PIPE, text=True)
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            for number in range(2):
                assert os.readlink(
                    f"/proc/{process.pid}/fd/{number}") == "/dev/null"
            body = b'{"items":[],"next":null}'
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            told = process.communicate(timeout=20)[1]
    assert process.returncode == 1
    assert told == "pledgectl: standard output: Bad file descriptor\n"
