"""Mails from a daemon to servers that misbehave at every phase: what is said of
each attempt, that nothing is lost, and nothing comes twice but under one id."""
import email
import email.policy
import re

import pytest

from daemon import milestone, register, stamp, utc, wait_until
from smtp_script import Drip, HangUp, Reset, Scripted, Stall, Take

PASSWORD = "correct horse"
LONG = "220 " + "x" * 70000


def case(name, script, want, state="pending", mails=1, to=("desk@example.org",),
         **more):
    return {"name": name, "script": script, "want": want, "state": state,
            "mails": mails, "to": to, **more}


def refusals():
    """4xx and 5xx wherever a server may say them. Who we are and how we may talk
    is for people to mend: there the mail waits, whatever the code."""
    said = {"greeting": "connection", "ehlo": "EHLO", "mail": "MAIL FROM:",
            "rcpt": "RCPT TO:", "data": "DATA", "dot": "DATA"}
    for phase, command in said.items():
        ours = phase in ("mail", "rcpt", "data", "dot")
        for code in ("450 4.3.0 not now", "554 5.7.1 no"):
            # After a refused EHLO curl tries HELO, which is answered well.
            fallen = phase == "ehlo"
            dead = ours and code.startswith("5")
            yield case(f"{phase}-{code[:3]}", {phase: [code]},
                       "^250 2.0.0 taken" if fallen
                       else f"^{command}.*: {code}$",
                       "delivered" if fallen else "dead" if dead
                       else "pending", 0 if dead else 1)


MESSAGE = "the message, which it may have taken"
PHASES = {"greeting": "us", "ehlo": "EHLO",
          "mail": "MAIL FROM:<pledged@example.org>",
          "rcpt": "RCPT TO:<desk@example.org>", "data": "DATA", "dot": MESSAGE}


ABC = ("a@example.org", "b@example.org", "c@example.org")


def no_answer(to):
    return f"^the server gave no answer to {to} within 1 s$"


def hung_up(to):
    return f"^the server hung up without an answer to {to}$"


CASES = [
    *refusals(),
    # nobody says anything, or no more
    *(case(f"stall-{phase}", {phase: [Stall]}, no_answer(to))
      for phase, to in PHASES.items()),
    *(case(f"hang-up-{phase}", {phase: [HangUp]}, hung_up(to))
      for phase, to in PHASES.items()),
    case("reset", {"rcpt": [Reset]}, hung_up(PHASES["rcpt"])),
    case("drip", {"greeting": [Drip("220 slow")]}, no_answer("us")),
    case("drip-at-the-end", {"dot": [Drip("250 slow")]}, no_answer(MESSAGE)),
    # it has the mail, and we cannot know
    case("taken-and-stalled", {"dot": [Take(Stall)]}, no_answer(MESSAGE),
         mails=2),
    case("taken-and-gone", {"dot": [Take(HangUp)]}, hung_up(MESSAGE), mails=2),
    case("taken-late", {"dot": [Take(Drip("250 late", 0.4))]},
         no_answer(MESSAGE), mails=2),
    # going down in the middle
    *(case(f"down-{phase}", {phase: ["421 4.3.2 going down"]},
           "421 4.3.2 going down")
      for phase in ("mail", "rcpt", "data", "dot")),
    # what is well, at length
    case("many-lines", {
        "greeting": ["220-script\n220-of many\n220 lines"],
        "mail": ["250-2.1.0 yes\n250 2.1.0 yes"],
        "dot": ["250-2.0.0 well\n250 2.0.0 done"]}, "^250 2.0.0 done$",
         "delivered"),
    case("long-line", {"greeting": [LONG]}, "^250 2.0.0 taken$", "delivered"),
    case("nonsense", {"greeting": ["HTTP/1.1 400 Bad Request"]},
         no_answer("us")),
    case("no-at-length", {"rcpt": ["550-5.1.1 nobody\n550 5.1.1 of that name"]},
         "550-5.1.1 nobody 550 5.1.1 of that name$", "dead", 0),
    case("quit", {"quit": [HangUp]}, "^250 2.0.0 taken$", "delivered"),
    # some of them
    case("one-is-gone", {"rcpt": [None, "550 5.1.1 nobody"]},
         r"; delivered to 2 of 3: RCPT TO:<b@example.org>: 550 5.1.1 nobody$",
         "dead", 1, to=ABC),
    case("one-is-grey", {"rcpt": ["451 4.7.1 greylisted", None, None]},
         r"; delivered to 2 of 3: RCPT TO:<a@example.org>: 451 4.7.1 greylisted$",
         mails=2, to=ABC),
    case("all-are-grey", {"rcpt": ["451 4.7.1 greylisted"] * 2},
         "451 4.7.1 greylisted; RCPT", mails=1,
         to=("a@example.org", "b@example.org")),
    # secrets
    case("no-starttls", {}, "^the server offers no STARTTLS", mails=0,
         secret=True, offers=["AUTH PLAIN"]),
    case("starttls-refused", {"starttls": ["454 4.7.0 not now"]}, "454",
         secret=True, tls=True),
    case("wrong-password", {"auth": ["535 5.7.8 not you"]}, "^AUTH: 535",
         secret=True, tls=True, offers=["AUTH PLAIN"]),
    case("auth-not-now", {"auth": ["454 4.7.0 try later"]}, "^AUTH: 454",
         secret=True, tls=True, offers=["AUTH PLAIN"]),
    case("stall-starttls", {"starttls": [Stall]}, no_answer("STARTTLS"), secret=True,
         tls=True),
    case("hang-up-auth", {"auth": [HangUp]}, hung_up("AUTH"), secret=True, tls=True,
         offers=["AUTH PLAIN"]),
]


