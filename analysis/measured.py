"""A run as the analysis sees it: complete blocks with their rows, and what became of the rest."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Self

import numpy as np
import pandas as pd

from analysis.cells import Floats
from analysis.reading import read_stopped_at
from analysis.salvage import Damage, find_contradictions, find_records, reason_of
from analysis.sessions import APART_S, FEWEST_SESSIONS
from analysis.shares import Shares, total
from analysis.spending import level_of_pool, nominal_levels
from analysis.statistics import CONFIDENCE
from analysis.trial import Trial, load_trial
from analysis.windows import Window
from experiment.attempts import has_ended, latest
from experiment.between import in_order, pair_of
from experiment.errors import InputError
from experiment.integrity import require_untouched
from experiment.matrix import GROUPS
from experiment.metric import Feature, Metric, MetricName
from experiment.noise_floor import Floor, read
from experiment.phase import PlannedPhase, phases_by_group
from experiment.record import Plan, RunFolder, TrialRecord
from experiment.scenario import Scenario
from experiment.store import Arm


@dataclass(frozen=True)
class MeasuredRun:
    plan: Plan
    records: tuple[TrialRecord, ...]
    """Of every attempt that left one, whatever became of it."""
    trials: tuple[Trial, ...]
    """Of the blocks in which all arms are complete; no other trial enters a summary."""
    pooled: tuple[Plan, ...] = ()
    """Plans of the runs whose blocks are joined here; empty for one run."""
    damaged: tuple[Damage, ...] = ()
    """Trials that cannot be read as a whole; their blocks are not among ``trials``."""
    stopped_at: int | None = None
    """The declared look at which the run stopped early; None when it did not."""
    floors_beside: Mapping[MetricName, Floor] = field(default_factory=dict)
    """Noise floors that lie beside the run now, whenever they were measured."""
    pair: tuple[Arm, Arm] | None = None
    """The two arms that are looked at, the reference first; None: all arms of the run."""

    @property
    def left_out(self) -> list[TrialRecord]:
        """Attempts that are not complete, or whose block was interrupted and repeated."""
        last = latest(self.records)
        return [r for r in self.records if r.status != "complete" or r not in last]

    @property
    def noise_floor(self) -> dict[MetricName, float]:
        """By metric, on the scale of effects; what the plan declared stands."""
        beside = {metric: floor.floor for metric, floor in self.floors_beside.items()}
        return beside | dict(self.plan.noise_floor)

    @property
    def noise_floor_from(self) -> tuple[str, ...]:
        """The A/A runs behind ``noise_floor``, one sentence part each."""
        used = self.floors_beside.keys() - self.plan.noise_floor.keys()
        beside = {str(self.floors_beside[metric]) for metric in used}
        return tuple(sorted({*self.plan.noise_floor_from, *beside}))

    @property
    def scenario(self) -> Scenario:
        return self.plan.scenario

    @cached_property
    def timetable(self) -> tuple[PlannedPhase, ...]:
        """Of the first block that is complete; a matrix has another order in each."""
        return self.plan.timetable(self.blocks[0] if self.blocks else 1)

    def only(self, block: int) -> Self:
        """A view of the run that has only the trials of one block."""
        trials = tuple(trial for trial in self.trials if trial.record.block == block)
        return replace(self, trials=trials)

    @property
    def windows(self) -> dict[str, Window]:
        return {p.phase.name: (p.start_s, p.end_s) for p in self.timetable}

    @property
    def _reported(self) -> list[PlannedPhase]:
        return [planned for planned in self.timetable if planned.phase.kind != "warm-up"]

    @property
    def shown_phases(self) -> list[str]:
        """Phases that are reported, those of a matrix as groups; a warm-up is not."""
        groups = phases_by_group(self._reported)
        return sorted(groups, key=lambda group: GROUPS.index(group) if group in GROUPS else -1)

    @property
    def reported_window(self) -> Window:
        """From the first phase that is reported to the end of the last."""
        return self._reported[0].start_s, self._reported[-1].end_s

    @property
    def blocks(self) -> list[int]:
        return sorted({trial.record.block for trial in self.trials})

    @cached_property
    def every_arm(self) -> tuple[Arm, ...]:
        """All arms; the two that the primary metric compares come first."""
        return in_order(self.scenario.arms, self.scenario.primary)

    def compared_by(self, metric: Metric) -> Self:
        """A view of the run that has only the two arms that ``metric`` compares."""
        return replace(self, pair=pair_of(self.scenario.arms, metric))

    @property
    def reference(self) -> Arm:
        """The arm that the treatment is compared with; without a pair, by the primary metric."""
        return (self.pair or self.every_arm)[0]

    @property
    def treatment(self) -> Arm:
        return (self.pair or self.every_arm)[1]

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the pair, or of all arms; the reference and the treatment come first."""
        return tuple(arm.name for arm in self.pair or self.every_arm)

    @property
    def is_pair(self) -> bool:
        return len(self.arms) == 2  # noqa: PLR2004 - a pair

    @property
    def cut_off(self) -> bool:
        """Whether a block was never measured to its end that was planned up to an early stop.

        Damaged blocks do not tell.
        """
        damaged = {found.block for found in self.damaged}
        planned = dict(enumerate(self.plan.order[: self.stopped_at], start=1))
        return not all(
            has_ended(self.records, block, arms)
            for block, arms in planned.items()
            if block not in damaged
        )

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of blocks at which somebody looks; one, when the run was to have all of them.

        A run that is pooled was looked at before the next one was made.
        """
        if self.plan.stopping:
            return self.plan.stopping.looks
        return tuple(accumulate(len(plan.order) for plan in self.pooled or (self.plan,)))

    @cached_property
    def sessions(self) -> tuple[range, ...]:
        """Blocks of each session, where there are enough of them, at different hours; else none."""
        starts = sorted(datetime.fromisoformat(plan.started_at) for plan in self.pooled)
        apart_s = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
        if len(starts) < FEWEST_SESSIONS or min(apart_s) < APART_S:
            return ()
        return tuple(range(first + 1, last + 1) for first, last in pairwise((0, *self.looks)))

    @property
    def look(self) -> int:
        """Which of the looks the run has come to, from 0; one on the way to a look counts as it."""
        return min(bisect_left(self.looks, self.blocks_measured), len(self.looks) - 1)

    @property
    def blocks_measured(self) -> int:
        """Blocks that were run, void ones too."""
        return max((record.block for record in self.records), default=0)

    @property
    def confidence(self) -> float:
        """Of each interval by itself, so that those of all looks together have 95 %."""
        if self.sessions:
            return 1 - level_of_pool(1 + len(self.sessions) - FEWEST_SESSIONS)
        if self.pooled:
            return 1 - level_of_pool(len(self.pooled))
        if self.plan.stopping is None:
            return CONFIDENCE
        return 1 - nominal_levels(self.looks)[self.look]

    def of(self, arm: str) -> list[Trial]:
        """Trials of an arm by block."""
        return [trial for trial in self.trials if trial.record.arm == arm]

    def trial(self, arm: str, block: int) -> Trial:
        return next(trial for trial in self.of(arm) if trial.record.block == block)

    def shares(self, arm: str, phase: str, features: Collection[str] = ()) -> Shares:
        """What became of an arm's requests in a phase, over all blocks; all features if none."""
        return total(trial.cells.of(phase, features) for trial in self.of(arm))

    def answered_ms(self, arm: str, phase: str, features: Collection[str] = ()) -> Floats:
        """Response times of an arm's correct answers in a phase, over all blocks; ascending."""
        parts = [trial.cells.answered_in(phase, features) for trial in self.of(arm)]
        return np.sort(np.concatenate(parts))

    def omitted(self, arm: str) -> pd.DataFrame:
        """Requests of all blocks of an arm that were due, but never sent by its closed loop."""
        return pd.concat([trial.omitted for trial in self.of(arm)], ignore_index=True)

    @cached_property
    def features(self) -> list[str]:
        """Features that were asked for, in the order of the contract."""
        seen = {feature for trial in self.trials for _, feature in trial.cells.shares}
        order = list(Feature.__args__)  # type: ignore[attr-defined]  # the members of a Literal
        return sorted(seen, key=lambda name: order.index(name) if name in order else len(order))


