"""When a store itself first reacted to an incident, as far as its record tells."""

from collections.abc import Iterable, Mapping
from typing import Any

REACTIONS = frozenset({"breaker-opened", "shedding-began", "worker-started"})
"""Events: a circuit opened, the edge began to shed load, a supervisor replaced a worker."""


def reacted_s(events: Iterable[Mapping[str, Any]], since_s: float, until_s: float) -> float | None:
    """The first reaction from ``since_s`` to before ``until_s``; None when none is on record."""
    times = (event["actual_s"] for event in events if event["event"] in REACTIONS)
    return min(
        (at_s for at_s in times if at_s is not None and since_s <= at_s < until_s), default=None
    )
