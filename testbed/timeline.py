"""The timeline of a trial: phases begin, faults are injected and lifted, each at its time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from experiment.faults.plan import FaultPlan
from experiment.journal import Journal
from experiment.phase import PlannedPhase
from experiment.store import Architecture
from testbed.clock import Clock
from testbed.faults.catalogue import fault_for
from testbed.faults.fault_point import FaultBoard


@dataclass(frozen=True)
class Stage:
    """Where phases happen: the store's faults, the trial's journal and clock."""

    board: FaultBoard
    journal: Journal
    clock: Clock
    seed: int
    """Drives the chance of faults that strike only a share of calls."""
    architecture: Architecture
    """Some faults exist in one only."""
    wait_until: Callable[[float], None]
    """Returns at a time of the clock; what has to be watched meanwhile is watched."""

    @contextmanager
    def phase_in_force(self, window: PlannedPhase) -> Iterator[None]:
        """Hold a phase's faults while the block runs; lift them on every way out.

        Faults that begin or end within the phase do so in their time, before the block runs.
        """
        self.journal.write(
            "phase-started",
            phase=window.phase.name,
            kind=window.phase.kind,
            planned_s=window.start_s,
            actual_s=self.clock.elapsed_s(),
        )
        with ExitStack() as faults:
            held: dict[int, ExitStack] = {}
            for moment in _moments(window):
                if moment.at_s > window.start_s:
                    self.wait_until(moment.at_s)
                if moment.begins:
                    held[moment.number] = faults.enter_context(ExitStack())
                    plan = window.phase.faults[moment.number]
                    exists = plan.exists_in(self.architecture)
                    in_force = self._fault_in_force if exists else self._left_out
                    held[moment.number].enter_context(in_force(plan, window))
                else:
                    held[moment.number].close()
            yield

    @contextmanager
    def _left_out(self, plan: FaultPlan, window: PlannedPhase) -> Iterator[None]:
        """A one-sided fault on the other side: the same time passes without it."""
        self.journal.write(
            "fault-not-applicable",
            kind=plan.kind,
            target=plan.target,
            planned_s=plan.held_s(window.start_s, window.end_s)[0],
            actual_s=self.clock.elapsed_s(),
        )
        yield

    @contextmanager
    def _fault_in_force(self, plan: FaultPlan, window: PlannedPhase) -> Iterator[None]:
        begins_s, ends_s = plan.held_s(window.start_s, window.end_s)
        fault = fault_for(plan, self.board, self.seed)
        try:
            fault.inject()
            self.journal.write(
                "fault-injected",
                kind=plan.kind,
                target=plan.target,
                planned_s=begins_s,
                actual_s=self.clock.elapsed_s(),
            )
            yield
        finally:
            try:
                bite = fault.bite()
            finally:  # whatever becomes of the probe
                lifting_s = self.clock.elapsed_s()
                fault.lift()
            self.journal.write(
                "fault-lifted",
                kind=plan.kind,
                target=plan.target,
                bit=bite.felt,
                says=bite.says,
                seen_in=bite.seen_in,
                planned_s=ends_s,
                actual_s=lifting_s,
                rolled_back_s=self.clock.elapsed_s(),
            )


@dataclass(frozen=True, order=True)
class _Moment:
    """A fault of a phase begins or ends."""

    at_s: float
    begins: bool
    """Where two fall together, one fault is lifted before the next begins."""
    number: int
    """Which of the phase's faults."""


def _moments(window: PlannedPhase) -> list[_Moment]:
    """In order, but for the ends that fall together with the phase's."""
    moments = []
    for number, plan in enumerate(window.phase.faults):
        begins_s, ends_s = plan.held_s(window.start_s, window.end_s)
        moments.append(_Moment(begins_s, True, number))  # noqa: FBT003 - a field, named above
        if ends_s < window.end_s:
            moments.append(_Moment(ends_s, False, number))  # noqa: FBT003 - a field, named above
    return sorted(moments)
