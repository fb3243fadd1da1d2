"""The extract worker as the daemon runs it: its sandbox, limits and manners."""
import os
import signal
import socket
import struct
import time

import pytest

from frames import TAGS, Gone, Worker, frame, payload

FETCHED = "2021-01-28T15:30:22Z"
SANITIZED = "ASAN_OPTIONS" in os.environ


def request(form, program, body, *more):
    return [("EXTRACT_FORMAT", form), ("EXTRACT_PROGRAM", program),
            ("EXTRACT_FETCHED", FETCHED), *more, ("EXTRACT_BODY", body)]


def rows_of(answer):
    """The rows of an answer as dictionaries, and its count; or its fault."""
    if answer[0][0] == "EXTRACT_FAULT":
        assert len(answer) == 1
        return answer[0][1].decode()
    rows = []
    for name, value in answer[:-1]:
        if name in ("EXTRACT_NEXT", "EXTRACT_TTL", "EXTRACT_PASSED"):
            continue
        if name == "EXTRACT_ROW":
            rows.append({})
            assert struct.unpack(">q", value)[0] == len(rows)
        else:
            rows[-1][name[len("EXTRACT_"):].lower()] = value.decode()
    assert answer[-1] == ("EXTRACT_COUNT", struct.pack(">q", len(rows)))
    return rows


def run(worker, *asked):
    return rows_of(worker.ask(request(*asked)))


@pytest.fixture
def worker():
    with Worker("extract") as one:
        yield one


# --- rows ------------------------------------------------------------------


def test_json_and_csv(worker):
    assert run(worker, "json", ".[] | {period, value}",
               '[{"period":"2020","value":5}]') == [
                   {"period": "2020", "value": "5"}]
    assert run(worker, "csv", "SELECT a AS value, :fetched AS published "
               "FROM data", "a\n1.5\nx\n") == [
                   {"value": "1.5", "published": FETCHED},
                   {"value": "x", "published": FETCHED}]


def test_every_field_of_a_row(worker):
    fields = {name: f"the {name}" for name in (
        "indicator", "period", "value", "published", "key", "title", "url",
        "text")}
    program = ", ".join(f"'{text}' AS {name}" for name, text in fields.items())
    assert run(worker, "csv", f"SELECT {program}, 1 AS provisional", "a\n1\n"
               ) == [fields | {"provisional": ""}]


def test_options_of_csv(worker):
    assert run(worker, "csv", "SELECT c1 AS key, c2 AS value FROM data",
               "0101;1.234,5\n".encode("utf-16"),
               ("EXTRACT_CSV_DELIMITER", ";"), ("EXTRACT_CSV_DECIMAL", ","),
               ("EXTRACT_CSV_THOUSANDS", "."), ("EXTRACT_CSV_NO_HEADER", True),
               ("EXTRACT_ENCODING", "UTF-16"),
               ("EXTRACT_CSV_COLUMN_AS", "c1=number"),
               ("EXTRACT_CSV_COLUMN_AS", "c2=text")) == [
                   {"key": "101", "value": "1.234,5"}]


def columns(**fields):
    return [("EXTRACT_COLUMN", f"{name}={path}")
            for name, path in fields.items()]


def test_html_and_xml(worker):
    table = "<table><tr><th>t<tr><td> 2020-01 <td>1&nbsp;234</table>"
    assert run(worker, "html", "//tr[td]", table,
               *columns(period="td[1]", value="translate(td[2], '\xa0', '')",
                        key="$c", url="$url", published="$fetched"),
               ("EXTRACT_PARAMETER", "c=a=b"),
               ("EXTRACT_URL_ASKED", "http://x/")) == [
                   {"period": "2020-01", "value": "1234", "key": "a=b",
                    "url": "http://x/", "published": FETCHED}]
    series = "<s xmlns='urn:s'><o t='2020'>5</o><o t='2021'>6</o></s>"
    assert run(worker, "xml", "//s:o", series,
               ("EXTRACT_NAMESPACE", "s=urn:s"),
               *columns(period="@t", value=".")) == [
                   {"period": "2020", "value": "5"},
                   {"period": "2021", "value": "6"}]


def test_feed_and_text(worker):
    feed = ("<rss><channel><ttl>60</ttl><item><title>Coal</title><guid>1</guid>"
            "</item><item><title>Gas</title><guid>2</guid></item></channel>"
            "</rss>")
    answer = worker.ask(request("feed", "", feed, ("EXTRACT_MATCH", "coal")))
    assert rows_of(answer) == [{"key": "1", "title": "Coal"}]
    assert ("EXTRACT_TTL", struct.pack(">q", 3600)) in answer
    assert run(worker, "text", r"(?<period>\d{4}) (?<value>\d+)",
               "2020 5\n2021 x\n2022 7") == [
                   {"period": "2020", "value": "5"},
                   {"period": "2022", "value": "7"}]


