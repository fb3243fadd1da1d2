"""pledged replay --messages: what people would have been sent, as files."""

import email
import email.policy
import json

from daemon import HOOK, LOG, PHASE_ONE, program, run, settings

SPAN = ("--from", "2020-02-01", "--to", "2021-06-01")
DESK = ('{ id = "desk"; type = "email"; to = "desk@example.org"; '
        'from = "pledged@example.org"; server = "smtp://localhost"; %s }')
ROUTES = ('{ match = { kind = "slipped"; }; channels = [ "desk" ]; '
          'continue = true; }, { channels = [ "hook", "log" ]; %s }')


def replay(folder, desk="", routes="", options=()):
    (folder / "pledged.conf").write_text(
        settings([LOG, DESK % desk, HOOK.format(port=1)],
                 ROUTES % routes).replace(
                     "register.conf", str(PHASE_ONE / "register.conf")))
    return run(program("pledged"), "-c", folder / "pledged.conf", "replay",
               *SPAN, "--messages", folder / "messages", *options)


def files(folder, ending):
    return sorted((folder / "messages").glob("*" + ending))


def test_each_as_its_receiver_sees_it(tmp_path):
    result = replay(tmp_path)
    assert result.returncode == 0, result.stderr
    mails = files(tmp_path, "-desk.txt")
    assert [path.name[5:-9] for path in mails] == ["2021-01-27T153052Z"]
    mail = email.message_from_bytes(mails[0].read_bytes(),
                                    policy=email.policy.default)
    assert mail["to"] == "desk@example.org"
    assert mail["subject"].startswith("4 milestones slipped")
    text = mail.get_content()
    assert "27.3bn" in text and "89.3bn" in text
    assert "<html" in files(tmp_path, "-desk.html")[0].read_text()
    bodies = [json.loads(path.read_text())
              for path in files(tmp_path, "-hook.json")]
    kinds = [item["kind"] for body in bodies
             for item in body["data"].get("items", [body["data"]])]
    assert kinds.count("slipped") == 4
    assert files(tmp_path, "-log.txt")
    count = len(mails) + len(bodies) + len(files(tmp_path, "-log.txt"))
    assert f"{count} messages in" in result.stderr


def test_a_digest_waits_for_its_time(tmp_path):
    replay(tmp_path, 'digest = "weekly mon 08:00 Europe/Brussels";')
    assert [path.name[5:-9] for path in files(tmp_path, "-desk.txt")] == [
        "2021-02-01T070000Z"]


def test_nothing_is_written_over(tmp_path):
    assert replay(tmp_path).returncode == 0
    result = replay(tmp_path)
    assert result.returncode == 1
    assert "--messages: " in result.stderr
    assert "File exists" in result.stderr


def test_one_question_at_a_time(tmp_path):
    result = replay(tmp_path, options=("--against", "x.conf"))
    assert result.returncode == 2
