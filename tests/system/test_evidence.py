"""What was seen, when, and what was made of it: a past report made again."""
import concurrent.futures
import getpass
import hashlib
import json
import os
import pathlib
import pty
import shutil
import sqlite3
import subprocess

import pytest

from daemon import milestone, program, run, stamp, utc, wait_until

REGISTER = """
instruments = ( { id = "i"; timezone = "UTC"; signed = "2020-01-01"; } );
indicators = ( { id = "sales"; unit = "USD"; frequency = "month"; lag = "30d";
  nonnegative = true; }, { id = "gazette"; kind = "documents"; } );
sources = ( { id = "own"; url = "file:own.csv"; format = "csv"; every = "1h";
    extract = "SELECT indicator, period, value, published FROM data"; },
  { id = "notices"; url = "file:own.json"; format = "json"; every = "1h";
    indicator = "gazette"; extract = ".[]"; } );
pledges = ( { id = "p"; instrument = "i"; obligor = "us"; title = "Promise";
  labels: { sector = "trade"; }; milestones = ( %s ); } );
"""
MILESTONES = [
    milestone("sum", "2020-12-31", benchmark="sum(sales, 2020) >= 60"),
    milestone("pace", "2099-12-31", benchmark="sum(sales, 2099) >= 60",
              more='path = "linear"; forecast = "run_rate";'),
    milestone("law", "2020-06-30",
              benchmark='exists(gazette, \\"licences\\")'),
    milestone("ban", "2020-06-30",
              benchmark='exists(gazette, \\"embargo\\")'),
    milestone("signed", "2099-01-01",
              benchmark='attested(\\"adopted\\")'),
    milestone("after", "2099-01-01",
              benchmark='met(\\"p/sum\\") and met(\\"p/signed\\")'),
]


def sales(published, *values):
    return "indicator,period,value,published\n" + "".join(
        f"sales,2020-{month:02},{value},{published}\n"
        for month, value in enumerate(values, 1))


def notice(key, title, day, **more):
    return {"key": key, "title": title, "period": day, **more}


def observed(daemon, name="sales"):
    return daemon.items(f"/v1/indicators/{name}/observations?limit=1000")


@pytest.fixture
def watched(daemon):
    daemon.write("own.csv", sales("2021-01-15T00:00:00Z", *range(1, 11)))
    daemon.write("own.json", json.dumps(
        [notice("n1", "On licences", "2020-05-09")]))
    daemon.configure(REGISTER % ",\n".join(MILESTONES))
    daemon.start().settled()
    wait_until(lambda: observed(daemon) and observed(daemon, "gazette"))
    return daemon


def over(time):
    """A time may be asked about once it is over."""
    wait_until(lambda: stamp(utc()) + "Z" > time)


REPORTS = [
    words for form in ("table", "json", "csv") for words in (
        ("-o", form, "list", "--all"),
        ("-o", form, "scorecard", "--by", "sector"),
        ("-o", form, "matrix", "--rows", "sector", "--cols", "milestone"))
] + [("-o", form, verb, f"p/{name}")
     for form in ("table", "json") for verb in ("show", "explain")
     for name in ("sum", "pace", "law", "ban", "signed", "after")]


def reports(daemon, *times):
    """Everything that can be told of milestones, as bytes."""
    told = {}
    for words in REPORTS:
        result = daemon.ctl(*words, *times)
        assert result.returncode == 0, (words, result.stderr)
        told[words] = result.stdout
    for name in ("sales", "gazette"):
        query = "&".join(f"{times[i][2:].replace('-', '_')}={times[i + 1]}"
                         for i in range(0, len(times), 2))
        told[name] = daemon.ask(
            f"/v1/indicators/{name}/observations?{query}")[2]
    return told


def attest(daemon, **body):
    status, _, answer = daemon.ask(
        "/v1/milestones/p/signed/attestations", "POST", body=json.dumps(
            {"key": "adopted", "evidence": "https://e.example/1", **body}))
    assert status == 200, answer


def feed(daemon):
    """Revisions, late figures, documents and word of people, all dated before
    what was asked about, and recorded after it."""
    daemon.write("own.csv", sales("2021-01-15T00:00:00Z", 9, *range(2, 13)))
    daemon.polled()
    daemon.write("own.json", json.dumps(
        [notice("n1", "On permits", "2020-05-09"),
         notice("n2", "An embargo", "2020-06-01",
                published="2020-06-01T00:00:00Z")]))
    daemon.polled("notices")
    attest(daemon, attested=True, on="2020-03-04")
    wait_until(lambda: len(observed(daemon)) == 13)
    wait_until(lambda: len(observed(daemon, "gazette")) == 3)


