"""Export: everything as tables, each row the same in every form."""
import csv
import http.client
import io
import json
import os
import socketserver
import subprocess
import threading

import pytest

from daemon import many, program, run, source, utc, wait_until

REGISTER = """
instruments = ( { id = "i"; title = "Accord, \\"so called\\""; parties = [ "US", "CN" ];
  signed = "2020-01-01"; in_force = "2020-02-14"; timezone = "UTC"; } );
indicators = (
  { id = "a"; title = "What a counts"; unit = "t"; frequency = "month"; nonnegative = true;
    lag = "40d"; max_jump = "4"; },
  { id = "gazette"; kind = "documents"; } );
sources = ( %s,
  { id = "notices"; url = "file:notices.csv"; format = "csv"; every = "1h";
    indicator = "gazette";
    extract = "SELECT key, title, url, period, published, text FROM data"; } );
pledges = (
  { id = "p"; instrument = "i"; obligor = "CN"; title = "Söhne, \\"quoted\\" & more";
    labels: { sector = "steel"; };
    milestones = (
      { id = "m"; due = "2021-12-31"; benchmark = "sum(a, 2021) >= 0.3"; labels: { place = "bj"; };
        forecast = "run_rate"; path = "linear"; },
      { id = "s"; due = "2098-12-31"; benchmark = "attested(\\"signed\\")"; },
      { id = "d"; due = "2098-12-31"; benchmark = "count(gazette, 2021) >= 5"; } ); } );
"""
FIGURES = """\
indicator,period,value,published
a,2021-01,0.1,2021-02-20
a,2021-02,0.123456789012345,2021-03-20
a,2021-03,100,2021-04-20
"""
NOTICES = """\
key,title,url,period,published,text
n1,"A title, with comma",https://example.org/1,2021-03-01,2021-03-01,Text
"""
TABLES = ["tables", "codes", "instruments", "pledges", "milestones", "indicators",
          "sources", "observations", "documents", "attestations", "changes", "events",
          "alerts", "silences", "notifications", "actions"]


csv.field_size_limit(1 << 20)


@pytest.fixture
def full(daemon):
    daemon.configure(REGISTER % source())
    daemon.write("own.csv", FIGURES)
    daemon.write("notices.csv", NOTICES)
    daemon.start().settled()
    # A second vintage of January.
    daemon.write("own.csv", FIGURES.replace("0.1,2021-02-20", "0.2,2021-02-25"))
    daemon.polled()
    for words in (("attest", "p/s", "signed", "--evidence", "https://example.org/",
                   "-m", "Seen"),
                  ("silence", "add", "obligor=CN", "-m", "Holiday", "--for", "1d"),
                  ("accept", str(daemon.items("/v1/observations?held=true")[0]["id"]),
                   "-m", "It is so")):
        result = daemon.ctl(*words)
        assert result.returncode == 0, result.stderr
    wait_until(lambda: daemon.status_of("p/s") == "met")
    # Nothing is under way any more, so that what is asked twice is the same.
    wait_until(lambda: {row["state"] for row in table(daemon, "notifications")} ==
               {"delivered"})
    return daemon


def document(daemon, query=""):
    status, headers, body = daemon.ask("/v1/export" + query)
    assert (status, headers["Content-Type"]) == (200, "application/json")
    return json.loads(body, parse_float=str)


def table(daemon, name, query=""):
    status, headers, body = daemon.ask(f"/v1/export/{name}.csv{query}")
    assert status == 200 and headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(body.decode())))


def members(row, path=""):
    """Its members as columns are named."""
    for key, value in row.items():
        if key == "labels":
            yield from (("label." + label, word) for label, word in value.items())
        elif isinstance(value, dict):
            yield from members(value, f"{path}{key}.")
        else:
            yield path + key, value


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


# --- what there is -----------------------------------------------------------------

def test_everything_is_there_in_every_form(full):
    whole = document(full)
    assert [name for name, rows in whole.items() if isinstance(rows, list)] == TABLES
    assert whole["register"] == full.get("/v1/status")["register"]
    for name in TABLES:
        lines = full.ask(f"/v1/export/{name}.jsonl")[2].decode().splitlines()
        assert [json.loads(line, parse_float=str) for line in lines] == whole[name]
        rows = table(full, name)
        assert len(rows) == len(whole[name]) and rows, name
        for row, item in zip(rows, whole[name]):
            for column, value in members(item):
                if column in ("forecast", "expected", "acknowledged"):
                    assert value is None
                else:
                    assert row[column] == cell(value), (name, column)


