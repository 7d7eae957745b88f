"""CPU burn: calls cost more CPU time, as after a bad change of an algorithm."""

import time
from typing import Literal

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce

BITE = 1_000
"""Numbers added between two looks at the clock: about 10 microseconds."""


class CpuBurn(FaultOnEntry):
    """Uses ``cpu_ms`` of the calling thread's CPU time, however long that takes.

    The work is Python's own, so it holds the interpreter as the store's code does: in one process
    it also slows whatever else the process serves.
    """

    kind: Literal["cpu-burn"] = "cpu-burn"
    cpu_ms: float

    def act(self, in_force: InForce) -> None:  # noqa: ARG002 - burnt and gone
        until_s = time.thread_time() + self.cpu_ms / 1000
        while time.thread_time() < until_s:
            sum(range(BITE))
