"""When a store itself first reacted to an incident, as far as its record tells."""

from collections.abc import Iterable, Mapping
from typing import Any

REPLACED = "worker-started"
REACTIONS = frozenset({"breaker-opened", "shedding-began", REPLACED})
"""Events: a circuit opened, the edge began to shed load, a supervisor replaced a worker."""


def reacted_s(
    events: Iterable[Mapping[str, Any]], since_s: float, until_s: float, *, replaces: bool
) -> float | None:
    """The first reaction from ``since_s`` to before ``until_s``; None when none is on record.

    ``replaces``: the fault itself starts what it ended, which is no reaction of the store.
    """
    reactions = REACTIONS - {REPLACED} if replaces else REACTIONS
    times = (event["actual_s"] for event in events if event["event"] in reactions)
    return min(
        (at_s for at_s in times if at_s is not None and since_s <= at_s < until_s), default=None
    )