def load_run(folder: RunFolder) -> MeasuredRun:
    """Read the plan, all records, and the rows of all complete blocks.

    A block of which something cannot be read is left out and named in ``damaged``. Raises
    InputError when the plan is broken or was edited.
    """
    plan = folder.read_plan()
    require_untouched(folder)
    records, damaged = find_records(folder, plan)
    counting, trials = _of_complete_blocks(plan, tuple(records)), []
    damaged += find_contradictions(folder, plan, [each for each in records if each not in counting])
    for record in counting:
        try:
            files, arrivals = folder.files_of(record), folder.arrivals(record.block)
            trials.append(load_trial(record, files, arrivals, plan))
        except InputError as error:
            damaged.append(Damage(record.block, record.arm, reason_of(folder, error)))
    broken = {found.block for found in damaged}
    return MeasuredRun(
        plan=plan,
        records=tuple(records),
        trials=tuple(trial for trial in trials if trial.record.block not in broken),
        damaged=tuple(damaged),
        stopped_at=read_stopped_at(folder, plan),
        floors_beside=floors_beside(folder, plan),
    )


def floors_beside(folder: RunFolder, plan: Plan) -> dict[MetricName, Floor]:
    """By metric, of the run's machine and platform; none for a run that measures them."""
    if plan.aa:
        return {}
    return read(folder.results).of(plan.machine.fingerprint, plan.platform, plan.scenario)


def _of_complete_blocks(plan: Plan, records: tuple[TrialRecord, ...]) -> list[TrialRecord]:
    complete = [record for record in latest(records) if record.status == "complete"]
    arms = {arm.name for arm in plan.scenario.arms}
    return [
        record
        for record in complete
        if {other.arm for other in complete if other.block == record.block} == arms
    ]
