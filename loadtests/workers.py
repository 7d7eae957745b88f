"""One schedule on several Locust workers: who takes which journeys, and one set of files.

The master gives each worker its share when the load starts. Workers measure into folders of their
own (``worker-0``), tell their counts as they go, and hand in their rows as a message at the end,
so that they may run on other machines. The master merges the rows, and only then are the workers'
folders removed: what a lost worker or a lost master had measured stays on disk.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from socket import gethostname
from typing import Any

import gevent
import psutil
from gevent.event import Event
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from experiment.errors import RunError
from loadtests.generator import TICK_S
from loadtests.parts import Part, merge, part_in
from loadtests.progress import Counts, ProgressFile
from loadtests.sender import Clock
from loadtests.summary import Usage

COUNTS, PART, STOP, MERGED = (f"twinstack-{name}" for name in ("counts", "part", "stop", "merged"))
MERGED_WITHIN_S = 6.0
"""A worker that is told to quit gives the master this long to take in its part."""
LOST_AFTER_S = 10
"""Without a heartbeat, beyond the few seconds after which Locust calls a worker missing."""

Shares = Mapping[str, int]
"""By Locust's id of a worker: the remainder of the journeys that are its own."""


def shares_of(runner: MasterRunner) -> Shares:
    """One share for each worker that is connected now."""
    alive = [worker.id for worker in runner.clients.all if worker.state != STATE_MISSING]
    ordered = sorted(alive, key=runner.get_worker_index)
    return {worker: index for index, worker in enumerate(ordered)}


class Master:
    """Gathers what the workers measure and merges it into the files of one generator."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner
        self._counts: dict[int, Counts] = {}
        self._parts: dict[int, Part] = {}
        self._pids: dict[int, int] = {}
        runner.register_message(COUNTS, self._take_counts)
        runner.register_message(PART, self._take_part)

    def gather(self, shares: Shares, scheduled: int, folder: Path, clock: Clock) -> None:
        """Until every worker has handed in its part or is lost; then merge what there is.

        Raises RunError when a worker was lost or failed: rows are missing then.
        """
        self._counts, self._parts, self._pids = {}, {}, {}
        before = Usage.now()
        progress = ProgressFile(folder, scheduled)
        while self._awaited(shares) and not self._troubles(shares):
            gevent.sleep(TICK_S)
            progress.write(clock.elapsed_s(), Counts.total(self._counts.values()))
        troubles = self._troubles(shares)
        if troubles:
            self._runner.send_message(STOP)
            self._wait_for_the_rest(shares)
        progress.write(clock.elapsed_s(), Counts.total(self._counts.values()))
        merge(self._parts, folder, scheduled, len(shares), Usage.now().since(before).cpu_s)
        self._runner.send_message(MERGED, {"indexes": sorted(self._parts)})
        if troubles:
            raise RunError(troubles[0])

    def stop(self) -> None:
        """Let the workers begin no further step and hand in what they have."""
        self._runner.send_message(STOP)

    def _wait_for_the_rest(self, shares: Shares) -> None:
        with gevent.Timeout(MERGED_WITHIN_S, exception=False):
            while self._awaited(shares):
                gevent.sleep(TICK_S)

    def _awaited(self, shares: Shares) -> set[int]:
        """Shares that are still worked on."""
        alive = {index for worker, index in shares.items() if self._is_alive(worker, index)}
        return alive - self._parts.keys()

    def _is_alive(self, worker: str, index: int) -> bool:
        """A starved worker comes back; a process of this machine that ended does not."""
        node = self._runner.clients.get(worker)
        if node is None or node.heartbeat < -LOST_AFTER_S:
            return False
        return index not in self._pids or _runs(self._pids[index])

    def _troubles(self, shares: Shares) -> list[str]:
        lost = set(shares.values()) - self._awaited(shares) - self._parts.keys()
        failed = [part for part in self._parts.values() if part.error]
        return [
            *(f"Worker {part.index} failed: {part.error}" for part in failed),
            *(f"Worker {index} was lost, and its rows with it." for index in sorted(lost)),
        ]

    def _take_counts(self, msg: Any, **_: Any) -> None:
        index, counts, host = (msg.data[name] for name in ("index", "counts", "host"))
        self._counts[index] = Counts(**counts)
        if host == gethostname():
            self._pids[index] = msg.data["pid"]

    def _take_part(self, msg: Any, **_: Any) -> None:
        self._parts[msg.data["index"]] = Part(**msg.data)


class Worker:
    """Measures one share and hands it in."""

    def __init__(self, runner: WorkerRunner, stop: Callable[[], None]) -> None:
        """``stop`` is called when the master wants the measurement to end."""
        self._runner = runner
        self._folder: Path | None = None
        self._index = -1
        self._merged = Event()
        runner.register_message(STOP, lambda **_: stop(), concurrent=True)
        runner.register_message(MERGED, self._remove_folder)

    def begin(self, folder: Path, index: int) -> Path:
        """The folder for the rows of this worker."""
        self._merged.clear()
        self._index = index
        self._folder = folder / f"worker-{index}"
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    @property
    def id(self) -> str:
        return str(self._runner.client_id)

    def tell(self, index: int, counts: Counts) -> None:
        whence = {"index": index, "host": gethostname(), "pid": os.getpid()}
        self._runner.send_message(COUNTS, {**whence, "counts": asdict(counts)})

    def hand_in(self, index: int, error: str, exit_code: int) -> None:
        """Send the rows, and what went wrong if anything did."""
        assert self._folder is not None  # noqa: S101 - begin was called
        part = part_in(self._folder, index, error, exit_code)
        self._runner.send_message(PART, asdict(part))

    def wait_until_merged(self) -> None:
        """Without a master that answers in time, the folder stays."""
        if self._folder is not None and not self._merged.wait(MERGED_WITHIN_S):
            self._folder = None

    def _remove_folder(self, msg: Any, **_: Any) -> None:
        if self._folder is not None and self._index in msg.data["indexes"]:
            shutil.rmtree(self._folder)
            self._folder = None
        self._merged.set()


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
