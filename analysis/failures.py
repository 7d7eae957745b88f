"""Failures of a trial: stretches with faults, each with the recovery that follows it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from analysis.cells import Cells
from analysis.shares import Shares, total
from experiment.phase import PlannedPhase


@dataclass(frozen=True)
class Failure:
    """One stretch with faults and what follows it, until the next stretch that is no recovery."""

    event: PlannedPhase
    recoveries: tuple[PlannedPhase, ...]

    @property
    def name(self) -> str:
        return self.event.phase.name

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of its event and its recoveries."""
        return tuple(planned.phase.name for planned in (self.event, *self.recoveries))

    def is_in(self, phase: str) -> bool:
        """Whether ``phase`` names it, its row of the matrix, or the group it is reported in."""
        return self.event.is_in(phase)


def failures_in(timetable: Iterable[PlannedPhase]) -> list[Failure]:
    """The failures of a trial in their order."""
    found: list[Failure] = []
    recovers = False
    for planned in timetable:
        if planned.phase.kind == "recovery" and recovers:
            last = found[-1]
            found[-1] = Failure(last.event, (*last.recoveries, planned))
            continue
        recovers = bool(planned.phase.faults)
        if recovers:
            found.append(Failure(planned, ()))
    return found


def in_control(
    cells: Cells, timetable: Iterable[PlannedPhase], features: Collection[str] = ()
) -> Shares:
    """What became of the requests without a fault.

    In the control stretches of a matrix, which have its aftermath as well; else in the baseline.
    """
    calm = [planned for planned in timetable if planned.phase.kind == "baseline"]
    control = [planned for planned in calm if planned.group == "control"] or calm
    return total(cells.of(planned.phase.name, features) for planned in control)


def in_failure(cells: Cells, failure: Failure, features: Collection[str] = ()) -> Shares:
    """What became of the requests during a failure and its recovery."""
    return total(cells.of(name, features) for name in failure.phases)


@dataclass(frozen=True)
class Loss:
    """Good requests lost per failure."""

    share: float
    n: int
    """Requests that were due in the failures."""


def good_lost(
    cells: Cells,
    timetable: Sequence[PlannedPhase],
    phases: Collection[str],
    features: Collection[str] = (),
) -> Loss | None:
    """What the failures in some phases, rows or groups cost; None where no request could tell."""
    wanted = [f for f in failures_in(timetable) if any(f.is_in(phase) for phase in phases)]
    control = in_control(cells, timetable, features)
    during = [in_failure(cells, failure, features) for failure in wanted]
    if not during or not all(shares.n for shares in (control, *during)):
        return None
    return Loss(mean_good_lost(control, during), sum(shares.n for shares in during))


def mean_good_lost(control: Shares, failures: Sequence[Shares]) -> float:
    """Good requests lost per failure: share without a failure, less the mean share during one.

    Each failure weighs the same, however many requests were due in it. ValueError when in one of
    them, or without any, no request was due.
    """
    if not failures or not all(shares.n for shares in (control, *failures)):
        raise ValueError("no request was due in a failure or without one")
    during = sum(shares.good / shares.n for shares in failures) / len(failures)
    return control.good / control.n - during
