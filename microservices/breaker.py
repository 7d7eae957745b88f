"""Circuit breaker: stops calling a peer that keeps failing, and probes it now and then."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Closed until ``failures`` calls in a row failed; then one probe each ``open_s`` seconds.

    Any success closes it. The lock guards bookkeeping only and is never held during a call. A
    probe that is never reported costs one further ``open_s``, not a circuit stuck open.
    """

    def __init__(
        self, failures: int, open_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold = failures
        self._open_s = open_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures_in_row = 0
        self._probe_at = 0.0

    def allows(self) -> bool:
        """Whether a call may be made now; its outcome must be reported."""
        if self._failures_in_row < self._threshold:
            return True
        with self._lock:
            now = self._clock()
            if now < self._probe_at:
                return False
            self._probe_at = now + self._open_s
            return True

    def succeeded(self) -> None:
        self._failures_in_row = 0

    def failed(self) -> None:
        with self._lock:
            self._failures_in_row += 1
            if self._failures_in_row == self._threshold:
                self._probe_at = self._clock() + self._open_s
