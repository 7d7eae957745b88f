"""However the generator ends, what was measured is kept; what is not permitted never begins."""

import signal
import subprocess
import threading
from pathlib import Path

import pytest
from measuring import (
    LOCUST,
    LOCUSTFILE,
    generator,
    last_words,
    left_out,
    recommendations,
    rows_in,
    summary_in,
)
from tiny_servers import Reply, Request, ScriptedServer, recommended, right

from loadtests.recorder import recover

SOME = 60
ARRIVALS = recommendations(*((index / 50, 1) for index in range(3_000)))


class CountingScript:
    """Right answers, counted."""

    def __init__(self) -> None:
        self._seen = threading.Semaphore(0)

    def __call__(self, request: Request) -> tuple[float, Reply]:
        self._seen.release()
        return 0.0, right(recommended(request[1]))

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self._seen.acquire(timeout=20)


@pytest.mark.parametrize(
    "ending", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)]
)
def test_a_signal_ends_the_load_and_keeps_what_was_measured(
    tmp_path: Path, ending: signal.Signals
) -> None:
    script = CountingScript()
    with ScriptedServer(script) as target, generator(target, ARRIVALS, tmp_path) as process:
        # The last one seen may not be answered yet; all before it are.
        script.wait_for(SOME + 1)
        process.send_signal(ending)
        process.wait(timeout=10)
    rows, summary = rows_in(tmp_path), summary_in(tmp_path)
    assert SOME <= len(rows) < ARRIVALS.num_rows
    assert set(rows.outcome) == {"ok"}
    assert summary["rows"] == len(rows)
    assert not summary["drained"]
    assert last_words(tmp_path) == left_out(ARRIVALS, rows)


def test_a_kill_loses_the_rows_of_the_last_half_second_only(tmp_path: Path) -> None:
    script = CountingScript()
    with (
        ScriptedServer(script) as target,
        generator(target, ARRIVALS, tmp_path, exit_code=-signal.SIGKILL) as process,
    ):
        script.wait_for(SOME)
        process.kill()
    rows = recover(tmp_path / "requests.jsonl.part")
    assert rows.num_rows >= SOME - 30
    assert set(rows["outcome"].to_pylist()) == {"ok"}


def test_a_target_that_is_not_this_machine_is_refused() -> None:
    command = [LOCUST, "-f", LOCUSTFILE, "--headless", "--host", "http://192.0.2.1"]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert done.returncode == 2
    assert b"192.0.2.1 is not this machine" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_error_of_its_own_ends_the_generator_with_the_reason_as_last_words(
    tmp_path: Path,
) -> None:
    taken = tmp_path / "record"
    taken.touch()
    with ScriptedServer(CountingScript()) as target:
        command = [LOCUST, "-f", LOCUSTFILE, "--headless", "--host", target, "--record", str(taken)]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False, text=True)
    assert done.returncode == 1
    assert str(taken) in done.stderr.splitlines()[-1]
