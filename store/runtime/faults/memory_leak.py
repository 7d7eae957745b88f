"""Memory leak: calls leave memory behind that the process never uses again."""

import mmap
from typing import ClassVar, Literal

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce

MIB = 1024 * 1024


class MemoryLeak(FaultOnEntry):
    """Each call keeps ``mb_per_call`` more, until the process keeps ``most_mb``.

    Where a memory limit is enforced and reached before, the kernel kills a process of the group
    that shares the limit: the one that holds most, which a long leak makes the leaking one. That
    is the whole monolith or one service; a database that has grown larger would die instead. The
    process that is started anew begins again with nothing.
    """

    kind: Literal["memory-leak"] = "memory-leak"
    mb_per_call: float
    most_mb: float
    holds: ClassVar[bool] = True

    def act(self, in_force: InForce) -> None:
        in_force.keep(lambda: _touched(self.mb_per_call), int(self.most_mb / self.mb_per_call))


def _touched(size_mb: float) -> mmap.mmap:
    """Memory of its own that is really there: the kernel gives a page when it is written to."""
    pages = max(1, round(size_mb * MIB / mmap.PAGESIZE))
    memory = mmap.mmap(-1, pages * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:: mmap.PAGESIZE] = b"\1" * pages
    return memory
