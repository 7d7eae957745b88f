"""How many instances a budget has room for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Room:
    """What all instances of a deployment together may be; without a limit, everything."""

    most_instances: int | None = None
    most_cpus: float | None = None
    """Of the quotas of all instances, without what edge and database have."""
    quotas: Mapping[str, float] = field(default_factory=dict)
    """CPUs of one instance, by role."""

    def most_of(self, role: str, counts: Mapping[str, int]) -> int | None:
        """Most instances that ``role`` may have, the others having ``counts``; None: any number."""
        others = {name: count for name, count in counts.items() if name != role}
        limits = []
        if self.most_instances is not None:
            limits.append(self.most_instances - sum(others.values()))
        if self.most_cpus is not None:
            left = self.most_cpus - self.cpus(others)
            limits.append(math.floor(round(left / self.quotas[role], 9)))
        return min(limits, default=None)

    def cpus(self, counts: Mapping[str, int]) -> float:
        return sum(self.quotas[role] * count for role, count in counts.items())

    def lacks(self, counts: Mapping[str, int]) -> str | None:
        """In words what ``counts`` would need and the budget has not; None: they fit."""
        instances, cpus = sum(counts.values()), round(self.cpus(counts), 9) if self.quotas else 0.0
        if self.most_instances is not None and instances > self.most_instances:
            return f"{instances} instances, and {self.most_instances} are allowed"
        if self.most_cpus is not None and cpus > self.most_cpus:
            return f"instances of {cpus:g} CPUs together, and {self.most_cpus:g} are left for them"
        return None
