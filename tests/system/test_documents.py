"""What the README and the manual pages show is what the programs do.

In a manual a word before each display says what it is:

    .\\" run              commands; lines with `$ ` are commands, what follows is
                        their output
    .\\" live             the same, asked of a daemon that watches Phase One
    .\\" configuration    a whole file; so are `register` and `tests`
    .\\" sources          elements of that list; so are `milestones`
    .\\" benchmark        an expression
    .\\" fault            what a register with that benchmark is told
    .\\" mapping          of the `table`, which `import` makes a register of;
                        `told` is what is said of it with faults in it
    .\\" rules            of Prometheus, about what /metrics has
    .\\" restore          of a backup: systemctl stands for starting and ending
                        the daemon, /var/lib/pledged for its folder
    .\\" shape            nothing to be run: how something is written
    .\\" try, shows, example: …   what other tests look for

In the README it is `<!-- run -->`. `<!-- run: NAME -->` is a step of a session in
one shell and one home; a text block right after it is its output. `...` stands
for anything in a line, and alone for any lines.
"""
import json
import os
import pathlib
import re
import socket
import shutil
import subprocess

import pytest

from daemon import (PATIENCE, SOURCE, clean_environment, milestone, program,
                    register, run, wait_until)
from scene import Scene

MANUALS = sorted([*SOURCE.glob("src/*/*.[578]"), *SOURCE.glob("src/*/*.1")])
README = SOURCE / "README.md"


# --- reading -----------------------------------------------------------------

def roff_plain(text):
    """A literal display's text: the few escapes that stand in one."""
    for written, meant in ((r"\&", ""), (r"\(dq", '"'), (r"\-", "-"),
                           (r"\e", "\\")):
        text = text.replace(written, meant)
    return text


DISPLAY = re.compile(r'^(.*)\n\.Bd [^\n]*\n((?:.*\n)*?)\.Ed$', re.M)


def manual_displays(path):
    """(kind, text); kind "": no word says what it is."""
    for before, text in DISPLAY.findall(path.read_text()):
        word = re.fullmatch(r'\.\\" ([a-z]+)(: .*)?', before)
        yield word[1] if word else "", roff_plain(text)


def all_displays(*kinds):
    """(manual, text)"""
    return [(path.name, text) for path in MANUALS
            for kind, text in manual_displays(path) if kind in kinds]


def readme_displays():
    return re.findall(r"<!-- run -->\n```console\n(.*?)```",
                      README.read_text(), re.S)


def commands(display):
    """(command, output) of each `$ `; a backslash goes on on the next line."""
    for part in re.split(r"^\$ ", display, flags=re.M)[1:]:
        match = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n(.*)", part, re.S)
        yield match[1], match[2]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def sessions():
    """name → [(script, output or None)]"""
    steps = {}
    for name, script, output in re.findall(
            r"<!-- run: (\w+) -->\n```sh\n(.*?)```\n(?:```text\n(.*?)```)?",
            README.read_text(), re.S):
        steps.setdefault(name, []).append((script, output))
    return steps


def displays():
    yield from all_displays("run")
    for display in readme_displays():
        yield README.name, display


def pattern(shown):
    """Shown output as a pattern; space at the ends of lines is nothing."""
    lines = []
    for line in shown.strip("\n").split("\n"):
        if line.strip() == "...":
            lines.append(r"(?:[^\n]*\n)*?")
        else:
            lines.append(r"[^\n]*".join(map(re.escape, line.rstrip().split(
                "..."))).replace(r"[^\n]*\ ", r"[^\n]*") + r"[ ]*\n")
    return "".join(lines)


def check(shown, got):
    assert re.fullmatch(pattern(shown), got), \
        f"the document shows:\n{shown}\nthe program says:\n{got}"


# --- running -----------------------------------------------------------------