@pytest.mark.parametrize("form,program,following,body,want", [
    ("json", "empty", "{page: (.page + 1), of: $parameters.c}",
     '{"page": 1}', "&of=a%3Db&page=2"),
    ("html", "//td", "//a/@href", "<a href='?page=2'>", "?page=2"),
    ("xml", "//td", "string(/a)", "<a>?page=2</a>", "?page=2"),
    ("xml", "//td", "/b", "<a>?page=2</a>", None)])
def test_the_next_page(worker, form, program, following, body, want):
    answer = worker.ask(request(form, program, body, *columns(key="."),
                                ("EXTRACT_PARAMETER", "c=a=b"),
                                ("EXTRACT_NEXT_PROGRAM", following)))
    assert rows_of(answer) == []
    said = [value.decode() for name, value in answer if name == "EXTRACT_NEXT"]
    assert said == ([want] if want else [])


ENCODED = [
    ("GB18030", "中国"), ("GBK", "中国"), ("GB2312", "中国"), ("Big5", "中國"),
    ("Shift_JIS", "日本"), ("EUC-JP", "日本"), ("ISO-2022-JP", "日本"),
    ("EUC-KR", "한국"), ("windows-1250", "Łódź"), ("windows-1251", "Привет"),
    ("windows-1252", "5 €"), ("windows-1253", "Ελ"), ("windows-1254", "İş"),
    ("windows-1255", "שלו"), ("windows-1256", "سلا"), ("windows-1257", "ąč"),
    ("ISO-8859-1", "São"), ("ISO-8859-2", "Łódź"), ("ISO-8859-5", "Привет"),
    ("ISO-8859-7", "Ελ"), ("ISO-8859-9", "İş"), ("ISO-8859-15", "5 €"),
    ("KOI8-R", "Привет"), ("UTF-16LE", "é中"), ("UTF-16BE", "é中"),
    ("UTF-16", "é中"), ("UTF-32LE", "é中"), ("UTF-32BE", "é中")]


@pytest.mark.parametrize("encoding,text", ENCODED)
def test_encodings_inside_the_sandbox(worker, encoding, text):
    """As the source says, as the server says, as the document says."""
    body = f"a\n{text}\n".encode(encoding)
    for tag in ("EXTRACT_ENCODING", "EXTRACT_CHARSET"):
        assert run(worker, "csv", "SELECT a AS title FROM data", body,
                   (tag, encoding)) == [{"title": text}]
    declared = f"<?xml version='1.0' encoding='{encoding}'?><a>{text}</a>"
    for form in ("xml", "html"):
        assert run(worker, form, "//a", declared.encode(encoding),
                   *columns(title=".")) == [{"title": text}]


def test_rejects_come_with_their_row(worker):
    rows = run(worker, "json", ".[] | {value: .}", "[1, true]")
    assert rows == [{"value": "1"},
                    {"reject": "value: neither text nor a number"}]


def test_many_rows(worker):
    answer = run(worker, "json", "range(200000) | {value: .}", "null")
    assert len(answer) == 200000 and answer[-1] == {"value": "199999"}
    assert run(worker, "json", "range(200001) | {value: .}", "null") == \
        "extract: there are too many results"
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


def test_large_results_are_a_fault(worker):
    """More than a frame holds, in few rows."""
    assert run(worker, "json", "(. * 60000) as $t | range(1200) | {text: $t}",
               '"a"') == "extract: there are too many results"
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


# --- manners -----------------------------------------------------------------


def test_one_worker_serves_many(worker):
    programs = [f".[] | {{value: (. + {n})}}" for n in range(10)]
    for turn in range(300):
        number = turn % 10
        assert run(worker, "json", programs[number], "[1]") == [
            {"value": str(number + 1)}]
        assert run(worker, "csv", "SELECT sum(a) AS value FROM data",
                   "a\n1\n2\n") == [{"value": "3"}]


def test_compiled_programs_are_kept(worker):
    """The second use costs no compilation, which takes milliseconds."""
    programs = [f". as $x | {{value: ($x + {n})}}" for n in range(24)]
    start = time.monotonic()
    for program in programs:
        run(worker, "json", program, "1")
    fresh = time.monotonic() - start
    start = time.monotonic()
    for _ in programs:
        run(worker, "json", programs[-1], "1")
    assert time.monotonic() - start < fresh / 2


