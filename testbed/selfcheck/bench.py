"""Where the checks are made: the server of known queues, and the real load generator before it."""

import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.gates import core_gate, gates_of
from analysis.reading import read_requests
from experiment.errors import RunError
from experiment.journal import Journal
from experiment.record import Gate, TrialFolder
from experiment.rows import SAMPLES
from testbed.clock import Clock
from testbed.generator import Generator, LoadOrder, warm_up
from testbed.janitor import Belongings, state_dir
from testbed.platforms.machine.affinity import split
from testbed.platforms.machine.processes import Program, start, stop_all
from testbed.sampler import Sampler, of_usage
from testbed.selfcheck.gates import WAITED_LIMIT_MS, answers_gate, server_gates
from testbed.selfcheck.queues import Queues
from testbed.selfcheck.theory import Times
from testbed.trial import LEAD_S, TICK_S
from testbed.undoing import Undoing

Beside = Callable[[str], AbstractContextManager[None]]
"""What goes on beside a measurement; it is told the server's URL."""

DEADLINE_S = 20.0
IN_FLIGHT_CAP = 4096
"""Neither bound is to matter: a check is of queues without bounds."""
SERVER_NAME = "server.json"
STARTS = 2.0
"""The generator gets this many times what it took to start once: on a busy machine that varies."""
LONGEST_LEAD_S = 8.0
ATTEMPTS = 3
"""As with every trial: one that the gates void is repeated at most twice."""


class VoidError(RunError):
    """Every attempt at a measurement was void."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(f"void {ATTEMPTS} times; the last time {gate.says}")
        self.gate = gate


@dataclass(frozen=True)
class Measured:
    """What the instrument saw of a schedule, row by row in its order."""

    rows: pd.DataFrame
    gates: tuple[Gate, ...]

    @property
    def responses_s(self) -> Times:
        return (self.rows["ended_s"] - self.rows["intended_s"]).to_numpy(np.float64)

    @property
    def services_s(self) -> Times:
        return (self.rows["ended_s"] - self.rows["sent_s"]).to_numpy(np.float64)

    @property
    def lateness_ms(self) -> Times:
        return 1000 * (self.rows["sent_s"] - self.rows["intended_s"]).to_numpy(np.float64)

    @property
    def broken(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if not gate.passed)


class Bench(Undoing):
    """Runs servers, generators and whatever disturbs them; leaves nothing behind.

    Cores are divided as on platform ``local``: the last is the generator's.
    """

    def __init__(self) -> None:
        self.cores = split(os.sched_getaffinity(0))
        self._runs = 0
        self._lead_s = LEAD_S

    def _set_up(self, undo: ExitStack) -> None:
        before = os.sched_getaffinity(0)
        # Like everything but the server, this process keeps off the server's core.
        os.sched_setaffinity(0, self.cores.generator)
        undo.callback(os.sched_setaffinity, 0, before)
        self.belongings = undo.enter_context(Belongings(state_dir()))
        self.folder = Path(tempfile.mkdtemp(prefix="twinstack-selfcheck-"))
        self.belongings.folder(self.folder)
        undo.callback(shutil.rmtree, self.folder)
        self._lead_s = max(
            LEAD_S, STARTS * _start_of_generator_s(self.cores.generator, self.belongings)
        )

    def measure(self, queues: Queues, beside: Beside | None = None) -> Measured:
        """Measure a schedule, anew if its gates void it; VoidError when they void all."""
        for _ in range(ATTEMPTS):
            measured = self.attempt(queues, beside)
            if not measured.broken:
                return measured
            # A generator that needed longer to start was late from the outset.
            self._lead_s = min(2 * self._lead_s, LONGEST_LEAD_S)
        raise VoidError(measured.broken[0])

    def attempt(self, queues: Queues, beside: Beside | None = None) -> Measured:
        """Measure a schedule once, and let ``beside`` go on from the first arrival to the last."""
        trial = TrialFolder(self.folder_for_run())
        arrivals = trial.path / "arrivals.parquet"
        pq.write_table(queues.arrivals(), arrivals)
        with self._serving(queues.servers, trial.path) as url, Journal(trial.events) as journal:
            clock = Clock(time.time() + self._lead_s)
            order = LoadOrder(url, arrivals, trial.path, clock.t0_unix, DEADLINE_S, IN_FLIGHT_CAP)
            generator = Generator(order, self.cores.generator, self.belongings)
            usage = of_usage(lambda: [generator.usage()])
            with generator, Sampler(usage, clock, trial.samples, SAMPLES):
                _watch(generator, clock, 0.0)
                core_wait = generator.core_wait()
                journal.write("phase-started", phase="load", actual_s=clock.elapsed_s())
                with beside(url) if beside else nullcontext():
                    _watch(generator, clock, float(queues.arrivals_s[-1]))
                waited_s = core_wait.so_far_s()
                generator.wait(2 * DEADLINE_S)
                journal.write("drained", actual_s=clock.elapsed_s())
        rows = read_requests(trial)
        cores = core_gate("generator", waited_s, len(rows), WAITED_LIMIT_MS)
        ours = (*server_gates(trial.path / SERVER_NAME), cores, answers_gate(rows))
        return Measured(rows, (*ours, *gates_of(trial, arrivals)))

    @contextmanager
    def _serving(self, servers: int, folder: Path) -> Iterator[str]:
        """URL of a server of known queues, which leaves its record in ``folder`` at its end."""
        # Whoever connects before the server is up waits in the kernel.
        with socket.create_server(("127.0.0.1", 0), backlog=IN_FLIGHT_CAP) as listener:
            program = self._server(listener.fileno(), servers, folder)
            server = start(program, self.belongings)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield url
            server.check()
        finally:
            stop_all([server])

    def _server(self, listener: int, servers: int, folder: Path) -> Program:
        module, record = f"{__package__}.server", str(folder / SERVER_NAME)
        return Program(
            name="server of known queues",
            command=[sys.executable, "-P", "-m", module, str(listener), str(servers), record],
            log=folder / "server.log",
            cpus=self.cores.store,
            inherits=[listener],
        )

    def folder_for_run(self) -> Path:
        self._runs += 1
        folder = self.folder / f"{self._runs:02d}"
        folder.mkdir()
        return folder


def _start_of_generator_s(cpus: Collection[int], belongings: Belongings) -> float:
    began = time.monotonic()
    warm_up(cpus, belongings)
    return time.monotonic() - began


def _watch(generator: Generator, clock: Clock, until_s: float) -> None:
    while (now := clock.elapsed_s()) < until_s:
        generator.check_alive()
        clock.sleep_until(min(until_s, now + TICK_S))
