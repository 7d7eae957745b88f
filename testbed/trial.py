"""A trial: one arm in one block. Fresh deployment and data, phases, drain, audit, down."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from analysis.gates import gates_of
from experiment.errors import VoidTrialError
from experiment.footprint import Reading
from experiment.journal import Journal
from experiment.record import Gate, Plan, RunFolder, TrialFolder, TrialRecord
from experiment.rows import SAMPLES
from experiment.sealing import hashes_of, keep
from experiment.store import Arm
from loadtests.journeys import LONGEST
from testbed import footprint
from testbed.audit import audit_trial
from testbed.autoscaling.autoscaler import Autoscaler
from testbed.clock import Clock
from testbed.core_watch import CoreWatch
from testbed.cpu_times import CpuTimes
from testbed.deploying import deployment_of
from testbed.display import Display
from testbed.faults.fault_point import FaultBoard
from testbed.generator import Generator, LoadOrder
from testbed.idleness import await_idle
from testbed.load_workers import load_workers_in, workers_of
from testbed.platforms.platform import Deployment, Platform, RunningStore
from testbed.sampler import Sampler, of_usage
from testbed.timeline import Stage
from testbed.watching import Watches

LEAD_S = 2.0
"""From the start of the generator to the first arrival: Locust needs one to two seconds."""
TICK_S = 0.25
THINKING_S = 15.0
"""Think times of a journey that began last end well within it."""


@dataclass(frozen=True)
class Trial:
    """Which trial of which run."""

    plan: Plan
    folder: RunFolder
    block: int
    arm: Arm
    attempt: int = 1
    repeat_if_void: bool = False
    """Whether another attempt follows when this one is void."""

    @property
    def files(self) -> TrialFolder:
        return self.folder.trial(self.block, self.arm.name, self.attempt)

    @property
    def arrivals(self) -> Path:
        return self.folder.arrivals(self.block)

    @property
    def given(self) -> tuple[Path, ...]:
        """Files that were there before the trial, and are part of its record."""
        return (self.arrivals,)


@dataclass
class _Known:
    """What is known of a trial so far, for the record of one that ends early."""

    t0_unix: float | None = None
    start_s: float | None = None
    limits: dict[str, str] = field(default_factory=dict)
    steal_share: float | None = None
    rest: Reading | None = None
    """What the store held before the load, where the scenario wants it."""


def run_trial(trial: Trial, platform: Platform, display: Display) -> TrialRecord:
    """Run one trial and leave its record, whatever happens.

    A failed or cut-off trial is recorded as such before the exception goes on.
    """
    trial.files.path.mkdir(parents=True)
    known = _Known()
    with Journal(trial.files.events) as journal:
        journal.write("trial-started", block=trial.block, arm=trial.arm.name, attempt=trial.attempt)
        try:
            _Measurement(trial, platform, display, journal, known).run()
            gates = gates_of(trial.files, trial.arrivals, load_workers_in(trial.files.path))
        except VoidTrialError as error:
            lost = Gate(name="load workers", passed=False, says=str(error))
            return _record(trial, known, journal, status="void", reason=str(error), gates=(lost,))
        except BaseException as error:
            status = "failed" if isinstance(error, Exception) else "cut-off"
            _record(trial, known, journal, status=status, reason=str(error))
            raise
        broken = "; ".join(gate.says for gate in gates if not gate.passed)
        status = "void" if broken else "complete"
        return _record(trial, known, journal, status=status, reason=broken, gates=gates)


@dataclass(frozen=True)
class _Measurement:
    """One trial under way."""

    trial: Trial
    platform: Platform
    display: Display
    journal: Journal
    known: _Known

    def run(self) -> None:
        trial = self.trial
        self._rest()
        self.display.step(f"starting {trial.arm.name}")
        wanted = deployment_of(trial.plan.scenario, trial.arm)
        store = self.platform.up(wanted, trial.files.path / "logs")
        try:
            self.known.start_s, self.known.limits = store.start_s, store.limits
            self.journal.write("store-ready", start_s=store.start_s)
            if trial.plan.scenario.watch_footprint:
                self.known.rest = footprint.read(store)
            before, watch = CpuTimes.now(), self._core_watch()
            with store.under_budget(), self._generator(store) as generator:
                self.known.t0_unix = generator.await_start()
                self._load(store, wanted, generator, Clock(self.known.t0_unix), watch)
            self.known.steal_share = round(CpuTimes.now().stolen_since(before), 4)
            self.display.step("auditing the books")
            audit_trial(store, trial.files, trial.arrivals)
        finally:
            store.down()
            self.journal.write("store-down")
            self._take_in_state_changes(store)

    def _take_in_state_changes(self, store: RunningStore) -> None:
        """Let the journal know what the store's processes and the edge went through."""
        t0_unix = self.known.t0_unix
        for event in store.state_changes():
            actual_s = None if t0_unix is None else round(event["at"] - t0_unix, 6)
            self.journal.take_in({**event, "actual_s": actual_s})

    def _rest(self) -> None:
        """Wait for an idle machine; a gate judges whether it became one."""
        self.display.step("waiting for the machine to be idle")
        cooldown = self.trial.plan.scenario.cooldown
        rest = await_idle(cooldown)
        self.journal.write("machine-idle", **asdict(rest), limit_share=cooldown.busy_share)

    def _load(
        self,
        store: RunningStore,
        wanted: Deployment,
        generator: Generator,
        clock: Clock,
        cores: CoreWatch,
    ) -> None:
        plan = self.trial.plan
        autoscaler = self._autoscaler(store, wanted, clock)
        watch = partial(self._watch, generator, autoscaler, clock)
        seed = plan.seed + self.trial.block
        architecture = self.trial.arm.architecture
        stage = Stage(FaultBoard(store), self.journal, clock, seed, architecture, watch)
        usage = lambda: [*store.usage(), generator.usage()]  # noqa: E731 - one line says it
        files, timetable = self.trial.files, plan.timetable(self.trial.block)
        sampler = Sampler(of_usage(usage, cores.read), clock, files.samples, SAMPLES)
        watches = Watches(files, timetable, plan.scenario.watch_limbo, self.known.rest)
        with sampler, watches.on(store, clock):
            watch(0.0)
            core_wait = generator.core_wait()
            with ExitStack() as scaling:
                for each in autoscaler:
                    scaling.enter_context(each)
                self._phases(stage, watch)
            # On the only core it has to wait for the store, and others' cores are not seen here.
            if plan.machine.cores > 1 and plan.remote_load is None:
                self.journal.write("generator-waited", waited_s=core_wait.so_far_s())
            self.display.step("draining")
            generator.wait(THINKING_S + LONGEST * plan.scenario.load.deadline_s)
            self.journal.write("drained", actual_s=clock.elapsed_s())

    def _core_watch(self) -> CoreWatch:
        """Where the load comes from elsewhere, what the generator used says nothing of a core."""
        plan = self.trial.plan
        cores = self.platform.watched_cores if plan.remote_load is None else None
        if cores is not None:
            own = {"store": sorted(cores.store), "generator": sorted(cores.generator)}
            limit_share = plan.scenario.cooldown.foreign_share
            self.journal.write("cores-watched", **own, limit_share=limit_share)
        return CoreWatch(cores)

    def _phases(self, stage: Stage, watch: Callable[[float], None]) -> None:
        for window in self.trial.plan.timetable(self.trial.block):
            watch(window.start_s)
            self.display.phase(window.phase.name, window.end_s - window.start_s)
            with stage.phase_in_force(window):
                watch(window.end_s)

    def _autoscaler(
        self, store: RunningStore, wanted: Deployment, clock: Clock
    ) -> list[Autoscaler]:
        """One, or none."""
        planned, scaled = self.trial.plan.scenario.autoscaling, self.trial.arm.scaled
        if planned is None or not scaled:
            return []
        return [
            Autoscaler(
                planned,
                scaled,
                store=store,
                deployment=wanted,
                journal=self.journal,
                clock=clock,
            )
        ]

    def _generator(self, store: RunningStore) -> Generator:
        plan = self.trial.plan
        load, remote, workers = plan.scenario.load, plan.remote_load, workers_of(plan)
        order = LoadOrder(
            host=(remote and remote.target) or store.url,
            arrivals=self.trial.arrivals,
            record=self.trial.files.path,
            t0_unix=None if workers.count else time.time() + LEAD_S,
            deadline_s=load.deadline_s,
            in_flight_cap=load.in_flight_cap,
            workers=workers,
            closed_users=load.users if self.trial.arm.loop == "closed" else 0,
        )
        return Generator(order, self.platform.generator_cpus, self.platform.belongings)

    def _watch(
        self, generator: Generator, autoscaler: Sequence[Autoscaler], clock: Clock, until_s: float
    ) -> None:
        """Wait, show the live rates, and notice a generator or an autoscaler that died."""
        while (now := clock.elapsed_s()) < until_s:
            generator.check_alive()
            for each in autoscaler:
                each.check()
            self.display.rates(generator.progress())
            clock.sleep_until(min(until_s, now + TICK_S))


def _record(
    trial: Trial,
    known: _Known,
    journal: Journal,
    *,
    status: str,
    reason: str,
    gates: tuple[Gate, ...] = (),
) -> TrialRecord:
    journal.write("trial-ended", status=status, reason=reason)
    record = TrialRecord.model_validate(
        {
            "block": trial.block,
            "arm": trial.arm.name,
            "status": status,
            "reason": reason,
            "t0_unix": known.t0_unix,
            "start_s": known.start_s,
            "gates": gates,
            "limits": known.limits,
            "steal_share": known.steal_share,
            "attempt": trial.attempt,
            "is_repeated": status == "void" and trial.repeat_if_void,
            "load_workers": load_workers_in(trial.files.path),
            "hashes": hashes_of(trial.files, *trial.given),
        }
    )
    keep(trial.folder, trial.files, record)
    return record
