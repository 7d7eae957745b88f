"""A fault at the fault points of a role: the same code path on both sides."""

import time

from experiment.errors import RunError
from store.runtime.faults import ArmedFault
from store.runtime.faults.points import RELOAD_EVERY_S
from store.runtime.telemetry import FAULT_SLOTS
from testbed.faults.fault import Bite
from testbed.platforms.platform import RunningStore


class FaultBoard:
    """The faults armed in one store; several may hold at once."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self._armed: list[ArmedFault] = []

    def in_free_slot(self, fault: ArmedFault) -> ArmedFault:
        """The fault as it can be armed: with a slot of its own, where its hits are counted."""
        taken = {armed.slot for armed in self._armed}
        slot = next((slot for slot in range(FAULT_SLOTS) if slot not in taken), None)
        if slot is None:
            raise RunError(f"More than {FAULT_SLOTS} faults would hold at fault points at once.")
        return fault.model_copy(update={"slot": slot})

    def arm(self, fault: ArmedFault) -> None:
        self._armed.append(fault)
        self._show()

    def disarm(self, fault: ArmedFault) -> None:
        self._armed = [armed for armed in self._armed if armed is not fault]
        self._show()

    def _show(self) -> None:
        """Return when no process can go by anything older."""
        self.store.arm_faults(self._armed)
        time.sleep(RELOAD_EVERY_S)


class FaultPoint:
    """Arms ``fault`` in every process of the store; it acts where the role is reached."""

    def __init__(self, board: FaultBoard, fault: ArmedFault) -> None:
        self._board = board
        self._fault = fault
        self._hits_before = 0

    def inject(self) -> None:
        self._fault = self._board.in_free_slot(self._fault)
        self._hits_before = self._board.store.fault_hits(self._fault.slot)
        self._board.arm(self._fault)

    def lift(self) -> None:
        self._board.disarm(self._fault)

    def bite(self) -> Bite:
        hits = self._board.store.fault_hits(self._fault.slot) - self._hits_before
        return Bite(hits > 0, f"it struck {hits} times", seen_in="fault_hits")
