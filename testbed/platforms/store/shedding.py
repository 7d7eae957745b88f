"""Load shedding as it is seen from outside: how much, since when, until when."""

import threading
import time
from collections.abc import Callable, Mapping

QUIET_S = 1.5
"""After so long without a refusal it has ended: longer than the time between two samples."""


class Shedding:
    """Watches totals that Envoy counts; tells ``report`` of the role and what became of it.

    When it began and ended is known as exactly as somebody looks: once a second, for a sampler.
    """

    def __init__(
        self,
        count: Callable[[], Mapping[str, int]],
        report: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._report = report
        self._clock = clock
        self._lock = threading.Lock()
        self._totals: dict[str, int] = {}
        self._refused_at: dict[str, float] = {}
        """Of the roles for which requests are being refused."""

    def totals(self) -> Mapping[str, int]:
        """Requests refused so far, by role."""
        with self._lock:
            totals, now = self._count(), self._clock()
            for role, total in totals.items():
                self._look(role, total, now)
            return totals

    def _look(self, role: str, total: int, now: float) -> None:
        if total > self._totals.get(role, 0):
            if role not in self._refused_at:
                self._report(role, "shedding-began")
            self._refused_at[role] = now
        elif role in self._refused_at and now - self._refused_at[role] >= QUIET_S:
            del self._refused_at[role]
            self._report(role, "shedding-ended")
        self._totals[role] = total
