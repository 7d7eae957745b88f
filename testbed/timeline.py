"""The timeline of a trial: phases begin, faults are injected and lifted, each at its time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from experiment.journal import Journal
from experiment.scenario import FaultPlan, Phase, Profile, Scenario
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


@contextmanager
def phase_in_force(
    window: Window, board: FaultBoard, journal: Journal, clock: Clock, seed: int
) -> Iterator[None]:
    """Hold a phase's faults while the block runs; lift them on every way out."""
    journal.write(
        "phase-started",
        phase=window.phase.name,
        kind=window.phase.kind,
        planned_s=window.start_s,
        actual_s=clock.elapsed_s(),
    )
    with ExitStack() as faults:
        for plan in window.phase.faults:
            faults.enter_context(_fault_in_force(plan, window, board, journal, clock, seed))
        yield


@contextmanager
def _fault_in_force(
    plan: FaultPlan, window: Window, board: FaultBoard, journal: Journal, clock: Clock, seed: int
) -> Iterator[None]:
    fault = fault_for(plan, board, seed)
    name = {"kind": plan.kind, "role": plan.role}
    try:
        fault.inject()
        journal.write(
            "fault-injected", **name, planned_s=window.start_s, actual_s=clock.elapsed_s()
        )
        yield
    finally:
        bit = fault.bit()
        lifting_s = clock.elapsed_s()
        fault.lift()
        journal.write(
            "fault-lifted",
            **name,
            bit=bit,
            planned_s=window.end_s,
            actual_s=lifting_s,
            rolled_back_s=clock.elapsed_s(),
        )
