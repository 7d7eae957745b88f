"""CPU time and memory of roles, over restarts and kills."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from store.runtime.telemetry import Counters
from testbed import procfs
from testbed.procfs import ProcessStat

Processes = Mapping[int, ProcessStat]


def cpu_s(processes: Processes, root: int) -> float:
    """CPU time of a process tree, with what it has waited for; 0 for one that is gone."""
    return sum(stat.cpu_s for stat in procfs.tree(processes, root))


def memory_mb(processes: Processes, root: int) -> float:
    return sum(procfs.memory_mb(stat.pid) for stat in procfs.tree(processes, root))


def add_up(parts: Iterable[Counters]) -> Counters:
    """Sum of the counters of several instances."""
    total = Counters()
    for part in parts:
        for each in fields(Counters):
            setattr(total, each.name, getattr(total, each.name) + getattr(part, each.name))
    return total
