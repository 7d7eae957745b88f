"""Reads what a store consists of: at rest, and around each phase of kind baseline."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from experiment.errors import RunError
from experiment.footprint import Footprint, Link, Reading, Steady, Traffic
from experiment.phase import PlannedPhase
from experiment.record import write_json
from testbed.beside import Beside
from testbed.clock import Clock
from testbed.platforms.footprint import Connection, grown
from testbed.platforms.platform import RunningStore


def read(store: RunningStore) -> Reading:
    """What the store holds now."""
    return _read(store)[0]


def _read(store: RunningStore) -> tuple[Reading, list[Connection]]:
    began = time.monotonic()
    connections = store.connections()
    roles = store.footprint()
    counted = Counter((each.caller, each.callee) for each in connections)
    links = [
        Link(caller=caller, callee=callee, connections=number)
        for (caller, callee), number in sorted(counted.items())
    ]
    took_ms = round(1000 * (time.monotonic() - began), 1)
    return Reading(took_ms=took_ms, roles=tuple(roles), links=tuple(links)), connections


class FootprintWatch:
    """Watches the baselines of a trial from a thread of its own; leaves the file at the end.

    What goes wrong in it is raised at the end.
    """

    def __init__(
        self,
        store: RunningStore,
        clock: Clock,
        timetable: Iterable[PlannedPhase],
        rest: Reading,
        file: Path,
    ) -> None:
        self._store = store
        self._clock = clock
        self._baselines = [each for each in timetable if each.phase.kind == "baseline"]
        self._rest = rest
        self._file = file
        self._steady: list[Steady] = []
        self._beside = Beside("footprint", self._run)

    def __enter__(self) -> Self:
        self._beside.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._beside.end()
        write_json(self._file, Footprint(rest=self._rest, steady=tuple(self._steady)))
        failed = self._beside.error
        if failed is not None and error is None:
            raise RunError(f"Reading the footprint failed: {failed}.") from failed

    def _run(self) -> None:
        for planned in self._baselines:
            self._watch(planned)

    def _watch(self, planned: PlannedPhase) -> None:
        """Read at the begin and at the end of a phase, unless the trial ends before."""
        if not self._waited_until(planned.start_s):
            return
        start_s, before = self._clock.elapsed_s(), self._store.connections()
        if not self._waited_until(planned.end_s):
            return
        end_s = self._clock.elapsed_s()
        reading, after = _read(self._store)
        self._steady.append(
            Steady(
                phase=planned.phase.name,
                start_s=start_s,
                end_s=end_s,
                end=reading,
                traffic=_traffic(before, after),
                closed=len({each.cookie for each in before} - {each.cookie for each in after}),
            )
        )

    def _waited_until(self, at_s: float) -> bool:
        """False when the trial ended before."""
        return not self._beside.over.wait(max(0.0, at_s - self._clock.elapsed_s()))


def _traffic(before: list[Connection], after: list[Connection]) -> tuple[Traffic, ...]:
    return tuple(
        Traffic(caller=caller, callee=callee, bytes=amount)
        for (caller, callee), amount in sorted(grown(before, after).items())
    )
