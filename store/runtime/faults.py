"""Fault points: named places at each module boundary, the same names in both stores.

A fault is aimed at a role ("recommendations"), not at a process: in the services the boundary is
the service's HTTP interface, in the monolith the module's public functions. A point does nothing
unless a test bed gave the process a faults file, and then only what that file says at the moment.

The file holds ``{"faults": [{"role", "kind", "probability", "seed", "seconds"}, ...]}``. Kinds:

crash  the process kills itself as a segmentation fault would: no handler runs
error  an exception nobody expected
delay  ``seconds`` of waiting
hang   waiting until the fault is lifted
"""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict

RELOAD_EVERY_S = 0.02
HANG_POLL_S = 0.05


class InjectedError(Exception):
    """The exception of an armed ``error`` fault."""


class ArmedFault(BaseModel):
    """One fault as it stands in the faults file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    kind: Literal["crash", "error", "delay", "hang"]
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0


class FaultPoints:
    """The fault points of one process.

    ``on_hit`` is called before a fault acts, so that its bite is counted even by a crash.
    """

    def __init__(self, file: Path | None, on_hit: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._on_hit = on_hit
        self._lock = threading.Lock()
        self._armed: tuple[ArmedFault, ...] = ()
        self._chance: dict[ArmedFault, random.Random] = {}
        self._read_at = float("-inf")
        self._version: tuple[int, int] | None = None

    def reach(self, role: str) -> None:
        """Call where control enters ``role``; returns at once when no fault is armed for it."""
        if self._file is None:
            return
        for fault in self._current():
            if fault.role == role and self._chance[fault].random() < fault.probability:
                self._on_hit()
                self._act(fault)

    def _current(self) -> tuple[ArmedFault, ...]:
        now = time.monotonic()
        if now - self._read_at >= RELOAD_EVERY_S:
            with self._lock:
                self._read_at = now
                self._reload()
        return self._armed

    def _reload(self) -> None:
        assert self._file is not None  # noqa: S101 - reach() returned otherwise
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            self._armed, self._version = (), None
            return
        version = (stat.st_mtime_ns, stat.st_ino)
        if version == self._version:
            return
        listed = orjson.loads(self._file.read_bytes())["faults"]
        armed = tuple(ArmedFault.model_validate(fault) for fault in listed)
        self._chance = {fault: random.Random(fault.seed) for fault in armed}  # noqa: S311 - seeded
        self._armed, self._version = armed, version

    def _act(self, fault: ArmedFault) -> None:
        if fault.kind == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.kind == "error":
            raise InjectedError(f"fault point {fault.role}")
        elif fault.kind == "delay":
            time.sleep(fault.seconds)
        else:
            while fault in self._current():
                time.sleep(HANG_POLL_S)
