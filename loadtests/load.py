"""The load of one process: all of a schedule, a worker's share of it, or a master's gathering."""

import logging
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import gevent
import pyarrow as pa
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from experiment.errors import RunError
from loadtests.client import Client
from loadtests.generator import Generator
from loadtests.operations import OPERATIONS
from loadtests.options import arrivals_for, make_record, target_of
from loadtests.progress import Counts, Covered, ProgressFile
from loadtests.recorder import Row
from loadtests.sender import Clock, Limits
from loadtests.workers.master import Master
from loadtests.workers.worker import Worker

logger = logging.getLogger(__name__)

SOON_S = 0.5


class Load(Protocol):
    @property
    def covered(self) -> Covered:
        """Of the latest schedule."""

    def run(self, options: Namespace, folder: Path) -> None:
        """Run to the end and leave the files in ``folder``, raising what went wrong."""

    def cut_off(self, running: gevent.Greenlet) -> None:
        """Make ``run``, which goes on in the greenlet ``running``, end soon and keep its rows.

        Called once at most.
        """

    def wait_until_kept(self) -> None:
        """Called when ``run`` has ended and this process is about to."""


def load_for(environment: Environment, options: Namespace, stop: Callable[[], None]) -> Load:
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        return _Gathering(Master(runner, options.record))
    if isinstance(runner, WorkerRunner):
        # Read now: the master's options are going to replace these.
        return _Share(environment, Worker(runner, options.record, stop))
    return _Whole(environment)


@dataclass(frozen=True)
class Measurement:
    """What a process that sends requests has to do."""

    arrivals: pa.Table
    clock: Clock
    in_flight_cap: int
    folder: Path
    tell: Callable[[Counts], None]


class _Whole:
    """All of the schedule in this process."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.covered = Covered()

    def run(self, options: Namespace, folder: Path) -> None:
        arrivals = arrivals_for(options)
        self.covered = Covered(arrivals.num_rows)
        logger.info("%d steps are scheduled; rows go to %s", arrivals.num_rows, folder)
        make_record(folder)
        clock = Clock.starting_at(options.start_at or time.time() + SOON_S)
        progress = ProgressFile(folder, arrivals.num_rows)

        def tell(counts: Counts) -> None:
            self.covered = Covered(arrivals.num_rows, counts.done)
            progress.write(clock.elapsed_s(), counts)

        _measure(
            self._environment,
            options,
            Measurement(arrivals, clock, options.in_flight_cap, folder, tell),
        )

    def cut_off(self, running: gevent.Greenlet) -> None:
        running.kill(block=False)

    def wait_until_kept(self) -> None:
        """Nothing: the files are in their place."""


class _Share:
    """A worker's journeys."""

    covered = Covered()
    """Nothing: the master speaks for all."""

    def __init__(self, environment: Environment, worker: Worker) -> None:
        self._environment = environment
        self._worker = worker

    def run(self, options: Namespace, folder: Path) -> None:  # noqa: ARG002 - the master's
        worker = self._worker
        share = worker.take_share()
        own = worker.begin(share)
        error = ""
        try:
            arrivals = share.table()
            clock = Clock(worker.await_start(arrivals))
            cap = max(1, options.in_flight_cap // share.workers)
            _measure(
                self._environment, options, Measurement(arrivals, clock, cap, own, worker.tell)
            )
        except Exception as raised:
            error = str(raised)
            raise
        finally:
            worker.hand_in(error)

    def cut_off(self, running: gevent.Greenlet) -> None:
        running.kill(block=False)

    def wait_until_kept(self) -> None:
        self._worker.report()
        self._worker.wait_until_merged()


class _Gathering:
    """A master's part: it sends nothing itself."""

    def __init__(self, master: Master) -> None:
        self._master = master

    @property
    def covered(self) -> Covered:
        return self._master.covered

    def run(self, options: Namespace, folder: Path) -> None:
        make_record(folder)
        self._master.run(arrivals_for(options), options.shares, options.start_at, folder)

    def cut_off(self, running: gevent.Greenlet) -> None:  # noqa: ARG002 - it ends when all have
        self._master.stop()

    def wait_until_kept(self) -> None:
        """Nothing: the files are in their place."""


def _measure(environment: Environment, options: Namespace, measurement: Measurement) -> None:
    generator = Generator(
        client=Client(target_of(environment.host, options.allow_target)),
        limits=Limits(options.deadline, measurement.in_flight_cap),
        clock=measurement.clock,
        folder=measurement.folder,
        watch=_statistics(environment, options),
        tell=measurement.tell,
        closed_users=options.closed_users,
    )
    generator.run(measurement.arrivals)


def _statistics(environment: Environment, options: Namespace) -> Callable[[Row], None]:
    """Feeds Locust's page; nobody sees it when the test bed runs a schedule of its own."""
    if not options.is_shown:
        return lambda _: None
    fire: Callable[..., None] = environment.events.request.fire

    def show(row: Row) -> None:
        if row.outcome in ("skipped", "omitted"):
            return
        fire(
            request_type=OPERATIONS[row.operation].method,
            name=row.operation,
            # A request that was not sent has no time, and none of 0 ms.
            response_time=None if row.ended_s is None else 1000 * (row.ended_s - row.intended_s),
            response_length=row.body_bytes,
            exception=None if row.outcome == "ok" else RunError(row.outcome),
            context={},
        )

    return show
