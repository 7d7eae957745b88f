"""Incidents: one fault, or several that overlap, from the injection to what ends its follow-up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.recovery.reaction import reacted_s
from experiment.phase import PlannedPhase


@dataclass(frozen=True)
class Held:
    """A fault that was in force; times in seconds from the start of the load."""

    kind: str
    target: str
    planned_s: tuple[float, float]
    injected_s: float
    """When it was in force; what it did before, while it was being injected, counts as well."""
    lifting_s: float
    """When its roll-back began: to start again what was killed is part of the recovery."""
    ends_itself: bool = False
    """Whether it replaces by itself what it ended, before it is lifted."""

    @property
    def says(self) -> str:
        return f"{self.kind} of {self.target}"


@dataclass(frozen=True)
class Incident:
    """Faults whose planned times overlap; nobody can tell apart what each of them did."""

    faults: tuple[Held, ...]
    phase: str
    """In which the first of them begins."""
    names: frozenset[str]
    """Every name under which a metric may ask for that phase."""
    number: int
    """Among the incidents of its phase, from 0; with the phase, the same in all trials of a run."""
    until_s: float
    """To when it is followed: the next incident, the next baseline, or the end of the load."""
    reacted_s: float | None = None
    """When the store itself first reacted; None when the record tells of nothing."""

    @property
    def key(self) -> tuple[str, int]:
        return self.phase, self.number

    @property
    def says(self) -> str:
        return " and ".join(fault.says for fault in self.faults)

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(fault.target for fault in self.faults)

    @property
    def begins_s(self) -> float:
        """The first moment at which it may have done something."""
        return _begins_s(self.faults)

    @property
    def injected_s(self) -> float:
        return min(fault.injected_s for fault in self.faults)

    @property
    def lifting_s(self) -> float:
        """When the last of its faults began to be rolled back."""
        return max(fault.lifting_s for fault in self.faults)

    @property
    def reacted_after_s(self) -> float | None:
        """From the injection."""
        return None if self.reacted_s is None else max(0.0, self.reacted_s - self.injected_s)

    def is_in(self, phase: str) -> bool:
        """Whether ``phase`` names its phase, or a row or a group which that belongs to."""
        return phase in self.names


def incidents_in(
    events: Sequence[Mapping[str, Any]], timetable: Sequence[PlannedPhase]
) -> list[Incident]:
    """The incidents of a trial in their order."""
    groups = _overlapping(_as_planned(held, timetable) for held in _held(events))
    ends = [p.start_s for p in timetable if p.phase.kind == "baseline"]
    ends += [timetable[-1].end_s, *map(_begins_s, groups), *_left_out_s(events, groups)]
    incidents: list[Incident] = []
    for group in groups:
        planned = _phase_at(timetable, group[0].planned_s[0])
        name = planned.phase.name
        until_s = min(end_s for end_s in ends if end_s > _begins_s(group))
        number = sum(other.phase == name for other in incidents)
        found = Incident(group, name, planned.names, number, until_s)
        replaces = any(fault.ends_itself for fault in group)
        reaction_s = reacted_s(events, found.begins_s, found.lifting_s, replaces=replaces)
        incidents.append(replace(found, reacted_s=reaction_s))
    return incidents


def _overlapping(held: Iterable[Held]) -> list[tuple[Held, ...]]:
    """Faults by their begin, those of which planned times overlap taken together."""
    groups: list[list[Held]] = []
    for fault in sorted(held, key=lambda fault: (fault.planned_s, fault.says)):
        if groups and fault.planned_s[0] < max(other.planned_s[1] for other in groups[-1]):
            groups[-1].append(fault)
        else:
            groups.append([fault])
    return [tuple(group) for group in groups]


def _as_planned(held: Held, timetable: Sequence[PlannedPhase]) -> Held:
    """With the roll-back at the time at which it began by itself, where it did."""
    faults = _phase_at(timetable, held.planned_s[0]).phase.faults
    same = (f for f in faults if (f.kind, f.target) == (held.kind, held.target))
    over_after_s = next((fault.over_after_s for fault in same), None)
    if over_after_s is None:
        return held
    lifting_s = min(held.lifting_s, held.injected_s + over_after_s)
    return replace(held, lifting_s=lifting_s, ends_itself=True)


def _left_out_s(
    events: Iterable[Mapping[str, Any]], groups: Sequence[Sequence[Held]]
) -> list[float]:
    """When faults were due that this side cannot have; the other side is not followed further.

    But for those within an incident, which go on in both.
    """
    due_s = [event["planned_s"] for event in events if event["event"] == "fault-not-applicable"]
    spans = [(_begins_s(each), max(fault.planned_s[1] for fault in each)) for each in groups]
    return [at_s for at_s in due_s if not any(begin <= at_s < end for begin, end in spans)]


def _begins_s(faults: Iterable[Held]) -> float:
    return min(min(fault.planned_s[0], fault.injected_s) for fault in faults)


def _phase_at(timetable: Sequence[PlannedPhase], at_s: float) -> PlannedPhase:
    """The last phase that has begun at an instant."""
    begun = [planned for planned in timetable if planned.start_s <= at_s]
    return begun[-1] if begun else timetable[0]


def _held(events: Iterable[Mapping[str, Any]]) -> list[Held]:
    """Each injection with the first lifting of the same fault that follows it."""
    open_: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    held = []
    for event in events:
        if event["event"] == "fault-injected":
            open_.setdefault(_fault_of(event), []).append(event)
        elif event["event"] == "fault-lifted" and open_.get(_fault_of(event)):
            begun = open_[_fault_of(event)].pop(0)
            planned_s = (begun["planned_s"], event["planned_s"])
            times = (begun["actual_s"], event["actual_s"])
            held.append(Held(*_fault_of(event), planned_s, *times))
    return held


def _fault_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and target, which older records call role."""
    return event["kind"], event["target"] if "target" in event else event["role"]
