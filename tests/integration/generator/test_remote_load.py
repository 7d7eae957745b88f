"""A trial whose load comes from workers that find their master over the network."""

import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from measuring import generator, recommendations
from remote_workers import RemoteWorker, free_address, remote_worker, remote_workers, until
from tiny_platform import CORE, TinyPlatform, TinyStore, run_one, tiny_scenario, trial_of
from tiny_servers import Reply, Request, ScriptedServer, recommended, right, tiny_store

from experiment.errors import RunError
from experiment.load_worker import RemoteLoad
from experiment.record import TrialRecord
from loadtests.workers.address import Address
from testbed.generator import warm_up
from testbed.janitor import Belongings
from testbed.load_workers import LoadWorkers, with_workers
from testbed.trial import Trial

SOME = 20
MASTER_SILENT_AFTER_S = 10.0
"""As the worker has it, which cannot be imported here: it imports Locust."""


def _remote_trial(folder: Path, master: str, workers: int = 2) -> Trial:
    return trial_of(folder, with_workers(tiny_scenario(), workers), RemoteLoad(listen=master))


class _After:
    """A tiny store that does something when it has answered so many requests."""

    def __init__(self, count: int, act: Callable[[], None]) -> None:
        self._answer = tiny_store()
        self._left = count
        self._act = act

    def __call__(self, request: Request) -> tuple[float, Reply]:
        self._left -= 1
        if self._left == 0:
            threading.Thread(target=self._act).start()
        return self._answer(request)


def _run_and_lose(
    tmp_path: Path, belongings: Belongings, lose: Callable[[list[RemoteWorker]], None]
) -> TrialRecord:
    master = free_address()
    with remote_workers(2, master, tmp_path) as workers:
        script = _After(SOME, lambda: lose(workers))
        with ScriptedServer(script) as url:
            platform = TinyPlatform(belongings, TinyStore(url))
            return run_one(_remote_trial(tmp_path, master), platform)


@pytest.mark.long
def test_two_workers_send_the_schedule_and_their_clocks_are_on_record(
    tmp_path: Path, belongings: Belongings
) -> None:
    master = free_address()
    trial = _remote_trial(tmp_path, master)
    with ScriptedServer(tiny_store()) as url, remote_workers(2, master, tmp_path):
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
    gates = {gate.name: gate for gate in record.gates}
    assert gates["rows"].passed
    assert gates["load workers"].passed
    rows, planned = (
        pq.read_table(file).to_pandas() for file in (trial.files.requests, trial.arrivals)
    )
    assert rows[["seq", "step"]].equals(planned[["seq", "step"]])
    assert set(rows.outcome) == {"ok"}
    for worker in record.load_workers:
        assert worker.rows == (planned.seq % 2 == worker.index).sum()
        # Both clocks are that of this machine.
        assert abs(1000 * worker.offset_s) <= worker.uncertainty_ms + 0.001
        assert abs(worker.drift_ms) <= 2 * worker.uncertainty_ms + 0.001


@pytest.mark.long
def test_a_worker_that_is_killed_voids_the_trial_and_is_named(
    tmp_path: Path, belongings: Belongings
) -> None:
    def kill(workers: list[RemoteWorker]) -> None:
        workers[0].signal_sender(signal.SIGKILL)

    record = _run_and_lose(tmp_path, belongings, kill)
    assert record.status == "void"
    assert "was silent for more than 5 s" in record.reason
    assert [gate.name for gate in record.gates] == ["load workers"]
    assert sum(bool(worker.trouble) for worker in record.load_workers) == 1


@pytest.mark.long
def test_a_worker_that_is_stopped_says_goodbye_and_voids_the_trial_at_once(
    tmp_path: Path, belongings: Belongings
) -> None:
    def stop(workers: list[RemoteWorker]) -> None:
        workers[0].process.send_signal(signal.SIGTERM)

    record = _run_and_lose(tmp_path, belongings, stop)
    assert record.status == "void"
    assert re.match(
        r"Load worker [01] \(.+\) ended after [\d,]+ of its [\d,]+ requests\.", record.reason
    )


@pytest.mark.long
def test_a_worker_whose_master_was_killed_stops_within_seconds(tmp_path: Path) -> None:
    seen: list[float] = []

    def script(request: Request) -> tuple[float, Reply]:
        seen.append(time.monotonic())
        return 0.0, right(recommended(request[1]))

    master = free_address()
    host, port = master.split(":")
    listen = ("--master-bind-host", host, "--master-bind-port", port)
    minute = recommendations(*((index / 50, index) for index in range(3_000)))
    with (
        ScriptedServer(script) as target,
        remote_worker(master, tmp_path),
        generator(
            target, minute, tmp_path, "--master", "--expect-workers", "1", *listen, exit_code=-9
        ) as process,
    ):
        until(lambda: len(seen) > SOME)
        process.kill()
        killed_at = time.monotonic()
        until(lambda: time.monotonic() - seen[-1] > 2.0, within_s=25)
    assert seen[-1] - killed_at < MASTER_SILENT_AFTER_S + 5.0


def test_workers_of_other_code_are_refused(tmp_path: Path, belongings: Belongings) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text(
        "import loadtests.workers.identity as identity\n"
        "identity.version_here = lambda: '0123456789ab'\n"
    )
    master = free_address()
    workers = LoadWorkers(1, Address.parse(master), within_s=20)
    with (
        remote_worker(master, tmp_path, PYTHONPATH=str(other)),
        pytest.raises(RunError, match="has other code than its master"),
    ):
        warm_up((CORE,), belongings, workers)


@pytest.mark.long
def test_a_run_says_how_many_workers_came_in_time(tmp_path: Path, belongings: Belongings) -> None:
    master = free_address()
    workers = LoadWorkers(2, Address.parse(master), within_s=10)
    with (
        remote_worker(master, tmp_path),
        pytest.raises(RunError, match=f"1 of 2 load workers came at {master} within 10 s"),
    ):
        warm_up((CORE,), belongings, workers)