@pytest.fixture
def environment(tmp_path):
    """The programs under their names, and a home of their own."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pledged", "pledgectl"):
        path = os.path.abspath(program(name))
        (programs / name).symlink_to(path)
    home = tmp_path / "home"
    home.mkdir()
    return {**clean_environment(), "HOME": str(home),
            "PATH": f"{programs}:{os.environ['PATH']}"}


def titles(pairs):
    return [f"{name}-{number}" for number, (name, _) in enumerate(pairs, 1)]


def check_commands(name, display, **environment):
    for command, output in commands(display):
        result = subprocess.run(["bash", "-c", command], text=True,
                                capture_output=True, timeout=60,
                                stdin=subprocess.DEVNULL, **environment)
        assert result.returncode == 0, \
            f"{name}: {command}\n{result.stdout}{result.stderr}"
        if output:
            check(output, result.stdout)


@pytest.mark.parametrize("name, display", displays(), ids=titles(displays()))
def test_display(name, display, environment):
    check_commands(name, display, env=environment, cwd=SOURCE)


class Shell:
    """One bash for all steps of a session."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            ["bash"], env=environment, cwd=environment["HOME"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def run(self, script):
        """Output and status of a script."""
        self.process.stdin.write(f"{script}\necho \"%END% $?\"\n")
        self.process.stdin.flush()
        got = ""
        for line in self.process.stdout:
            if line.startswith("%END% "):
                return got, int(line.split()[1])
            got += line
        raise AssertionError("the shell has ended")

    def daemon_is_at_rest(self):
        """It watches, and every source has answered and is not being asked."""
        got, status = self.run("pledgectl -s pledged.sock -o json status && "
                               "pledgectl -s pledged.sock -o json list sources")
        if status != 0:
            return False
        state, sources = got.strip().split("\n")[:2]
        state = json.loads(state)
        return state["state"] == "watching" and state["outbox"] == 0 and all(
            one["outcome"] and not one["busy"] for one in json.loads(sources))

    def close(self):
        self.run("kill %1; wait")
        self.process.stdin.close()
        self.process.wait(PATIENCE)


@pytest.mark.parametrize("name", sessions())
def test_session(name, environment):
    shell = Shell(environment)
    served = False
    port = f"127.0.0.1:{free_port()}"
    try:
        for script, output in sessions()[name]:
            got, status = shell.run(script.replace("127.0.0.1:8470", port))
            assert status == 0, f"{script}\n{got}"
            served = served or script.rstrip().endswith("&")
            if output:
                check(output, got)
            if served:
                wait_until(shell.daemon_is_at_rest)
    finally:
        shell.close()


# --- the documents themselves --------------------------------------------------

def test_there_is_something_to_run():
    assert len(MANUALS) == 8
    assert len(list(displays())) >= 8
    assert sessions()


def test_every_display_says_what_it_is():
    known = {"run", "live", "configuration", "register", "tests", "sources",
             "milestones", "benchmark", "fault", "shape", "try", "shows",
             "example", "import", "table", "mapping", "told", "rules",
             "restore"}
    for path in MANUALS:
        for kind, text in manual_displays(path):
            assert kind in known, f"{path.name}: \"{kind}\" before\n{text}"


# --- files and parts of them -----------------------------------------------------

def indicators_of(text):
    """Whatever a part of a register asks for, as an indicator."""
    named = re.findall(r'indicator = "([\w.]+)"', text)
    asked = re.findall(r"\b(?:sum|last)\(([\w.]+)", text)
    texts = re.findall(r"\bexists\(([\w.]+)", text)
    made = [f'{{ id = "{name}"; frequency = "month"; }}'
            for name in sorted({*named, *asked})]
    made += [f'{{ id = "{name}"; kind = "documents"; }}' for name in texts]
    return f"indicators = ( {', '.join(made)} );\n"


def milestone_of(text):
    return ('instruments = ( { id = "plan"; title = "Plan"; signed = "2020-01-01"; } );\n'
            'pledges = ( { id = "p"; instrument = "plan"; title = "P"; '
            f"milestones = ( {text} ); }} );\n")


def with_benchmark(text):
    expression = " ".join(text.split())
    return milestone_of('{ id = "m"; start = "2020-01-01"; due = "2020-12-31"; '
                        f'benchmark = "{expression}"; }}')


