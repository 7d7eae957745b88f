"""When bytes that arrive at a hop are through it: rules of time, without a clock of their own."""

import math
from random import Random
from typing import Protocol

from testbed.network.impairment import Impairment

BYTES_PER_KB = 1_000


class Pace(Protocol):
    """One direction of a hop. Whoever asks keeps the bytes of a connection in their order."""

    def through_at_s(self, now_s: float, size: int) -> float:
        """When ``size`` bytes that arrive now are through; infinity while nothing gets through."""


class Free:
    def through_at_s(self, now_s: float, size: int) -> float:  # noqa: ARG002 - any size
        return now_s


class Held:
    def through_at_s(self, now_s: float, size: int) -> float:  # noqa: ARG002 - at any time
        return math.inf


class Delayed:
    def __init__(self, delay_s: float, jitter_s: float, random: Random) -> None:
        self._delay_s = delay_s
        self._jitter_s = jitter_s
        self._random = random

    def through_at_s(self, now_s: float, size: int) -> float:  # noqa: ARG002 - any size
        return now_s + self._delay_s + self._random.uniform(-self._jitter_s, self._jitter_s)


class Narrow:
    """Whoever comes first goes first. Planned without gaps, so that late timers do not add up."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at_s = 0.0

    def through_at_s(self, now_s: float, size: int) -> float:
        self._free_at_s = max(now_s, self._free_at_s) + size / self._bytes_per_s
        return self._free_at_s


def pace_of(impairment: Impairment, direction: str) -> Pace:
    """The pace of one direction; both draw their own jitter."""
    match impairment.kind:
        case "black-hole":
            return Held()
        case "latency":
            random = Random(f"{impairment.seed} {direction}")  # noqa: S311 - not for secrets
            return Delayed(impairment.delay_ms / 1000, impairment.jitter_ms / 1000, random)
        case "bandwidth":
            return Narrow(impairment.kb_per_s * BYTES_PER_KB)
        case _:
            return Free()