def channel(one, server, ca_file):
    keys = [f'id = "{one["name"]}"', 'type = "email"', 'timeout = "1s"',
            "to = [ %s ]" % ", ".join(f'"{address}"' for address in one["to"]),
            'from = "pledged@example.org"',
            f'server = "smtp://localhost:{server.port}"', "allow_private = true"]
    if one.get("secret"):
        keys += ['user = "watch"', 'password_file = "smtp-password"',
                 f'ca_file = "{ca_file}"']
    else:
        keys.append("starttls = false")
    return "{ %s; }" % "; ".join(keys)


def at_once(names):
    return ", ".join('{ channels = [ "%s" ]; continue = true; group_wait = "0s"; '
                     'group_interval = "0s"; match = { class = "audience"; }; }'
                     % name for name in names)


def messages(daemon):
    return {item["channel"]: item
            for item in daemon.items("/v1/outbox?state=all&limit=1000")}


def secret_file(daemon, text=PASSWORD):
    path = daemon.folder / "smtp-password"
    path.touch(mode=0o600)
    path.write_text(text + "\n")


@pytest.fixture
def servers(authority, tls):
    made = {}
    for one in CASES:
        made[one["name"]] = Scripted(one["script"],
                                     tls if one.get("tls") else None,
                                     one.get("offers", ()))
    yield made
    for server in made.values():
        server.close()


def test_servers_that_misbehave(daemon, servers, authority):
    secret_file(daemon)
    daemon.configure(register([milestone("one", stamp(utc(1)))]),
                     channels=[channel(one, servers[one["name"]],
                                       authority / "ca.pem") for one in CASES],
                     routes=at_once(one["name"] for one in CASES))
    daemon.start().settled()
    wait_until(lambda: len(messages(daemon)) == len(CASES) and all(
        item["answer"] for item in messages(daemon).values()), seconds=60)

    first = messages(daemon)
    for one in CASES:
        item = first[one["name"]]
        assert re.search(one["want"], item["answer"]), (one["name"], item)
        assert item["state"] == one["state"], item
        assert "correct" not in item["answer"]
    for item in first.values():
        if item["state"] == "pending":
            status, said = daemon.post(f"/v1/outbox/{item['id']}/retry")
            assert status == 200, said
    never = {"no-starttls"}
    wait_until(lambda: all(item["state"] in ("delivered", "dead")
                           for name, item in messages(daemon).items()
                           if name not in never), seconds=60)
    last = messages(daemon)
    for one in CASES:
        check(one, servers[one["name"]], first[one["name"]], last[one["name"]])
    assert PASSWORD not in daemon.log()


def check(one, server, first, last):
    """All that came, and that it is one mail."""
    name = one["name"]
    assert last["state"] == ("pending" if name == "no-starttls" else "dead"
                             if first["state"] == "dead" else "delivered"), last
    assert len(server.mails) == one["mails"], name
    ids = set()
    for mail in server.mails:
        message = email.message_from_bytes(mail.content,
                                           policy=email.policy.default)
        assert message.defects == [], name
        ids.add(message["message-id"])
        assert b"correct" not in mail.content
        assert mail.secure == bool(one.get("tls"))
        if one.get("offers") == ["AUTH PLAIN"]:
            assert mail.user == ("watch", PASSWORD)
    assert len(ids) <= 1, name
    reached = [address for mail in server.mails for address in mail.recipients]
    if name == "one-is-gone":
        assert reached == ["a@example.org", "c@example.org"]
    elif first["state"] != "dead" and one["mails"] and \
            not name.startswith("taken"):
        assert sorted(reached) == list(one["to"]), name  # each of them once
    if one.get("secret"):
        clear = [line for secure, line in server.heard if not secure]
        assert {line[:4] for line in clear} <= {b"EHLO", b"STAR", b"QUIT"}, name


# --- many that hang ---------------------------------------------------------------


def test_servers_that_hang_hold_up_no_other(daemon):
    """Twenty of them, for as long as the test takes; and yet the daemon ends."""
    hanging = [Scripted({"greeting": [Stall] * 100}) for _ in range(20)]
    well = Scripted()
    daemon.closers += [server.close for server in (*hanging, well)]
    named = [(case(f"hangs-{i}", {}, ""), server)
             for i, server in enumerate(hanging)]
    named.append((case("well", {}, ""), well))
    names = [one["name"] for one, _ in named]
    count = 8
    due = stamp(utc(1))
    daemon.configure(
        register([milestone(f"m{i}", due, more='labels: { n = "%d"; };' % i)
                  for i in range(count)]),
        channels=[channel(one, server, "").replace('"1s"', '"600s"')
                  for one, server in named],
        routes=at_once(names).replace(
            "group_wait", 'group_by = [ "labels.n" ]; group_wait'))
    daemon.start().settled()
    wait_until(lambda: len(well.mails) == count)
    ids = {re.search(rb"(?mi)^message-id: (\S+)", mail.content)[1]
           for mail in well.mails}
    assert len(ids) == count
    for server in hanging:
        assert 1 <= server.connections <= 4 and server.mails == []
    assert daemon.stop() == 0
