"""Circuit breaker: stops calling a peer that keeps failing, and probes it now and then."""

import threading
import time
from collections.abc import Callable
from typing import Literal

Change = Literal["opened", "half-open", "reopened", "closed"]
"""opened: so many calls in a row failed
half-open: a probe is let through
reopened: the probe failed
closed: a call succeeded"""


class CircuitBreaker:
    """Closed until ``failures`` calls in a row failed; then one probe each ``open_s`` seconds.

    Any success closes it. The lock guards bookkeeping only and is never held during a call. A
    probe that is never reported costs one further ``open_s``, not a circuit stuck open.
    ``on_change`` hears of changes in their order; while nothing changes, nobody is told.
    """

    def __init__(
        self,
        failures: int,
        open_s: float,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[Change], None] = lambda _: None,
    ) -> None:
        self._threshold = failures
        self._open_s = open_s
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._failures_in_row = 0
        self._probe_at = 0.0
        self._probing = False

    def allows(self) -> bool:
        """Whether a call may be made now; its outcome must be reported."""
        if self._failures_in_row < self._threshold:
            return True
        with self._lock:
            now = self._clock()
            if now < self._probe_at:
                return False
            self._probe_at = now + self._open_s
            self._probing = True
            self._on_change("half-open")
            return True

    def succeeded(self) -> None:
        if not self._failures_in_row:
            return
        with self._lock:
            was_open = self._failures_in_row >= self._threshold
            self._failures_in_row = 0
            self._probing = False
            if was_open:
                self._on_change("closed")

    def failed(self) -> None:
        with self._lock:
            self._failures_in_row += 1
            if self._failures_in_row == self._threshold:
                self._probe_at = self._clock() + self._open_s
                self._on_change("opened")
            elif self._probing:
                self._probing = False
                self._on_change("reopened")