def test_faults_leave_it_alive(worker):
    assert run(worker, "json", ".[", "1").startswith("extract: ")
    assert run(worker, "json", ".", "{").startswith("not JSON: ")
    assert run(worker, "csv", "SELECT b AS value FROM data", "a\n1\n") == \
        "extract: no such column: b; there are: a"
    assert run(worker, "xlsx", ".", "1") == 'there is no format "xlsx"'
    assert rows_of(worker.ask([("EXTRACT_BODY", b"")])) == \
        'there is no format ""'
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


def test_end_of_input_ends_it(worker):
    worker.socket.shutdown(socket.SHUT_WR)
    assert worker.status() == 0
    assert worker.last_words() == ""


@pytest.mark.parametrize("garbage", [
    b"\0\0", b"\xff\xff\xff\xff", b"\x04\0\0\x01", b"GET / HTTP/1.1\r\n\r\n",
    b"\0\0\0\x10abc"])
def test_garbage_ends_it_quietly(worker, garbage):
    worker.send(garbage)
    worker.socket.shutdown(socket.SHUT_WR)
    assert worker.status() == 0
    assert worker.last_words() == ""
    with pytest.raises(Gone):
        worker.receive(1)


@pytest.mark.parametrize("broken", [
    b"\x01", b"\x01\0\0\0\x05json", b"\x01\xff\xff\xff\xffjson",
    payload(request("json", ".", "1"))[:-1]])
def test_broken_fields_are_a_fault(worker, broken):
    data = struct.pack(">I", len(broken)) + broken
    answer = worker.ask_raw(data)
    assert answer[5:] == b"the request is broken"
    assert answer[0] == TAGS["EXTRACT_FAULT"]
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


def test_a_daemon_that_hangs_up(worker):
    """No signal, no words: it just ends."""
    worker.send(frame(request("json", "range(200000) | {value: .}", "1")))
    worker.socket.close()
    assert worker.status() == 0
    assert worker.last_words() == ""


@pytest.mark.parametrize("arguments", [
    [], ["shell"], ["extract", "--memory=much"], ["extract", "--cpu=0"],
    ["extract", "--cpu=9223372036854775808"], ["extract", "--cpu=5s"],
    ["extract", "-v"]])
def test_usage(arguments):
    with Worker(*(arguments or [""])) as one:
        assert one.status() == os.EX_USAGE
        assert "started by pledged" in one.last_words()


# --- hostile bytes ----------------------------------------------------------


