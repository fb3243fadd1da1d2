"""However much arrives, and however long ago it begins, it goes on."""
import sqlite3
import time

from daemon import (milestone, program, register, run, source,
                    wait_until)

CENTURIES = 1600


def test_centuries_without_news(daemon):
    """Nobody waits for a source that has said all, sixteen centuries long: it
    would have been asked fifty thousand million times."""
    daemon.configure(
        register([milestone("m", "2030-12-31", benchmark="last(report) >= 9e9",
                            more='start = "0420-01-01";')],
                 [source(every="1s")]))
    daemon.write("own.csv", "indicator,period,value,published\n" + "".join(
        f"report,{year:04}-12-31,{year},{year + 1:04}-02-01T00:00:00Z\n"
        for year in range(420, 420 + CENTURIES)))
    answer = run(program("pledged"), "-c", daemon.conf, "assess")
    assert answer.returncode == 0, answer.stderr
    assert "2.02k" in answer.stdout


# --- a great release ---------------------------------------------------------

SERIES = 1000
FIGURES = 60
LONG = 120  # seconds; on an idle machine it is one


def great(revision):
    return "indicator,period,value\n" + "".join(
        f"x{i},{2020 + k // 12}-{k % 12 + 1:02},{i + k + revision}\n"
        for i in range(SERIES) for k in range(FIGURES))


def great_register():
    return register(
        [milestone(f"m{i}", "2099-12-31", benchmark=f"last(x{i}) >= 9e9")
         for i in range(SERIES)],
        ['{ id = "own"; url = "file:own.csv"; format = "csv"; every = "1h"; '
         'extract = "SELECT indicator, period, value FROM data"; }'],
        [f"x{i}" for i in range(SERIES)])


def count(daemon, table):
    base = sqlite3.connect(f"file:{daemon.folder}/state/pledged.db?mode=ro",
                           uri=True)
    try:
        return base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        base.close()


def test_great_release(daemon):
    """All of it at once or nothing, and the others are answered meanwhile."""
    daemon.write("own.csv", great(0))
    daemon.configure(great_register())
    daemon.start().settled()
    wait_until(lambda: count(daemon, "observation") == SERIES * FIGURES, LONG)
    # What comes within the second of the figure before it is no revision.
    first = int(time.time())
    wait_until(lambda: int(time.time()) > first)
    daemon.write("own.csv", great(1))
    assert daemon.post("/v1/sources/own/poll")[0] == 202
    seen = set()

    def ended():
        assert daemon.get("/v1/status")["milestones"]["total"] == SERIES
        seen.add(count(daemon, "observation"))
        return count(daemon, "fetch") > 1

    wait_until(ended, LONG, every=0)
    assert seen <= {SERIES * FIGURES, 2 * SERIES * FIGURES}
    wait_until(lambda: count(daemon, "event WHERE kind = 'revised' AND "
                             "reason LIKE '60 figures revised%'") == SERIES,
               LONG)


def test_killed_within_a_great_release(daemon):
    """Nothing of it is there, or all; the next start takes what is missing."""
    daemon.write("own.csv", great(0))
    daemon.configure(great_register())
    for pause in (0.1, 0.2, 0.3, 0.4, 0.6):
        daemon.start()
        time.sleep(pause)  # wherever that is
        daemon.kill()
        if (daemon.folder / "state" / "pledged.db").exists():
            assert count(daemon, "observation") in (0, SERIES * FIGURES)
    daemon.start().settled()
    wait_until(lambda: count(daemon, "observation") == SERIES * FIGURES, LONG)
    assert daemon.get("/v1/status")["milestones"]["by_status"] == {
        "pending": SERIES}
    # Stopped in good order in the midst of it, it loses nothing either.
    daemon.write("own.csv", great(1))
    assert daemon.post("/v1/sources/own/poll")[0] == 202
    wait_until(lambda: daemon.source("own")["busy"] is False, LONG)
    assert daemon.stop() == 0
    assert count(daemon, "observation") == 2 * SERIES * FIGURES
