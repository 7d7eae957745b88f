"""One thing that an audit looked at."""

from collections.abc import Iterator
from dataclasses import dataclass

INVARIANTS = {
    "I1": "stock adds up; what is sold is in orders, what is reserved is held for a checkout",
    "I2": "nothing is below zero or sold beyond its stock",
    "I3": "an acknowledged checkout has exactly one confirmed order",
    "I4": "a confirmed order is paid once and in full",
    "I5": "money that was kept belongs to a confirmed order",
    "I6": "no reservation outlives its time",
    "I7": "every checkout came to an end, the one that its order says",
    "I8": "each event was applied once",
    "I9": "the same key gets the same order and the same answer",
    "I10": "failed checkouts left nothing behind, indeterminate ones became one or the other",
    "I11": "own orders are readable at once and stay, at the price that was shown",
}


@dataclass(frozen=True)
class Check:
    invariant: str
    """A key of ``INVARIANTS``."""
    wrong: str = ""
    """What is wrong, in one sentence; empty when the invariant holds."""


@dataclass(frozen=True)
class Violation:
    invariant: str
    detail: str


Checks = Iterator[Check]
