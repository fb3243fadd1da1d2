"""However much arrives, and however long ago it begins, it goes on."""
import time

from daemon import milestone, register, run, program, source

CENTURIES = 1600
MOST = 20  # seconds; on an idle machine it is one


def test_centuries_without_news(daemon):
    """Nobody waits for a source that has said all, sixteen centuries long."""
    daemon.configure(
        register([milestone("m", "2030-12-31", benchmark="last(report) >= 9e9",
                            more='start = "0420-01-01";')],
                 [source(every="1m")]))
    daemon.write("own.csv", "indicator,period,value,published\n" + "".join(
        f"report,{year:04}-12-31,{year},{year + 1:04}-02-01T00:00:00Z\n"
        for year in range(420, 420 + CENTURIES)))
    began = time.monotonic()
    answer = run(program("pledged"), "-c", daemon.conf, "assess")
    assert answer.returncode == 0, answer.stderr
    assert "2.02k" in answer.stdout
    assert time.monotonic() - began < MOST
