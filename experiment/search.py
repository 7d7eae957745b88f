"""A search for a limit: how much load a given store bears, or how much store a given load needs.

The two questions are Theodolite's (Henning & Hasselbring, Empirical Software Engineering 27,
2022): *capacity* of given resources is the largest load at which the objective holds, *demand* of
a given load is the smallest amount of resources with which it holds.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiment.part import Part, Positive, Profile

Values = Annotated[tuple[Positive, ...], Field(min_length=1)]

Ratio = Annotated[float, Field(ge=1.02, le=4)]

SearchKind = Literal["capacity", "demand"]


class SizedValues(Part):
    """Numbers per profile, each named once."""

    smoke: Values
    demo: Values
    full: Values

    def of(self, profile: Profile) -> tuple[float, ...]:
        values: tuple[float, ...] = getattr(self, profile)
        return values

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
    lowest: Positive
    highest: Positive
    """Bounds of what is searched; beyond them the answer is "below" or "above", not a number."""
    factor: Annotated[float, Field(gt=1, le=16)] = 2.0
    """Ratio of the steps that find a first bracket."""
    resolution: SizedRatio
    """Ratio of the two ends of a bracket at which bisection stops."""
    reprobes: Annotated[int, Field(ge=0, le=5)] = 1
    """How often each end of the final bracket is probed again."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.highest < self.lowest * self.resolution.largest**2:
            raise ValueError("highest must be at least lowest times resolution squared")
        if self.factor < self.resolution.largest:
            raise ValueError("factor must not be smaller than resolution")
        return self
