"""backup: a whole copy of the store, taken while the daemon works, and brought
back.
"""
import base64
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess

import pytest

import test_socket
from daemon import (clean_environment, milestone, program, register, run, table,
                    wait_until)

TWO = "last(report) >= 2"


def started(daemon, **more):
    daemon.configure(register([milestone("one", "2099-01-01", benchmark=TWO)]),
                     **more)
    return daemon.start().settled()


def figures(daemon):
    return [item["value"] for item in daemon.items(
        "/v1/indicators/report/observations")]


def report(daemon, value):
    """The source says something else, and the daemon has it on the disk."""
    daemon.write("own.csv", table(value).replace("T12:", f"T1{value}:"))
    daemon.polled()


def restore(daemon, backup):
    """As the manual says."""
    state = daemon.folder / "state"
    for name in ("pledged.db", "pledged.db-wal", "pledged.db-shm"):
        (state / name).unlink(missing_ok=True)
    (state / "pledged.db").touch(mode=0o600)
    (state / "pledged.db").write_bytes(backup.read_bytes())


def test_a_copy_and_back(daemon, tmp_path):
    started(daemon)
    report(daemon, 1)
    kept = tmp_path / "kept.db"
    said = daemon.ctl("backup", kept)
    assert said.returncode == 0 and said.stderr == ""
    digest = hashlib.sha256(kept.read_bytes()).hexdigest()
    assert said.stdout == (f"{kept}: {kept.stat().st_size} bytes, "
                           f"SHA-256 {digest}\n")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("kept*")] == ["kept.db"]
    last = daemon.get("/v1/backup")
    assert (last["state"], last["sha256"], last["bytes"], last["fault"]) == (
        "done", digest, kept.stat().st_size, None)
    before = figures(daemon)
    seal = json.loads(daemon.ctl("verify", "-o", "json").stdout)["seal"]
    report(daemon, 2)
    assert daemon.status_of("p/one") == "met"
    assert figures(daemon) != before
    daemon.write("own.csv", table(1))
    daemon.stop()
    restore(daemon, kept)
    daemon.start().settled()
    assert figures(daemon) == before
    assert daemon.status_of("p/one") == "pending"
    said = daemon.ctl("verify", "-o", "json")
    verified = json.loads(said.stdout)
    assert said.returncode == 0 and verified["good"], verified
    assert seal is not None and verified["seal"] is not None


def test_who_ordered_it_is_in_it(daemon, tmp_path):
    started(daemon)
    kept = tmp_path / "kept.db"
    assert daemon.ctl("backup", kept).returncode == 0
    base = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    try:
        assert base.execute("SELECT who, what FROM action").fetchall() == [
            ("root", "backup")]
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        base.close()


def test_by_http(daemon):
    started(daemon)
    status, _, body = daemon.ask("/v1/backup")
    assert status == 404 and "POST" in json.loads(body)["detail"]
    status, headers, body = daemon.ask("/v1/backup", "POST")
    assert status == 200 and body.startswith(b"SQLite format 3\0")
    assert headers["Content-Type"] == "application/vnd.sqlite3"
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"].startswith(
        'attachment; filename="pledged-20')
    want = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert headers["Repr-Digest"] == f"sha-256=:{want}:"
    status, _, body = daemon.ask("/v1/backup?to=/etc/passwd", "POST")
    assert status == 400
    assert not list((daemon.folder / "state").glob("copy*"))


def test_strangers_get_none(daemon):
    daemon.configure(register([milestone("one", "2099-01-01")]))
    daemon.start()
    said = test_socket.as_nobody(daemon, program("pledgectl"), "-s",
                                 daemon.socket, "backup", "-")
    if "Permission denied" in said.stderr or said.returncode == 127:
        pytest.skip("nobody cannot reach the program")
    assert said.returncode == 4 and "administrators" in said.stderr
    assert said.stdout == "" and daemon.ask("/v1/backup")[0] == 404


