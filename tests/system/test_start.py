"""Starts, refused starts, and the service manager's protocol."""
import os
import re
import signal
import socket
import sqlite3
import subprocess

import pytest

import daemon as daemons
from daemon import (HOOK, milestone, program, register, run, settings,
                    wait_until)

FAR = "2099-01-01"


@pytest.fixture
def plain(daemon):
    daemon.configure(register([milestone("one", FAR)]))
    return daemon


# --- refused ---------------------------------------------------------------------

def test_usage_is_64():
    result = run(program("pledged"), "run", "--wrong")
    assert (result.returncode, result.stderr) == (
        64, "pledged: there is no option --wrong here: see pledged --help\n")
    assert run(program("pledged"), "run", "-c").returncode == 64
    assert run(program("pledged"), "run", "extra").returncode == 64


def test_a_faulty_configuration_is_78_and_told_whole(plain):
    plain.write("pledged.conf", plain.conf.read_text().replace(
        "min_every", "min_evry"))
    plain.write("register.conf", register(
        [milestone("one", FAR).replace("severity", "sevrity")]))
    status, told = plain.refused()
    assert status == 78
    assert 'unknown key "min_evry", nearest is "min_every"' in told
    assert 'unknown key "sevrity", nearest is "severity"' in told
    assert "not started: the configuration has faults" in told
    assert list((plain.folder / "state").iterdir()) == []
    assert not plain.socket.exists()


def test_no_configuration_is_78(plain):
    plain.conf.unlink()
    status, told = plain.refused()
    assert status == 78 and "pledged.conf: No such file" in told


def test_no_state_dir_is_78(plain):
    plain.write("pledged.conf", plain.conf.read_text().replace(
        'state_dir = "state";', ""))
    status, told = plain.refused()
    assert status == 78
    assert "state_dir" in told and "STATE_DIRECTORY" in told
    plain.start(env={"STATE_DIRECTORY": str(plain.folder / "state")})
    assert (plain.folder / "state" / "pledged.db").exists()


def test_a_state_dir_that_is_not_there_is_78(plain):
    (plain.folder / "state").rmdir()
    status, told = plain.refused()
    assert status == 78
    assert f"state_dir {plain.folder}/state: No such file" in told


def test_the_state_of_another_daemon(plain):
    plain.start()
    other = plain.folder / "other.conf"
    other.write_text(plain.conf.read_text().replace(
        "pledged.sock", "other.sock"))
    result = run(program("pledged"), "-c", other)
    assert result.returncode not in (0, 64, 65, 77, 78)  # may be tried again
    assert (f"is held by another pledged (process {plain.process.pid}): stop "
            "it first, or give this one its own state_dir") in result.stderr
    assert plain.get("/v1/status")["state"]


def test_the_socket_of_another_daemon(plain):
    plain.start()
    other = plain.folder / "other.conf"
    (plain.folder / "other-state").mkdir()
    other.write_text(plain.conf.read_text().replace('"state"',
                                                    '"other-state"'))
    result = run(program("pledged"), "-c", other)
    assert result.returncode != 0
    assert "another daemon listens there" in result.stderr
    assert plain.get("/v1/status")["state"]


def test_a_newer_schema_is_refused(plain):
    plain.start()
    plain.stop()
    database = sqlite3.connect(plain.folder / "state" / "pledged.db")
    database.execute("PRAGMA user_version = 999")
    database.commit()
    database.close()
    before = (plain.folder / "state" / "pledged.db").read_bytes()
    status, told = plain.refused()
    assert status == 65
    assert "999" in told and "newer" in told
    assert (plain.folder / "state" / "pledged.db").read_bytes() == before


def test_a_file_that_is_no_store_is_refused(plain):
    path = plain.folder / "state" / "pledged.db"
    path.write_bytes(b"my own precious file\n" * 1000)
    status, told = plain.refused()
    assert status == 65 and "pledged.db" in told
    assert path.read_bytes() == b"my own precious file\n" * 1000


def test_secrets_that_others_may_read(plain):
    plain.write("pledged.conf", settings([HOOK.format(port=1)]))
    secret = plain.folder / "hook-secret"
    secret.chmod(0o644)
    status, told = plain.refused()
    assert status == 78
    assert re.search(r"pledged\.conf:\d+: .*secret_file: .*hook-secret.*may be "
                     r"read or changed by others \(mode 0644\): chmod 600",
                     told), told
    assert "whsec_" not in told
    secret.unlink()
    status, told = plain.refused()
    assert status == 78 and "hook-secret" in told
    assert "No such file" in told


