"""The timeline of a trial: phases begin, faults are injected and lifted, each at its time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter

from experiment.journal import Journal
from experiment.part import Profile
from experiment.phase import FaultPlan, Phase
from experiment.scenario import Scenario
from testbed.clock import Clock
from testbed.faults.catalogue import fault_for
from testbed.faults.fault_point import FaultBoard


@dataclass(frozen=True)
class Window:
    """A phase with its start and end, in seconds from the start of the load."""

    phase: Phase
    start_s: float
    end_s: float


def windows_of(scenario: Scenario, profile: Profile) -> list[Window]:
    times = scenario.windows(profile)
    return [Window(phase, *times[phase.name]) for phase in scenario.phases]


@dataclass(frozen=True)
class Stage:
    """Where phases happen: the store's faults, the trial's journal and clock."""

    board: FaultBoard
    journal: Journal
    clock: Clock
    seed: int
    """Drives the chance of faults that strike only a share of calls."""
    wait_until: Callable[[float], None]
    """Returns at a time of the clock; what has to be watched meanwhile is watched."""

    @contextmanager
    def phase_in_force(self, window: Window) -> Iterator[None]:
        """Hold a phase's faults while the block runs; lift them on every way out.

        Faults that hold for less than the phase are lifted in their time, before the block runs.
        """
        self.journal.write(
            "phase-started",
            phase=window.phase.name,
            kind=window.phase.kind,
            planned_s=window.start_s,
            actual_s=self.clock.elapsed_s(),
        )
        with ExitStack() as faults:
            short: list[tuple[float, ExitStack]] = []
            for plan in window.phase.faults:
                fault = faults.enter_context(ExitStack())
                end_s = window.end_s if plan.holds_s is None else window.start_s + plan.holds_s
                fault.enter_context(self._fault_in_force(plan, window.start_s, end_s))
                if end_s < window.end_s:
                    short.append((end_s, fault))
            for end_s, fault in sorted(short, key=itemgetter(0)):
                self.wait_until(end_s)
                fault.close()
            yield

    @contextmanager
    def _fault_in_force(self, plan: FaultPlan, start_s: float, end_s: float) -> Iterator[None]:
        fault = fault_for(plan, self.board, self.seed)
        try:
            fault.inject()
            self.journal.write(
                "fault-injected",
                kind=plan.kind,
                role=plan.role,
                planned_s=start_s,
                actual_s=self.clock.elapsed_s(),
            )
            yield
        finally:
            bit, lifting_s = fault.bit(), self.clock.elapsed_s()
            fault.lift()
            self.journal.write(
                "fault-lifted",
                kind=plan.kind,
                role=plan.role,
                bit=bit,
                planned_s=end_s,
                actual_s=lifting_s,
                rolled_back_s=self.clock.elapsed_s(),
            )
