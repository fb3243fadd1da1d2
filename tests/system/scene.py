"""A daemon that watches Phase One, with what the examples of the manuals need:
something to sign off, figures by hand and one that is held, a message that was
given up, a mailbox and a hook."""
import json

from daemon import DESK, LOG, PHASE_ONE, Daemon, settings, wait_until
from receiver import Receiver

MORE = """
indicators = (
  { id = "exports.services"; title = "Services of Annex 6.1 exported to China";
    unit = "USD"; frequency = "quarter"; lag = "90d"; nonnegative = true; },
  { id = "exports.soybeans"; title = "Soybeans exported to China"; unit = "USD";
    frequency = "month"; lag = "40d"; nonnegative = true; max_jump = 5.0; }
);
pledges = (
  { id = "ip.patents"; instrument = "phase-one"; obligor = "CN"; owner = "ip-desk";
    title = "Patents are extended"; milestones = (
      { id = "adopted"; title = "The law is adopted"; due = "2020-12-31";
        benchmark = "attested(\\"adopted\\")"; } ); },
  { id = "purchases.services"; instrument = "phase-one"; obligor = "CN";
    owner = "trade-desk"; title = "Services"; milestones = (
      { id = "2020"; title = "Services in 2020"; due = "2020-12-31";
        benchmark = "sum(exports.services, 2020) >= 40e9"; } ); }
);
"""
HOOK = ('{{ id = "hook"; type = "webhook"; url = "http://127.0.0.1:{port}/"; '
        "allow_private = true; }}")
ROUTES = ('{ match = { severity = "critical"; class = "audience"; }; '
          'channels = [ "hook" ]; group_wait = "0s"; continue = true; '
          'repeat_interval = "7d"; }, { channels = [ "desk", "log" ]; }')
TYPED = "period,value,note\n2020-Q1,9.7e9,\n2020-Q2,8.1e9,\"without travel\"\n"


class Scene:
    def __init__(self, folder):
        self.daemon = Daemon(folder)
        self.receiver = Receiver()
        self.receiver.answers = [(410, {}, b"closed for works")] * 100
        for file in PHASE_ONE.iterdir():
            (self.daemon.folder / file.name).write_bytes(file.read_bytes())
        (self.daemon.folder / "backup").mkdir()
        self.daemon.write("more.conf", MORE)
        self.daemon.write("typed.csv", TYPED)
        self.daemon.write("pledged.conf", self.settings())
        self.daemon.start()
        self.daemon.settled()
        self.order("observe", "exports.soybeans", "2020-09", "2100000000")
        self.order("observe", "exports.soybeans", "2020-10", "29000000000")
        wait_until(lambda: self.daemon.items("/v1/outbox?state=dead"))
        self.receiver.answers = []

    def settings(self):
        mailbox = self.daemon.mailbox()
        return settings(
            channels=(HOOK.format(port=self.receiver.port),
                      DESK.format(port=mailbox.port), LOG), routes=ROUTES,
        ).replace('"register.conf"', '"register.conf", "more.conf"').replace(
            'timezone = "UTC"', 'timezone = "America/New_York"')

    def order(self, *words):
        result = self.daemon.ctl("-o", "json", *words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def close(self):
        self.daemon.close()
        self.receiver.close()