def test_a_reader_who_leaves(daemon):
    """One at a time; what nobody reads on waits, and goes with its reader."""
    started(daemon)
    daemon.stop()
    base = sqlite3.connect(daemon.folder / "state" / "pledged.db")
    base.executescript("CREATE TABLE ballast(x);"
                       "INSERT INTO ballast VALUES(randomblob(4000000));")
    base.close()
    daemon.start()
    asker = socket.socket(socket.AF_UNIX)
    asker.connect(str(daemon.socket))
    asker.sendall(b"POST /v1/backup HTTP/1.1\r\nHost: a\r\n"
                  b"Content-Length: 0\r\n\r\n")
    asker.recv(1)
    under_way = daemon.get("/v1/backup")
    assert (under_way["state"], under_way["phase"]) == ("sending", "sending")
    assert 0 < under_way["done"] < under_way["total"] == under_way["bytes"]
    status, answer = daemon.post("/v1/backup")
    assert status == 409 and "GET /v1/backup" in answer["detail"]
    asker.close()
    last = wait_until(lambda: (lambda now: now if now["state"] == "failed"
                               else None)(daemon.get("/v1/backup")))
    assert "has left" in last["fault"]
    links = [os.readlink(path) for path in
             os.scandir(f"/proc/{daemon.process.pid}/fd")]
    assert not [link for link in links if "copy.db" in link]
    kept = daemon.folder / "kept.db"
    assert daemon.ctl("backup", kept).returncode == 0


def test_files_that_cannot_be(daemon, tmp_path):
    started(daemon)
    there = tmp_path / "there"
    there.write_text("of worth")
    said = daemon.ctl("backup", there)
    assert said.returncode == 1 and "--force" in said.stderr
    assert there.read_text() == "of worth"
    said = daemon.ctl("backup", "--force", there)
    assert said.returncode == 0
    assert there.read_bytes().startswith(b"SQLite format 3\0")
    said = daemon.ctl("backup", tmp_path / "none" / "kept")
    assert said.returncode == 1 and "No such file" in said.stderr
    assert said.stderr.count("\n") == 1
    for name in ("pipe", "folder"):
        (os.mkfifo if name == "pipe" else os.mkdir)(tmp_path / name)
        said = daemon.ctl("backup", "--force", tmp_path / name)
        assert said.returncode == 1 and f"{name} is no file" in said.stderr
    assert daemon.ctl("backup").returncode == 2
    said = daemon.ctl("backup", "-o", "csv", tmp_path / "x")
    assert said.returncode == 0 and said.stdout.startswith("file,bytes,sha256\n")
    full = run("sh", "-c", f"{program('pledgectl')} -s {daemon.socket} "
               "backup - > /dev/full")
    assert full.returncode == 1 and "No space left" in full.stderr
    piped = subprocess.run(
        [program("pledgectl"), "-s", str(daemon.socket), "backup", "-"],
        stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    assert piped.stdout.startswith(b"SQLite format 3\0")
    daemon.stop()
    said = daemon.ctl("backup", tmp_path / "away")
    assert said.returncode == 3 and not list(tmp_path.glob("away*"))


class Liar:
    """A daemon that answers an order for a backup with what it is told to."""

    def __init__(self, path, answer):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.answer = answer

    def serve(self):
        """Answers one; returns the connection, which is to be closed."""
        self.socket.settimeout(20)
        peer, _ = self.socket.accept()
        peer.recv(65536)
        peer.sendall(self.answer)
        return peer


def asked(path, file):
    return subprocess.Popen(
        [program("pledgectl"), "-s", str(path), "backup", str(file)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=clean_environment())


def test_what_came_otherwise_is_not_kept(tmp_path):
    right = hashlib.sha256(b"whole").digest()
    head = (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n"
            b"Repr-Digest: sha-256=:" + base64.b64encode(right) + b":\r\n\r\n")
    for answer, want, status in (
            (head + b"whole", "", 0),
            (head + b"whola", "is not what the daemon sent", 1),
            (head + b"who", "broke off", 1),
            (head.replace(b"Repr-Digest", b"X-Digest") + b"whole",
             "is not what the daemon sent", 1)):
        path = tmp_path / "liar"
        liar = Liar(path, answer)
        asking = asked(path, tmp_path / "kept")
        liar.serve().close()
        _, said = asking.communicate(timeout=20)
        liar.socket.close()
        path.unlink()
        assert (asking.returncode, want in said) == (status, True), said
        assert (tmp_path / "kept").exists() == (status == 0)
        (tmp_path / "kept").unlink(missing_ok=True)
        assert not list(tmp_path.iterdir()), list(tmp_path.iterdir())


def test_broken_off_leaves_nothing(tmp_path):
    path = tmp_path / "liar"
    liar = Liar(path, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")
    asking = asked(path, tmp_path / "kept")
    peer = liar.serve()
    wait_until(lambda: [file for file in tmp_path.glob("kept.*")
                        if file.stat().st_size == 4])
    asking.send_signal(signal.SIGINT)
    _, said = asking.communicate(timeout=20)
    peer.close()
    liar.socket.close()
    assert asking.returncode == 1 and "nothing was kept" in said
    assert not list(tmp_path.glob("kept*"))