def test_secrets_from_the_service_manager(plain):
    credentials = plain.folder / "credentials"
    credentials.mkdir()
    (plain.folder / "hook-secret").rename(credentials / "hook-secret")
    hook = plain.webhook()
    plain.write("pledged.conf", settings([HOOK.format(port=hook.port)]))
    plain.write("register.conf", register([milestone("one", "2024-01-31")]))
    plain.start(env={"CREDENTIALS_DIRECTORY": str(credentials)}).settled()
    wait_until(lambda: daemons.told(hook, "slipped"))


def test_a_state_folder_that_cannot_be_written(plain):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    os.chown(plain.folder / "state", 0, 0)
    for place in [plain.folder, *plain.folder.parents]:
        if str(place).startswith("/tmp/"):
            place.chmod(place.stat().st_mode | 0o011)
    plain.conf.chmod(0o644)
    (plain.folder / "register.conf").chmod(0o644)
    result = run("setpriv", "--reuid=65534", "--regid=65534",
                 "--clear-groups", program("pledged"), "-c", plain.conf)
    if result.returncode in (126, 127):
        pytest.skip("nobody cannot reach the program")
    assert result.returncode == 77, result.stderr
    assert "state" in result.stderr and "Permission denied" in result.stderr


# --- the service manager ------------------------------------------------------------

def test_ready_reloading_stopping(plain):
    plain.start()
    assert plain.manager.got[-1]["READY"] == "1"
    assert plain.manager.got[-1]["STATUS"]
    assert plain.get("/v1/status")  # ready means: it answers
    plain.process.send_signal(signal.SIGHUP)
    behind = plain.manager.wait_for("RELOADING")
    plain.manager.wait_for("READY", since=behind)
    behind = len(plain.manager.got)
    assert plain.stop() == 0
    plain.manager.wait_for("STOPPING", since=behind)


def test_the_watchdog(plain):
    plain.start(env={"WATCHDOG_USEC": "400000"})
    behind = 0
    for _ in range(3):
        behind = plain.manager.wait_for("WATCHDOG", since=behind, seconds=2)


def test_no_watchdog_unless_asked(plain):
    plain.start().settled()
    assert not any("WATCHDOG" in message for message in plain.manager.got)


def pass_sockets(daemon, sockets):
    """Starts the daemon as the service manager does, with named sockets."""
    names = ":".join(name for name, _ in sockets)
    script = ('import fcntl, os, sys\n'
              'fds = [int(n) for n in sys.argv[1].split(",")]\n'
              'high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in fds]\n'
              'for i, fd in enumerate(high): os.dup2(fd, 3 + i)\n'
              'os.environ["LISTEN_PID"] = str(os.getpid())\n'
              'os.execv(sys.argv[2], sys.argv[2:])\n')
    since = len(daemon.manager.got)
    fds = [one.fileno() for _, one in sockets]
    with open(daemon.log_path, "a") as log:
        daemon.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", script, ",".join(map(str, fds)),
             program("pledged"), "-c", str(daemon.conf)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=fds,
            env={**daemons.clean_environment(),
                 "NOTIFY_SOCKET": daemon.manager.path,
                 "LISTEN_FDS": str(len(fds)), "LISTEN_FDNAMES": names})
    return daemon.manager.wait_for("READY", since=since,
                                   alive=daemon.is_alive)


def listener(path):
    one = socket.socket(socket.AF_UNIX)
    one.bind(str(path))
    one.listen(16)
    return one


