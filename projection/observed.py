"""What runs show of each load: a phase of a trial with one rate, its requests and its CPU time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.cells import Floats
from analysis.measured import MeasuredRun
from analysis.quantiles import nearest_rank
from analysis.reading import read_table
from analysis.resources import cpu_s_by_role, memory_mb_by_role
from analysis.trial import Trial
from analysis.windows import Window, within
from experiment.phase import PlannedPhase
from experiment.record import RunFolder
from experiment.rows import ARRIVALS
from experiment.store import Architecture
from projection.network import Step

Journeys = Sequence[Sequence[Step]]


@dataclass(frozen=True, eq=False)
class Load:
    """One phase of one trial."""

    phase: str
    journeys_per_s: float
    """As planned; what came by chance is in the schedule."""
    window: Window
    trial: Trial
    journeys: Journeys
    """The schedule of the whole trial."""

    @property
    def seconds(self) -> float:
        return self.window[1] - self.window[0]

    @cached_property
    def requests(self) -> pd.DataFrame:
        """Rows of the requests that were due in it."""
        due_s = self.trial.requests["due_s"].to_numpy(np.float64)
        return self.trial.requests[within(due_s, self.window)]

    @cached_property
    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of each role of the store."""
        return cpu_s_by_role(self.trial.samples, self.window)

    @cached_property
    def memory_mb(self) -> dict[str, float]:
        return memory_mb_by_role(self.trial.samples, self.window)

    @property
    def used(self) -> float:
        """CPUs that the store used on average."""
        return sum(self.cpu_s.values()) / self.seconds

    @property
    def answered_ms(self) -> Floats:
        """Response times of correct answers, ascending."""
        rows = self.requests
        return np.sort(rows["response_ms"][~rows["failed"]].to_numpy(np.float64))

    @property
    def p95_ms(self) -> float:
        return nearest_rank(self.answered_ms, 0.95)

    @property
    def answers_per_s(self) -> float:
        """Throughput: correct answers that came within the window, whenever they were due."""
        rows = self.trial.requests
        ended_s = rows["ended_s"][~rows["failed"]].to_numpy(np.float64)
        return float(within(ended_s, self.window).sum() / self.seconds)


def read_loads(folder: RunFolder, run: MeasuredRun, architecture: Architecture) -> list[Load]:
    """Every phase without faults of every trial of an architecture, but for warm-ups."""
    arms = {arm.name for arm in run.scenario.arms if arm.architecture == architecture}
    trials = [trial for trial in run.trials if trial.record.arm in arms]
    schedules = {block: _schedule(folder, block) for block in run.blocks}
    return [
        Load(
            planned.phase.name,
            _rate(run, planned),
            (planned.start_s, planned.end_s),
            trial,
            schedules[trial.record.block],
        )
        for trial in trials
        for planned in trial.timetable
        if planned.phase.kind != "warm-up" and not planned.phase.faults
    ]


def _schedule(folder: RunFolder, block: int) -> Journeys:
    table = read_table(folder.arrivals(block), ARRIVALS).sort_by([("seq", "ascending")])
    columns = table.select(["seq", "operation", "intended_s"]).to_pydict()
    journeys: dict[int, list[Step]] = {}
    for seq, operation, planned_s in zip(*columns.values(), strict=True):
        journeys.setdefault(seq, []).append(Step(operation, planned_s))
    return [sorted(steps, key=lambda step: step.planned_s) for steps in journeys.values()]


def _rate(run: MeasuredRun, planned: PlannedPhase) -> float:
    load = run.scenario.load
    surge = planned.phase.surge
    surged = sum(weight * surge.get(journey, 1.0) for journey, weight in load.mix.items())
    return load.rate * surged / sum(load.mix.values())


def split(loads: Sequence[Load]) -> tuple[list[Load], list[Load]]:
    """Those to learn from, and those held out: in the order of their rates every second one.

    The rule looks at nothing that was measured.
    """
    rates = sorted({load.journeys_per_s for load in loads})
    learnt = set(rates[::2])
    return (
        [load for load in loads if load.journeys_per_s in learnt],
        [load for load in loads if load.journeys_per_s not in learnt],
    )
