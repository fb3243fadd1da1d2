"""An SMTP server that does at each phase what a script tells it.

A script is a table: phase -> what happens the first time that phase is reached,
the second time, …; once that is used up, all is well. The phases are greeting,
ehlo, starttls, auth, mail, rcpt (once a recipient), data, dot and quit. What
happens is a reply, or one of the doings below. Nothing in it waits longer than
its client does: a stall ends with the connection.
"""
import base64
import contextlib
import socket
import threading

LONGEST_LINE = 1 << 20


class Stall:
    """Says nothing, until the client leaves."""

    @staticmethod
    def happen(talk):
        with contextlib.suppress(OSError):
            while talk.socket.recv(4096):
                pass
        raise Left


class HangUp:
    """Ends the connection without a word."""

    @staticmethod
    def happen(_):
        raise Left


class Reset:
    """The same, as a machine that crashed does it."""

    @staticmethod
    def happen(talk):
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               b"\1\0\0\0\0\0\0\0")
        raise Left


class Drip:
    """A reply, letter by letter, slower than anybody waits."""

    def __init__(self, reply, pause=0.2):
        self.reply, self.pause = reply, pause

    def happen(self, talk):
        for letter in self.reply + "\r\n":
            talk.socket.sendall(letter.encode())
            if talk.server.closing.wait(self.pause):
                raise Left


class Take:
    """At the dot: has taken the message, whatever is said then."""

    def __init__(self, then):
        self.then = then


class Left(Exception):
    pass


class Talk:
    """One connection."""

    def __init__(self, server, plain):
        self.server = server
        self.socket = plain
        self.reader = plain.makefile("rb")
        self.secure = False
        self.user = None
        self.sender, self.recipients = None, []

    def line(self):
        line = self.reader.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise Left
        self.server.heard.append((self.secure, line))
        return line.rstrip(b"\r\n")

    def reply(self, text):
        self.socket.sendall(text.replace("\n", "\r\n").encode() + b"\r\n")
        if text.startswith("421"):
            raise Left
        return text.startswith(("2", "3"))

    def react(self, phase, well):
        """Whether the phase is passed."""
        what = self.server.next_of(phase, well)
        if isinstance(what, str):
            return self.reply(what)
        what.happen(self)
        return True

    def run(self):
        self.react("greeting", "220 script ESMTP")
        while True:
            line = self.line()
            verb = line[:4].upper().decode("latin-1")
            handle = getattr(self, "on_" + verb.lower(), None)
            if handle is None:
                self.reply("500 what?")
            else:
                handle(line)

    def on_ehlo(self, _):
        offers = ["script", "8BITMIME", "SIZE 1000000", *self.server.offers]
        if self.secure:
            offers.remove("STARTTLS")
        self.react("ehlo", "\n".join(
            f"250{'-' if one is not offers[-1] else ' '}{one}"
            for one in offers))

    def on_helo(self, _):
        self.reply("250 script")

    def on_star(self, _):
        if self.react("starttls", "220 go"):
            self.socket = self.server.tls.wrap_socket(self.socket,
                                                      server_side=True)
            self.reader = self.socket.makefile("rb")
            self.secure = True

    def on_auth(self, line):
        if b" " not in line[5:]:
            self.reply("334 ")
            line += b" " + self.line()
        _, user, password = base64.b64decode(line.split()[-1]).split(b"\0")
        if self.react("auth", "235 welcome"):
            self.user = user.decode(), password.decode()

    def on_mail(self, line):
        self.recipients = []
        if self.react("mail", "250 sender"):
            self.sender = line

    def on_rcpt(self, line):
        if self.react("rcpt", "250 recipient"):
            self.recipients.append(line[9:-1].decode())

    def on_data(self, _):
        if not self.react("data", "354 go on"):
            return
        content = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                raise Left
            content.append(line[1:] if line.startswith(b".") else line)
        what = self.server.next_of("dot", "250 2.0.0 taken")
        if isinstance(what, Take) or str(what).startswith("2"):
            self.server.take(self, b"".join(content))
        what = what.then if isinstance(what, Take) else what
        if isinstance(what, str):
            self.reply(what)
        else:
            what.happen(self)

    def on_rset(self, _):
        self.reply("250 forgotten")

    def on_noop(self, _):
        self.reply("250 here")

    def on_quit(self, _):
        self.react("quit", "221 bye")
        raise Left


class Mail:
    def __init__(self, talk, content):
        self.recipients = list(talk.recipients)
        self.secure, self.user = talk.secure, talk.user
        self.content = content


class Scripted:
    """`mails` is what was taken, `heard` each line as (secure, line)."""

    def __init__(self, script=None, tls=None, offers=()):
        self.script = {phase: list(happens)
                       for phase, happens in (script or {}).items()}
        self.tls = tls
        self.offers = [*(["STARTTLS"] if tls else []), *offers]
        self.heard, self.mails = [], []
        self.connections = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.talks = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def next_of(self, phase, well):
        with self.lock:
            happens = self.script.get(phase)
            return happens.pop(0) or well if happens else well

    def take(self, talk, content):
        with self.lock:
            self.mails.append(Mail(talk, content))

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(plain,),
                             daemon=True).start()

    def serve(self, plain):
        talk = Talk(self, plain)
        self.talks.add(talk)
        with contextlib.suppress(Left, OSError, ValueError):
            talk.run()
        self.talks.discard(talk)
        talk.reader.close()
        talk.socket.close()

    def close(self):
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for talk in list(self.talks):
            with contextlib.suppress(OSError):
                talk.socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
