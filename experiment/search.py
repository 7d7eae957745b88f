"""A search for a limit: how much load a given store bears, or how much store a given load needs.

The two questions are Theodolite's (Henning & Hasselbring, Empirical Software Engineering 27,
2022): *capacity* of given resources is the largest load at which the objective holds, *demand* of
a given load is the smallest amount of resources with which it holds.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiment.part import Part, Positive, Profile

Values = Annotated[tuple[Positive, ...], Field(min_length=1, max_length=20)]

Ratio = Annotated[float, Field(ge=1.02, le=4)]

LEAST_CPUS = 0.1
"""The kernel grants a millisecond per period or more, and the periods are of ten."""

SearchKind = Literal["capacity", "demand"]


class SizedValues(Part):
    """Numbers per profile, each named once."""

    smoke: Values
    demo: Values
    full: Values

    def of(self, profile: Profile) -> tuple[float, ...]:
        values: tuple[float, ...] = getattr(self, profile)
        return values

    @property
    def all(self) -> tuple[float, ...]:
        return self.smoke + self.demo + self.full

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if any(len(set(values)) < len(values) for values in (self.smoke, self.demo, self.full)):
            raise ValueError("a value is named twice")
        return self


class SizedRatio(Part):
    """One ratio per profile."""

    smoke: Ratio
    demo: Ratio
    full: Ratio

    def of(self, profile: Profile) -> float:
        return float(getattr(self, profile))

    @property
    def largest(self) -> float:
        return max(self.smoke, self.demo, self.full)


class Search(Part):
    """What is searched, between which bounds, and how closely.

    A ``capacity`` search varies the load and starts at ``load.rate``; a ``demand`` search varies
    the resources and starts at ``budget.cpus``. The other of the two is held at each value of
    ``at`` in turn.
    """

    kind: SearchKind
    resource: Literal["cpus"] = "cpus"
    """``cpus``: CPUs of the pooled budget."""
    at: SizedValues
    """Resources of a capacity search, loads (journeys per second) of a demand search. The first
    one decides the verdict; the others are described."""
    others_blocks: Annotated[int, Field(ge=1, le=200)] | None = None
    """The blocks, from the first, in which the others are searched as well; None: all."""
    lowest: Positive
    highest: Positive
    """Bounds of what is searched; beyond them the answer is "below" or "above", not a number."""
    factor: Annotated[float, Field(gt=1, le=16)] = 2.0
    """Ratio of the steps that find a first bracket."""
    resolution: SizedRatio
    """Ratio of the two ends of a bracket at which bisection stops."""
    reprobes: Annotated[int, Field(ge=0, le=5)] = 1
    """How often each end of the final bracket is probed again."""

    def values(self, profile: Profile, block: int) -> tuple[float, ...]:
        """The values that are held in a block, the one that decides first."""
        values = self.at.of(profile)
        only_first = self.others_blocks is not None and block > self.others_blocks
        return values[:1] if only_first else values

    @model_validator(mode="after")
    def _asks_for_quotas_that_exist(self) -> Self:
        cpus = [self.lowest] if self.kind == "demand" else self.at.all
        if min(cpus) < LEAST_CPUS:
            raise ValueError(f"no less than {LEAST_CPUS:g} CPUs can be enforced on a deployment")
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"lowest, {self.lowest:g}, is above highest, {self.highest:g}")
        if self.highest < self.lowest * self.resolution.largest**2:
            raise ValueError("highest must be at least lowest times resolution squared")
        if self.factor < self.resolution.largest:
            raise ValueError("factor must not be smaller than resolution")
        return self
