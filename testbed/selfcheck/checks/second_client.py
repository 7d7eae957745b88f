"""Somebody else's client measures the same server, at the same rate and the same time.

Both hey and wrk wait for each answer before they ask again. That does not matter here: no request
ever waits for another, so that each takes its service time whatever the load. They time a request
from its sending, so that is what is compared.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiment.errors import RunError
from testbed.platforms.machine.processes import Program, last_lines, start, stop_all
from testbed.selfcheck import product
from testbed.selfcheck.bench import Bench
from testbed.selfcheck.check import Check
from testbed.selfcheck.finding import Finding, compared
from testbed.selfcheck.queues import Queues, unqueued

NAME = "second client"
SEED = 5
SERVICE_S = 0.02
RATE = 100.0
LIMIT = 0.05
PATIENCE_S = 15.0


@dataclass(frozen=True)
class Seen:
    """What the other client says."""

    median_s: float
    rate: float


@dataclass(frozen=True)
class Client:
    """Another client, as its command line for so many seconds, and how to read what it says."""

    name: str
    options: Callable[[int], Sequence[str]]
    read: Callable[[str, int], Seen]


def read_hey(output: str, seconds: int) -> Seen:
    """From its CSV: one line for each request. RunError when there is none."""
    lines = [line for line in output.splitlines() if line.count(",") > 1]
    times_s = [float(line.split(",")[0]) for line in lines if line[0].isdigit()]
    if not times_s:
        raise RunError("hey measured no request")
    return Seen(float(np.median(times_s)), len(times_s) / seconds)


def read_wrk(output: str, seconds: int) -> Seen:  # noqa: ARG001 - it tells the rate itself
    """From its summary. RunError when that lacks the median or the rate."""
    words = {line.split()[0]: line.split()[-1] for line in output.splitlines() if line.strip()}
    try:
        median, rate = words["50%"], words["Requests/sec:"]
    except KeyError as error:
        raise RunError(f"wrk did not say {error}") from error
    return Seen(pd.Timedelta(median).total_seconds(), float(rate))


CLIENTS = (
    Client(
        "hey",
        lambda seconds: ["-z", f"{seconds}s", "-c", "4", "-q", f"{RATE / 4:g}", "-o", "csv"],
        read_hey,
    ),
    Client(
        "wrk", lambda seconds: ["-d", f"{seconds}s", "-c", "2", "-t", "1", "--latency"], read_wrk
    ),
)
"""wrk asks as fast as its two connections let it: 2 / SERVICE_S is about the same rate."""


def run(bench: Bench, seconds: float) -> Sequence[Finding]:
    client = next((client for client in CLIENTS if shutil.which(client.name)), None)
    if client is None:
        note = "neither hey nor wrk is installed"
        return [Finding(check=NAME, quantity="median latency", outcome="skipped", note=note)]
    folder = bench.folder_for_run()
    log = folder / f"{client.name}.log"
    measured = bench.measure(
        queues(seconds), lambda url: _at_work(client, bench, log, url, round(seconds))
    )
    seen = client.read(log.read_text(encoding="utf-8", errors="replace"), round(seconds))
    finding = compared(
        NAME,
        f"median latency at {seen.rate:.0f} requests a second",
        measured=1000 * float(np.median(measured.services_s)),
        theory=1000 * seen.median_s,
        limit=LIMIT,
        unit=" ms",
        note=f"beside what {client.name} says",
        figures={"rate": seen.rate},
    )
    return [finding]


def queues(seconds: float) -> Queues:
    return unqueued(SEED, rate=RATE, seconds=seconds, service_s=SERVICE_S)


@contextmanager
def _at_work(client: Client, bench: Bench, log: Path, url: str, seconds: int) -> Iterator[None]:
    """The client runs for so long; its output is in ``log`` afterwards."""
    log.unlink(missing_ok=True)  # of an attempt that was void
    target = f"{url}/api/recommendations?product_id={product.number(0, SERVICE_S)}"
    command = [client.name, *client.options(seconds), target]
    process = start(
        Program(client.name, command, log, cpus=bench.cores.generator), bench.belongings
    )
    try:
        yield
        if not process.ended_within(PATIENCE_S):
            raise RunError(f"{client.name} did not end: {last_lines(log)}")
    finally:
        if process.is_alive:
            stop_all([process])


CHECK = Check(NAME, quick_s=6.0, full_s=10.0, run=run)
