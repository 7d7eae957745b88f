"""What a call cost: an average over the calls that one way made."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from testbed.cpu_clock import cpu_s_of_trees

Parts = Mapping[str, Collection[int]]
"""Roots of the process trees whose CPU time is a part of the cost, by the part's name."""


@dataclass(frozen=True)
class Cost:
    """Per call."""

    wall_ms: float
    cpu_ms: Mapping[str, float]
    """By part."""

    @property
    def whole_cpu_ms(self) -> float:
        return sum(self.cpu_ms.values())


@dataclass
class Meter:
    """Filled in when the block that is measured has ended."""

    wall_s: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)

    def per_call(self, calls: int, waited_s: float = 0.0) -> Cost:
        """``waited_s`` is known to have been spent asleep, in somebody outside."""
        cpu_ms = {part: 1000 * cpu_s / calls for part, cpu_s in self.cpu_s.items()}
        return Cost(1000 * (self.wall_s - waited_s) / calls, cpu_ms)


@contextmanager
def metered(parts: Parts, clock: Callable[[], float] = time.perf_counter) -> Iterator[Meter]:
    """Measure the block; looking at the processes is not part of its time."""
    meter = Meter()
    before = _reading(parts)
    began = clock()
    yield meter
    meter.wall_s = clock() - began
    meter.cpu_s = {part: now - before[part] for part, now in _reading(parts).items()}


def _reading(parts: Parts) -> dict[str, float]:
    return {part: cpu_s_of_trees(roots) for part, roots in parts.items()}
