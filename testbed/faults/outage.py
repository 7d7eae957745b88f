"""Outage: a role is lost and stays lost until the fault is lifted.

A service's instances are killed and kept down. The monolith has no process of that role alone;
there the code of the role crashes its process each time it is reached, and gunicorn starts the
process anew each time.
"""

from store.runtime.faults.crash import Crash
from testbed.faults.fault import Bite, Fault
from testbed.faults.fault_point import FaultBoard, FaultPoint
from testbed.platforms.platform import RunningStore


class _KilledRole:
    def __init__(self, store: RunningStore, role: str) -> None:
        self._store = store
        self._role = role
        self._was_down = False

    def inject(self) -> None:
        self._store.kill_role(self._role)
        self._was_down = not any(i.alive for i in self._store.instances() if i.role == self._role)

    def lift(self) -> None:
        self._store.restore_role(self._role)

    def bite(self) -> Bite:
        left = "no instance was left" if self._was_down else "an instance was left"
        return Bite(self._was_down, left, seen_in="instances")


def outage(board: FaultBoard, role: str) -> Fault:
    """The outage of ``role`` in the board's store, whichever architecture that is."""
    if any(instance.role == role for instance in board.store.instances()):
        return _KilledRole(board.store, role)
    return FaultPoint(board, Crash(role=role))
