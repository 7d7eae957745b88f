"""The phases of a scenario: stretches of a trial, with the faults that hold in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from experiment.faults.on_network import require_one_per_hop
from experiment.faults.plan import FaultPlan
from experiment.load import Journey
from experiment.part import Part, Positive, Profile, Slug

PhaseSeconds = Annotated[float, Field(ge=0.1, le=86_400)]


class Sized(Part):
    """Seconds per profile."""

    smoke: PhaseSeconds
    demo: PhaseSeconds
    full: PhaseSeconds

    def of(self, profile: Profile) -> float:
        return float(getattr(self, profile))

    @classmethod
    def same(cls, seconds: float) -> Self:
        """From numbers that were validated; their sum may be more than one phase may have."""
        return cls.model_construct(smoke=seconds, demo=seconds, full=seconds)


class Phase(Part):
    """A stretch of a trial during which load and faults keep one shape."""

    name: Slug
    kind: Literal["warm-up", "baseline", "event", "recovery"]
    seconds: Sized
    surge: Mapping[Journey, Positive] = {}
    """Factor on the arrival rate of single journeys."""
    faults: tuple[FaultPlan, ...] = ()

    @model_validator(mode="after")
    def _holds_all_its_faults(self) -> Self:
        for fault in self.faults:
            for profile in get_args(Profile):
                if fault.after_s >= self.seconds.of(profile):
                    raise ValueError(f"{fault.kind} would begin after its phase ends in {profile}")
        return self

    @model_validator(mode="after")
    def _hurts_each_hop_in_one_way(self) -> Self:
        require_one_per_hop(self.faults)
        return self


@dataclass(frozen=True)
class PlannedPhase:
    """A phase with its start and end, in seconds from the start of the load."""

    phase: Phase
    start_s: float
    end_s: float
    group: str
    """Under which name it is reported: its own, or that of all stretches of its sort."""
    row: str
    """Name of all stretches of its row of the matrix, such as a way of failing; else its own."""

    @property
    def names(self) -> frozenset[str]:
        """Every name under which a metric may ask for it."""
        return frozenset((self.phase.name, self.row, self.group))

    def is_in(self, name: str) -> bool:
        """Whether ``name`` is its own, or that of stretches that it belongs to."""
        return name in self.names


Sorted = tuple[str, str, Phase]
"""A phase after its group and its row."""


def one_after_another(phases: Iterable[Sorted], profile: Profile) -> tuple[PlannedPhase, ...]:
    """Phases in the times that they have when none waits."""
    planned: list[PlannedPhase] = []
    start_s = 0.0
    for group, row, phase in phases:
        end_s = start_s + phase.seconds.of(profile)
        planned.append(PlannedPhase(phase, start_s, end_s, group, row))
        start_s = end_s
    return tuple(planned)


def phases_by_group(timetable: Iterable[PlannedPhase]) -> dict[str, list[str]]:
    """Names of the phases in each group, in the order of the first of each."""
    groups: dict[str, list[str]] = {}
    for planned in timetable:
        groups.setdefault(planned.group, []).append(planned.phase.name)
    return groups


def phases_together(timetable: Iterable[PlannedPhase]) -> dict[str, list[str]]:
    """Names of the phases under each name that is none of a phase: groups, and rows of a matrix."""
    together: dict[str, list[str]] = {}
    for planned in timetable:
        for name in sorted(planned.names - {planned.phase.name}):
            together.setdefault(name, []).append(planned.phase.name)
    return together
