"""`pledged source test`: what a source says, for whoever writes it."""
import json
import re
import shutil
import urllib.parse

import pytest

import origin as origins
from daemon import SOURCE, program, run
from test_asking import SECRET, feed, forms, json_source, page, register
from test_documents import check, commands, roff_plain


@pytest.fixture
def trial(tmp_path, origin):
    """Writes a register and tries its source."""
    def write(*sources, polling="allow_private = true;"):
        (tmp_path / "pledged.conf").write_text(
            'register = [ "register.conf" ];\npolling: { %s };\n' % polling)
        (tmp_path / "register.conf").write_text(register(*sources))

    def attempt(*words, **more):
        return run(program("pledged"), "-c", tmp_path / "pledged.conf", "source",
                   "test", *words, **more)

    attempt.write = write
    attempt.folder = tmp_path
    attempt.origin = origin
    return attempt


def tried(trial, *words):
    result = trial("web", "-o", "json", *words)
    return result.returncode, json.loads(result.stdout)


def test_what_is_asked_and_answered(trial):
    trial.origin.answers["/d?c=a%20b"] = lambda handler: origins.send(
        handler, 200, page(["2020-01", "2020-02"]).encode(),
        content_type="application/json; charset=utf-8", etag='"one"',
        last_modified="Wed, 01 Jan 2020 00:00:00 GMT",
        cache_control="max-age=7200")
    trial.write(json_source(trial.origin.url("/d?c={c}"),
                            'parameters = { c = "a b"; };'))
    result = trial("web")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["REQUEST", "STATUS", "TYPE", "ENCODING", "BYTES",
                                "ROWS", "TIME", "URL"]
    assert lines[1].split()[:4] == ["1.1", "200", "application/json", "utf-8"]
    assert lines[1].endswith("/d?c=a%20b")
    for words in (['ETag', '"one"'], ["max-age", "2h"],
                  ["next", "poll", "in", "2h"],
                  ["INDICATOR", "PERIOD", "VALUE", "PUBLISHED", "REMARK"],
                  ["report", "2020-01", "1", "published", "when", "fetched"]):
        assert words in [line.split() for line in lines]
    assert lines[-1] == "web: 2 figures would be taken"

    status, told = tried(trial)
    assert status == 0
    assert told["outcome"] == "read" and told["hint"] is None
    answer, = told["answers"]
    assert answer["parameters"] == {"c": "a b"}
    assert answer["etag"] == '"one"' and answer["max_age"] == 7200
    assert answer["rows"] == 2 and len(answer["sha256"]) == 64
    assert told["rows"][1] == {
        "indicator": "report", "period": "2020-02", "value": 2,
        "published": None, "provisional": False, "held": None, "answer": 0}
    assert told["totals"] == {"answers": 1, "figures": 2, "documents": 0,
                              "held": 0, "said_twice": 0, "rejected": 0}


def test_rejected_rows_are_each_told(trial):
    trial.origin.answers["/d"] = json.dumps({"rows": [
        {"period": "2020-01", "value": 1}, {"period": "2020-01", "value": 1},
        {"period": "2020", "value": 1}, {"period": "2020-02", "value": "many"}]})
    trial.write(json_source(trial.origin.url("/d")))
    result = trial("web")
    assert result.returncode == 1
    assert 'row' not in result.stderr
    assert '3  period "2020" is not a month, as report has' in result.stdout
    assert '4  value "many" is not a number' in result.stdout
    assert result.stdout.endswith(
        "web: 1 figure would be taken, 1 said twice, 2 rejected\n")
    rows = trial("web", "-o", "jsonl")
    assert len(rows.stdout.splitlines()) == 1 and rows.returncode == 1
    assert '"many"' in rows.stderr
    table = trial("web", "-o", "csv", "--limit", "1")
    assert table.stdout.splitlines()[0] == \
        "indicator,period,value,published,remark"
    assert len(table.stdout.splitlines()) == 2


def test_more_rows_than_are_shown(trial):
    trial.origin.answers["/d"] = page(
        [f"20{year:02}-{month:02}" for year in range(10) for month in range(1, 13)])
    trial.write(json_source(trial.origin.url("/d")))
    assert "100 more are not shown: --limit 0 shows all" in trial("web").stdout
    assert "not shown" not in trial("web", "--limit", "0").stdout
    assert len(trial("web", "-o", "jsonl").stdout.splitlines()) == 120
    assert trial("web", "--limit", "some").returncode == 2


