"""A generator that gets too little CPU: its run has to be void.

Busy processes share its core. There are so many that a fair share of the core is less than what
the generator needs; that takes no privilege, and it works whatever the scheduler is.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from testbed.platforms.machine.processes import OwnedProcess, Program, start, stop_all
from testbed.selfcheck.bench import Bench
from testbed.selfcheck.check import Check
from testbed.selfcheck.finding import Finding, lateness_of
from testbed.selfcheck.queues import Queues, unqueued

NAME = "starved generator"
SEED = 6
RATE = 600.0
SERVICE_S = 0.002
HOGS = 40
"""They leave the generator 2.4 % of a core, and it needs 5 to 7 % at this rate."""
GATES = ("lateness", "generator CPU")
MOST_S = 60
"""Each busy process ends by itself after that, should everything else fail."""
BUSY = f"import time\nend = time.monotonic() + {MOST_S}\nwhile time.monotonic() < end: pass"


def queues(seconds: float) -> Queues:
    return unqueued(SEED, rate=RATE, seconds=seconds, service_s=SERVICE_S)


@contextmanager
def crowded(bench: Bench) -> Iterator[None]:
    """Busy processes on the generator's cores."""
    command = [sys.executable, "-I", "-S", "-c", BUSY]
    log, cpus = bench.folder_for_run() / "busy.log", bench.cores.generator
    busy: list[OwnedProcess] = []
    try:
        for number in range(HOGS * len(cpus)):
            program = Program(f"busy process {number + 1}", command, log, cpus=cpus)
            busy.append(start(program, bench.belongings))
        yield
    finally:
        stop_all(busy)


def run(bench: Bench, seconds: float) -> Sequence[Finding]:
    measured = bench.attempt(queues(seconds), lambda _: crowded(bench))
    fired = [gate for gate in measured.broken if gate.name in GATES]
    lateness = lateness_of(measured)
    finding = Finding(
        check=NAME,
        quantity="p99 lateness",
        outcome="passed" if fired else "failed",
        measured=f"{lateness['lateness_p99_ms']:.0f} ms",
        theory="void",
        note=f"void: {fired[0].says}" if fired else "its run passed the gates",
        figures=lateness,
    )
    return [finding]


CHECK = Check(NAME, quick_s=4.0, full_s=6.0, run=run)
