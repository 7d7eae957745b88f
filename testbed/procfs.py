"""Processes as Linux shows them under /proc, read in one pass.

A sampler looks at forty processes several times a second; psutil would read /proc again for each.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class ProcessStat:
    """One line of ``/proc/<pid>/stat``; field numbers are those of proc(5)."""

    pid: int
    state: str
    parent: int
    started: int
    """Start in clock ticks since boot; with the pid it names a process for good."""
    cpu_s: float
    """CPU time of the process itself and of the children it has waited for."""

    @property
    def is_dead(self) -> bool:
        return self.state in "ZX"


def parse_stat(line: str) -> ProcessStat:
    """The name in brackets may hold anything, so the fields are counted from its end."""
    pid = int(line[: line.index(" ")])
    fields = line[line.rindex(")") + 2 :].split(" ")
    ticks = sum(int(value) for value in fields[11:15])  # utime, stime, cutime, cstime
    return ProcessStat(pid, fields[0], int(fields[1]), int(fields[19]), ticks / _TICKS_PER_S)


def read_stat(pid: int) -> ProcessStat | None:
    """The process with this id, or None when there is none."""
    try:
        # Not by pathlib, which would cost more than the reading: there are hundreds a second.
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - see above
            return parse_stat(file.read())
    except (FileNotFoundError, ProcessLookupError):
        return None


def snapshot() -> dict[int, ProcessStat]:
    """All processes by id."""
    found = (read_stat(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - see read_stat
    return {stat.pid: stat for stat in found if stat is not None}


def tree(processes: Mapping[int, ProcessStat], root: int) -> list[ProcessStat]:
    """``root`` and all its descendants; empty when there is no such process."""
    members = [processes[root]] if root in processes else []
    for member in members:  # grows while it is read
        members.extend(stat for stat in processes.values() if stat.parent == member.pid)
    return members


def is_alive(pid: int, started: int) -> bool:
    """Whether this very process still runs; another one with a recycled id does not count."""
    stat = read_stat(pid)
    return stat is not None and stat.started == started and not stat.is_dead


def with_environment(name: str, value: str) -> list[int]:
    """Living processes that were started with this variable; those of other users only for root."""
    wanted = f"{name}={value}".encode()
    found = [stat.pid for stat in snapshot().values() if not stat.is_dead]
    return [pid for pid in found if wanted in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []


def waited_for_cpu_s(pid: int) -> float | None:
    """How long the main thread of a process was ready to run while others had its core.

    None where the kernel does not count it (``CONFIG_SCHED_INFO``), or the process is gone.
    """
    try:
        _, waited_ns, _ = (_PROC / str(pid) / "schedstat").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(waited_ns) / 1e9


def memory_mb(pid: int) -> float:
    """Proportional set size in MiB: shared pages are divided among their users; 0 once it is gone.

    Where the kernel has no ``smaps_rollup``, pages are counted to each user in full (RSS).
    """
    folder = _PROC / str(pid)
    try:
        if has_proportional_memory():
            return _kilobytes(folder / "smaps_rollup", "Pss:") / _KIB_PER_MIB
        return _kilobytes(folder / "status", "VmRSS:") / _KIB_PER_MIB
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def has_proportional_memory() -> bool:
    return (_PROC / "self" / "smaps_rollup").exists()


def _kilobytes(file: Path, label: str) -> int:
    for line in file.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(label):
            return int(line.split()[1])
    return 0


def boot_id() -> str:
    """Names this boot of the machine: process ids mean nothing beyond it."""
    return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def refused_connections(pid: int | None = None) -> int:
    """Connections that anybody tried to make since boot and was refused.

    Counted in the network of a process, ours where none is given; OSError once it is gone.
    """
    of = "self" if pid is None else str(pid)
    lines = (_PROC / of / "net" / "snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(values[names.index("AttemptFails")])  # RFC 4022: from SYN-SENT to CLOSED


def control_group_mounts() -> list[Path]:
    """Where the kernel shows its control groups, of both versions and all controllers."""
    lines = (_PROC / "self" / "mountinfo").read_text(encoding="utf-8").splitlines()
    kinds = (line.partition(" - ") for line in lines)
    return [Path(before.split(" ")[4]) for before, _, after in kinds if after.startswith("cgroup")]