def test_a_file_instead_of_the_answer(trial):
    trial.write(json_source("https://statistics.example/{c}?key={key}",
                            'parameters = { c = [ "FR", "DE" ]; }; next = ".next"; '
                            'secret_files = { key = "there-is-none"; };'))
    raw = trial.folder / "raw.json"
    raw.write_text(page(["2020-01"], next="?page=2"))
    result = trial("web", "--file", raw)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1.1      given" in result.stdout
    assert "https://statistics.example/FR?key={key}" in result.stdout
    assert "next page       https://statistics.example/FR?page=2" in result.stdout
    assert trial.origin.asked == []
    through = run("sh", "-c", '"$0" -c "$1" source test web --file - < "$2"',
                  program("pledged"), trial.folder / "pledged.conf", raw)
    assert through.stdout == result.stdout.replace(str(raw), "-")
    assert trial("web", "--file", trial.folder / "none").returncode == 1
    assert trial("web", "--file", trial.folder).returncode == 1
    # Without it the secret is needed, and said to be missing.
    asked = trial("web")
    assert asked.returncode == 1 and "there-is-none" in asked.stderr


def test_it_needs_no_daemon_and_leaves_nothing(trial):
    trial.origin.answers["/d"] = page(["2020-01"])
    trial.write(json_source(trial.origin.url("/d")))
    before = {path.name for path in trial.folder.iterdir()}
    assert trial("web").returncode == 0
    assert {path.name for path in trial.folder.iterdir()} == before


def test_secrets_are_not_shown(trial):
    quoted = urllib.parse.quote(SECRET, safe="")
    trial.origin.answers[f"/d?key={quoted}"] = lambda handler: origins.send(
        handler, 200, page(["2020-01"], next=handler.path + "&p=2").encode(),
        etag='"%s"' % SECRET)
    trial.origin.answers[f"/d?key={quoted}&p=2"] = lambda handler: origins.send(
        handler, 401)
    (trial.folder / "key").touch(mode=0o600)
    (trial.folder / "key").write_text(SECRET)
    trial.write(json_source(trial.origin.url("/d?key={key}"),
                            'next = ".next"; secret_files = { key = "key"; };'))
    for form in ("table", "json", "jsonl", "csv"):
        result = trial("web", "-o", form)
        assert result.returncode == 1
        assert "page 2: the server answered with HTTP status 401" in \
            result.stdout + result.stderr
        for shown in forms(SECRET):
            assert shown.decode() not in result.stdout + result.stderr
    assert "/d?key={key}&p=2" in trial("web").stdout
    assert "token_file or secret_files" in trial("web").stdout


@pytest.mark.parametrize("made, body, words", [
    (lambda url: json_source(url), '{"row": [{"month": "2020-01", "n": [1, 2]}]}',
     ["unreadable", "null", "{row: 1 of [{month: string, n: 2 of [number]}]}"]),
    (lambda url: json_source(url, extract=".rows[]?"), '{"row": []}',
     ["0 figures would be taken", "the jq program of extract gave nothing",
      "{row: []}"]),
    (lambda url: json_source(url), "<!DOCTYPE html>\n<html><title>Sorry",
     ["not JSON", '"<!DOCTYPE html>']),
    (lambda url: f'{{ id = "web"; url = "{url}"; format = "csv"; indicator = '
     '"report"; extract = "SELECT month AS period, value FROM data"; }',
     "period;value\n2020-01;1\n", ["no such column: month", '"period;value']),
    (lambda url: f'{{ id = "web"; url = "{url}"; format = "html"; indicator = '
     '"report"; rows = "//tbody/tr"; columns = { period = "td[1]"; }; }',
     '<table id="t" class="figures"><tr><td>2020-01</td></tr></table>',
     ["the XPath of rows found nothing", "table#t.figures tr td"]),
    (lambda url: f'{{ id = "web"; url = "{url}"; format = "xml"; indicator = '
     '"report"; rows = "//row"; columns = { period = "p"; }; }',
     '<data xmlns="urn:x"><row><p>2020-01</p></row></data>',
     ["namespaces", "data row p"]),
    (lambda url: f'{{ id = "web"; url = "{url}"; format = "feed"; indicator = '
     '"gazette"; match = "nothing like it"; }', feed([1]),
     ["match matched none", "rss channel title item"]),
    (lambda url: f'{{ id = "web"; url = "{url}"; format = "text"; indicator = '
     '"report"; extract = "^(?<period>\\\\d{4}-\\\\d\\\\d) (?<value>\\\\d+)$"; }',
     "In 2020-01 it was 5.\n", ["the pattern of extract matched nothing",
                                '"In 2020-01']),
])
def test_what_helps_whoever_writes_it(trial, made, body, words):
    trial.write(made("https://statistics.example/d"))
    raw = trial.folder / "raw"
    raw.write_text(body)
    result = trial("web", "--file", raw)
    for word in words:
        assert word in result.stdout, (word, result.stdout, result.stderr)


