"""Completion, in the shells themselves: what Tab makes of a line, and what the
program offers for it."""
import os
import pty
import select
import shutil
import signal
import subprocess
import time

import pytest

import daemon as daemons
from daemon import SOURCE, milestone, program, register, run, source

FOLDER = SOURCE / "etc" / "completion"
NASTY = "O'Neill & \\\"Sons\\\" $(touch gotcha) `id`"

# A pledgectl that tells which words it was given.
ECHO = """#!/bin/sh
test "$1" = complete && exec {program} "$@"
printf GOT
printf '<%s>' "$@"
echo .
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    daemon = daemons.Daemon(folder)
    text = register(
        [milestone("one", "2099-01-01"),
         milestone("past", "2024-01-31", "critical",
                   more='title = "Eins: zwei";'),
         milestone("year", "2099-12-31")],
        [source(), source("none", "file:none.csv")])
    daemon.configure(text.replace('owner = "a"', f'owner = "{NASTY}"'))
    (folder / "with a $space.csv").touch()
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    script = bin_folder / "pledgectl"
    script.write_text(ECHO.format(program=program("pledgectl")))
    script.chmod(0o755)
    try:
        yield daemon.start().settled()
    finally:
        daemon.close()


def environment(full):
    return {**daemons.clean_environment(), "HOME": str(full.folder),
            "PATH": f"{full.folder}/bin:{os.environ['PATH']}",
            "PLEDGED_SOCKET": str(full.socket), "TERM": "dumb",
            "LC_ALL": "C.UTF-8", "PS1": "READY>", "ZDOTDIR": str(full.folder)}


class Shell:
    """A shell at a terminal, which is typed to."""

    def __init__(self, full, *words):
        ours, theirs = pty.openpty()
        self.terminal = ours
        self.process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs,
            env=environment(full), cwd=full.folder, start_new_session=True)
        os.close(theirs)
        self.shown = b""

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def shows(self, words, since=0):
        """Waits until words are on the screen; what there is from since on."""
        end = time.monotonic() + daemons.PATIENCE
        while words not in self.shown[since:]:
            assert time.monotonic() < end, self.shown[since:]
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.shown += os.read(self.terminal, 65536)
        return self.shown[since:].decode()

    def line(self, keys):
        """The words that a line means, Tab and all."""
        since = len(self.shown)
        self.type(keys)
        self.type("\r")
        told = self.shows(b">.", since).split("GOT", 1)[1]
        return told[1:told.rindex(">.")].split("><")

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)


@pytest.fixture(scope="module")
def bash(full):
    shell = Shell(full, "bash", "--norc", "--noprofile", "-i")
    shell.type("bind 'set enable-bracketed-paste off'; "
               ". /usr/share/bash-completion/bash_completion; "
               f". {FOLDER}/bash/pledgectl; echo SET''UP\r")
    shell.shows(b"SETUP")
    yield shell
    shell.close()


@pytest.fixture(scope="module")
def zsh(full):
    if shutil.which("zsh") is None:
        pytest.skip("there is no zsh")
    shell = Shell(full, "zsh", "-f", "-i")
    shell.type(f"unsetopt zle_bracketed_paste; fpath=({FOLDER}/zsh $fpath); "
               "autoload -U compinit; compinit -u -D; echo SET''UP\r")
    shell.shows(b"SETUP")
    yield shell
    shell.close()


LINES = [
    ("pledgectl sta\t", ["status"]),
    ("pledgectl show p/pa\t", ["show", "p/past"]),
    ("pledgectl show source no\t", ["show", "source", "none"]),
    ("pledgectl list --so\t ur\t", ["list", "--sort", "urgency"]),
    ("pledgectl list --sort=ur\t", ["list", "--sort=urgency"]),
    ("pledgectl list --match obl\tu\t", ["list", "--match", "obligor=us"]),
    ("pledgectl silence e\t", ["silence", "end"]),
    ("pledgectl list answers no\t", ["list", "answers", "none"]),
    ("pledgectl --zone Europe/Berl\t list", ["--zone", "Europe/Berlin", "list"]),
    ("pledgectl observe report --file own.c\t",
     ["observe", "report", "--file", "own.csv"]),
    ("pledgectl observe report --file wi\t",
     ["observe", "report", "--file", "with a $space.csv"]),
    ("pledgectl list --match owner=\t", ["list", "--match",
                                         "owner=O'Neill & \"Sons\" "
                                         "$(touch gotcha) `id`"]),
]


@pytest.mark.parametrize("keys, words", LINES)
def test_bash(bash, full, keys, words):
    assert bash.line(keys) == words
    assert not (full.folder / "gotcha").exists()


@pytest.mark.parametrize("keys, words", LINES)
def test_zsh(zsh, full, keys, words):
    assert zsh.line(keys) == words
    assert not (full.folder / "gotcha").exists()


@pytest.mark.parametrize("line, offered", [
    ("pledgectl sta", ["status"]),
    ("pledgectl show p/", ["p/one", "p/past", "p/year"]),
    ("pledgectl list --sort=", ["--sort=due", "--sort=id", "--sort=urgency"]),
    ("pledgectl list --match obligor=", ["obligor=us"]),
    ("pledgectl poll ", ["none", "own"]),
    ("pledgectl observe report --file own.", ["own.csv"])])
def test_fish(full, line, offered):
    if shutil.which("fish") is None:
        pytest.skip("there is no fish")
    result = run("fish", "--no-config", "-c",
                 f"source {FOLDER}/fish/pledgectl.fish; complete -C '{line}'",
                 env=environment(full), cwd=full.folder)
    assert sorted(each.split("\t")[0]
                  for each in result.stdout.splitlines()) == offered


# --- what is offered -------------------------------------------------------------

def offered(full, *words, **more):
    result = run(program("pledgectl"), "complete", *words,
                 env={"PLEDGED_SOCKET": str(full.socket)}, **more)
    assert result.returncode == 0 and result.stderr == ""
    return [line.split("\t")[0] for line in result.stdout.splitlines()]


@pytest.mark.parametrize("words, want", [
    (["list", "--status", "met"], ["met_late", "met"]),
    (["show", "milestone", ""], ["p/one", "p/past", "p/year"]),
    (["show", "alert", ""], ["1"]),
    (["ack", "1", "p"], ["p/past"]),
    (["ack", "1", "p/past", "-m", ""], []),
    (["scorecard", "--by", "s"], ["severity", "sector"]),
    (["list", "answers", "own", ""], []),
    (["list", "pledges", ""], []),
    (["monitor", "--critical", "dead"], ["dead_messages="]),
    (["outbox", "r"], ["retry"]),
    (["frob", ""], []),
    (["status", "--al"], []),
    (["-s", "/nowhere", "show", "p/"], []),
    (["--", "show"], ["show"]),
    ([], [])])
def test_offers(full, words, want):
    found = offered(full, *words)
    assert sorted(found) == sorted(want) if words else "status" in found


def test_every_verb_and_option_is_offered(full):
    verbs = {line.split()[0] for line in run(
        program("pledgectl"), "--help").stdout.split("\n\n")[2].splitlines()
        if line.startswith("  ") and line[2] != " "}
    assert set(offered(full, "")) == verbs
    assert {"-o", "-s", "--zone", "--match"} <= set(offered(full, "list", "-"))


def test_each_word_in_capitals_is_known(full):
    """A verb or option whose synopsis has a word that completion does not know
    offers nothing for it, silently: it must be in the table."""
    text = run(program("pledgectl"), "--help").stdout
    known = (SOURCE / "src/pledgectl/candidates.c").read_text()
    spread = {word.strip("[].,|") for line in text.splitlines()
              if line.startswith("  ") and line[2] != " "
              for word in line[:28 if line[26:28] == "  " else None].split()
              for word in word.split("|")}
    for word in spread:
        if word.isupper() and len(word) > 1:
            assert f'{{"{word}", ' in known, word


def test_a_daemon_that_is_slow_or_away_is_no_trouble(full, tmp_path):
    import socket
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(1)
        began = time.monotonic()
        assert offered(full, "-s", str(tmp_path / "sock"), "poll", "") == []
        assert time.monotonic() - began < 5
