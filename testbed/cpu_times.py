"""CPU time of the machine and of its cores: used, idle, and taken away by a hypervisor."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

_STAT = Path("/proc/stat")
_COUNTED = 8
"""Fields of the line ``cpu`` in /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq,
softirq, steal. Guest times follow, and are part of user and nice already."""


@dataclass(frozen=True)
class CpuTimes:
    """Ticks of all cores, or of one, since boot."""

    PER_S: ClassVar[int] = os.sysconf("SC_CLK_TCK")

    busy: int
    """user, nice, system, irq and softirq."""
    idle: int
    """idle and iowait."""
    steal: int
    """Wanted by this machine and given to others: not ours to wait for, but worth recording."""

    @classmethod
    def now(cls) -> Self:
        with _STAT.open(encoding="ascii") as file:
            return cls.parse(file.readline())

    @classmethod
    def by_core(cls) -> dict[int, Self]:
        """Of each core by its number."""
        with _STAT.open(encoding="ascii") as file:
            file.readline()  # all together
            lines = [line for line in file if line.startswith("cpu")]
        return {int(line.split()[0].removeprefix("cpu")): cls.parse(line) for line in lines}

    @classmethod
    def parse(cls, line: str) -> Self:
        ticks = [int(field) for field in line.split()[1 : 1 + _COUNTED]]
        user, nice, system, idle, iowait, irq, softirq, steal = ticks
        return cls(busy=user + nice + system + irq + softirq, idle=idle + iowait, steal=steal)

    @property
    def total(self) -> int:
        return self.busy + self.idle + self.steal

    def busy_since(self, start: "CpuTimes") -> float:
        """Share of all CPU time from ``start`` to here that was used; 0 when no time passed."""
        passed = self.total - start.total
        return (self.busy - start.busy) / passed if passed else 0.0

    def stolen_since(self, start: "CpuTimes") -> float:
        """Share of all CPU time from ``start`` to here that was stolen; 0 when no time passed."""
        passed = self.total - start.total
        return (self.steal - start.steal) / passed if passed else 0.0


BOOT = CpuTimes(busy=0, idle=0, steal=0)
