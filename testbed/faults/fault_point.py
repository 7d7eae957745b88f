"""A fault at the fault points of a role: the same code path on both sides."""

from store.runtime.faults import ArmedFault
from testbed.faults.fault import Bite
from testbed.platforms.platform import RunningStore


class FaultBoard:
    """The faults armed in one store; several may hold at once."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self._armed: list[ArmedFault] = []

    def arm(self, fault: ArmedFault) -> None:
        self._armed.append(fault)
        self.store.arm_faults(self._armed)

    def disarm(self, fault: ArmedFault) -> None:
        self._armed = [armed for armed in self._armed if armed != fault]
        self.store.arm_faults(self._armed)

    def hits(self) -> int:
        """How often any armed fault acted since the store came up."""
        return sum(usage.counters.fault_hits for usage in self.store.usage())


class FaultPoint:
    """Arms ``fault`` in every process of the store; it acts where the role is reached."""

    def __init__(self, board: FaultBoard, fault: ArmedFault) -> None:
        self._board = board
        self._fault = fault
        self._hits_before = 0

    def inject(self) -> None:
        self._hits_before = self._board.hits()
        self._board.arm(self._fault)

    def lift(self) -> None:
        self._board.disarm(self._fault)

    def bite(self) -> Bite:
        hits = self._board.hits() - self._hits_before
        return Bite(hits > 0, f"{hits} calls reached it", seen_in="fault_hits")