# kind → the register that a display of this kind makes.
WHOLES = {
    "register": lambda text: text,
    "sources": lambda text: indicators_of(text) + f"sources = ( {text} );\n",
    "milestones": lambda text: indicators_of(text) + milestone_of(text),
    "benchmark": lambda text: indicators_of(text) + with_benchmark(text),
}


def write_what_is_named(folder, text):
    """The files that a register of a manual reads, and what it leaves out."""
    (folder / "provinces.csv").write_text("code,name,target\nGD,Guangdong,0\n")
    (folder / "trees.csv").write_text("quarter,planted,published\n")
    (folder / "holidays-cn.ics").write_bytes(
        (SOURCE / "etc/examples/phase-one/holidays-cn.ics").read_bytes())
    for name in re.findall(r'key = "([\w-]+-key)"', text):
        secret = folder / name
        secret.write_text("secret")
        secret.chmod(0o600)
    if "${code}" in text:
        text = ('instruments = ( { id = "plan"; title = "Plan"; signed = "2020-01-01"; } );\n'
                'indicators = ( { id = "caps.GD"; frequency = "month"; } );\n'
                + text)
    return text


def pledged(environment, folder, *words):
    return subprocess.run(["pledged", *words], cwd=folder, capture_output=True,
                          text=True, env=environment, timeout=60)


@pytest.mark.parametrize("kind, name, text", [
    (kind, *display) for kind in (*WHOLES, "configuration", "tests")
    for display in all_displays(kind)], ids=lambda value: value.split("\n")[0][:40])
def test_what_is_shown_of_files_is_good(kind, name, text, tmp_path, environment):
    words = ["-c", "pledged.conf", "check"]
    if kind == "configuration":
        (tmp_path / "register.d").mkdir()
        (tmp_path / "pledged.conf").write_text(text)
    elif kind == "tests":
        (tmp_path / "a.test.conf").write_text(text)
        words = ["test", "a.test.conf"]
    else:
        whole = write_what_is_named(tmp_path, WHOLES[kind](text))
        (tmp_path / "register.conf").write_text(whole)
        (tmp_path / "pledged.conf").write_text(
            'register = [ "register.conf" ];\n')
    result = pledged(environment, tmp_path, *words)
    assert result.returncode == 0, \
        f"{name}\n{text}\n{result.stderr}{result.stdout}"


def test_the_weekly_digest_shown_comes_on_mondays(tmp_path, environment):
    """Four critical misses of CN on a Wednesday; in March none is missed."""
    [text] = [text for _, text in all_displays("configuration")
              if "weekly mon" in text]
    (tmp_path / "pledged.conf").write_text(text.replace("register.d", str(
        SOURCE / "etc/examples/phase-one/register.conf")))
    result = pledged(environment, tmp_path, "-c", "pledged.conf", "replay", "--from",
                     "2021-01-01", "--to", "2021-03-31", "--messages", "sent")
    assert result.returncode == 0, result.stderr
    [mail] = (tmp_path / "sent").glob("*-weekly.txt")
    assert "2021-02-01T070000Z" in mail.name
    assert "Subject: Digest: 4 milestones slipped" in mail.read_text()


@pytest.mark.parametrize("name, text", all_displays("fault"))
def test_faults_are_told_as_shown(name, text, tmp_path, environment):
    *told, expression, caret = text.rstrip("\n").split("\n")
    where = re.match(r"(.*):(\d+): ", told[0])
    whole = indicators_of("last(trees.planted)") + with_benchmark(expression)
    filled = "\n" * (int(where[2]) - whole.count("\n")) + whole
    (tmp_path / where[1]).write_text(filled)
    (tmp_path / "pledged.conf").write_text(f'register = [ "{where[1]}" ];\n')
    result = pledged(environment, tmp_path, "-c", "pledged.conf", "check")
    assert result.returncode == 1
    assert " ".join(told) in result.stderr and caret.strip() in result.stderr, \
        f"{name} shows:\n{text}\nthe program says:\n{result.stderr}"


