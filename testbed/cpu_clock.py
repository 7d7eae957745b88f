"""CPU time of other processes to the nanosecond: what /proc rounds to hundredths of a second."""

import time
from collections.abc import Iterable, Mapping

from testbed import procfs
from testbed.procfs import ProcessStat

_SCHEDULED = 2
"""Linux, ``CPUCLOCK_SCHED``: the clock that clock_getcpuclockid(3) returns."""


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads of a process so far, also of those that have ended.

    ProcessLookupError when there is no such process.
    """
    try:
        return time.clock_gettime(~pid << 3 | _SCHEDULED)
    except OSError as error:  # EINVAL: the kernel knows no process to that clock
        raise ProcessLookupError(pid) from error


def cpu_s_of_trees(roots: Iterable[int]) -> float:
    """CPU seconds of these processes and their living descendants."""
    processes = procfs.snapshot()
    pids = {stat.pid for root in roots for stat in procfs.tree(processes, root)}
    return sum(_cpu_s_unless_gone(pid) for pid in pids)


def cpu_s_of_tree(processes: Mapping[int, ProcessStat], root: int) -> float:
    """The same of one process, where all processes are listed already."""
    return sum(_cpu_s_unless_gone(stat.pid) for stat in procfs.tree(processes, root))


def _cpu_s_unless_gone(pid: int) -> float:
    """0 for one that ended since it was listed, such as a helper of PostgreSQL."""
    try:
        return cpu_s(pid)
    except ProcessLookupError:
        return 0.0
