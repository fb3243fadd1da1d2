"""Fixtures of the system tests: see daemon.py."""
import os
import ssl
import subprocess
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


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A CA, and a certificate of it for localhost."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True,
                       capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
            "-keyout", "server.key", "-out", "server.csr")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions",
            "-out", "server.pem")
    return folder


@pytest.fixture(scope="session")
def tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    return context


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the daemon's own log."""
    report = (yield).get_result()
    one = getattr(item, "funcargs", {}).get("daemon")
    if report.when == "call" and report.failed and one is not None:
        report.sections.append(("pledged's log", one.log()[-6000:]))
