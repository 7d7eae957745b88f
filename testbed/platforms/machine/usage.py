"""CPU time and memory of what runs here, and counters added up."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from store.runtime.telemetry import Counters
from testbed import procfs
from testbed.cpu_clock import cpu_s_of_tree
from testbed.platforms.running import Running


@dataclass(frozen=True)
class ProcessLook:
    """Implements ``Look`` for trees of processes."""

    processes: dict[int, procfs.ProcessStat] = field(default_factory=procfs.snapshot)

    def cpu_s(self, running: Running) -> float:
        """In hundredths of a second, with children that it has waited for."""
        return sum(stat.cpu_s for stat in self._tree(running))

    def exact_cpu_s(self, running: Running) -> float:
        return cpu_s_of_tree(self.processes, running.pid)

    def memory_mb(self, running: Running) -> float:
        """Proportional set size."""
        return sum(procfs.memory_mb(stat.pid) for stat in self._tree(running))

    def pids(self, running: Running) -> list[int]:
        return [stat.pid for stat in self._tree(running)]

    def is_paused(self, running: Running) -> bool:
        tree = self._tree(running)
        return bool(tree) and all(stat.state == "T" for stat in tree)

    def _tree(self, running: Running) -> list[procfs.ProcessStat]:
        return procfs.tree(self.processes, running.pid)


def add_up(parts: Iterable[Counters]) -> Counters:
    """Sum of the counters of several instances."""
    total = Counters()
    for part in parts:
        for each in fields(Counters):
            setattr(total, each.name, getattr(total, each.name) + getattr(part, each.name))
    return total
