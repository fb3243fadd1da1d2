"""A directory of answers that nginx serves, with its own ETags and ranges."""
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest

from daemon import PATIENCE, wait_until
from test_asking import FIGURES, figures, polled, register, said

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
CONF = """\
{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  types {{ text/csv csv; application/json json; application/rss+xml xml; }}
  access_log {folder}/access.log;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  gzip on; gzip_types text/csv application/json; gzip_min_length 1;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/www;
    location /kept/ {{ alias {folder}/www/; expires 2h; }}
    location /was/ {{ return 301 /csv/figures.csv; }}
    location /gone/ {{ return 410; }}
  }}
}}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        (folder / "www").mkdir()
        (folder / "nginx.conf").write_text(
            # Its worker must get at the folder of the test.
            CONF.format(folder=folder, port=self.port,
                        user="user root;\n" if os.getuid() == 0 else ""))
        self.process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"),
             "-e", str(folder / "error.log")], stderr=subprocess.DEVNULL)
        wait_until(lambda: listens(self.port))

    def put(self, name, text):
        path = self.folder / "www" / name
        path.parent.mkdir(exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(text)
        new.rename(path)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def answers(self, path):
        """The statuses so far, of requests for a path."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [int(line.split('"')[2].split()[0]) for line in lines
                if line.split('"')[1].split()[1] == path]

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


@pytest.fixture
def nginx(tmp_path):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path / "nginx"
    folder.mkdir()
    server = Server(folder)
    yield server
    server.close()


def csv(*months):
    return "period,value\n" + "".join(
        f"{month},{i}\n" for i, month in enumerate(months, 1))


def csv_source(url, name="web"):
    return (f'{{ id = "{name}"; url = {said(url)}; format = "csv"; every = "1h"; '
            'indicator = "report"; extract = "SELECT period, value FROM data"; }')


def test_a_directory_with_etags(daemon, nginx):
    nginx.put("csv/figures.csv", csv("2020-01", "2020-02"))
    nginx.put("json/figures.json", json.dumps(
        [{"period": "2021-01", "value": 5}]))
    daemon.configure(register(
        csv_source(nginx.url("/csv/figures.csv")),
        csv_source(nginx.url("/was/figures.csv"), "was"),
        csv_source(nginx.url("/gone/figures.csv"), "gone"),
        '{ id = "json"; url = "%s"; format = "json"; indicator = "report"; '
        'extract = ".[]"; }' % nginx.url("/kept/json/figures.json")))
    daemon.start().settled()
    wait_until(lambda: len(figures(daemon)) == 3)
    # What has not changed is not sent again, be it packed or not.
    for name, path in (("web", "/csv/figures.csv"),
                       ("json", "/kept/json/figures.json")):
        before = len(nginx.answers(path))
        assert polled(daemon, name)["outcome"] == "unchanged"
        assert nginx.answers(path)[before:] == [304]
    # A changed file has another tag, at once.
    nginx.put("csv/figures.csv", csv("2020-01", "2020-02", "2020-03"))
    assert polled(daemon)["outcome"] == "changed"
    assert nginx.answers("/csv/figures.csv")[-1] == 200
    wait_until(lambda: len(figures(daemon)) == 4)
    gone = daemon.source("gone")
    assert gone["outcome"] == "failed" and "410" in gone["error"]
    nginx.put("csv/figures.csv", "")
    assert polled(daemon)["outcome"] in ("unreadable", "changed")
    assert len(daemon.items(FIGURES)) == 4


def test_what_may_be_kept_is_not_asked_for_early(daemon, nginx):
    nginx.put("json/figures.json", json.dumps(
        [{"period": "2021-01", "value": 5}]))
    daemon.configure(register(
        '{ id = "web"; url = "%s"; format = "json"; indicator = "report"; '
        'every = "1m"; extract = ".[]"; }' % nginx.url("/kept/json/figures.json")))
    daemon.start().settled()
    source = daemon.source("web")
    assert source["outcome"] == "changed"
    minutes = [int(part[11:13]) * 60 + int(part[14:16])
               for part in (source["last_attempt"], source["next"])]
    assert (minutes[1] - minutes[0]) % 1440 in (119, 120, 121)
