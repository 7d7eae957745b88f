"""A trial: one arm in one block. Fresh deployment and data, phases, drain, audit, down."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.gates import gates_of
from experiment.errors import RunError
from experiment.journal import Journal
from experiment.record import Gate, Plan, RunFolder, TrialFolder, TrialRecord, write_json
from experiment.scenario import Arm
from testbed.audit import audit_trial
from testbed.clock import Clock
from testbed.deploying import deployment_of
from testbed.display import Display
from testbed.faults.fault_point import FaultBoard
from testbed.generator import Generator, LoadOrder
from testbed.platforms.platform import Platform, RunningStore
from testbed.sampler import Sampler
from testbed.timeline import phase_in_force, windows_of

LEAD_S = 2.5
"""From the start of the generator to the first arrival: Locust needs one to two seconds."""
TICK_S = 0.25
DRAIN_S = 20.0
"""Think times of the last journeys, and their deadlines, end well within it."""


@dataclass(frozen=True)
class Trial:
    """Which trial of which run."""

    plan: Plan
    folder: RunFolder
    block: int
    arm: Arm

    @property
    def files(self) -> TrialFolder:
        return self.folder.trial(self.block, self.arm.name)

    @property
    def arrivals(self) -> Path:
        return self.folder.arrivals(self.block)


@dataclass
class _Progress:
    """What is known of a trial so far, for the record of one that ends early."""

    t0_unix: float | None = None
    start_s: float | None = None
    limits: dict[str, str] | None = None


def run_trial(trial: Trial, platform: Platform, display: Display) -> TrialRecord:
    """Run one trial and leave its record, whatever happens.

    A failed or cut-off trial is recorded as such before the exception goes on.
    """
    trial.files.path.mkdir(parents=True)
    so_far = _Progress()
    with Journal(trial.files.events) as journal:
        journal.write("trial-started", block=trial.block, arm=trial.arm.name)
        try:
            _measure(trial, platform, display, journal, so_far)
        except BaseException as error:
            status = "failed" if isinstance(error, Exception) else "cut-off"
            reason = str(error) or "interrupted"
            journal.write("trial-ended", status=status, reason=reason)
            _record(trial, so_far, status=status, reason=reason, gates=())
            raise
        gates = gates_of(trial.files, trial.arrivals)
        broken = "; ".join(gate.says for gate in gates if not gate.passed)
        journal.write("trial-ended", status="void" if broken else "complete", reason=broken)
    return _record(
        trial, so_far, status="void" if broken else "complete", reason=broken, gates=gates
    )


def _measure(
    trial: Trial, platform: Platform, display: Display, journal: Journal, so_far: _Progress
) -> None:
    display.step(f"starting {trial.arm.name}")
    store = platform.up(deployment_of(trial.plan.scenario, trial.arm), trial.files.path / "logs")
    try:
        so_far.start_s, so_far.limits = store.start_s, store.limits
        journal.write("store-ready", start_s=store.start_s)
        so_far.t0_unix = time.time() + LEAD_S
        _load(trial, platform, store, display, journal, Clock(so_far.t0_unix))
        display.step("auditing the books")
        audit_trial(store, trial.files, trial.arrivals)
    finally:
        store.down()
        journal.write("store-down")


def _load(
    trial: Trial,
    platform: Platform,
    store: RunningStore,
    display: Display,
    journal: Journal,
    clock: Clock,
) -> None:
    load = trial.plan.scenario.load
    order = LoadOrder(
        host=store.url,
        arrivals=trial.arrivals,
        record=trial.files.path,
        t0_unix=clock.t0_unix,
        deadline_s=load.deadline_s,
        in_flight_cap=load.in_flight_cap,
    )
    board = FaultBoard(store)
    with (
        Generator(order, platform.generator_cpus) as generator,
        Sampler(lambda: [*store.usage(), generator.usage()], clock, trial.files.samples),
    ):
        watch = _watcher(generator, display, clock)
        for window in windows_of(trial.plan.scenario, trial.plan.profile):
            watch(window.start_s)
            display.phase(window.phase.name, window.end_s - window.start_s)
            with phase_in_force(window, board, journal, clock, trial.plan.seed + trial.block):
                watch(window.end_s)
        display.step("draining")
        generator.wait(DRAIN_S + load.deadline_s)
        journal.write("drained", at_s=clock.elapsed_s())


def _watcher(generator: Generator, display: Display, clock: Clock) -> Callable[[float], None]:
    """A wait that shows the live rates and notices a generator that died."""

    def watch(until_s: float) -> None:
        while (now := clock.elapsed_s()) < until_s:
            generator.check_alive()
            display.rates(generator.progress())
            clock.sleep_until(min(until_s, now + TICK_S))

    return watch


def _record(
    trial: Trial, so_far: _Progress, *, status: str, reason: str, gates: tuple[Gate, ...]
) -> TrialRecord:
    record = TrialRecord.model_validate(
        {
            "block": trial.block,
            "arm": trial.arm.name,
            "status": status,
            "reason": reason,
            "t0_unix": so_far.t0_unix,
            "start_s": so_far.start_s,
            "gates": gates,
            "limits": so_far.limits or {},
        }
    )
    write_json(trial.files.run, record)
    return record


def require_complete(records: list[TrialRecord]) -> None:
    """Raise RunError that names the first trial which may not be used."""
    for record in records:
        if record.status != "complete":
            raise RunError(
                f"Block {record.block}, {record.arm} is {record.status}: {record.reason}."
            )