def test_every_table_says_its_columns(full):
    told = {}
    for row in table(full, "tables"):
        told.setdefault(row["table"], []).append(row["column"])
    assert list(told) == TABLES
    for name in TABLES:
        head = full.ask(f"/v1/export/{name}.csv")[2].decode().split("\r\n")[0]
        assert head.split(",") == [
            label for column in told[name] for label in (
                ["label.sector", "label.place"] if column == "labels.*" else [column])]


def test_figures_have_all_their_vintages_digit_for_digit(full):
    rows = [row for row in table(full, "observations") if row["indicator"] == "a"]
    assert [(row["period"], row["value"], row["held"], row["accepts"]) for row in rows] == [
        ("2021-01", "0.1", "", ""), ("2021-02", "0.123456789012345", "", ""),
        ("2021-03", "100", rows[2]["held"], ""), ("2021-01", "0.2", "", ""),
        ("2021-03", "100", "", rows[2]["id"])]
    assert "2021-02" in rows[2]["held"] or rows[2]["held"] != ""
    assert rows[4]["by"] != "" and rows[4]["note"] == "It is so"
    assert len(rows[0]["snapshot"]) == 64
    assert [row["title"] for row in table(full, "documents")] == ["A title, with comma"]
    attested = table(full, "attestations")
    assert [(row["milestone"], row["key"], row["note"]) for row in attested] == [
        ("p/s", "signed", "Seen")]
    assert [row["note"] for row in table(full, "silences")] == ["Holiday"]
    assert {row["milestone"] for row in table(full, "changes")} == {"p/m", "p/s", "p/d"}
    assert "met" in {row["kind"] for row in table(full, "events")}


def test_code_lists_have_every_code_that_occurs(full):
    codes = {}
    for row in table(full, "codes"):
        codes.setdefault(row["list"], {})[row["code"]] = row
    for name, column, kind in (
            ("milestones", "status", "status"), ("milestones", "verdict", "verdict"),
            ("milestones", "lifecycle", "lifecycle"),
            ("milestones", "progress", "progress"),
            ("milestones", "knowledge", "knowledge"), ("milestones", "severity", "severity"),
            ("events", "kind", "event"), ("alerts", "state", "alert"),
            ("sources", "outcome", "outcome")):
        assert {row[column] for row in table(full, name)} - {""} <= set(codes[kind])
    assert len(codes["status"]) == 17
    assert codes["status"]["waived"]["class"] == "left_out"
    assert codes["event"]["source_failing"]["class"] == "operator"


def test_as_of_a_time_it_is_what_was_known_then(full):
    query = "?as_of=2021-03-25"
    rows = table(full, "observations", query)
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2021-01", "0.1"), ("2021-02", "0.123456789012345"), ("2021-01", "0.2")]
    assert table(full, "attestations", query) == []
    assert [row["status"] for row in table(full, "milestones", query)][0] == "met"
    before = utc(-3600).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert table(full, "observations", "?recorded_as_of=" + before) == []
    assert document(full, query)["as_of"] == "2021-03-25T23:59:59Z"


def test_long_texts_come_whole(full):
    """Rows that a stream takes only in pieces."""
    full.write("notices.csv", NOTICES + "".join(
        f"long{n},Long,,2021-04-01,2021-04-01,{'é' * 30000}\n" for n in range(60)))
    full.polled("notices")
    texts = [row["text"] for row in document(full)["documents"]]
    assert texts == ["Text"] + ["é" * 30000] * 60
    assert [row["text"] for row in table(full, "documents")] == texts


def test_what_is_not_there_is_said(full):
    for path, status, told in (
            ("/v1/export/nosuch.csv", 404, "observations"),
            ("/v1/export/events.xls", 404, ".csv or .jsonl"),
            ("/v1/export/events", 404, ".csv or .jsonl"),
            ("/v1/export/events.csv?limit=3", 400, "limit"),
            ("/v1/export?as_of=never", 400, "as_of")):
        got, _, body = full.ask(path)
        assert (got, told in json.loads(body)["detail"]) == (status, True), path


