"""Fixtures of the system tests: see daemon.py."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import daemon as daemons  # noqa: E402
import origin as origins  # noqa: E402


@pytest.fixture
def daemon(tmp_path):
    """A daemon that is not started yet; ended whatever happens."""
    one = daemons.Daemon(tmp_path)
    yield one
    one.close()


@pytest.fixture
def origin():
    """An HTTP server whose answers the test decides."""
    one = origins.Origin()
    yield one
    one.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the daemon's own log."""
    report = (yield).get_result()
    one = getattr(item, "funcargs", {}).get("daemon")
    if report.when == "call" and report.failed and one is not None:
        report.sections.append(("pledged's log", one.log()[-6000:]))
