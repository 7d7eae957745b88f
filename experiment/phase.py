"""The phases of a scenario: stretches of a trial, with the faults that hold in them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from experiment.load import Journey
from experiment.part import Part, Positive, Profile, Share, Slug


class Sized(Part):
    """One number per profile."""

    smoke: Positive
    demo: Positive
    full: Positive

    def of(self, profile: Profile) -> float:
        return float(getattr(self, profile))


class FaultPlan(Part):
    """A fault that begins with its phase, aimed at a role that exists in both stores."""

    kind: Literal["outage", "error", "delay", "hang"]
    """``outage``: the role is lost. A service is killed and kept down; in the monolith the code
    of the role crashes its process each time it is reached."""
    role: Literal[
        "accounts",
        "catalog",
        "search",
        "recommendations",
        "carts",
        "inventory",
        "payments",
        "orders",
        "notifications",
    ]
    probability: Share = 1.0
    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Length of a ``delay``; time for which a ``hang`` holds, 0 for its whole phase."""

    @property
    def holds_s(self) -> float | None:
        """Seconds from the begin of the phase to the lifting; None: to the phase's end."""
        return self.seconds if self.kind == "hang" and self.seconds else None


class Phase(Part):
    """A stretch of a trial during which load and faults keep one shape."""

    name: Slug
    kind: Literal["warm-up", "baseline", "event", "recovery"]
    seconds: Sized
    surge: Mapping[Journey, Positive] = {}
    """Factor on the arrival rate of single journeys."""
    faults: tuple[FaultPlan, ...] = ()
