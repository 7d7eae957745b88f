"""A worker: takes its share of the schedule from the master, measures it and hands in the rows."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from socket import gethostname
from typing import Any

import pyarrow as pa
from gevent.event import Event
from gevent.queue import Queue
from locust.runners import WorkerRunner

from loadtests.progress import Counts
from loadtests.workers.identity import version_here
from loadtests.workers.messages import ASK, COUNTS, MERGED, PART, READY, SHARE, START, STOP, TIME
from loadtests.workers.parts import part_in
from loadtests.workers.shares import Share, hash_of

MERGED_WITHIN_S = 6.0
"""A worker that is told to quit gives the master this long to take in its part."""
MASTER_SILENT_AFTER_S = 10.0
"""The master answers a heartbeat each second. Without it nobody would stop the load."""


class Worker:
    """Measures one share after another."""

    def __init__(self, runner: WorkerRunner, record: str | None, stop: Callable[[], None]) -> None:
        """Rows go to a folder in ``record``, or to one of their own.

        ``stop`` is called when the master wants the measurement to end.
        """
        self._runner = runner
        self._record = record
        self._version = version_here()
        self._shares, self._starts = Queue(), Queue()
        self._folder: Path | None = None
        self._merged = Event()
        self._heard_s = time.perf_counter()
        self._cpu_before_s = 0.0
        runner.register_message(ASK, self._tell_time)
        runner.register_message(SHARE, lambda msg, **_: self._shares.put(Share(**msg.data)))
        runner.register_message(START, lambda msg, **_: self._starts.put(msg.data["start_s"]))
        runner.register_message(STOP, lambda **_: stop(), concurrent=True)
        runner.register_message(MERGED, self._remove_folder)
        heartbeats = runner.environment.events.heartbeat_received
        heartbeats.add_listener(self._hear)  # type: ignore[no-untyped-call]

    def take_share(self) -> Share:
        """Wait for the next one."""
        share: Share = self._shares.get()
        return share

    def begin(self, share: Share) -> Path:
        """The folder for the rows of this share."""
        self._merged.clear()
        name = f"worker-{share.index}"
        if self._record is None:
            self._folder = Path(tempfile.mkdtemp(prefix=f"twinstack-load-{name}-"))
        else:
            self._folder = Path(self._record, name)
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def await_start(self, arrivals: pa.Table) -> float:
        """Say what was understood; returns the start of the load on this process's clock."""
        self._runner.send_message(READY, {"hash": hash_of(arrivals)})
        start_s: float = self._starts.get()
        self._cpu_before_s = time.process_time()
        return start_s

    def tell(self, counts: Counts) -> None:
        """Raises ConnectionError when the master is gone: nobody would stop this load."""
        cpu_s = time.process_time() - self._cpu_before_s
        self._runner.send_message(COUNTS, {"counts": asdict(counts), "cpu_s": cpu_s})
        if time.perf_counter() - self._heard_s > MASTER_SILENT_AFTER_S:
            raise ConnectionError(f"The master was silent for {MASTER_SILENT_AFTER_S:g} s.")

    def hand_in(self, error: str) -> None:
        """Send the rows, and what went wrong if anything did."""
        assert self._folder is not None  # noqa: S101 - begin was called
        self._runner.send_message(PART, asdict(part_in(self._folder, error)))

    def report(self) -> None:
        """Tell Locust's tables what they have not been told; an interrupted worker does not."""
        data: dict[str, Any] = {}
        reports = self._runner.environment.events.report_to_master
        reports.fire(client_id=self._runner.client_id, data=data)  # type: ignore[no-untyped-call]
        self._runner.send_message("stats", data)

    def wait_until_merged(self) -> None:
        """Without a master that answers in time, the folder stays."""
        if self._folder is not None and not self._merged.wait(MERGED_WITHIN_S):
            self._folder = None

    def _tell_time(self, msg: Any, **_: Any) -> None:
        whence = {"host": gethostname(), "version": self._version}
        answer = {"number": msg.data["number"], "told_s": time.perf_counter(), **whence}
        self._runner.send_message(TIME, answer)

    def _hear(self, **_: Any) -> None:
        self._heard_s = time.perf_counter()

    def _remove_folder(self, **_: Any) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None
        self._merged.set()
