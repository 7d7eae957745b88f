"""The master of several workers: it divides the schedule, starts all at one moment, and merges.

Before the load it measures how far each worker's clock is from its own, and afterwards again;
times in the rows are its own clock's. Workers tell their counts as they go, and hand in their rows
as a message at the end. Only when they are merged are the workers' folders removed: what a lost
worker or a lost master had measured stays on disk.
"""

import time
from pathlib import Path
from typing import Any

import gevent
import orjson
import pyarrow as pa
from locust.runners import STATE_MISSING, MasterRunner

from experiment.errors import RunError, VoidTrialError
from experiment.record import write_whole
from loadtests.generator import TICK_S
from loadtests.progress import Counts, Covered, ProgressFile
from loadtests.sender import Clock
from loadtests.summary import Usage
from loadtests.workers.clocks import on_the_masters_clock
from loadtests.workers.crew import Crew, Member
from loadtests.workers.enquiry import Enquiry
from loadtests.workers.files import CONNECTED_NAME, STARTED_NAME
from loadtests.workers.identity import version_here
from loadtests.workers.messages import COUNTS, MERGED, PART, READY, SHARE, START, STOP
from loadtests.workers.parts import Part, merge
from loadtests.workers.shares import hash_of, share_of, shares_of

START_IN_S = 1.0
"""From the moment when all are ready: the word has to reach everybody before."""
READY_WITHIN_S = 20.0
REST_WITHIN_S = 6.0
"""When one is lost, the others get this long to hand in what they have."""


