"""The matrix: many faults in one trial, one after another, each with a recovery after it.

The order is drawn anew for each block, and is the same for all arms of a block; what one fault
leaves to the next one then falls on all faults alike.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from experiment.faults.fault import PlannedFault
from experiment.faults.on_roles import Role
from experiment.faults.plan import AnyFault, FaultPlan
from experiment.part import Part, Profile, Slug
from experiment.phase import Phase, Sized, Sorted
from experiment.store import Architecture

Group = Literal["control", "faults", "recoveries", "one-sided", "one-sided-recoveries"]
GROUPS: tuple[str, ...] = get_args(Group)
"""Names under which the stretches of a matrix are reported together, in the order of reports.

Faults that one architecture cannot have stay apart: its loss of nothing would count as a merit.
"""

_NEEDS_ROLE = frozenset(
    fault.model_fields["kind"].default
    for fault in get_args(AnyFault)
    if "role" in fault.model_fields and fault.model_fields["role"].is_required()
)
_FAULT: TypeAdapter[AnyFault] = TypeAdapter(FaultPlan)


class Roles(Part):
    """Roles that are struck, per profile."""

    smoke: tuple[Role, ...] = ()
    demo: tuple[Role, ...] = ()
    full: tuple[Role, ...] = ()

    def of(self, profile: Profile) -> tuple[Role, ...]:
        return tuple(getattr(self, profile))


class Controls(Part):
    """Stretches without a fault among the others, per profile."""

    smoke: Annotated[int, Field(ge=1, le=100)] = 1
    demo: Annotated[int, Field(ge=1, le=100)] = 2
    full: Annotated[int, Field(ge=1, le=100)] = 4

    def of(self, profile: Profile) -> int:
        return int(getattr(self, profile))


class Row(Part):
    """One fault of the matrix; if it needs a role and names none, it strikes each in turn."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Slug
    kind: str
    """A kind of fault; its parameters are further keys."""

    @property
    def strikes_each_role(self) -> bool:
        return self.kind in _NEEDS_ROLE and "role" not in self.parameters

    @property
    def parameters(self) -> dict[str, Any]:
        """What its kind needs to know, such as a strength or a role."""
        return self.model_extra or {}

    def names(self, roles: Sequence[Role]) -> list[str]:
        """Of its faults, such as hang-orders."""
        return [f"{self.name}-{role}" for role in roles] if self.strikes_each_role else [self.name]

    def faults(self, roles: Sequence[Role]) -> Iterator[tuple[str, AnyFault]]:
        """Its faults by their names. ValueError when it is no fault."""
        where = [{"role": role} for role in roles] if self.strikes_each_role else [{}]
        for name, each in zip(self.names(roles), where, strict=True):
            yield name, self._fault(**each)

    def _fault(self, **where: str) -> AnyFault:
        try:
            values = {"kind": self.kind, **self.parameters, **where}
            return _FAULT.validate_python(values, strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            where_wrong = ".".join(str(part) for part in first["loc"] if part != self.kind)
            raise ValueError(f"{self.name}, {where_wrong or 'kind'}: {first['msg']}") from error


class Turn(Part):
    """One stretch of the matrix in a block: a fault and its recovery, or a control."""

    name: Slug
    extra_s: Annotated[float, Field(ge=0)] = 0.0
    """Seconds by which this recovery is longer than the least."""


class Matrix(Part):
    """Faults and controls that follow the scenario's phases."""

    faults: Annotated[tuple[Row, ...], Field(min_length=1, max_length=100)]
    roles: Roles = Roles()
    event_s: Sized
    """Seconds for which each fault holds."""
    recovery_s: Sized
    """Seconds after it, at least; a control is as long as both."""
    scatter_s: Sized | None = None
    """Seconds that are spread at random over all recoveries of a trial, so that faults come at
    random moments, and all trials last equally long."""
    controls: Controls = Controls()

    @model_validator(mode="after")
    def _has_valid_faults(self) -> Self:
        for profile in get_args(Profile):
            self.planned(profile)
        return self

    def planned(self, profile: Profile) -> dict[str, AnyFault]:
        """Faults by name. ValueError when one is not valid or two have the same name."""
        named = [fault for row in self.faults for fault in row.faults(self.roles.of(profile))]
        faults = dict(named)
        if len(faults) < len(named):
            raise ValueError("two faults have the same name")
        if not faults:
            raise ValueError(f"no fault is left in the profile {profile}: name roles")
        return faults

    def declared(self, profile: Profile) -> tuple[Turn, ...]:
        """All turns, as they are declared."""
        faults = self.planned(profile)
        extra_s = self._scatter_s(profile) / len(faults)
        controls = (Turn(name=f"control-{n + 1}") for n in range(self.controls.of(profile)))
        return *(Turn(name=name, extra_s=extra_s) for name in faults), *controls

    def shuffled(self, profile: Profile, chance: random.Random) -> tuple[Turn, ...]:
        """All turns in random order; cuts at uniform places divide the seconds to scatter."""
        names = [turn.name for turn in self.declared(profile)]
        faults = self.planned(profile)
        scatter_s = self._scatter_s(profile)
        chance.shuffle(names)
        cuts = sorted(chance.uniform(0, scatter_s) for _ in range(len(faults) - 1))
        parts = iter(b - a for a, b in zip([0.0, *cuts], [*cuts, scatter_s], strict=True))
        return tuple(
            Turn(name=name, extra_s=next(parts) if name in faults else 0.0) for name in names
        )

    def rows(self, profile: Profile) -> dict[str, str]:
        """By the name of each fault, that of its row."""
        roles = self.roles.of(profile)
        return {name: row.name for row in self.faults for name in row.names(roles)}

    def names_together(self, profile: Profile) -> list[str]:
        """Names that stand for several stretches, and that no other one may have."""
        crossed = {row.name for row in self.faults if row.strikes_each_role}
        rows = sorted(crossed & set(self.rows(profile).values()))
        return [*GROUPS, *rows, *map(_after, rows)]

    def phases(self, profile: Profile, turns: Sequence[Turn]) -> Iterator[Sorted]:
        """The phases of these turns, in their order."""
        faults, rows = self.planned(profile), self.rows(profile)
        event_s, recovery_s = self.event_s.of(profile), self.recovery_s.of(profile)
        for turn in turns:
            if turn.name not in faults:
                control = _phase(turn.name, "baseline", event_s + recovery_s)
                yield "control", turn.name, control
                continue
            event = _phase(turn.name, "event", event_s, faults[turn.name])
            after = _phase(_after(turn.name), "recovery", recovery_s + turn.extra_s)
            during, since = _groups_of(faults[turn.name])
            yield during, rows[turn.name], event
            yield since, _after(rows[turn.name]), after

    def _scatter_s(self, profile: Profile) -> float:
        return self.scatter_s.of(profile) if self.scatter_s else 0.0


def _groups_of(fault: PlannedFault) -> tuple[Group, Group]:
    """Of the stretch in which it holds, and of the one after it."""
    return (
        ("one-sided", "one-sided-recoveries") if is_one_sided(fault) else ("faults", "recoveries")
    )


def _after(name: str) -> str:
    """The recovery after a fault, or those after the faults of a row."""
    return f"after-{name}"


def is_one_sided(fault: PlannedFault) -> bool:
    """Whether one of the architectures has nothing that it could hit."""
    return not all(fault.exists_in(each) for each in get_args(Architecture))


def _phase(
    name: str, kind: Literal["baseline", "event", "recovery"], seconds: float, *faults: AnyFault
) -> Phase:
    return Phase(name=name, kind=kind, seconds=Sized.same(seconds), faults=faults)