MANY = " ".join(f"a{n}='1'" for n in range(40000))
LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
BLOWN = "<!DOCTYPE r [<!ENTITY a '" + "x" * 50000 + "'>]><r>" + "&a;" * 50000
ENTITIES = "line 1: the document declares entities, which are not read"
HOSTILE = [
    ("xml", "//a", "<!DOCTYPE r [<!ENTITY l0 'lol'>" + LAUGHS +
     "]><r>&l9;</r>", ENTITIES),
    ("xml", "//a", BLOWN + "</r>", ENTITIES),
    ("xml", "//a", "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
     "<r>&x;</r>", ENTITIES),
    ("xml", "//a", "<!DOCTYPE r [<!ENTITY x SYSTEM 'http://127.0.0.1:1/'>]>"
     "<r>&x;</r>", ENTITIES),
    ("xml", "//a", "<!DOCTYPE r [<!ENTITY % x SYSTEM 'file:///dev/zero'>%x;]>"
     "<r/>", ENTITIES),
    ("feed", "", "<!DOCTYPE rss [<!ENTITY x 'y'>]><rss>&x;</rss>", ENTITIES),
    ("xml", "//a", "<!DOCTYPE r [<!ATTLIST a b CDATA '" + "x" * 100000 +
     "'>]><r>" + "<a/>" * 10000 + "</r>", "line 1: the document declares "
     "default attributes, which are not read"),
    ("xml", "//a", "<a " + MANY + "/>",
     "line 1: a tag has more than 1000 attributes"),
    ("html", "//a", "<a " + MANY + "/>",
     "line 1: a tag has more than 1000 attributes"),
    ("xml", "//a", "<a>" * 1000000,
     "line 1: tags within tags, more than 256 deep"),
    ("html", "//b", "<div>" * 1000000,
     "line 1: tags within tags, more than 256 deep"),
    ("json", ".", "[" * 1000000, "not JSON: Exceeds depth limit for parsing "
     "at line 1, column 257"),
    ("xml", "//a", "<a>" + "x" * 12000000 + "</a>",
     "line 1: more than 10000000 bytes of text in one place"),
    ("html", "//p", "<p>" * 2000000, "line 1: more than 1000000 tags, "
     "attributes and texts up to here"),
    ("xml", "//p", "<r>" + "<p a='1'/>" * 700000 + "</r>", "line 1: more than "
     "1000000 tags, attributes and texts up to here"),
    ("csv", "SELECT 1 AS value FROM data", "a," * 1000000,
     "more than 500 columns"),
    ("text", "(?<key>(a|aa)+)$", "a" * 60 + "!", "extract: the pattern, from "
     "line 1 on: it takes too long: it has more ways to match than can be "
     "tried"),
    ("xml", "//a", b"<a>\0</a>", "there are NUL bytes in it: this is no text"),
    ("text", "(?<key>a)", b"a\0b", "there are NUL bytes in it: this is no "
     "text"),
    ("html", "//p", b"<p>\xd6\xd0\xb9\xfa", "the text is not UTF-8 (byte 4), "
     "and nothing says what it is: say its encoding, as in encoding = "
     '"GB18030"'),
    ("xml", "//a", "<a><b>", "not XML: line 1, column 7: Premature end of data "
     "in tag b line 1"),
    ("feed", "", "<rss><channel><item>", "not XML: line 1, column 21: Premature "
     "end of data in tag item line 1"),
    ("feed", "", "<!doctype html><title>Sign in</title>",
     'not a feed but an HTML page, "Sign in"'),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_bytes_are_a_fault(worker, number):
    """One that says what is wrong, and the worker goes on."""
    form, program, body, words = HOSTILE[number]
    assert run(worker, form, program, body, *columns(value=".")) == words
    assert run(worker, "html", "//p", "<p>x", *columns(key=".")) == [
        {"key": "x"}]


def test_bytes_cut_anywhere(worker):
    """No part of a document is more than a fault."""
    feed = ("<?xml version='1.0' encoding='UTF-8'?><rss><channel><item>"
            "<title>é &amp; <![CDATA[<b>]]></title></item></channel></rss>")
    page = "<!doctype html><p a='é'>&eacute;<!-- x --><script>1</script>中"
    for form, whole in (("feed", feed), ("xml", feed), ("html", page)):
        data = whole.encode()
        for length in range(len(data)):
            run(worker, form, "//p", data[:length], *columns(key="."))
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


# --- the sandbox ---------------------------------------------------------------


def proc_status(worker):
    with open(f"/proc/{worker.process.pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file)


def test_the_filter_is_loaded(worker):
    run(worker, "json", ".", "{}")
    status = proc_status(worker)
    assert status["Seccomp"].strip() == "2"
    assert status["NoNewPrivs"].strip() == "1"
    with open(f"/proc/{worker.process.pid}/oom_score_adj",
              encoding="ascii") as file:
        assert int(file.read()) == 500
    assert set(os.listdir(f"/proc/{worker.process.pid}/fd")) == {"0", "1", "2"}


@pytest.mark.parametrize("form,program", [
    ("json", 'import "passwd" as $p {search: "/etc"}; {title: "open"}'),
    ("json", 'include "x" {search: "/tmp"}; {title: "open"}'),
    ("json", '"passwd" | modulemeta | {title: "open"}'),
    ("json", "{title: (input | tostring)}"),
    ("json", "{title: env.HOME}"),
    ("json", "{title: $ENV.HOME}"),
    ("json", "last(inputs)"),
    ("csv", "ATTACH '/etc/passwd' AS p"),
    ("csv", "ATTACH '/tmp/pledged-attached' AS p"),
    ("csv", "VACUUM INTO '/tmp/pledged-attached'"),
    ("csv", "SELECT load_extension('/lib/x86_64-linux-gnu/libm.so.6')"),
    ("csv", "SELECT readfile('/etc/passwd') AS title"),
    ("csv", "SELECT writefile('/tmp/pledged-attached', 'x') AS title"),
])
def test_programs_reach_no_file(worker, form, program):
    assert run(worker, form, program, "1").startswith("extract: ")
    assert not os.path.exists("/tmp/pledged-attached")
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


def test_a_library_in_the_home_folder_is_not_read(worker):
    """jq looks for ~/.jq with each program; it may look."""
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]
    assert run(worker, "json", "{value: helper}", "7") == \
        "extract: line 1: helper/0 is not defined: {value: helper}"


# --- limits ----------------------------------------------------------------------


def killed(*asked, options):
    with Worker("extract", *options) as one:
        with pytest.raises(Gone):
            run(one, *asked)
        return one.status(), one.last_words()


@pytest.mark.parametrize("path", [
    "document('/etc/passwd')", "doc('/etc/passwd')", "unparsed-text('/etc/x')",
    "xpointer('x')", "current-dateTime()", "system-property('x')"])
def test_paths_reach_no_file(worker, path):
    assert run(worker, "xml", path, "<a/>", *columns(key=".")) == \
        f"rows: XPath: a function that XPath 1.0 does not have: {path}"


ENDLESS = [("json", "[limit(1; repeat(.) | select(. == 0))]"),
           ("json", "last(range(infinite))"),
           ("json", "def f: f; f"),
           ("csv", "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
            "FROM n) SELECT sum(length(hex(zeroblob(100000)))) AS value FROM n")]


@pytest.mark.parametrize("form,program", ENDLESS)
def test_time_is_limited(form, program):
    start = time.monotonic()
    status, _ = killed(form, program, "1", options=["--cpu=1"])
    assert status == -signal.SIGXCPU
    assert time.monotonic() - start < 20


def test_time_of_paths_and_patterns_is_limited():
    """What no count of steps stops: a long text made again for each node, a
    pattern that is tried in very many places."""
    for form, program, body in (
            ("html", "//p[contains(string(/), 'y')]", "<p>x" * 200000),
            ("text", "(?<key>x*x*[yz])", ("x" * 250 + " ") * 4000)):
        status, _ = killed(form, program, body, *columns(key="1"),
                           options=["--cpu=1"])
        assert status == -signal.SIGXCPU


def test_steps_of_paths_are_limited(worker):
    """The same on every machine."""
    assert run(worker, "xml", "//p[count(//p) > 0]",
               "<r>" + "<p/>" * 50000 + "</r>", *columns(key=".")) == \
        "rows: the XPath takes too long: it was stopped after 200 million " \
        "steps: //p[count(//p) > 0]"
    assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


def test_time_is_that_of_a_request():
    """A second each, of which several together take more."""
    with Worker("extract", "--cpu=1") as one:
        used = 0
        while used < 1.5:
            assert run(one, "json", "[range(200000)] | {value: length}",
                       "1") == [{"value": "200000"}]
            with open(f"/proc/{one.process.pid}/stat", encoding="ascii") as file:
                ticks = file.read().rsplit(")", 1)[1].split()
            used = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def test_sql_without_end_is_a_fault():
    """Of many small steps: the same on every machine, however slow it is."""
    with Worker("extract", "--cpu=120") as worker:
        worker.socket.settimeout(300)
        assert run(worker, "csv", "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL "
                   "SELECT x + 1 FROM n) SELECT count(*) AS value FROM n",
                   "a\n1\n") == "extract: the program takes too long: it " \
            "was stopped after 500 million steps"
        assert run(worker, "json", "{value: .}", "7") == [{"value": "7"}]


GREEDY = [("json", "[range(1e9)] | {value: length}"),
          ("json", "[range(infinite)]"),
          ("json", "[limit(100; repeat(.))] | map(. * 50000000) | length")]


@pytest.mark.skipif(SANITIZED, reason="sanitizers map more than any limit")
@pytest.mark.parametrize("form,program", GREEDY)
def test_memory_is_limited(form, program):
    status, words = killed(form, program, '"abc"', options=["--memory=64000000"])
    assert (status, words) == (os.EX_OSERR, "pledged-worker: out of memory\n")


@pytest.mark.skipif(SANITIZED, reason="sanitizers map more than any limit")
def test_memory_of_sql_is_limited():
    with Worker("extract", "--memory=128000000") as one:
        assert run(one, "csv", "WITH RECURSIVE n(x) AS (SELECT zeroblob(1000000)"
                   " UNION ALL SELECT zeroblob(1000000) FROM n LIMIT 5000) "
                   "SELECT count(*) AS value FROM (SELECT x FROM n ORDER BY x)",
                   "a\n1\n") == "extract: the program needs more memory than " \
            "there is"
        assert run(one, "csv", "SELECT count(*) AS value FROM data",
                   "a\n" + ("x" * 100 + "\n") * 600000) == \
            "the table needs more memory than there is"
        assert run(one, "json", "{value: .}", "7") == [{"value": "7"}]


@pytest.mark.skipif(SANITIZED, reason="sanitizers map more than any limit")
def test_a_frame_larger_than_memory():
    with Worker("extract", "--memory=32000000") as one:
        one.send(struct.pack(">I", 64 << 20))
        assert one.status() == os.EX_OSERR
