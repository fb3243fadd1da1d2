"""Sources of several requests and pages: all of them is one answer."""
import json
import urllib.parse

import pytest

import origin as origins
from daemon import milestone, wait_until

FIGURES = "/v1/indicators/report/observations"
SECRET = "tok-4711&very/secret"


def register(*sources, more=""):
    return ('instruments = ( { id = "i"; timezone = "UTC"; '
            'signed = "2020-01-01"; } );\n'
            'indicators = ( { id = "report"; frequency = "month"; lag = "0d"; },\n'
            '  { id = "gazette"; kind = "documents"; } );\n'
            "sources = ( " + ",\n  ".join(sources) + " );\n"
            'pledges = ( { id = "p"; instrument = "i"; milestones = ( '
            + milestone("one", "2099-01-01") + ' ); } );\n' + more)


def said(text):
    """As a string of a configuration file."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def json_source(url, more="", extract=".rows[] | {period, value}", name="web"):
    return (f'{{ id = "{name}"; url = {said(url)}; format = "json"; every = "1h"; '
            f'indicator = "report"; extract = {said(extract)}; {more} }}')


def csv_source(url, more=""):
    return (f'{{ id = "web"; url = {said(url)}; format = "csv"; every = "1h"; '
            'indicator = "report"; extract = "SELECT period, value FROM data"; '
            f'{more} }}')


def page(months, **more):
    return json.dumps({"rows": [{"period": month, "value": i + 1}
                                for i, month in enumerate(months)], **more})


def figures(daemon):
    return {item["period"]: item["value"] for item in daemon.items(FIGURES)}


def started(daemon, *sources, more="", **settings):
    daemon.configure(register(*sources, more=more), **settings)
    daemon.start().settled()
    return daemon


def asked(origin):
    return [path for path, _, _ in origin.asked]


def polled(daemon, name="web"):
    return daemon.polled(name)[1]


def failed(daemon):
    """The error of the only source; nothing was taken."""
    source = daemon.source("web")
    assert source["outcome"] == "failed", source
    assert daemon.items(FIGURES) == []
    return source["error"]


# --- pages -------------------------------------------------------------------


def linked(pages):
    """Answers by the number of a page; each but the last links to the next."""
    def answer(handler):
        query = urllib.parse.urlsplit(handler.path).query
        number = int(dict(urllib.parse.parse_qsl(query)).get("page", 1))
        more = {"link": f'<?page={number + 1}>; rel="next"'} \
            if number < len(pages) else {}
        return origins.send(handler, 200, pages[number - 1].encode(), **more)
    return answer


def offer(origin, pages, path="/d", make=linked):
    for number in range(1, len(pages) + 1):
        suffix = "" if number == 1 else f"?page={number}"
        origin.answers[path + suffix] = make(pages)


NEXT = 'next = "if .more then {page: 2} else null end";'


def test_one_page_is_validated_until_there_are_two(daemon, origin):
    """Where the next page is stands in the page: the same page is all again."""
    origin.answers["/d"] = page(["2020-01"], more=False)
    started(daemon, json_source(origin.url("/d"), NEXT))
    assert polled(daemon)["outcome"] == "unchanged"
    assert origin.statuses("/d") == [200, 304]
    origin.answers["/d"] = page(["2020-01"], more=True)
    origin.answers["/d?page=2"] = page(["2020-02"], more=False)
    assert polled(daemon)["outcome"] == "changed"
    assert origin.statuses("/d") == [200, 304, 200]
    assert set(figures(daemon)) == {"2020-01", "2020-02"}
    # The second page may be another though the first is the same.
    origin.answers["/d?page=2"] = page(["2020-02", "2020-03"], more=False)
    assert polled(daemon)["outcome"] == "changed"
    assert origin.statuses("/d") == [200, 304, 200, 200]
    assert set(figures(daemon)) == {"2020-01", "2020-02", "2020-03"}


def test_pages_by_link(daemon, origin):
    offer(origin, ["period,value\n2020-01,1\n", "period,value\n2020-02,2\n",
                   "period,value\n2020-03,3\n"])
    started(daemon, csv_source(origin.url("/d"), 'next = "link";'))
    assert asked(origin) == ["/d", "/d?page=2", "/d?page=3"]
    assert daemon.source("web")["outcome"] == "changed"
    wait_until(lambda: figures(daemon) == {"2020-01": 1, "2020-02": 2, "2020-03": 3})


def test_pages_by_a_program_that_gives_parameters(daemon, origin):
    origin.answers["/d?key=a%20b&page=1"] = page(["2020-01"], next=2)
    origin.answers["/d?key=a%20b&page=2"] = page(["2020-02"], next=None)
    started(daemon, json_source(
        origin.url("/d?key=a%20b&page=1"),
        'next = "if .next then {page: .next} else null end";'))
    assert asked(origin) == ["/d?key=a%20b&page=1", "/d?key=a%20b&page=2"]
    wait_until(lambda: figures(daemon) == {"2020-01": 1, "2020-02": 1})


def test_pages_by_a_program_that_gives_a_reference(daemon, origin):
    origin.answers["/a/d"] = page(["2020-01"], links={"next": "more/2"})
    origin.answers["/a/more/2"] = page(["2020-02"])
    started(daemon, json_source(origin.url("/a/d"), 'next = ".links.next";'))
    assert asked(origin) == ["/a/d", "/a/more/2"]
    wait_until(lambda: figures(daemon) == {"2020-01": 1, "2020-02": 1})


def test_pages_by_xpath(daemon, origin):
    table = ("<html><body><table><tr><td>%s</td><td>%d</td></tr></table>%s"
             "</body></html>")
    origin.answers["/d"] = table % ("2020-01", 1, '<a rel="next" href="?p=2">on</a>')
    origin.answers["/d?p=2"] = table % ("2020-02", 2, "")
    started(daemon, '{ id = "web"; url = "%s"; format = "html"; every = "1h"; '
            'indicator = "report"; rows = "//tr"; columns = { period = "td[1]"; '
            'value = "td[2]"; }; next = "//a[@rel=\'next\']/@href"; }'
            % origin.url("/d"))
    assert asked(origin) == ["/d", "/d?p=2"]
    wait_until(lambda: figures(daemon) == {"2020-01": 1, "2020-02": 2})


def test_the_next_page_is_relative_to_where_the_answer_was(daemon, origin):
    origin.answers["/old"] = lambda handler: origins.send(
        handler, 302, location="/new/d")
    origin.answers["/new/d"] = page(["2020-01"], next="2")
    origin.answers["/new/2"] = page(["2020-02"])
    started(daemon, json_source(origin.url("/old"), 'next = ".next";'))
    assert asked(origin) == ["/old", "/new/d", "/new/2"]
    wait_until(lambda: len(figures(daemon)) == 2)


def test_a_page_that_fails_fails_all(daemon, origin):
    for number in (1, 2, 3):
        origin.answers[f"/FR?page={number}"] = page(
            [f"2020-0{number}"], next=number % 3 + 1)
    origin.answers["/FR"] = page(["2020-04"], next=1)
    origin.answers["/FR?page=2"] = lambda handler: origins.send(handler, 500)
    started(daemon, json_source(
        origin.url("/{country}"), 'parameters = { country = [ "FR", "DE" ]; }; '
        'next = "{page: .next}";'))
    assert failed(daemon) == ("request 1 of 2 (country=FR), page 3: "
                              "the server answered with HTTP status 500")
    assert asked(origin) == ["/FR", "/FR?page=1", "/FR?page=2"]


def test_a_page_that_cannot_be_read_fails_all(daemon, origin):
    origin.answers["/d"] = page(["2020-01"], next=2)
    origin.answers["/d?page=2"] = "nonsense"
    started(daemon, json_source(origin.url("/d"), 'next = "{page: .next}";'))
    source = daemon.source("web")
    assert source["outcome"] == "unreadable"
    assert source["error"].startswith("page 2: not JSON")
    assert daemon.items(FIGURES) == []


def test_pages_without_end(daemon, origin):
    """One that links to itself, to the first, and ever on."""
    origin.answers["/self"] = page(["2020-01"], next="/self")
    started(daemon, json_source(origin.url("/self"), 'next = ".next";'))
    assert "asked for before" in failed(daemon)
    daemon.stop()

    origin.answers["/a"] = page(["2020-01"], next="/b")
    origin.answers["/b"] = page(["2020-02"], next="/a")
    started(daemon, json_source(origin.url("/a"), 'next = ".next";'))
    assert failed(daemon).startswith("page 2: ")
    assert "asked for before" in failed(daemon)
    daemon.stop()

    origin.asked.clear()
    offer(origin, [page([f"2020-{number:02}"]) for number in range(1, 13)])
    started(daemon, json_source(origin.url("/d"), 'next = "link"; pages = 11;'))
    assert failed(daemon).startswith("page 11: there are more than 11 pages")
    assert len(origin.asked) == 11
    daemon.stop()

    started(daemon, json_source(origin.url("/d"), 'next = "link"; pages = 12;'))
    assert daemon.source("web")["outcome"] == "changed"
    wait_until(lambda: len(figures(daemon)) == 12)


def test_pages_too_large_together(daemon, origin):
    """Each is good by itself."""
    offer(origin, [page([f"20{number:02}-01"], padding="x" * (1 << 20))
                   for number in range(60)])
    started(daemon, json_source(origin.url("/d"), 'next = "link";'))
    assert "take more than 32 MiB" in failed(daemon)
    assert 32 <= len(origin.asked) <= 34
    offer(origin, [page(["2020-01"] * 90_000) for _ in range(3)])
    assert "more than 200,000 rows" in polled(daemon)["error"]


@pytest.mark.parametrize("place, words", [
    ("file:///etc/passwd", "neither http nor https"),
    ("http://user:word@127.0.0.1/", "user name"),
    ("http://", "makes no URL"),
])
def test_a_next_page_that_is_none(daemon, origin, place, words):
    origin.answers["/d"] = page(["2020-01"], next=place)
    started(daemon, json_source(origin.url("/d"), 'next = ".next";'))
    assert words in failed(daemon)


def test_only_what_changed_is_news(daemon, origin):
    offer(origin, [page(["2020-01"]), page(["2020-02"])])
    started(daemon, json_source(origin.url("/d"), 'next = "link";'))
    assert polled(daemon)["outcome"] == "unchanged"
    assert len(origin.asked) == 4
    # Of one answer among several the server's validators are not used.
    assert not any(headers["if-none-match"] for _, headers, _ in origin.asked)
    offer(origin, [page(["2020-01"]), page(["2020-02", "2020-03"])])
    assert polled(daemon)["outcome"] == "changed"
    wait_until(lambda: len(figures(daemon)) == 3)
    # Fewer pages withdraw nothing.
    offer(origin, [page(["2020-01"])])
    assert polled(daemon)["outcome"] == "changed"
    wait_until(lambda: len(figures(daemon)) == 3)


# --- requests ------------------------------------------------------------------


def test_every_combination_of_the_parameters_is_asked(daemon, origin):
    def answer(handler):
        return origins.send(handler, 200, b'{"value": 1}')

    wanted = [f"/d/{country}?m={month}&u=1%2F2"
              for country in ("FR", "C%C3%B4te%20d%27Ivoire")
              for month in ("01", "02")]
    for path in wanted:
        origin.answers[path] = answer
    started(daemon, json_source(
        origin.url("/d/{country}?m={month}&u={unit}"),
        'parameters = { country = [ "FR", "Côte d\'Ivoire" ]; '
        'month = [ "01", "02" ]; unit = "1/2"; };',
        'if ($url | test("/d/")) and $parameters.unit == "1/2" then '
        '{period: ("20" + (if $parameters.country == "FR" then "20" else "21" '
        'end) + "-" + $parameters.month), value} else empty end'))
    assert asked(origin) == wanted
    wait_until(lambda: set(figures(daemon)) == {"2020-01", "2020-02", "2021-01", "2021-02"})


def test_a_query_by_post(daemon, origin):
    origin.answers["/q"] = page(["2020-01"])
    started(daemon, json_source(
        origin.url("/q"), 'parameters = { country = [ "F\\"R", "DE" ]; }; '
        'body = "{\\"where\\": {\\"country\\": \\"{country}\\"}}";'))
    assert [json.loads(body) for _, body in origin.sent] == [
        {"where": {"country": 'F"R'}}, {"where": {"country": "DE"}}]
    assert {headers["content-type"] for _, headers, _ in origin.asked} == {
        "application/json"}
    wait_until(lambda: figures(daemon) == {"2020-01": 1})


def test_a_poll_survives_a_reload(daemon, origin):
    """What has been asked for is not asked for again, unless it has changed."""
    first = json_source(origin.url("/d"), 'next = "link";')
    offer(origin, [page(["2020-01"]), page(["2020-02"])])
    whole = origin.answers["/d?page=2"]

    def held(handler):
        origin.released.wait(20)
        return whole(handler)

    origin.answers["/d?page=2"] = held
    daemon.configure(register(first))
    daemon.start()
    wait_until(lambda: asked(origin) == ["/d"])
    # Another source before it: indicators and sources have other numbers.
    daemon.write("register.conf", register(json_source(
        origin.url("/e"), name="before"), first).replace(
            "indicators = ( ", 'indicators = ( { id = "aaa"; }, '))
    assert daemon.post("/v1/reload")[0] == 200
    origin.released.set()
    wait_until(lambda: len(figures(daemon)) == 2)
    assert asked(origin).count("/d") == 1


def test_a_poll_of_what_is_asked_otherwise_begins_anew(daemon, origin):
    offer(origin, [page(["2020-01"]), page(["2020-02"])])
    origin.answers["/d?page=2"] = lambda handler: (
        origin.released.wait(20), origins.send(handler, 500))[1]
    origin.answers["/e"] = page(["2020-05"])
    daemon.configure(register(json_source(origin.url("/d"), 'next = "link";')))
    daemon.start()
    wait_until(lambda: asked(origin) == ["/d"])
    daemon.write("register.conf", register(json_source(origin.url("/e"))))
    assert daemon.post("/v1/reload")[0] == 200
    wait_until(lambda: figures(daemon) == {"2020-05": 1})
    origin.released.set()


def test_many_sources_of_pages_do_not_wait_for_one_another(daemon, origin):
    """More than may be under way at once, each keeping more than its share."""
    count = 60
    padding = "x" * 300_000

    def answer(handler):
        parts = handler.path.strip("/").split("/")
        number = int(parts[1])
        rows = page([f"20{int(parts[0]):02}-{number:02}"], padding=padding,
                    next=f"/{parts[0]}/{number + 1}" if number < 4 else None)
        return origins.send(handler, 200, rows.encode())

    for i in range(count):
        for number in range(1, 5):
            origin.answers[f"/{i}/{number}"] = answer
    started(daemon, *(json_source(origin.url(f"/{i}/1"), 'next = ".next";',
                                  name=f"s{i}") for i in range(count)),
            polling="per_host = 16;")
    wait_until(lambda: all(source["outcome"] == "changed"
                           for source in daemon.items("/v1/sources?limit=1000")),
               seconds=60)
    assert len(origin.asked) == 4 * count


# --- secrets ---------------------------------------------------------------------


def secret_file(daemon, text=SECRET):
    path = daemon.folder / "census-token"
    path.touch(mode=0o600)
    path.write_text(text + "\n")


def everything(daemon):
    """All that a stranger could get to see, as bytes."""
    shown = [daemon.log().encode()]
    for path in ("/v1/status", "/v1/sources", "/v1/alerts?state=all", FIGURES,
                 "/v1/indicators/gazette/observations", "/metrics", "/"):
        shown.append(daemon.ask(path)[2])
    assert daemon.stop() == 0
    for path in daemon.folder.glob("state/*"):
        shown.append(path.read_bytes())
    return b"\n".join(shown)


def forms(secret):
    yield secret.encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield json.dumps(secret)[1:-1].encode()


QUOTED = urllib.parse.quote(SECRET, safe="")


def secret_source(origin, more=""):
    return ('{ id = "web"; url = "%s"; format = "json"; every = "1h"; '
            'indicator = "gazette"; extract = ".docs[] | if .wrong then '
            'error(.wrong) else . end"; next = "link"; '
            'token_file = "census-token"; %s }'
            % (origin.url("/d?key={token}"), more))


def test_secrets_are_sent_and_never_shown(daemon, origin):
    """Though the server says the question back wherever a head allows."""
    second = [500]
    origin.answers[f"/d?key={QUOTED}"] = lambda handler: origins.send(
        handler, 200, b'{"docs": [{"key": "k", "title": "one"}]}',
        link=f'<{handler.path}&page=2>; rel="next"', etag=f'"{SECRET}"',
        content_type="application/json; x=" + SECRET)
    origin.answers[f"/d?key={QUOTED}&page=2"] = lambda handler: origins.send(
        handler, second[0], b'{"docs": []}')
    secret_file(daemon)
    started(daemon, secret_source(
        origin, 'headers = { Accept = "application/json"; };'))
    assert asked(origin) == [f"/d?key={QUOTED}", f"/d?key={QUOTED}&page=2"]
    for _, headers, _ in origin.asked:
        assert headers["authorization"] == "Bearer " + SECRET
        assert headers["accept"] == "application/json"
    assert daemon.source("web")["error"].startswith("page 2: ")
    second[0] = 200
    assert polled(daemon)["outcome"] == "changed"
    wait_until(lambda: daemon.items("/v1/indicators/gazette/observations"))
    shown = everything(daemon)
    assert b"{token}" in shown
    for form in forms(SECRET):
        assert form not in shown


def test_what_is_read_holds_no_secret(daemon, origin):
    """A body that says it back is evidence and stays as it is; what is made of
    it does not."""
    docs = {"docs": [{"key": "k", "title": "one for " + SECRET, "text": SECRET,
                      "url": "http://own.example/?" + QUOTED}]}
    origin.answers[f"/d?key={QUOTED}"] = json.dumps(docs)
    secret_file(daemon)
    started(daemon, secret_source(origin))
    wait_until(lambda: daemon.items("/v1/indicators/gazette/observations"))
    document, = daemon.items("/v1/indicators/gazette/observations")
    assert document["title"] == "one for {token}"
    assert document["url"] == "http://own.example/?{token}"
    origin.answers[f"/d?key={QUOTED}"] = json.dumps(
        {"docs": [{"wrong": "no such key: " + SECRET}]})
    source = polled(daemon)
    assert source["outcome"] == "unreadable"
    assert "no such key: {token}" in source["error"]
    for form in forms(SECRET):
        assert form not in daemon.log().encode()


@pytest.mark.parametrize("body", [
    "<p>no such key: %s</p>" % SECRET,
    '"%s":' % SECRET.replace("/", "\\/"),
    json.dumps({SECRET: QUOTED, QUOTED: {"said": SECRET}}),
])
def test_a_trial_shows_no_secret(daemon, origin, body):
    """Nor do the words about an answer that is looked at."""
    origin.answers[f"/d?key={QUOTED}"] = body
    secret_file(daemon)
    daemon.configure(register(secret_source(origin).replace(
        "error(.wrong) else . end", "error(.wrong) else error(tostring) end")))
    for words in ((), ("-o", "json"), ("-o", "csv")):
        told = daemon.offline(*words, "source", "test", "web")
        assert "{token}" in told.stdout + told.stderr
        for form in forms(SECRET):
            assert form.decode() not in told.stdout + told.stderr


def test_a_secret_does_not_leave_its_server(daemon, origin):
    other = origins.Origin()
    other.answers["/d"] = page(["2020-02"])
    try:
        origin.answers["/d"] = page(["2020-01"], next=other.url("/d"))
        origin.answers["/moved"] = lambda handler: origins.send(
            handler, 301, location=other.url("/d"))
        secret_file(daemon)
        token = 'token_file = "census-token";'
        started(daemon, json_source(origin.url("/d"), 'next = ".next"; ' + token),
                json_source(origin.url("/moved"), token, name="moved"))
        assert "another server" in failed(daemon)
        assert daemon.source("moved")["outcome"] == "failed"
        assert other.asked == []
        daemon.stop()
        # Without a secret it is gone to.
        started(daemon, json_source(origin.url("/d"), 'next = ".next";'))
        wait_until(lambda: len(figures(daemon)) == 2)
        assert [headers["authorization"] for _, headers, _ in other.asked] == [None]
    finally:
        other.close()


def test_a_secret_that_others_may_read_is_refused(daemon, origin):
    secret_file(daemon)
    (daemon.folder / "census-token").chmod(0o644)
    daemon.configure(register(json_source(origin.url("/d"),
                                          'token_file = "census-token";')))
    status, log = daemon.refused()
    assert status == 78 and "census-token" in log and SECRET not in log


# --- feeds, and pages that are gone --------------------------------------------------


def feed(numbers):
    """The daily list of an invented gazette."""
    items = "".join(
        f"<item><title><![CDATA[Gazette no. {number}]]></title>"
        f"<link>http://gazette.example/{number}.pdf</link>"
        f'<guid isPermaLink="true">http://gazette.example/{number}.pdf</guid>'
        f"<pubDate>2025-07-{14 + number // 4:02} 08:44:52 GMT</pubDate></item>"
        for number in numbers)
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
            f"<title>Gazette</title>{items}</channel></rss>")


# It grows by what is new at the top, is reset and begins again.
FEED_STATES = [range(5, -1, -1), range(8, -1, -1), range(11, -1, -1),
               range(14, -1, -1), range(18, -1, -1), range(21, 18, -1),
               range(24, 18, -1), range(27, 18, -1), range(30, 18, -1)]


def documents(daemon):
    return daemon.items("/v1/indicators/gazette/observations?limit=1000")


def test_a_feed_that_is_reset_withdraws_nothing(daemon, origin):
    origin.answers["/feed.xml"] = feed(FEED_STATES[0])
    started(daemon, '{ id = "web"; url = "%s"; format = "feed"; every = "1h"; '
            'indicator = "gazette"; }' % origin.url("/feed.xml"))
    seen = set()
    for state in FEED_STATES:
        origin.answers["/feed.xml"] = feed(state)
        assert polled(daemon)["outcome"] in ("changed", "unchanged")
        seen.update(state)
        wait_until(lambda: len(documents(daemon)) >= len(seen))
        got = documents(daemon)
        assert len({item["key"] for item in got}) == len(got) == len(seen)
    assert len(seen) == 31
    titles = {item["title"] for item in documents(daemon)}
    assert titles == {f"Gazette no. {number}" for number in range(31)}


def test_gone_is_not_asked_again(daemon, origin):
    origin.answers["/d"] = page(["2020-01"])
    started(daemon, json_source(origin.url("/d")).replace('"1h"', '"1s"'))
    origin.answers["/d"] = lambda handler: origins.send(handler, 410)
    wait_until(lambda: daemon.source("web")["outcome"] == "failed")
    source = daemon.source("web")
    assert "410" in source["error"] and source["next"] is None
    wait_until(lambda: len(figures(daemon)) == 1)
    kinds = [alert["kind"] for alert in daemon.items("/v1/alerts")]
    assert kinds == ["source_failing"]
    # Somebody asks once more, and it is back.
    origin.answers["/d"] = page(["2020-01", "2020-02"])
    polled(daemon)
    wait_until(lambda: len(figures(daemon)) == 2)
    wait_until(lambda: daemon.items("/v1/alerts") == [])


def test_moved_for_good_is_remembered(daemon, origin):
    origin.answers["/old"] = lambda handler: origins.send(
        handler, 301, location="/new")
    origin.answers["/new"] = page(["2020-01"])
    started(daemon, json_source(origin.url("/old")))
    assert asked(origin) == ["/old", "/new"]
    polled(daemon)
    wait_until(lambda: len(origin.asked) == 3)
    assert asked(origin)[2] == "/new"
    assert daemon.stop() == 0
    daemon.start().settled()
    polled(daemon)
    wait_until(lambda: len(origin.asked) == 4)
    assert asked(origin)[3] == "/new"
    # Where it is asked otherwise, that is forgotten.
    daemon.write("register.conf", register(json_source(
        origin.url("/old"), extract=".rows[] | {value, period}")))
    assert daemon.post("/v1/reload")[0] == 200
    wait_until(lambda: len(origin.asked) == 6)
    assert asked(origin)[4:] == ["/old", "/new"]


def test_a_portal_in_the_way_is_no_move(daemon, origin):
    """It sends everything to its login, for good."""
    origin.answers["/d"] = page(["2020-01"])
    started(daemon, json_source(origin.url("/d")))
    origin.answers["/d"] = lambda handler: origins.send(
        handler, 301, location="/login")
    origin.answers["/login"] = "<html>Who are you?</html>"
    assert polled(daemon)["outcome"] == "unreadable"
    origin.answers["/d"] = page(["2020-01", "2020-02"])
    assert polled(daemon)["outcome"] == "changed"
    assert asked(origin) == ["/d", "/d", "/login", "/d"]


def test_not_for_good_is_not_remembered(daemon, origin):
    origin.answers["/old"] = lambda handler: origins.send(
        handler, 302, location="/new")
    origin.answers["/new"] = page(["2020-01"])
    started(daemon, json_source(origin.url("/old")))
    polled(daemon)
    wait_until(lambda: len(origin.asked) == 4)
    assert asked(origin) == ["/old", "/new"] * 2
