"""The load generator as a child process: Locust, on a core of its own where there is one."""

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
from urllib.parse import urlsplit

import orjson
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

import loadtests
from experiment.errors import RunError, VoidTrialError
from experiment.rows import ARRIVALS
from loadtests.own_settings import own_settings
from loadtests.workers.files import CONNECTED_NAME, STARTED_NAME
from store.runtime.telemetry import Counters
from testbed.core_wait import CoreWait
from testbed.environment import passed_on
from testbed.janitor import Belongings
from testbed.load_workers import NO_WORKERS, LoadWorkers, load_workers_in, require_clocks
from testbed.platforms.machine.affinity import on_cpus
from testbed.platforms.platform import RoleUsage

LOCUSTFILE = Path(loadtests.__file__).parent / "locustfile.py"
STOP_WITHIN_S = 10.0
WARM_WITHIN_S = 60.0
POLL_S = 0.05
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
    t0_unix: float | None
    """Start of the load, Unix seconds; None where it begins as soon as all workers are ready."""
    deadline_s: float
    in_flight_cap: int
    workers: LoadWorkers = NO_WORKERS
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
                # Locust reads settings of the user's from the home folder and from where it runs.
                cwd=self._order.record,
                env=_environment(self._belongings, home=self._order.record),
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
            sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--headless",
            "--users", "1", "--host", order.host,
            "--arrivals", str(order.arrivals.absolute()), "--record", str(order.record.absolute()),
            "--deadline", repr(order.deadline_s), "--in-flight-cap", str(order.in_flight_cap),
            "--closed-users", str(order.closed_users),
            "--allow-target", str(urlsplit(order.host).hostname),
            *(() if order.t0_unix is None else ("--start-at", repr(order.t0_unix))),
            *order.workers.options(),
        ]  # fmt: skip

    def await_start(self) -> float:
        """Unix time at which the load starts, as soon as it is known.

        Raises RunError when not all workers come, or one is not fit.
        """
        if self._order.t0_unix is not None:
            return self._order.t0_unix
        workers, started = self._order.workers, self._order.record / STARTED_NAME
        until = time.monotonic() + workers.within_s
        while not started.exists():
            self.check_alive()
            if time.monotonic() > until:
                raise workers.not_there(self._order.record)
            time.sleep(POLL_S)
        t0_unix: float = orjson.loads(started.read_bytes())["t0_unix"]
        for name in (STARTED_NAME, CONNECTED_NAME):  # their time is over
            (self._order.record / name).unlink(missing_ok=True)
        return t0_unix

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
            if self._order.workers.are_remote:
                cpu_s += self.progress().get("workers_cpu_s", 0.0)
        except psutil.NoSuchProcess:
            return RoleUsage("generator", 0, self._last_cpu_s, 0.0, Counters())
        self._last_cpu_s = max(self._last_cpu_s, cpu_s)
        busy = self._order.workers.cores(len(self._cpus))
        return RoleUsage("generator", busy, self._last_cpu_s, memory_mb, Counters())

    _last_cpu_s = 0.0

    def check_alive(self) -> None:
        """Raise RunError with the generator's last words when it died.

        VoidTrialError when it only lost a worker.
        """
        code = self._process.poll()
        if code in (None, 0):
            return
        words = " ".join(self._log.read_text(errors="replace").strip().splitlines()[-1:])
        if code == VoidTrialError.exit_code:
            raise VoidTrialError(words)
        raise RunError(f"The load generator ended with code {code}: {words}")

    def wait(self, timeout_s: float) -> None:
        """Wait until every scheduled step has an outcome; RunError when it takes too long."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"The load generator did not drain within {timeout_s:g} s.") from error
        self.check_alive()


def warm_up(
    cpus: Collection[int], belongings: Belongings, workers: LoadWorkers = NO_WORKERS
) -> None:
    """Send a request of each worker to nobody, so that no trial waits for Python to compile it.

    Right after an installation that takes longer than a trial leaves before its first arrival.
    Raises RunError when the generator does not work, or when workers of other machines do not
    come or do not fit.
    """
    with belongings.temporary_folder() as record, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        order = LoadOrder(
            host=f"http://127.0.0.1:{nobody.getsockname()[1]}",
            arrivals=record / "arrivals.parquet",
            record=record,
            t0_unix=None if workers.count else time.time(),
            deadline_s=1.0,
            in_flight_cap=1,
            workers=workers,
        )
        steps = [{**ONE_STEP, "seq": seq} for seq in range(max(1, workers.count))]
        pq.write_table(pa.Table.from_pylist(steps, schema=ARRIVALS), order.arrivals)
        with Generator(order, cpus, belongings) as generator:
            try:
                generator.await_start()
                generator.wait(WARM_WITHIN_S)
            except VoidTrialError as error:
                raise RunError(str(error)) from error
        require_clocks(load_workers_in(record))


def _usage_of_tree(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds and MiB of a process, its children, and those that ended.

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


def _environment(belongings: Belongings, home: Path) -> dict[str, str]:
    passed = passed_on(("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV"))
    return {**own_settings(passed, str(home.absolute())), **belongings.mark}
