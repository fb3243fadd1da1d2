"""Whoever means harm, or has an accident: receivers, servers, sources, those who
ask; what they give is shown without its sting, and no secret comes back by it."""
import base64
import json
import re
import sqlite3
import threading

import pytest

from daemon import (AT_ONCE, LOG, milestone, register, source, table, utc,
                    wait_until)
from receiver import Receiver
from smtp_script import Scripted

PAST = "2024-01-31"
PASSWORD = "correct horse"


def secret(daemon, name, text):
    path = daemon.folder / name
    path.touch(mode=0o600)
    path.write_text(text + "\n")


def everything(daemon):
    """All that may be read of what was told, as whoever may ask reads it."""
    pages = ["/v1/status", "/v1/channels", "/v1/outbox?state=all",
             "/v1/alerts?state=all", "/v1/silences?state=all"]
    pages += [f"/v1/notifications/{item['id']}"
              for item in daemon.items("/v1/outbox?state=all")]
    said = [daemon.ask(page)[2].decode() for page in pages]
    said += [daemon.ctl("outbox", "--all").stdout,
             daemon.ctl("list", "channels").stdout,
             daemon.ctl("outbox", "show", "1").stdout]
    return "\n".join([*said, daemon.log()])


# --- what is not on the disk yet ----------------------------------------------

def test_an_alert_whose_end_is_still_being_saved(daemon):
    """It has ended, and the disk does not know yet: whoever asks just then is
    told of it as it was."""
    daemon.configure(register([milestone("one", PAST)]))
    daemon.start().settled()
    figure = json.dumps({"period": str(utc(-86400).date()), "value": 1,
                         "note": "counted"})
    base = sqlite3.connect(daemon.folder / "state" / "pledged.db",
                           isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    report = threading.Thread(target=daemon.ask, args=(
        "/v1/indicators/report/observations", "POST", {}, figure))
    try:
        report.start()
        wait_until(lambda: daemon.items("/v1/alerts") == [])
        shown = daemon.get("/v1/alerts/1")
        assert (shown["id"], shown["kind"]) == (1, "slipped")
        status, _, body = daemon.ask("/v1/alerts/1/ack", "POST", {},
                                     json.dumps({"note": "late"}))
        assert status == 409, body
        assert json.loads(body)["detail"] == (
            "alert 1 is over: slipped p/one, ended just now")
        assert len(daemon.items("/v1/alerts?state=all")) == 1
    finally:
        base.execute("ROLLBACK")
        base.close()
        report.join()
    wait_until(lambda: daemon.get("/v1/alerts/1")["state"] == "resolved")
