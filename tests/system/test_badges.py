"""Badges: how something stands, as a small picture for pages of others."""
import json
from xml.etree import ElementTree

from daemon import milestone, register, utc

HOSTILE = '</text><script>alert(1)</script> "quoted" & more'
SVG = "{http://www.w3.org/2000/svg}"


def started(daemon, titles=("Promise", None)):
    yesterday = utc(-86400).date()
    pledge, first = titles
    more = f'title = {json.dumps(first)};' if first else ""
    text = register([
        milestone("kept", "2099-01-01", benchmark="last(report) >= 0",
                  more=more),
        milestone("missed", str(yesterday), benchmark="last(report) >= 9"),
        milestone("gone", "2099-01-01", more=(
            'withdrawn = { on = "2020-01-01"; reason = "r"; };'))])
    daemon.configure(text.replace('"Promise"', json.dumps(pledge)))
    return daemon.start().settled()


def badge(daemon, path, headers=None):
    status, got, body = daemon.ask(path, headers=headers or {})
    assert status == 200, body
    assert got["Content-Type"] == "image/svg+xml"
    assert got["Content-Security-Policy"] == "default-src 'none'"
    root = ElementTree.fromstring(body)
    assert {node.tag for node in root.iter()} == {
        SVG + tag for tag in ("svg", "title", "g", "rect", "text")}
    label, said = [node.text for node in root.iter(SVG + "text")]
    assert root.get("aria-label") == f"{label}: {said}" == root.find(
        SVG + "title").text
    left, right = root.iter(SVG + "rect")
    assert (int(left.get("width")) + int(right.get("width"))
            == int(root.get("width")))
    return label, said, right.get("fill")


def test_milestones(daemon):
    started(daemon)
    assert badge(daemon, "/v1/milestones/p/kept/badge.svg")[:2] == (
        "Promise", "✓ met")
    label, said, fill = badge(daemon, "/v1/milestones/p/missed/badge.svg")
    assert said == "✗ not met"
    assert fill != badge(daemon, "/v1/milestones/p/kept/badge.svg")[2]
    assert badge(daemon, "/v1/milestones/p/gone/badge.svg")[1] == "– withdrawn"
    assert badge(daemon, "/v1/milestones/p/missed/badge.svg"
                 "?as_of=2019-12-31&label=Then%20%26%20now")[:2] == (
        "Then & now", "· not started")
    for path, want in (("/v1/milestones/p/none/badge.svg", 404),
                       ("/v1/milestones/p/kept/badge.svg?as_of=x", 400),
                       ("/v1/milestones/p/kept/badge.svg?colour=red", 400)):
        status, _, body = daemon.ask(path)
        assert status == want and json.loads(body)["detail"]


def test_pledges(daemon):
    started(daemon)
    assert badge(daemon, "/v1/pledges/p/badge.svg")[:2] == (
        "Promise", "✗ 1 of 2 met, 1 missed")
    assert badge(daemon, "/v1/pledges/p/badge.svg?as_of=2019-12-31")[1] == (
        "· 0 of 3 met")
    status, _, body = daemon.ask("/v1/pledges/q/badge.svg")
    assert status == 404 and json.loads(body)["detail"]
    assert daemon.ask("/v1/pledges/p/x/badge.svg")[0] == 404


def test_whatever_it_is_called(daemon):
    started(daemon, titles=("長い約束" * 20, HOSTILE))
    label, said, _ = badge(daemon, "/v1/milestones/p/kept/badge.svg")
    assert said == "✓ met" and label.startswith("</text><script>alert(1)")
    label, _, _ = badge(daemon, "/v1/pledges/p/badge.svg")
    assert label.endswith("…") and len(label.encode()) <= 63
    assert badge(daemon, "/v1/pledges/p/badge.svg?label=%E2%80%AEtxet%01"
                 )[0] == "�txet"


def test_asked_again(daemon):
    started(daemon)
    path = "/v1/milestones/p/kept/badge.svg"
    _, headers, _ = daemon.ask(path)
    assert headers["Cache-Control"] == "no-cache"
    status, again, body = daemon.ask(path, headers={
        "If-None-Match": headers["ETag"]})
    assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert daemon.ask("/v1/milestones/p/missed/badge.svg", headers={
        "If-None-Match": headers["ETag"]})[0] == 200
