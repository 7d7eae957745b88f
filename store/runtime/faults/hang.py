"""Hang: calls do not come back before the fault is lifted; then they go on as if nothing was."""

from typing import ClassVar, Literal

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce


class Hang(FaultOnEntry):
    kind: Literal["hang"] = "hang"
    holds: ClassVar[bool] = True

    def act(self, in_force: InForce) -> None:
        in_force.lifted.wait()
