"""The phases of a scenario: stretches of a trial, with the faults that hold in them."""

from collections.abc import Mapping
from typing import Literal

from experiment.faults.plan import FaultPlan
from experiment.load import Journey
from experiment.part import Part, Positive, Profile, Slug


class Sized(Part):
    """One number per profile."""

    smoke: Positive
    demo: Positive
    full: Positive

    def of(self, profile: Profile) -> float:
        return float(getattr(self, profile))


class Phase(Part):
    """A stretch of a trial during which load and faults keep one shape."""

    name: Slug
    kind: Literal["warm-up", "baseline", "event", "recovery"]
    seconds: Sized
    surge: Mapping[Journey, Positive] = {}
    """Factor on the arrival rate of single journeys."""
    faults: tuple[FaultPlan, ...] = ()
