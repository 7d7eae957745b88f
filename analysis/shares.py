"""Counts of what became of requests."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Shares:
    """Counts over some requests: failed + slow + good is n; degraded ones are slow or good."""

    n: int = 0
    failed: int = 0
    slow: int = 0
    good: int = 0
    degraded: int = 0

    def __add__(self, other: "Shares") -> "Shares":
        return Shares(
            self.n + other.n,
            self.failed + other.failed,
            self.slow + other.slow,
            self.good + other.good,
            self.degraded + other.degraded,
        )


def total(parts: Iterable[Shares]) -> Shares:
    return sum(parts, start=Shares())
