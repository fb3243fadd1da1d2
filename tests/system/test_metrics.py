"""/metrics: what Prometheus and its kin are told, held against their own
parsers, and against what the daemon says elsewhere.
"""
import shutil
import subprocess

import pytest

from daemon import (HOOK, LOG, milestone, register, source, table, utc,
                    wait_until)

OPEN = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"


def started(daemon, **more):
    yesterday = utc(-86400).date()
    daemon.configure(register([
        milestone("met", "2099-01-01", benchmark="last(report) >= 0"),
        milestone("missed", str(yesterday), severity="critical",
                  benchmark="last(report) >= 9"),
        milestone("ahead", "2099-01-01", benchmark="last(report) >= 9"),
    ], sources=[source(), source("lost", "file:nowhere.csv")]), **more)
    return daemon.start().settled()


def exposed(daemon, accept=OPEN):
    status, headers, body = daemon.ask("/metrics", headers={"Accept": accept})
    assert status == 200 and headers["Vary"] == "Accept"
    return headers["Content-Type"], body.decode()


def samples(text):
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in parser.text_string_to_metric_families(text)
            for sample in family.samples}


def test_openmetrics(daemon):
    started(daemon)
    kind, text = exposed(daemon)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert text.endswith("# EOF\n") and text.count("# EOF") == 1
    got = samples(text)

    def value(name, **labels):
        return got[(name, *sorted(labels.items()))]
    status = daemon.get("/v1/status")
    assert value("pledged_build_info", version=status["version"]) == 1
    assert value("pledged_register_info", digest=status["register"]) == 1
    assert value("pledged_milestones", status="not_met",
                 severity="critical") == 1
    assert value("pledged_milestones", status="met", severity="warning") == 1
    assert sum(count for key, count in got.items()
               if key[0] == "pledged_milestones") == 3
    assert value("pledged_pledges") == 1
    assert value("pledged_sources", outcome="changed") == 1
    assert value("pledged_sources", outcome="failed") == 1
    assert value("pledged_source_failures", source="lost") >= 1
    assert value("pledged_source_success_timestamp_seconds", source="own") > 1e9
    assert ("pledged_source_success_timestamp_seconds",
            ("source", "lost")) not in got
    assert value("pledged_healthy") == 1
    assert value("pledged_settling") == 0
    assert value("pledged_polls_total", outcome="changed") == 1
    assert value("pledged_observations_total") == 2
    assert value("pledged_requests_total") > 1
    assert value("pledged_store_bytes", file="database") > 4096
    assert value("process_resident_memory_bytes") > 1 << 20
    assert 3 < value("process_open_fds") < value("process_max_fds")
    assert ("pledged_backup_timestamp_seconds",) not in got


def test_what_has_happened_is_counted(daemon):
    hook = daemon.webhook()
    started(daemon, channels=(LOG, HOOK.format(port=hook.port)))
    before = samples(exposed(daemon)[1])
    daemon.write("own.csv", table(9).replace("T12:", "T13:"))
    daemon.polled()
    assert daemon.ctl("backup", daemon.folder / "kept.db").returncode == 0

    def grown(name, *labels):
        key = (name, *labels)
        return samples(exposed(daemon)[1])[key] - before[key]
    wait_until(lambda: grown("pledged_deliveries_total",
                             ("state", "delivered")) >= 2)
    assert grown("pledged_events_total", ("kind", "met")) == 2
    assert grown("pledged_polls_total", ("outcome", "changed")) == 1
    assert grown("pledged_observations_total") == 1
    assert grown("pledged_notifications_total") >= 2
    assert grown("pledged_assessments_total") >= 2
    now = samples(exposed(daemon)[1])
    assert now[("pledged_backup_timestamp_seconds",)] > 1e9
    assert now[("pledged_channel_failing", ("channel", "hook"))] == 0


def test_promtool_has_nothing_to_say(daemon):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    started(daemon)
    kind, text = exposed(daemon, accept="text/plain")
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert "# EOF" not in text and "# UNIT" not in text
    said = subprocess.run(["promtool", "check", "metrics"], input=text,
                          capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    old = pytest.importorskip("prometheus_client.parser")
    names = {sample.name for family in old.text_string_to_metric_families(text)
             for sample in family.samples}
    assert names == {key[0] for key in samples(exposed(daemon)[1])}


def test_many_sources_are_not_all_listed(daemon):
    daemon.configure(register(
        [milestone("one", "2099-01-01")],
        sources=[source(f"s{i:04}", every="1d") for i in range(1003)]))
    daemon.start()
    got = samples(exposed(daemon)[1])
    assert got[("pledged_sources_unlisted",)] == 3
    assert len([key for key in got if key[0] == "pledged_source_failures"]
               ) == 1000
    assert sum(count for key, count in got.items()
               if key[0] == "pledged_sources") == 1003


def test_no_parameters(daemon):
    started(daemon)
    assert daemon.ask("/metrics?limit=1")[0] == 400
    assert daemon.ask("/metrics", "POST")[0] == 405