def test_a_past_report_is_made_again_to_the_byte(watched):
    then = stamp(utc()) + "Z"
    over(then)
    first = reports(watched, "--as-of", then)
    assert json.loads(first["-o", "json", "show", "p/sum"])["actual"] == 55
    feed(watched)
    # What is published by then is known now, and was not recorded by then.
    assert json.loads(watched.ctl("-o", "json", "show", "p/sum", "--as-of",
                                  then).stdout)["status"] == "met"
    for _ in range(2):
        for times in (("--as-of", then, "--recorded-as-of", then),
                      ("--recorded-as-of", then)):
            again = reports(watched, *times)
            for what, told in first.items():
                assert again[what] == told, what
        watched.stop()
        watched.start().settled()


def test_what_was_told_without_a_time_can_be_told_again(watched):
    words = [("-o", "json", "scorecard"),
             ("-o", "json", "matrix", "--rows", "sector", "--cols", "milestone")]
    first = [watched.ctl(*each).stdout for each in words]
    for each, told in zip(words, first):
        then = json.loads(told)["as_of"]
        over(then)
    feed(watched)
    for each, told in zip(words, first):
        then = json.loads(told)["as_of"]
        assert watched.ctl(*each, "--recorded-as-of", then).stdout == told


def test_the_register_an_answer_was_judged_by(watched):
    over(then := stamp(utc()) + "Z")
    paths = [f"/v1/{path}recorded_as_of={then}" for path in (
        "milestones?", "milestones/p/sum?", "milestones/p/sum/explain?",
        "scorecard?", "matrix?rows=sector&cols=milestone&")]
    before = watched.get("/v1/status")["register"]
    assert {watched.get(path)["register"] for path in paths} == {before}
    watched.configure(REGISTER % ",\n".join(MILESTONES).replace("60", "90"))
    assert watched.post("/v1/reload")[0] == 200
    after = watched.get("/v1/status")["register"]
    assert after != before
    assert {watched.get(path)["register"] for path in paths} == {after}


def test_times_that_cannot_be_asked_about(watched):
    future = stamp(utc(3600)) + "Z"
    for query, words in (
            (f"recorded_as_of={future}", "is not over"),
            ("recorded_as_of=then", 'recorded_as_of: "then" is not a date')):
        for path in ("milestones", "milestones/p/sum", "scorecard",
                     "indicators/sales/observations"):
            status, _, body = watched.ask(f"/v1/{path}?{query}")
            assert status == 400 and words in json.loads(body)["detail"]
    # Published in the future is a question like another.
    assert watched.ask(f"/v1/milestones/p/sum?as_of={future}")[0] == 200
    told = watched.ctl("list", "sources", "--recorded-as-of", "2020-01-01")
    assert told.returncode == 2


# --- the bytes ----------------------------------------------------------------

def snapshot_of(daemon, name="sum"):
    """The SHA-256 that a milestone's first figure points to."""
    nodes = [daemon.get(f"/v1/milestones/p/{name}/explain")["tree"]]
    while not nodes[0].get("figures"):
        nodes = nodes[0]["operands"] + nodes[1:]
    return nodes[0]["figures"][0]["snapshot"]