# --- asked of a daemon -------------------------------------------------------------

@pytest.fixture(scope="module")
def phase_one(tmp_path_factory):
    """A daemon that watches the example, and what its displays need of it."""
    scene = Scene(tmp_path_factory.mktemp("live"))
    yield scene.daemon
    scene.close()


@pytest.mark.parametrize("name, display", all_displays("live"),
                         ids=titles(all_displays("live")))
def test_live_display(name, display, phase_one, environment):
    for named, here in (("/run/pledged/pledged.sock", phase_one.socket),
                        ("/srv/backup", phase_one.folder / "backup")):
        display = display.replace(named, str(here))
    check_commands(name, display,
                   env={**environment, "PLEDGED_SOCKET": str(phase_one.socket)},
                   cwd=phase_one.folder)


@pytest.mark.parametrize("name, text", all_displays("rules"),
                         ids=titles(all_displays("rules")))
def test_rules_are_about_what_is_measured(name, text, phase_one, tmp_path):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    (tmp_path / "rules.yml").write_text(text)
    result = run("promtool", "check", "rules", tmp_path / "rules.yml")
    assert result.returncode == 0, f"{name}\n{result.stdout}{result.stderr}"
    _, _, metrics = phase_one.ask("/metrics")
    for metric in re.findall(r"pledged_\w+", text):
        assert f"\n# TYPE {metric} ".encode() in metrics, metric


@pytest.mark.parametrize("name, text", all_displays("restore"),
                         ids=titles(all_displays("restore")))
def test_a_backup_is_brought_back_as_shown(name, text, daemon, environment):
    daemon.configure(register([milestone("one", "2099-01-01")]))
    daemon.start().settled()
    copy = re.search(r"/srv/backup/(\S+)", text)[1]
    assert daemon.ctl("backup", daemon.folder / copy).returncode == 0
    assert daemon.ctl("observe", "report", "2026-01-01", "1").returncode == 0
    assert daemon.status_of("p/one") == "met"
    cwd, state = daemon.folder, daemon.folder / "state"
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("systemctl stop"):
            assert daemon.stop() == 0
        elif line.startswith("systemctl start"):
            daemon.start()
        elif line == "cd /var/lib/pledged":
            cwd = state
        else:
            line = line.replace("/srv/backup", str(daemon.folder))
            line = line.replace("-o pledged -g pledged ", "")
            check_commands(name, f"$ {line}\n", cwd=cwd, env={
                **environment, "PLEDGED_SOCKET": str(daemon.socket)})
    assert (state / "aside" / "pledged.db").exists()
    assert daemon.settled().status_of("p/one") == "pending"


# --- a table and its mapping ----------------------------------------------------------

@pytest.fixture
def imported(tmp_path):
    """A folder with the table and the mapping of the manual."""
    for kind, file in (("table", "table.csv"), ("mapping", "mapping.conf")):
        [(_, text)] = all_displays(kind)
        (tmp_path / file).write_text(text)
    return tmp_path


def test_the_mapping_shown_makes_a_register(imported, environment):
    [(name, display)] = all_displays("import")
    check_commands(name, display, cwd=imported, env=environment)
    (imported / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    result = pledged(environment, imported, "-c", "pledged.conf", "assess")
    assert result.returncode == 0, result.stderr
    assert ["c1/done", "met"] in [
        line.split()[:2] for line in result.stdout.splitlines()]


def test_faults_of_a_table_are_told_as_shown(imported, environment):
    [(_, told)] = all_displays("told")
    table = imported / "table.csv"
    table.write_text(table.read_text().replace("31.12.2024", "31.02.2024")
                     .replace("Open", "Opne"))
    result = pledged(environment, imported, "import", "mapping.conf", "table.csv")
    assert result.returncode == 1  # no row is left
    assert " ".join(told.split()) in " ".join(result.stderr.split())


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text()):
        assert pathlib.Path(SOURCE, target).exists(), target