def test_figures_that_would_be_held(trial):
    trial.origin.answers["/d"] = json.dumps({"rows": [
        {"period": "2020-01", "value": 10}, {"period": "2020-02", "value": -1},
        {"period": "2020-03", "value": 500}, {"period": "2020-04", "value": 490},
        {"period": "2020-04", "value": 491}]})
    trial.write(json_source(trial.origin.url("/d")))
    path = trial.folder / "register.conf"
    path.write_text(path.read_text().replace(
        'lag = "0d"; }', 'lag = "0d"; nonnegative = true; max_jump = 5; }', 1))
    status, told = tried(trial)
    assert status == 0
    held = {(row["period"], row["value"]): row["held"] for row in told["rows"]}
    assert held[("2020-01", 10)] is None
    assert held[("2020-02", -1)] == "domain"
    assert held[("2020-03", 500)] == "jump"
    assert held[("2020-04", 490)] == held[("2020-04", 491)] == "duplicate"
    assert "held: " in trial("web").stdout


def test_documents(trial):
    trial.origin.answers["/feed"] = feed([3, 2, 1])
    trial.write('{ id = "web"; url = "%s"; format = "feed"; indicator = '
                '"gazette"; }' % trial.origin.url("/feed"))
    result = trial("web")
    assert result.stdout.endswith("web: 3 documents would be taken\n")
    assert "Gazette no. 2" in result.stdout
    assert {row["key"] for row in tried(trial)[1]["rows"]} == {
        f"http://gazette.example/{number}.pdf" for number in (3, 2, 1)}
    assert trial("web", "-o", "csv").stdout.startswith(
        "indicator,date,key,title,url\n")


def test_which_sources_there_are(trial):
    trial.write(json_source("https://statistics.example/{c}",
                            'parameters = { c = [ "FR", "DE" ]; };'),
                json_source("https://statistics.example/b", name="other"))
    assert trial().stdout.splitlines()[1:] == [
        "web    json           2  report     https://statistics.example/{c}",
        "other  json           1  report     https://statistics.example/b"]
    assert [one["id"] for one in json.loads(trial("-o", "json").stdout)] == [
        "web", "other"]
    result = trial("othr")
    assert result.returncode == 5
    assert result.stderr == ('pledged: there is no source "othr", did you mean '
                             '"other"?\n')
    for words in ((), ("other",), ("test", "web", "other")):
        assert run(program("pledged"), "-c", trial.folder / "pledged.conf",
                   "source", *words).returncode == 2


# --- the steps of pledged-register(5), WRITING A SOURCE ------------------------


def manual_steps():
    """(source, what is shown of it), in the manual's order."""
    text = (SOURCE / "src/pledged/pledged-register.5").read_text()
    displays = re.findall(r'^\.\\" (try|shows)\n\.Bd [^\n]*\n(.*?)^\.Ed$', text,
                          re.M | re.S)
    source = None
    for kind, display in displays:
        if kind == "try":
            source = roff_plain(display)
        else:
            yield source, roff_plain(display)
    yield source, None


@pytest.mark.parametrize("source, shown", manual_steps())
def test_steps_of_the_manual(tmp_path, source, shown):
    for path in (SOURCE / "etc/examples/own-source").iterdir():
        shutil.copy(path, tmp_path)
    register_conf = tmp_path / "register.conf"
    text = register_conf.read_text()
    own = text[text.index("sources = (") + 11:text.index(");\npledges")]
    if shown is None:  # the last one is the example's own
        assert source.split() == own.split()
        return
    register_conf.write_text(text.replace(own, source))
    (command, output), = commands(shown)
    result = run(program("pledged"), *command.split()[1:], cwd=tmp_path)
    check(output, result.stdout)