def test_the_bytes_as_they_came(watched):
    sha = snapshot_of(watched)
    path = f"/v1/snapshots/{sha}"
    sent = (watched.folder / "own.csv").read_bytes()
    assert hashlib.sha256(sent).hexdigest() == sha
    status, headers, body = watched.ask(path)
    assert (status, body) == (200, sent)
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == (
        f'attachment; filename="{sha}.bin"')
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["etag"] == f'"{sha}"'
    assert "immutable" in headers["cache-control"]
    status, headers, body = watched.ask(path, "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == len(sent)
    status, headers, body = watched.ask(
        path, headers={"if-none-match": f'"other", "{sha}"'})
    assert (status, body, headers["etag"]) == (304, b"", f'"{sha}"')
    assert watched.ask(path, headers={"if-none-match": '"x"'})[0] == 200


@pytest.mark.parametrize("sha, words", [
    ("0" * 64, "no snapshot of that id is kept"),
    ("abc", "a SHA-256 is expected"), ("g" * 64, "a SHA-256 is expected")])
def test_bytes_that_are_not_there(watched, sha, words):
    status, _, body = watched.ask(f"/v1/snapshots/{sha}")
    assert status == 404 and words in json.loads(body)["detail"]


def test_a_large_body_does_not_hold_up_the_rest(watched):
    """16 MiB are unpacked and sent while others are answered."""
    rows = sales("2021-01-15T00:00:00Z", *range(1, 11))
    sent = rows + "".join(f"none,2020-01,{i},\n" for i in range(1000000))
    watched.write("own.csv", sent)
    watched.polled()
    sha = hashlib.sha256(sent.encode()).hexdigest()
    wait_until(lambda: watched.ask(f"/v1/snapshots/{sha}", "HEAD")[0] == 200)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        bodies = [pool.submit(watched.ask, f"/v1/snapshots/{sha}")
                  for _ in range(3)]
        while not all(body.done() for body in bodies):
            assert watched.get("/v1/status")
    assert all(body.result()[2].decode() == sent for body in bodies)


# --- who was asked what, and how it was read ------------------------------------

def answers(daemon, source="own"):
    return daemon.items(f"/v1/sources/{source}/answers")


def test_answers_newest_first(watched):
    before = snapshot_of(watched)
    feed(watched)
    second, first = wait_until(lambda: len(answers(watched)) == 2
                               and answers(watched))
    sent = (watched.folder / "own.csv").read_bytes()
    assert second["sha256"] == hashlib.sha256(sent).hexdigest()
    assert second["bytes"] == len(sent) and second["rows"] == 12
    assert first["rows"] == 10 and first["sha256"] == before
    assert first["url"].endswith("/own.csv") and first["kept"] is True
    assert first["parameters"] == {} and first["status"] is None
    page = watched.get("/v1/sources/own/answers?limit=1")
    assert page["items"] == [second]
    assert watched.get("/v1/sources/own/answers?limit=1&cursor="
                       + page["next"])["items"] == [first]
    told = watched.ctl("list", "answers", "own").stdout.splitlines()
    assert len(told) == 3 and second["sha256"][:8] in told[1]
    definition = watched.get(f"/v1/definitions/{first['program']}")
    assert definition["format"] == "csv"
    assert definition["extract"].startswith("SELECT indicator")


def test_answers_that_are_not_there(watched):
    for path, words in (("sources/none/answers", "there is and was no source"),
                        ("sources/onw", "did you mean \"own\"?"),
                        ("definitions/" + "0" * 64, "by such a definition"),
                        ("definitions/1", "a SHA-256 is expected")):
        status, _, body = watched.ask(f"/v1/{path}")
        assert status == 404 and words in json.loads(body)["detail"]
    for words in (("answers",), ("answers", "a", "b"), ("sources", "own")):
        assert watched.ctl("list", *words).returncode == 2


def test_bytes_by_pledgectl(watched, tmp_path):
    sha = snapshot_of(watched)
    result = run(program("pledgectl"), "-s", watched.socket, "snapshot", sha)
    assert result.stdout == (watched.folder / "own.csv").read_text()
    assert watched.ctl("snapshot", "0" * 64).returncode == 5
    main, side = pty.openpty()
    for words, status in (((), 2), (("--force",), 0)):
        assert subprocess.run(
            [program("pledgectl"), "-s", str(watched.socket), "snapshot", sha,
             *words], stdout=side, stderr=subprocess.PIPE,
            timeout=60).returncode == status
    os.close(main)
    os.close(side)


# --- verify ---------------------------------------------------------------------

def verified(daemon, *words):
    result = daemon.ctl("-o", "json", "verify", *words)
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def test_all_is_as_it_was_recorded(watched):
    assert watched.ask("/v1/verify")[0] == 404
    feed(watched)
    status, told = verified(watched)
    assert (status, told["good"], told["fault"]) == (0, True, None)
    assert told["state"] == "done" and told["by"] == getpass.getuser()
    assert told["differences"] == [] and told["facts"] > 30
    # All figures and documents but what people say; each answer in the sample.
    assert told["sample"] == told["answers"] == 4
    assert told["followed"] == 13 + 3
    assert len(told["seal"]) == 64 and told["sealed"] is not None
    text = watched.ctl("verify", "--seal", told["seal"], "--sample", "1")
    assert text.returncode == 0
    assert text.stdout.startswith("good: ") and "\nseal " in text.stdout
    status, told = verified(watched, "--seal", "0" * 64)
    assert status == 1 and "seal" in told["fault"]
    for words in (("--sample", "-1"), ("--sample", "1001"), ("--seal", "xyz")):
        assert watched.ctl("verify", *words).returncode == 2


def test_what_was_changed_is_found(watched):
    wait_until(lambda: answers(watched, "notices"))
    watched.stop()
    with sqlite3.connect(watched.folder / "state" / "pledged.db") as db:
        db.execute("UPDATE observation SET value = '99' WHERE id = 3")
    db.close()
    watched.start()
    status, told = verified(watched)
    assert status == 1 and told["good"] is False
    assert told["fault"].startswith("observation: row 3 does not match its hash")
    assert "row 3" in watched.ctl("verify").stdout


def test_verify_says_that_one_is_under_way(watched):
    codes = [watched.ask("/v1/verify", "POST")[0] for _ in range(3)]
    assert codes[0] == 202 and set(codes[1:]) <= {202, 409}
    wait_until(lambda: watched.get("/v1/verify")["state"] == "done")
    assert watched.ask("/v1/verify", "POST")[0] == 202
    assert watched.stop() == 0


# Reads as its model does, but for one figure.
LIAR = """#!/usr/bin/python3
import subprocess, sys
model = subprocess.Popen(["%s", *sys.argv[1:]], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
while header := sys.stdin.buffer.read(4):
    model.stdin.write(header + sys.stdin.buffer.read(int.from_bytes(header, "big")))
    model.stdin.flush()
    header = model.stdout.read(4)
    answer = model.stdout.read(int.from_bytes(header, "big"))
    sys.stdout.buffer.write(header + answer.replace(
        b"\\x43\\0\\0\\0\\x0210", b"\\x43\\0\\0\\0\\x0211"))
    sys.stdout.buffer.flush()
"""


def test_a_figure_that_does_not_follow_from_the_bytes(watched, tmp_path,
                                                      monkeypatch):
    wait_until(lambda: answers(watched))
    assert verified(watched)[0] == 0
    watched.stop()
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copy(program("pledged"), folder / "pledged")
    worker = folder / "pledged-worker"
    worker.write_text(LIAR % pathlib.Path(program("pledged-worker")).resolve())
    worker.chmod(0o755)
    monkeypatch.setenv("PLEDGED", str(folder / "pledged"))
    watched.start()
    status, told = verified(watched)
    assert status == 1 and told["fault"] is None and told["good"] is False
    (difference,) = told["differences"]
    assert difference.startswith("observation 10, sales 2020-10 = 10, does not "
                                 "follow from the answer of own, ")
    assert told["followed"] == 10


# --- retention --------------------------------------------------------------------

KEPT = REGISTER.replace('every = "1h";', 'every = "1h"; retention = "1s";').replace(
    'kind = "documents"; }', 'kind = "documents"; }, '
    '{ id = "unasked"; frequency = "month"; }').replace(
    "sources = (", """sources = ( { id = "idle"; url = "file:idle.csv";
    format = "csv"; every = "1h"; retention = "1s";
    extract = "SELECT indicator, period, value FROM data"; },""")


def idle(value):
    return f"indicator,period,value\nunasked,2020-01,{value}\n"


def test_what_nothing_rests_on_goes_when_its_time_is_over(daemon):
    daemon.write("own.csv", sales("2021-01-15T00:00:00Z", 1, 2))
    daemon.write("own.json", "[]")
    daemon.write("idle.csv", idle(1))
    daemon.configure(KEPT % ",\n".join(MILESTONES))
    daemon.start().settled()
    wait_until(lambda: answers(daemon, "idle") and answers(daemon))
    first = answers(daemon, "idle")[0]["sha256"]
    over(answers(daemon, "idle")[0]["time"])
    daemon.write("own.csv", sales("2021-01-15T00:00:00Z", 3, 4))
    daemon.write("idle.csv", idle(2))
    daemon.polled()
    daemon.polled("idle")
    wait_until(lambda: len(answers(daemon, "idle")) == 2
               and not answers(daemon, "idle")[1]["kept"])
    status, _, body = daemon.ask(f"/v1/snapshots/{first}")
    detail = json.loads(body)["detail"]
    assert status == 404 and "were dropped at" in detail
    assert "keeps what nothing rests on for 1s" in detail
    wait_until(lambda: "1 bodies of idle were dropped" in daemon.log())
    # The last answer stays, and whatever a milestone asks of, however old.
    assert answers(daemon, "idle")[0]["kept"]
    assert all(answer["kept"] for answer in answers(daemon))
    status, told = verified(daemon)
    assert status == 0 and told["dropped"] == 1
    daemon.stop()
    daemon.start().settled()
    assert not answers(daemon, "idle")[1]["kept"]


def test_after_an_unclean_stop_the_store_is_looked_at(watched):
    assert watched.get("/v1/status")["store"] == {"check": "not_needed",
                                                  "fault": None}
    watched.kill()
    watched.start()
    wait_until(lambda: watched.get("/v1/status")["store"]["check"] == "sound")
    assert "the store is sound" in watched.log()
