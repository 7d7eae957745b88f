"""The clock of a trial: zero when the load starts."""

import time
from collections.abc import Callable


class Clock:
    """Counts seconds from ``t0_unix``. One wall-clock anchor; monotonic from then on."""

    def __init__(
        self,
        t0_unix: float,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.t0_unix = t0_unix
        self._monotonic = monotonic
        self._sleep = sleep
        self._t0 = monotonic() + (t0_unix - wall())

    def elapsed_s(self) -> float:
        """Seconds since the start of the load; negative before it."""
        return round(self._monotonic() - self._t0, 6)

    def sleep_until(self, at_s: float) -> None:
        """Return at ``at_s``, or at once when that has passed."""
        self._sleep(max(0.0, self._t0 + at_s - self._monotonic()))