@pytest.mark.parametrize("web_first", [False, True])
def test_sockets_by_name(plain, web_first):
    """Their order changes between starts: the names count."""
    tcp = socket.socket()
    tcp.bind(("127.0.0.1", 0))
    tcp.listen(16)
    port = tcp.getsockname()[1]
    unix = listener(plain.folder / "given.sock")
    sockets = [("pledged.socket", unix), ("web", tcp)]
    assert pass_sockets(plain, sockets[::-1] if web_first else sockets), \
        plain.log()
    # A question asked before the daemon was there would wait in the queue.
    plain.socket = plain.folder / "given.sock"
    assert plain.get("/v1/status")["state"]
    assert not (plain.folder / "pledged.sock").exists()
    assert plain.post("/v1/sources/own/poll")[0] == 202
    result = run("curl", "-sS", f"http://127.0.0.1:{port}/v1/status")
    assert result.returncode == 0 and '"uptime"' in result.stdout
    result = run("curl", "-sS", "-X", "POST",
                 f"http://127.0.0.1:{port}/v1/reload")
    assert '"status":405' in result.stdout.replace(" ", "")
    assert plain.stop() == 0
    # The socket is the manager's: it outlives the daemon.
    assert (plain.folder / "given.sock").exists()
    assert pass_sockets(plain, sockets)
    assert plain.get("/v1/status")["state"]
    unix.close()
    tcp.close()


def test_a_tcp_socket_is_never_the_admin_socket(plain):
    """Whatever its name: the UNIX socket is then opened as configured."""
    tcp = socket.socket()
    tcp.bind(("127.0.0.1", 0))
    tcp.listen(16)
    assert pass_sockets(plain, [("pledged.socket", tcp)]), plain.log()
    assert plain.post("/v1/sources/own/poll")[0] == 202
    result = run("curl", "-sS", "-X", "POST",
                 f"http://127.0.0.1:{tcp.getsockname()[1]}/v1/reload")
    assert '"status":405' in result.stdout.replace(" ", "")
    tcp.close()


def test_closed_descriptors_are_filled(plain):
    """Nothing that it opens is taken for standard input, output or error."""
    since = len(plain.manager.got)
    plain.process = subprocess.Popen(
        ["/bin/sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-',
         program("pledged"), str(plain.conf)],
        env={**daemons.clean_environment(),
             "NOTIFY_SOCKET": plain.manager.path})
    assert plain.manager.wait_for("READY", since=since, alive=plain.is_alive)
    for number in range(3):
        path = f"/proc/{plain.process.pid}/fd/{number}"
        assert os.readlink(path) == "/dev/null"
    assert plain.stop() == 0


def test_what_is_watched_is_counted(plain):
    plain.start().settled()
    assert "watching 1 milestone of 1 pledge by 1 source\n" in plain.log()
    assert plain.ctl("reload").returncode == 0
    assert "reloaded: 1 milestone of 1 pledge by 1 source\n" in plain.log()


def test_a_question_wakes_it(plain):
    """Socket activation: the first connection waits until it is answered."""
    if not os.path.exists("/usr/bin/systemd-socket-activate"):
        pytest.skip("no systemd-socket-activate")
    path = plain.folder / "wake.sock"
    with open(plain.log_path, "a") as log:
        plain.process = subprocess.Popen(
            ["/usr/bin/systemd-socket-activate", "-l", str(path),
             program("pledged"), "-c", str(plain.conf)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=daemons.clean_environment())
    wait_until(path.exists)
    plain.socket = path

    def asked():
        try:
            return plain.get("/v1/status")
        except ConnectionRefusedError:
            return None
    assert wait_until(asked)["milestones"]["total"] == 1
    assert plain.stop() == 0


def test_descriptors_that_are_no_sockets_are_refused(plain):
    with open(plain.conf) as file:
        class Holder:
            fileno = staticmethod(file.fileno)
        assert not pass_sockets(plain, [("pledged.socket", Holder)])
    assert plain.process.wait(timeout=20) not in (0, None)
    assert "is not a listening socket" in plain.log()


def test_nothing_is_left_open_or_running(plain):
    """Its workers end with it, and it holds no secret in its arguments."""
    hook = plain.webhook()
    plain.write("pledged.conf", settings([HOOK.format(port=hook.port)]))
    plain.start().settled()
    pid = plain.process.pid
    workers = wait_until(lambda: children(pid))
    for one in [pid, *workers]:
        with open(f"/proc/{one}/cmdline", "rb") as file:
            assert b"whsec" not in file.read()
    for one in workers:
        with open(f"/proc/{one}/environ", "rb") as file:
            names = {line.split(b"=")[0] for line in file.read().split(b"\0")
                     if line}
        assert names <= {b"HOME", b"LANG", b"ASAN_OPTIONS", b"UBSAN_OPTIONS"}
    plain.kill()
    wait_until(lambda: not any(is_running(one) for one in workers))


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
