"""The load generator as a child process: Locust, on a core of its own where there is one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

import loadtests
from experiment.errors import RunError
from experiment.rows import ARRIVALS
from store.runtime.telemetry import Counters
from testbed.core_wait import CoreWait
from testbed.janitor import Belongings
from testbed.platforms.local.affinity import on_cpus
from testbed.platforms.platform import RoleUsage

LOCUSTFILE = Path(loadtests.__file__).parent / "locustfile.py"
STOP_WITHIN_S = 10.0
WARM_WITHIN_S = 60.0
ONE_STEP = {
    "seq": 0,
    "step": 0,
    "intended_s": 0.0,
    "journey": "recommend",
    "operation": "recommend",
    "feature": "recommendations",
    "choices": '{"product_id":1}',
}


@dataclass(frozen=True)
class LoadOrder:
    """What the generator has to do."""

    host: str
    arrivals: Path
    record: Path
    """Folder for requests.parquet, generator.json and progress.json."""
    t0_unix: float
    deadline_s: float
    in_flight_cap: int
    workers: int = 1
    closed_users: int = 0
    """Users who wait for answers; 0 for the open loop."""


class Generator:
    """Runs one schedule; use as a context manager, which stops it on every way out."""

    def __init__(self, order: LoadOrder, cpus: Collection[int], belongings: Belongings) -> None:
        self._order = order
        self._cpus = cpus
        self._belongings = belongings
        self._log = order.record / "generator.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log, on_cpus(self._cpus):
            # In a session of its own: Ctrl-C reaches this tool, which stops it in order.
            self._process = subprocess.Popen(
                self._command(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(self._belongings),
            )
        self._belongings.process("load generator", self._process.pid, signal.SIGTERM)
        self._cpu = psutil.Process(self._process.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _command(self) -> list[str]:
        order = self._order
        return [
            sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless",
            "--users", "1", "--host", order.host,
            "--arrivals", str(order.arrivals), "--record", str(order.record),
            "--start-at", repr(order.t0_unix), "--deadline", repr(order.deadline_s),
            "--in-flight-cap", str(order.in_flight_cap), "--closed-users", str(order.closed_users),
            *(_split_between(order.workers) if order.workers > 1 else ()),
        ]  # fmt: skip

    def core_wait(self) -> CoreWait:
        """Counts from now on how long its processes, workers too, wait for their cores."""
        workers = [child.pid for child in self._cpu.children()]
        return CoreWait(self._process.pid, *workers)

    def progress(self) -> dict[str, Any]:
        """The generator's own counts; empty before the first."""
        try:
            content: dict[str, Any] = orjson.loads(
                (self._order.record / "progress.json").read_bytes()
            )
        except FileNotFoundError:
            return {}
        return content

    def usage(self) -> RoleUsage:
        """CPU of all its processes; as many instances as cores it can keep busy with them."""
        try:
            cpu_s, memory_mb = _usage_of_tree(self._cpu)
        except psutil.NoSuchProcess:
            return RoleUsage("generator", 0, self._last_cpu_s, 0.0, Counters())
        self._last_cpu_s = max(self._last_cpu_s, cpu_s)
        busy = min(self._order.workers, len(self._cpus) or self._order.workers)
        return RoleUsage("generator", busy, self._last_cpu_s, memory_mb, Counters())

    _last_cpu_s = 0.0

    def check_alive(self) -> None:
        """Raise RunError with the generator's last words when it died."""
        code = self._process.poll()
        if code not in (None, 0):
            words = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise RunError(f"The load generator ended with code {code}: {' '.join(words)}")

    def wait(self, timeout_s: float) -> None:
        """Wait until every scheduled step has an outcome; RunError when it takes too long."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"The load generator did not drain within {timeout_s:g} s.") from error
        self.check_alive()


def warm_up(cpus: Collection[int], belongings: Belongings) -> None:
    """Send one request to nobody, so that no trial waits for Python to compile the generator.

    Right after an installation that takes longer than a trial leaves before its first arrival.
    Raises RunError when the generator does not work.
    """
    with belongings.temporary_folder() as record, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        order = LoadOrder(
            host=f"http://127.0.0.1:{nobody.getsockname()[1]}",
            arrivals=record / "arrivals.parquet",
            record=record,
            t0_unix=time.time(),
            deadline_s=1.0,
            in_flight_cap=1,
        )
        pq.write_table(pa.Table.from_pylist([ONE_STEP], schema=ARRIVALS), order.arrivals)
        with Generator(order, cpus, belongings) as generator:
            generator.wait(WARM_WITHIN_S)


def _usage_of_tree(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds and megabytes of a process, its children, and those that ended.

    Raises psutil.NoSuchProcess when the process itself is gone.
    """
    own = process.cpu_times()
    cpu_s = own.user + own.system + own.children_user + own.children_system
    memory_mb = process.memory_info().rss / 2**20
    for child in process.children():
        with suppress(psutil.NoSuchProcess):  # it ended just now: the next look counts it as such
            times = child.cpu_times()
            cpu_s += times.user + times.system
            memory_mb += child.memory_info().rss / 2**20
    return cpu_s, memory_mb


def _split_between(workers: int) -> list[str]:
    """Options of Locust for workers that find their master and no other run's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    return [
        "--processes", str(workers), "--master-bind-host", "127.0.0.1",
        "--master-bind-port", port, "--master-port", port,
    ]  # fmt: skip


def _environment(belongings: Belongings) -> dict[str, str]:
    allowed = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in allowed if name in os.environ} | belongings.mark
