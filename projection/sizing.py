"""How many instances each role has at a steady load, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiment.errors import InputError
from experiment.prices import Prices
from projection.assumed import Assumed
from projection.roles import Role
from projection.store import Store
from scaling.replicas import Reading, wanted

MIB_PER_GIB = 1024


@dataclass(frozen=True)
class Sized:
    """One store at one load."""

    store: Store
    journeys_per_s: float
    assumed: Assumed
    instances: Mapping[str, int]
    """By role."""

    @property
    def total(self) -> int:
        return sum(self.instances.values())

    def total_of(self, role: str) -> int:
        return self.instances.get(role, 0)

    @property
    def cpus(self) -> float:
        """CPUs that are paid for: the sum of all quotas."""
        return self.total * self.assumed.instance_cpus

    @property
    def memory_gb(self) -> float:
        in_mb = sum(self.instances[role.name] * role.memory_mb for role in self.store.roles)
        return in_mb / MIB_PER_GIB

    def per_hour(self, prices: Prices) -> float:
        """Money per hour."""
        return (
            self.cpus * prices.cpu_hour
            + self.memory_gb * prices.gb_hour
            + self.total * prices.instance_hour
        )

    def per_million(self, prices: Prices) -> float:
        """Money per million journeys."""
        return self.per_hour(prices) * 1e6 / (3600 * self.journeys_per_s)


def size(store: Store, mix: Mapping[str, float], journeys_per_s: float, assumed: Assumed) -> Sized:
    """The numbers at which the autoscaler rests; ``mix`` are requests per journey by operation.

    Demand grows with the load and nothing else: no station is too large, and none gets cheaper.
    """
    instances = {
        role.name: _resting(role, journeys_per_s * cpu_s_per_journey(role, mix), assumed)
        for role in store.roles
    }
    return Sized(store, journeys_per_s, assumed, instances)


def cpu_s_per_journey(role: Role, mix: Mapping[str, float]) -> float:
    return sum(share * role.cpu_s.get(name, 0.0) for name, share in mix.items())


def _resting(role: Role, cpus: float, assumed: Assumed) -> int:
    """The number that the autoscaler would leave as it is, found as it finds it.

    Without its tolerance of 10 %: which of the numbers within that it rests at depends on where
    it came from.
    """
    if role.background >= assumed.target * assumed.instance_cpus:
        raise InputError(
            f"An instance of {role.name} uses {role.background:.2f} CPUs without any load: no "
            f"number of instances of {assumed.instance_cpus:g} CPUs holds the target."
        )
    number = assumed.least
    while True:
        usage = (cpus / number + role.background) / assumed.instance_cpus
        readings = (Reading(usage),) * number
        found = max(assumed.least, wanted(number, readings, assumed.target, 0.0, 1.0))
        if found <= number:
            return number
        number = found
