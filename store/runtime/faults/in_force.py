"""A fault while it is in force in one process."""

import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from store.runtime.database import Database


class InForce:
    """The fault's chance, and what it holds on to until it is lifted."""

    def __init__(self, chance: random.Random, database: Database | None) -> None:
        self.chance = chance
        self.database = database
        self.lifted = threading.Event()
        self.kept = 0
        self._lock = threading.Lock()
        self._things = ExitStack()
        self._has_struck = False

    def strikes_first(self) -> bool:
        """True once: for the first who asks."""
        with self._lock:
            is_first, self._has_struck = not self._has_struck, True
        return is_first

    def keep(self, take: Callable[[], AbstractContextManager[object]], at_most: int) -> None:
        """Hold on to one thing more, unless ``at_most`` are held or the fault has been lifted."""
        with self._lock:
            if self.kept < at_most and not self.lifted.is_set():
                self._things.enter_context(take())
                self.kept += 1

    def lift(self) -> None:
        """Let go of everything."""
        self.lifted.set()
        with self._lock:
            self._things.close()
