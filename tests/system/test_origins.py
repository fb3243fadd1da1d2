"""Servers that lie, and documents that end their readers, at the real daemon:
each costs its own poll, says why, and disturbs nobody."""
import os
import signal
import socket
import threading

import pytest

from daemon import milestone, register, source, table, wait_until

OK = b"HTTP/1.1 200 OK\r\n"
FIGURES = table(1).encode()

# path: the bytes, and the words that it must be told by.
LIES = {
    "silent": (b"", "closed the connection without an answer"),
    "ancient": (FIGURES, "does not answer in HTTP"),
    "half-headers": (OK + b"Content-Type: text/csv\r\n",
                     "the answer ended before it was complete"),
    "half-body": (OK + b"Content-Length: 9999\r\n\r\n" + FIGURES,
                  "the answer ended before it was complete"),
    "no-chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n" + FIGURES,
                  "broke off, or garbled, what it was answering"),
    "half-chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nindic",
                    "the answer ended before it was complete"),
    "not-packed": (OK + b"Content-Encoding: gzip\r\n\r\n" + FIGURES,
                   "the compressed answer is damaged"),
    "not-modified": (b"HTTP/1.1 304 Not Modified\r\n\r\n",
                     "answers 304 (not modified), but was not told"),
    "gopher": (b"HTTP/1.1 301 Moved\r\nLocation: gopher://127.0.0.1/\r\n"
               b"Content-Length: 0\r\n\r\n", "only http and https are fetched"),
    "nowhere": (b"HTTP/1.1 301 Moved\r\nLocation: http://\r\n"
                b"Content-Length: 0\r\n\r\n",
                "redirects to a URL that makes no sense"),
    "some": (b"HTTP/1.1 206 Partial Content\r\nContent-Length: %d\r\n\r\n"
             % len(FIGURES) + FIGURES, "HTTP status 206"),
    "nothing": (b"HTTP/1.1 204 No Content\r\n\r\n", "HTTP status 204"),
}


class Liar:
    """Answers by the bytes, and hangs up."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                talk, _ = self.listening.accept()
            except OSError:
                return
            talk.settimeout(30)
            threading.Thread(target=self.answer, args=(talk,),
                             daemon=True).start()

    def answer(self, talk):
        try:
            asked = b""
            while b"\r\n\r\n" not in asked:
                more = talk.recv(4096)
                if not more:
                    return
                asked += more
            name = asked.split(b" ")[1].decode().strip("/")
            talk.sendall(LIES[name][0])
            talk.shutdown(socket.SHUT_WR)
            while talk.recv(4096):
                pass
        except OSError:
            pass    # it has seen enough
        finally:
            talk.close()

    def close(self):
        self.listening.close()


def test_lies_are_told_from_facts(daemon, origin):
    liar = Liar()
    daemon.closers.append(liar.close)
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register(
        [milestone("one", "2099-01-01")],
        [source(name, f"http://127.0.0.1:{liar.port}/{name}")
         for name in LIES] + [source("true", origin.url("/own.csv"))]))
    daemon.start()
    wait_until(lambda: all(item["last_attempt"]
                           for item in daemon.items("/v1/sources")))
    got = {item["id"]: item for item in daemon.items("/v1/sources")}
    for name, (_, words) in LIES.items():
        assert got[name]["outcome"] == "failed", (name, got[name])
        assert words in got[name]["error"], (name, got[name]["error"])
    assert got["true"]["outcome"] == "changed"
    # No lie has become a figure: the true source says 0, and they 1.
    assert daemon.get("/v1/milestones/p/one")["actual"] == 0


def spinning(name, origin):
    return (f'{{ id = "{name}"; url = "{origin.url("/j")}"; format = "json"; '
            'indicator = "report"; every = "1h"; '
            'extract = "[range(1e9)] | length"; }')


def test_a_program_without_end_is_named_with_its_worker(daemon, origin):
    origin.answers["/j"] = "{}"
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register(
        [milestone("one", "2099-01-01")],
        [spinning("endless", origin), source("true", origin.url("/own.csv"))]),
        extra='workers: { max = 1; cpu = "1s"; memory = "1G"; };')
    daemon.start().settled()
    assert daemon.source("endless")["outcome"] in ("failed", "unreadable")
    assert daemon.source("endless")["error"] == (
        "the extract worker was stopped: its program used more than 1 s of "
        "processor time (workers.cpu)")
    assert daemon.source("true")["outcome"] == "changed"


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ,
                    reason="sanitizers map more than any limit")
def test_a_program_without_memory_is_named_so(daemon, origin):
    """Also where the daemon's log, which its workers have too, is a file."""
    origin.answers["/j"] = "{}"
    daemon.configure(register(
        [milestone("one", "2099-01-01")], [spinning("greedy", origin)]),
        extra='workers: { max = 1; cpu = "60s"; memory = "64M"; };')
    daemon.start()
    wait_until(lambda: daemon.source("greedy")["last_attempt"])
    assert daemon.source("greedy")["error"] == (
        "the extract worker ran out of memory (workers.memory)")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def test_a_worker_that_is_killed_costs_one_poll(daemon, origin):
    origin.answers["/j"] = "{}"
    origin.answers["/own.csv"] = table(0)
    daemon.configure(register(
        [milestone("one", "2099-01-01")],
        [spinning("endless", origin)]),
        extra='workers: { max = 1; cpu = "60s"; memory = "1G"; };')
    daemon.start()
    worker, = wait_until(lambda: children(daemon.process.pid))
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: daemon.source("endless")["last_attempt"])
    assert daemon.source("endless")["error"] == (
        "the extract worker was killed by signal 9 (Killed)")
    daemon.write("register.conf", register(
        [milestone("one", "2099-01-01")],
        [source("true", origin.url("/own.csv"))]))
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: daemon.items("/v1/sources")[0]["id"] == "true"
               and daemon.source("true")["outcome"] == "changed")
