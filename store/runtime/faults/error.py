"""Error: an exception that no code expects."""

from typing import Literal

from store.runtime.faults.armed import FaultOnEntry
from store.runtime.faults.in_force import InForce


class InjectedError(Exception):
    """What an armed fault raises."""


class Error(FaultOnEntry):
    kind: Literal["error"] = "error"

    def act(self, in_force: InForce) -> None:  # noqa: ARG002 - a moment's work
        raise InjectedError(f"fault point {self.role}")
