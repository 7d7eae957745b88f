"""How the CPUs of a deployment's budget are divided among what runs in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scaling.room import Room

SHARED = "shared"
"""The part of edge and database."""
LEAST_QUOTA_US = 1_000
"""What Linux grants a control group per period, at least."""
LEAST_CPUS = 0.02
"""The smallest part. A smaller one would take periods of more than 50 ms, for all."""


@dataclass(frozen=True)
class Division:
    among: Literal["nobody", "roles", "instances"] = "nobody"
    quotas: Mapping[str, float] = field(default_factory=dict)
    """CPUs by role: of its slice, or of one instance. Divided among nobody, what an instance is
    taken to need; empty where nobody said."""
    shared_cpus: float | None = None
    """Quota of edge and database together; None: divided among nobody."""
    room: Room = field(default_factory=Room)
    start_cpus: float | None = None
    """Quota of an instance until it is ready; None: it starts under what its part has."""

    def part_of(self, role: str, instance: str) -> str | None:
        """The part to which an instance belongs; None: it takes from the whole."""
        return {"nobody": None, "roles": role, "instances": instance}[self.among]

    def reserved_cpus(self, role: str, instances: int, starting: int = 0) -> float | None:
        """What the instances of a role have for themselves; ``starting`` of them do not serve yet.

        None where nobody said.
        """
        if role not in self.quotas:
            return None
        if self.among == "roles":
            return self.quotas[role]
        more = 0.0 if self.start_cpus is None else self.start_cpus - self.quotas[role]
        return self.quotas[role] * instances + more * starting
