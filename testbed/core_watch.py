"""What all programs took of the store's cores and the generator's, and whether the clock jumped.

Read at each sample: less what store, generator and this tool used, it is what others took.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from experiment.footprint import EDGE
from testbed.cpu_times import CpuTimes
from testbed.platforms.machine.affinity import Cores

GENERATOR = "generator"

Row = dict[str, Any]


@dataclass(frozen=True)
class CoreWatch:
    """Begins as it is made: from then on, no jump of the wall clock stays unseen."""

    cores: Cores | None
    """Where the parts of a trial run; None: not known, or not on cores of their own."""
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    times: Callable[[], Mapping[int, CpuTimes]] = CpuTimes.by_core
    own_cpu_s: Callable[[], float] = time.process_time

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ahead_s", self.wall() - self.monotonic())

    _ahead_s = 0.0

    def read(self) -> dict[str, Row]:
        """Columns of ``SAMPLES`` now, for the rows of the roles that they stand on."""
        ahead_ms = 1000 * (self.wall() - self.monotonic() - self._ahead_s)
        rows: dict[str, Row] = {GENERATOR: {"clock_ms": ahead_ms}}
        if self.cores is not None:
            rows |= self._of_cores(self.cores)
            rows[GENERATOR] |= {"clock_ms": ahead_ms, "tool_cpu_s": self.own_cpu_s()}
        return rows

    def _of_cores(self, cores: Cores) -> dict[str, Row]:
        at_s, times = self.monotonic(), self.times()
        sides = {EDGE: cores.store, GENERATOR: cores.generator}
        return {role: _taken(at_s, [times[core] for core in own]) for role, own in sides.items()}


def _taken(at_s: float, times: Collection[CpuTimes]) -> Row:
    """Busy is what is neither idle nor stolen: the kernel counts the busy time itself by ticks.

    A store whose quota lasts 10 ms begins and ends in step with the ticks, which then see too much
    of it or too little.
    """
    steal_s = sum(each.steal for each in times) / CpuTimes.PER_S
    idle_s = sum(each.idle for each in times) / CpuTimes.PER_S
    return {"cores_busy_s": at_s * len(times) - idle_s - steal_s, "cores_steal_s": steal_s}
