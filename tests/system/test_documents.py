"""What the README and the manual pages show is what the programs do.

In a manual `.\\" run` stands before a display of commands, in the README
`<!-- run -->`: lines with `$ ` are commands, what follows is their output.
`<!-- run: NAME -->` is a step of a session in one shell and one home; a text
block right after it is its output. `...` stands for anything in a line, and
alone for any lines.
"""
import json
import os
import pathlib
import re
import socket
import subprocess

import pytest

from daemon import PATIENCE, SOURCE, clean_environment, program, wait_until

MANUALS = sorted([*SOURCE.glob("src/*/*.[578]"), *SOURCE.glob("src/*/*.1")])
README = SOURCE / "README.md"


# --- reading -----------------------------------------------------------------

def roff_plain(text):
    """A literal display's text: the few escapes that stand in one."""
    for written, meant in ((r"\&", ""), (r"\(dq", '"'), (r"\-", "-"),
                           (r"\e", "\\")):
        text = text.replace(written, meant)
    return text


def manual_displays(path):
    marked = r'^\.\\" run\n\.Bd [^\n]*\n(.*?)^\.Ed$'
    return [roff_plain(text)
            for text in re.findall(marked, path.read_text(), re.M | re.S)]


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
    for path in MANUALS:
        for display in manual_displays(path):
            yield path.name, display
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


@pytest.mark.parametrize("name, display", displays(), ids=titles(displays()))
def test_display(name, display, environment):
    for command, output in commands(display):
        result = subprocess.run(["bash", "-c", command], cwd=SOURCE, text=True,
                                capture_output=True, env=environment,
                                timeout=60, stdin=subprocess.DEVNULL)
        assert result.returncode == 0, f"{name}: {command}\n{result.stderr}"
        check(output, result.stdout)


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
    assert len(MANUALS) == 7
    assert len(list(displays())) >= 8
    assert sessions()


def manual_registers():
    """Displays that hold a whole register or configuration."""
    for path in MANUALS:
        for text in re.findall(r"^\.Bd [^\n]*\n(.*?)^\.Ed$", path.read_text(),
                               re.M | re.S):
            text = roff_plain(text)
            if re.match(r"(instruments|register) = ", text):
                yield path.name, text


@pytest.mark.parametrize("name, text", manual_registers(),
                         ids=titles(manual_registers()))
def test_example_files_are_good(name, text, tmp_path, environment):
    verb = ["-c", tmp_path / "pledged.conf", "check"]
    if text.startswith("register = "):
        (tmp_path / "register.d").mkdir()
        (tmp_path / "pledged.conf").write_text(text)
    elif "\ntests = " in text:
        (tmp_path / "a.test.conf").write_text(text)
        verb = ["test", tmp_path / "a.test.conf"]
    else:
        (tmp_path / "register.conf").write_text(text)
        (tmp_path / "pledged.conf").write_text(
            'register = [ "register.conf" ];\n')
    result = subprocess.run(["pledged", *verb], capture_output=True, text=True,
                            env=environment)
    assert result.returncode == 0, \
        f"{name}\n{text}\n{result.stderr}{result.stdout}"


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text()):
        assert pathlib.Path(SOURCE, target).exists(), target