class Master:
    """Runs one schedule after another on the workers that are connected."""

    def __init__(self, runner: MasterRunner, record: str | None) -> None:
        """While workers come, their number so far is in the folder ``record``, if there is one."""
        self._runner = runner
        self._record = record
        self._version = version_here()
        self._came: set[str] = set()
        self._crew = Crew([], 0.0)
        self._enquiry = Enquiry(runner, self._recognise)
        self._stopped = False
        self.covered = Covered()
        """Of the latest schedule."""
        connections = runner.environment.events.worker_connect
        connections.add_listener(self._count_in)  # type: ignore[no-untyped-call]
        runner.register_message(READY, self._take_ready)
        runner.register_message(COUNTS, self._take_counts)
        runner.register_message(PART, self._take_part)

    def run(self, arrivals: pa.Table, workers: int, start_at: float | None, folder: Path) -> None:
        """Until every worker has handed in its part or is lost; then merge what there is.

        The first ``workers`` that connected take part. Without ``start_at``, Unix seconds, the
        load begins as soon as all are ready. ``started.json`` tells when. Raises VoidTrialError
        when a worker was lost or failed, RunError when it does not fit.
        """
        self._stopped = False
        self.covered = Covered(arrivals.num_rows)
        self._crew = Crew(self._connected()[:workers], time.perf_counter())
        self._meet()
        self._hand_out(arrivals)
        clock = self._start(start_at, folder)
        before = Usage.now()
        self._gather(ProgressFile(folder, arrivals.num_rows), clock)
        self._take_leave()
        self._merge(arrivals, clock, Usage.now().since(before), folder)
        self._raise_trouble()

    def stop(self) -> None:
        """Let the workers begin no further step and hand in what they have."""
        self._stopped = True
        self._send_all(STOP)

    def _count_in(self, client_id: str, **_: Any) -> None:
        self._came.add(client_id)
        if self._record is not None:
            document = orjson.dumps({"workers": len(self._came)})
            Path(self._record).mkdir(parents=True, exist_ok=True)
            write_whole(Path(self._record, CONNECTED_NAME), document)

    def _connected(self) -> list[str]:
        """Locust's ids, in the order in which workers came."""
        alive = [worker.id for worker in self._runner.clients.all if worker.state != STATE_MISSING]
        return sorted(alive, key=self._runner.get_worker_index)

    def _meet(self) -> None:
        """Know each worker's clock and code."""
        offsets = self._enquiry.offsets(member.id for member in self._crew)
        for member in self._crew:
            member.before = offsets.get(member.id)
            if member.before is None:
                raise VoidTrialError(f"{member.name} does not tell its time.")
            if member.version != self._version:
                raise RunError(
                    f"{member.name} has other code than its master (sources {member.version}, "
                    f"and here {self._version}); install the same version on both."
                )

    def _take_leave(self) -> None:
        """Know by how much the clocks of those that are well have drifted."""
        well = [member for member in self._crew if not member.trouble]
        offsets = self._enquiry.offsets(member.id for member in well)
        for member in well:
            member.after = offsets.get(member.id)

    def _hand_out(self, arrivals: pa.Table) -> None:
        for member, share in zip(self._crew, shares_of(arrivals, len(self._crew)), strict=True):
            self._runner.send_message(SHARE, vars(share), member.id)
        self._wait_until_ready()
        for member in self._crew:
            own = share_of(arrivals, member.index, len(self._crew))
            if member.schedule != hash_of(own):
                raise RunError(f"{member.name} has got another schedule than the one it was sent.")
            member.journeys, member.steps = len(own["seq"].unique()), own.num_rows

    def _wait_until_ready(self) -> None:
        until = time.perf_counter() + READY_WITHIN_S
        while not all(member.schedule for member in self._crew):
            self._raise_trouble()
            late = [member.name for member in self._crew if not member.schedule]
            if time.perf_counter() > until or self._stopped:
                raise RunError(f"{late[0]} was not ready for its part of the schedule.")
            gevent.sleep(0.02)

    def _start(self, start_at: float | None, folder: Path) -> Clock:
        clock = Clock.starting_at(start_at or time.time() + START_IN_S)
        for member in self._crew:
            assert member.before is not None  # noqa: S101 - measured, or there was trouble
            start_s = clock.start + member.before.offset_s
            self._runner.send_message(START, {"start_s": start_s}, member.id)
            member.heard_s = clock.start  # nobody has anything to say before
        t0_unix = time.time() - clock.elapsed_s()
        write_whole(folder / STARTED_NAME, orjson.dumps({"t0_unix": t0_unix}))
        return clock

    def _gather(self, progress: ProgressFile, clock: Clock) -> None:
        while self._crew.awaited and not self._crew.troubles:
            gevent.sleep(TICK_S)
            # Locust takes those out that say goodbye; who is silent stays in its list.
            self._crew.look_for_lost(list(self._runner.clients), time.perf_counter())
            progress.write(clock.elapsed_s(), self._crew.counts, self._crew.cpu_s)
        if self._crew.troubles:
            self.stop()
            self._wait_for_the_rest()
        progress.write(clock.elapsed_s(), self._crew.counts, self._crew.cpu_s)

    def _wait_for_the_rest(self) -> None:
        with gevent.Timeout(REST_WITHIN_S, exception=False):
            while self._crew.awaited:
                gevent.sleep(TICK_S)

    def _merge(self, arrivals: pa.Table, clock: Clock, own: Usage, folder: Path) -> None:
        well = [member for member in self._crew if member.part is not None]
        tables = [self._rows_of(member, arrivals, clock) for member in well]
        records = [member.record() for member in self._crew]
        self.covered = Covered(arrivals.num_rows, sum(table.num_rows for table in tables))
        merge(tables, self._crew.usage(own), folder, arrivals.num_rows, records)
        for member in well:
            self._runner.send_message(MERGED, None, member.id)

    def _rows_of(self, member: Member, arrivals: pa.Table, clock: Clock) -> pa.Table:
        """Uncorrected when the clock was not measured again: such a trial is void."""
        assert member.part is not None  # noqa: S101 - the caller looked
        rows = member.part.table()
        if member.drift is None:
            return rows
        own = share_of(arrivals, member.index, len(self._crew))
        return on_the_masters_clock(rows, own, member.drift, clock.start)

    def _raise_trouble(self) -> None:
        if self._crew.troubles:
            raise VoidTrialError(self._crew.troubles[0])

    def _send_all(self, message: str) -> None:
        for member in self._crew:
            self._runner.send_message(message, None, member.id)

    def _recognise(self, worker: str, answer: dict[str, Any]) -> None:
        if member := self._crew.heard(worker, time.perf_counter()):
            member.host, member.version = answer["host"], answer["version"]

    def _take_ready(self, msg: Any, **_: Any) -> None:
        if member := self._crew.heard(msg.node_id, time.perf_counter()):
            member.schedule = msg.data["hash"]

    def _take_counts(self, msg: Any, **_: Any) -> None:
        if member := self._crew.heard(msg.node_id, time.perf_counter()):
            member.counts, member.cpu_s = Counts(**msg.data["counts"]), msg.data["cpu_s"]

    def _take_part(self, msg: Any, **_: Any) -> None:
        if member := self._crew.heard(msg.node_id, time.perf_counter()):
            member.hand_in(Part(**msg.data), was_told_to_stop=self._stopped)
