"""Units of what a search varies and of what it holds."""

from experiment.search import SearchKind

SEARCHED: dict[SearchKind, str] = {"capacity": "journeys/s", "demand": "CPUs"}
HELD: dict[SearchKind, str] = {"capacity": "CPUs", "demand": "journeys/s"}


def held(kind: SearchKind, value: float) -> str:
    """A value that a search holds: "1 CPU", "20 journeys/s"."""
    return _amount(value, HELD[kind])


def searched(kind: SearchKind, value: float) -> str:
    """A value that a search varies."""
    return _amount(value, SEARCHED[kind])


def _amount(value: float, unit: str) -> str:
    return "1 CPU" if (value, unit) == (1, "CPUs") else f"{value:g} {unit}"