# --- as a stream --------------------------------------------------------------------

@pytest.fixture
def lots(daemon):
    return many(daemon, 3000).start().settled()


def test_a_slow_reader_gets_all_and_another_register_breaks_it_off(lots):
    connection, answer, begun = lots.slowly("/v1/export")
    others = [lots.slowly("/v1/export/milestones.csv") for _ in range(3)]
    status, _, body = lots.ask("/v1/export")
    assert status == 503 and b"4 exports" in body
    for other, _, _ in others[1:]:
        other.close()
    whole = json.loads(begun + answer.read())
    assert len(whole["milestones"]) == 3000
    connection.close()
    lots.write("many.csv", "n\n1\n")
    assert lots.ctl("reload").returncode == 0
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        others[0][1].read()
    others[0][0].close()
    assert len(table(lots, "milestones")) == 1


# --- pledgectl ------------------------------------------------------------------------

def left(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("out"))


def test_pledgectl_makes_a_folder_of_tables(full, tmp_path):
    result = full.ctl("export", tmp_path / "out")
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{tmp_path}/out: {len(TABLES)} files, " in result.stdout
    assert sorted(os.listdir(tmp_path / "out")) == sorted(
        name + ".csv" for name in TABLES)
    for name in ("observations", "pledges"):
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == full.ask(
            f"/v1/export/{name}.csv")[2]
    assert os.stat(tmp_path / "out").st_mode & 0o777 == 0o777 & ~current_mask()


def current_mask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_pledgectl_makes_a_document_or_lines(full, tmp_path):
    (tmp_path / "out").mkdir()  # an empty one is no harm
    result = full.ctl("-o", "json", "export", f"{tmp_path}/out/", "--as-of", "2021-03-25")
    assert (result.returncode, result.stderr) == (0, "")
    assert os.listdir(tmp_path / "out") == ["pledged.json"]
    whole = json.loads((tmp_path / "out" / "pledged.json").read_text())
    assert len(whole["observations"]) == 3
    assert full.ctl("-o", "jsonl", "export", tmp_path / "out2").returncode == 0
    lines = (tmp_path / "out2" / "codes.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["list"] == "status"


def test_pledgectl_leaves_nothing_that_is_not_whole(lots, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    result = lots.ctl("export", tmp_path / "out")
    assert result.returncode == 1 and "is there already" in result.stderr
    assert result.stderr.count("\n") == 1
    for words, status in ((("export",), 2), (("export", ""), 2),
                          (("export", "a", "b"), 2),
                          (("export", tmp_path / "no" / "where"), 1)):
        assert lots.ctl(*words).returncode == status, words
    lots.process.send_signal(19)  # SIGSTOP: it hangs, and somebody loses patience
    process = subprocess.Popen(
        [program("pledgectl"), "-s", str(lots.socket), "export",
         str(tmp_path / "out1")], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(left(tmp_path)) > 1)
    process.terminate()
    lots.process.send_signal(18)
    assert "broken off" in process.communicate(timeout=20)[1]
    assert process.returncode == 1 and left(tmp_path) == ["out"]
    lots.kill()
    result = lots.ctl("export", tmp_path / "out2")
    assert result.returncode == 3 and left(tmp_path) == ["out"]
    assert (tmp_path / "out" / "mine").read_text() == "mine"


class Liar(socketserver.StreamRequestHandler):
    """A daemon that has tables whose names lead elsewhere."""

    def handle(self):
        path = self.rfile.readline().split()[1]
        while self.rfile.readline().strip():
            pass
        body = (b"table,column\r\n../evil,x\r\n/tmp/evil,x\r\n,x\r\ngood,x\r\n"
                if b"/tables" in path else b"x\r\n")
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_pledgectl_writes_into_its_folder_alone(tmp_path):
    with socketserver.UnixStreamServer(str(tmp_path / "liar"), Liar) as liar:
        threading.Thread(target=liar.serve_forever).start()
        try:
            result = run(program("pledgectl"), "-s", tmp_path / "liar", "export",
                         tmp_path / "out")
        finally:
            liar.shutdown()
    assert result.returncode == 0, result.stderr
    assert sorted(os.listdir(tmp_path)) == ["liar", "out"]
    assert os.listdir(tmp_path / "out") == ["good.csv"]
