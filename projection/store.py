"""A store as the model sees it: its roles, and how each operation goes through them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from experiment.store import Architecture
from projection.demands import Demands, estimate
from projection.flow import Flow, Fork, Series, Wait, Work
from projection.observed import Load
from projection.roles import Role, roles_of

BESIDE: Mapping[tuple[Architecture, str], tuple[str, ...]] = {
    ("microservices", "product-page"): ("inventory",)
}
"""Roles that work beside the others, by architecture and operation: the storefront asks for the
stock while it asks for all the rest."""


@dataclass(frozen=True)
class Store:
    """One architecture with what it was seen to need."""

    architecture: Architecture
    demands: Demands
    roles: tuple[Role, ...]
    start_s: float
    """Seconds from nothing to a whole store that serves."""

    @cached_property
    def flows(self) -> dict[str, Flow]:
        return {name: self._flow(name) for name in self.demands.cpu_s}

    def _flow(self, operation: str) -> Flow:
        works = [Work(role.name, role.cpu_s[operation]) for role in self.roles]
        works = [work for work in works if work.cpu_s > 0]
        names = BESIDE.get((self.architecture, operation), ())
        beside = tuple(work for work in works if work.role in names)
        rest = tuple(work for work in works if work.role not in names)
        main: Flow = Fork((*beside, Series(rest))) if beside else Series(rest)
        return Series((main, Wait(self.demands.wait_s[operation])))


def learn(architecture: Architecture, loads: Sequence[Load], cpus: float) -> Store:
    """What ``loads``, and nothing else, tell of an architecture."""
    demands = estimate(loads, cpus)
    starts = [load.trial.record.start_s or 0.0 for load in loads]
    return Store(architecture, demands, tuple(roles_of(loads, demands)), sum(starts) / len(starts))
