"""The fault points of one process."""

import random
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path

import orjson

from store.runtime.database import Database
from store.runtime.faults.armed import ArmedFault, FaultOnEntry, Products
from store.runtime.faults.in_force import InForce
from store.runtime.faults.kinds import armed
from store.runtime.faults.on_messages import Deliver, FaultOnMessages, Message
from store.runtime.faults.wrong_body import WrongBody
from store.runtime.telemetry import Telemetry

RELOAD_EVERY_S = 0.02


def _no_products() -> Collection[int]:
    return ()


class FaultPoints:
    """Reads the faults file anew when it changes, at most every RELOAD_EVERY_S.

    Hits are counted in ``telemetry`` before a fault acts, so that a crash is counted too.
    """

    def __init__(
        self,
        file: Path | None,
        telemetry: Telemetry,
        instance: str = "",
        database: Database | None = None,
    ) -> None:
        self._file = file
        self._telemetry = telemetry
        self._instance = instance
        self._database = database
        self._lock = threading.Lock()
        self._in_force: tuple[tuple[ArmedFault, InForce], ...] = ()
        self._read_at = float("-inf")
        self._version: tuple[int, int] | None = None

    def are_quiet(self) -> bool:
        """Whether no fault at all is armed: most of the time, and cheaper than to ask for one."""
        return not self._current()

    def reach(self, role: str, products: Products = _no_products) -> None:
        """Call where control enters ``role``; returns at once when no fault is armed for it."""
        for fault, in_force in self._current():
            if not isinstance(fault, FaultOnEntry) or fault.role != role:
                continue
            if fault.concerns(products) and self._strikes(fault, in_force):
                if fault.holds and in_force.strikes_first():
                    threading.Thread(target=self._hold, args=(fault, in_force), daemon=True).start()
                fault.act(in_force)

    def spoils(self, role: str) -> bool:
        """Call where ``role`` gives an answer: whether it has to be made blank."""
        return any(
            isinstance(fault, WrongBody) and fault.role == role and self._strikes(fault, in_force)
            for fault, in_force in self._current()
        )

    def carry(self, role: str, messages: Sequence[Message], deliver: Deliver[Message]) -> None:
        """Deliver a batch of ``messages`` that ``role`` sends."""
        for fault, in_force in self._current():
            if not isinstance(fault, FaultOnMessages) or fault.role != role:
                continue
            if fault.concerns(messages) and self._strikes(fault, in_force):
                deliver = partial(fault.carry, deliver=deliver)
        deliver(messages)

    def _strikes(self, fault: ArmedFault, in_force: InForce) -> bool:
        strikes = in_force.chance.random() < fault.probability
        if strikes:
            self._telemetry.fault_hit(fault.slot)
        return strikes

    def _hold(self, fault: FaultOnEntry, in_force: InForce) -> None:
        """Look for the end of a fault whose own calls cannot, since they may all be held up."""
        while not in_force.lifted.is_set():
            fault.tend(in_force)
            time.sleep(RELOAD_EVERY_S)
            self._current()

    def _current(self) -> tuple[tuple[ArmedFault, InForce], ...]:
        if self._file is None or not self._telemetry.switch.is_on:
            return ()
        now = time.monotonic()
        if now - self._read_at >= RELOAD_EVERY_S:
            with self._lock:
                self._read_at = now
                self._reload(self._file)
        return self._in_force

    def _reload(self, file: Path) -> None:
        try:
            stat = file.stat()
        except FileNotFoundError:
            self._version = None
            self._put_in_force(())
            return
        version = (stat.st_mtime_ns, stat.st_ino)
        if version != self._version:
            self._put_in_force(map(armed, orjson.loads(file.read_bytes())["faults"]))
            self._version = version

    def _put_in_force(self, listed: Iterable[ArmedFault]) -> None:
        """Those that were in force already go on; those that are not listed any more end."""
        before = dict(self._in_force)
        self._in_force = tuple(
            (fault, before.pop(fault) if fault in before else self._begin(fault))
            for fault in listed
        )
        for ended in before.values():
            ended.lift()

    def _begin(self, fault: ArmedFault) -> InForce:
        # A process that a fault killed must not draw the same numbers again, so its hits count in.
        hits = self._telemetry.counters.hits_by_slot[fault.slot]
        name = f"{fault.seed}/{self._instance}/{fault.role}/{fault.kind}/{hits}"
        return InForce(random.Random(name), self._database)  # noqa: S311 - seeded, no secret
