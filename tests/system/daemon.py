"""One daemon on a private folder, and what a test needs to talk to it.

Nothing here sleeps for luck: starting waits for the READY=1 of the daemon
itself, everything else for a condition with a deadline.
"""
import base64
import datetime
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("SRCDIR", HERE.parent.parent)).resolve()
sys.path.insert(0, str(SOURCE / "tests" / "demo"))
import sinks  # noqa: E402

PHASE_ONE = SOURCE / "etc" / "examples" / "phase-one"
PATIENCE = 20  # seconds for what comes at once on an idle machine
SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()


def program(name):
    """PLEDGED, PLEDGECTL, …: where the built programs are."""
    build = os.environ.get("BUILDDIR", SOURCE)
    return os.environ.get(name.upper().replace("-", "_"), f"{build}/{name}")


def run(*words, env=None, **more):
    """A program to its end; the result has returncode, stdout, stderr."""
    return subprocess.run([str(word) for word in words], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=60,
                          env={**clean_environment(), **(env or {})}, **more)


def clean_environment():
    away = ("NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_", "PLEDGED_SOCKET",
            "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "COLUMNS", "NO_COLOR")
    return {key: value for key, value in os.environ.items()
            if not key.startswith(away)}


def wait_until(what, seconds=PATIENCE, every=0.02, why=""):
    """The first true answer of what(), or the test fails."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < end, why or "what was expected did not come"
        time.sleep(every)


def utc(seconds_ahead=0):
    return (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(seconds=seconds_ahead)).replace(microsecond=0)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


# --- files ------------------------------------------------------------------

SETTINGS = """\
state_dir = "state";
register = [ "register.conf" ];
timezone = "UTC";
first_sight = "{first_sight}";
admin: {{ socket = "pledged.sock"; mode = "0666"; admins = [ "root" ]; }};
polling: {{ min_every = "1s"; allow_private = {allow_private}; {polling} }};
{extra}
channels = ( {channels} );
routes = ( {routes} );
"""

HOOK = """{{ id = "hook"; type = "webhook"; url = "http://127.0.0.1:{port}/in?token=hidden"; \
secret_file = "hook-secret"; allow_private = true; }}"""
DESK = """{{ id = "desk"; type = "email"; to = [ "desk@example.org" ]; \
from = "pledged@example.org"; server = "smtp://127.0.0.1:{port}"; \
starttls = false; allow_private = true; }}"""
LOG = '{ id = "log"; type = "log"; }'


# Of a route whose tests wait for each message, about one thing.
AT_ONCE = ('group_wait = "0s"; group_interval = "0s"; group_by = [ "kind", '
           '"milestone", "source", "indicator", "channel" ];')


def settings(channels=(LOG,), routes=None, first_sight="each", polling="",
             allow_private="true", extra=""):
    if routes is None:
        names = [channel.split('"')[1] for channel in channels]
        routes = ", ".join(
            '{ channels = [ "%s" ]; continue = true; %s }' % (name, AT_ONCE)
            for name in names) if names else ""
    return SETTINGS.format(first_sight=first_sight, polling=polling,
                           allow_private=allow_private, extra=extra,
                           channels=",\n  ".join(channels), routes=routes)


def milestone(name, due, severity="warning", benchmark="last(report) >= 1",
              more=""):
    return (f'{{ id = "{name}"; due = "{due}"; severity = "{severity}"; '
            f'lag = "0d"; benchmark = "{benchmark}"; {more} }}')


def source(name="own", url="file:own.csv", every="1h", more=""):
    return (f'{{ id = "{name}"; url = "{url}"; format = "csv"; '
            f'every = "{every}"; {more} extract = "SELECT indicator, period, '
            'value, published FROM data"; }')


def register(milestones, sources=None, indicators=("report",)):
    """One pledge "p" over indicators without a frequency, 0 so far."""
    sources = [source()] if sources is None else sources
    said = ", ".join('{ id = "%s"; nonnegative = true; lag = "0d"; }' % name
                     for name in indicators)
    return ('instruments = ( { id = "i"; title = "Instrument"; '
            'timezone = "UTC"; signed = "2020-01-01"; } );\n'
            f"indicators = ( {said} );\n"
            "sources = ( " + ",\n  ".join(sources) + " );\n"
            'pledges = ( { id = "p"; instrument = "i"; obligor = "us"; owner = "a"; '
            'title = "Promise"; labels: { sector = "trade"; };\n'
            "  milestones = (\n    " + ",\n    ".join(milestones)
            + "\n  ); } );\n")


def many(daemon, count):
    """A register of so many pledges "pN" with a milestone "m" each, of which
    nothing is known."""
    daemon.write("many.csv", "n\n" + "".join(f"{n}\n" for n in range(count)))
    daemon.configure("""
instruments = ( { id = "i"; signed = "2020-01-01"; timezone = "UTC"; } );
indicators = ( { id = "report"; nonnegative = true; lag = "0d"; } );
sources = ( %s );
pledges = ( { for_each = "many.csv"; id = "p${n}"; instrument = "i"; obligor = "us";
  title = "Promise ${n}"; milestones = ( { id = "m"; due = "2099-01-01";
    benchmark = "last(report) >= 1"; } ); } );
""" % source())
    return daemon


def table(value=0, indicator="report", day=None):
    """The CSV of a figure published yesterday."""
    day = day or (utc() - datetime.timedelta(days=1)).date()
    return ("indicator,period,value,published\n"
            f"{indicator},{day},{value},{day}T12:00:00Z\n")


def record():
    """The CSV of an indicator that has been 0 for years."""
    return table() + "report,2021-01-01,0,2021-01-01T12:00:00Z\n"


# --- the service manager -------------------------------------------------------

class Manager:
    """The other end of NOTIFY_SOCKET; keeps every message as a dict."""

    def __init__(self, path):
        self.path = str(path)
        self.got = []
        self.news = threading.Condition()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                message = self.socket.recv(4096).decode()
            except OSError:
                return
            with self.news:
                self.got.append(dict(line.split("=", 1)
                                     for line in message.splitlines()))
                self.news.notify_all()

    def wait_for(self, name, value="1", since=0, seconds=PATIENCE,
                 alive=lambda: True):
        """Position behind the first message that says name=value."""
        end = time.monotonic() + seconds
        with self.news:
            while True:
                for i, message in enumerate(self.got[since:], since):
                    if message.get(name) == value:
                        return i + 1
                assert time.monotonic() < end, f"no {name}={value} came"
                if not alive():
                    return 0
                self.news.wait(0.1)

    def close(self):
        self.socket.close()


# --- the daemon ----------------------------------------------------------------

class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """A folder with its files; started and stopped as often as a test likes."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.conf = self.folder / "pledged.conf"
        self.socket = self.folder / "pledged.sock"
        self.log_path = self.folder / "log"
        self.process = None
        self.manager = Manager(self.folder / "notify")
        self.closers = [self.manager.close]
        (self.folder / "state").mkdir(mode=0o700, exist_ok=True)
        secret = self.folder / "hook-secret"
        secret.touch(mode=0o600)
        secret.write_text(SECRET + "\n")

    # files

    def write(self, name, text):
        """Replaces a file whole, so that nobody reads half of it."""
        new = self.folder / (name + ".new")
        new.write_text(text)
        new.rename(self.folder / name)

    def configure(self, register_text, **more):
        self.write("pledged.conf", settings(**more))
        self.write("register.conf", register_text)
        if not (self.folder / "own.csv").exists():
            self.write("own.csv", record())

    # receivers

    def webhook(self, port=0):
        sink = sinks.Webhook(SECRET, port=port)
        self.closers.append(sink.close)
        return sink

    def mailbox(self, port=0):
        sink = sinks.Mailbox(port=port)
        self.closers.append(sink.close)
        return sink

    # life

    def spawn(self, env=None, words=("run",), **more):
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(
                [program("pledged"), "-c", str(self.conf), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**clean_environment(), "NOTIFY_SOCKET": self.manager.path,
                     **(env or {})}, **more)

    def start(self, **more):
        since = len(self.manager.got)
        self.spawn(**more)
        ready = self.manager.wait_for("READY", since=since, alive=self.is_alive)
        assert ready, f"ended with {self.process.returncode}:\n{self.log()}"
        return self

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        if self.is_alive():
            self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)

    def kill(self):
        return self.stop(signal.SIGKILL)

    def refused(self, **more):
        """A start that must fail: its exit status and what it said."""
        before = len(self.log())
        self.spawn(**more)
        status = self.process.wait(timeout=PATIENCE)
        return status, self.log()[before:]

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def close(self):
        if self.is_alive():
            self.process.kill()
            self.process.wait()
        for close in self.closers:
            close()

    # questions

    def slowly(self, path):
        """An answer that has begun and is not read on, and what came of it."""
        connection = UnixConnection(self.socket)
        connection.connect()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return connection, answer, answer.read(1000)

    def ask(self, path, method="GET", headers=None, body=None):
        """(status, headers, body as bytes) over the UNIX socket."""
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.ask(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def items(self, path):
        return self.get(path)["items"]

    def post(self, path):
        status, _, body = self.ask(path, "POST")
        return status, json.loads(body)

    def status_of(self, name):
        return self.get(f"/v1/milestones/{name}")["status"]

    def recorded(self):
        """The last poll of each source that is on the disk, by its number."""
        path = self.folder / "state" / "pledged.db"
        if not path.exists():
            return {}
        base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return dict(base.execute("SELECT text, fetch FROM source_state "
                                     "JOIN name ON name.id = source"))
        finally:
            base.close()

    def settled(self):
        """All first polls have ended, and what they gave is on the disk."""
        wait_until(lambda: self.get("/v1/status")["state"] == "watching")
        tried = {item["id"] for item in self.items("/v1/sources")
                 if item["last_attempt"] is not None}
        wait_until(lambda: tried <= self.recorded().keys())
        return self

    def source(self, name):
        return next(item for item in self.items("/v1/sources")
                    if item["id"] == name)

    def polled(self, name="own"):
        """Orders a poll and waits until it has ended, and is on the disk."""
        before, number = self.source(name), self.recorded().get(name, 0)
        status, _ = self.post(f"/v1/sources/{name}/poll")
        assert status == 202
        wait_until(lambda: self.recorded().get(name, 0) > number
                   and not self.source(name)["busy"])
        return before, self.source(name)

    def ctl(self, *words, env=None):
        return run(program("pledgectl"), "-s", self.socket, *words, env=env)

    def offline(self, *words, env=None):
        return run(program("pledged"), "-c", self.conf, *words, env=env)


def unfolded(event):
    """Each thing that a message tells of, as if it were told alone."""
    for item in event["data"].get("items", [event["data"]]):
        subject = next((item[name] for name in (
            "milestone", "source", "indicator", "channel") if item.get(name)),
                       None)
        yield {**event, "subject": subject, "data": item}


def told(sink, kind=None, subject=None):
    """What a webhook took: [(id, event)], the signatures verified."""
    assert all(good for _, good, _ in sink.got), "a signature is wrong"
    return [(message_id, event) for message_id, _, whole in list(sink.got)
            for event in unfolded(whole)
            if (kind is None or event["data"]["kind"] == kind)
            and (subject is None or event["subject"] == subject)]
