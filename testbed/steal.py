"""CPU time that a hypervisor took away: time in which this machine wanted to run and could not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

_STEAL = 7
_COUNTED = 8
"""Fields of the line ``cpu`` in /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal.
Guest times follow, and are part of user and nice already."""


@dataclass(frozen=True)
class CpuTimes:
    """Ticks of all cores since boot."""

    steal: int
    total: int

    @classmethod
    def now(cls) -> Self:
        with Path("/proc/stat").open(encoding="ascii") as file:
            return cls.parse(file.readline())

    @classmethod
    def parse(cls, line: str) -> Self:
        ticks = [int(field) for field in line.split()[1 : 1 + _COUNTED]]
        return cls(ticks[_STEAL], sum(ticks))

    def share_since(self, start: "CpuTimes") -> float:
        """Share of all CPU time from ``start`` to here that was stolen; 0 when no time passed."""
        passed = self.total - start.total
        return (self.steal - start.steal) / passed if passed else 0.0


BOOT = CpuTimes(steal=0, total=0)
