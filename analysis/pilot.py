"""What an earlier run tells of the blocks and minutes that the next one needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from analysis.comparison import compare, half_margin
from analysis.measured import load_run
from analysis.power import blocks_needed, spread_interval
from analysis.verdict import FEWEST_BLOCKS
from experiment.errors import InputError
from experiment.metric import AMOUNTS, Metric
from experiment.part import Profile
from experiment.record import RunFolder, TrialRecord
from experiment.scenario import Scenario

EFFECTS = (0.05, 0.1, 0.2, 0.5)
MARGINS = (0.5, 1, 2, 5)
"""Times the margin: effects of what has a unit, where no number is round for all."""
POWERS = (0.8, 0.9)


@dataclass(frozen=True)
class Pilot:
    """A run as far as planning is concerned."""

    run_id: str
    profile: Profile
    metric: Metric
    blocks: int
    spread: float
    """Standard deviation of the effects between blocks, on their scale."""
    overhead_s: float
    """Seconds of a trial that are not load: start, drain, audit, stop, cooldown."""


@dataclass(frozen=True)
class Need:
    """What one effect takes."""

    effect: float
    """As a margin is stated: a ratio's distance from 1, or a difference."""
    blocks: tuple[int | None, ...]
    """Per power of ``POWERS``; None is more than is sensible, or never at the margin itself."""
    if_spread_is_high: int | None
    """At the first power, and at the upper end of what the spread may be."""


def pilot_of(folder: RunFolder, scenario: Scenario) -> Pilot:
    """Read a run as a pilot for ``scenario``. InputError says why it cannot be one."""
    run = load_run(folder)
    if run.damaged:
        raise InputError(f"{folder.path} is no pilot, its record is not whole: {run.damaged[0]}")
    if run.scenario.arms != scenario.arms or run.scenario.primary != scenario.primary:
        raise InputError(
            f"{folder.path} is no pilot for {scenario.name}: its arms or its primary metric differ."
        )
    estimate = compare(run, scenario.primary).estimate
    if estimate is None or not estimate.spread:
        raise InputError(
            f"{folder.path} is no pilot: a spread takes two complete blocks that differ."
        )
    trial_s = seconds_between_trials(run.records)
    return Pilot(
        run_id=run.plan.run_id,
        profile=run.plan.profile,
        metric=scenario.primary,
        blocks=estimate.n,
        spread=estimate.spread,
        overhead_s=max(0.0, trial_s - run.scenario.duration_s(run.plan.profile)),
    )


def seconds_between_trials(records: Iterable[TrialRecord]) -> float:
    """Median time from the start of one trial's load to that of the next."""
    starts = sorted(record.t0_unix for record in records if record.t0_unix is not None)
    return median(later - earlier for earlier, later in pairwise(starts))


def needs(pilot: Pilot) -> list[Need]:
    """What round effects and the margin take, smallest effect first."""
    _, high = spread_interval(pilot.spread, pilot.blocks)
    return [_need(pilot, size, high) for size in _effects_of(pilot.metric)]


def _effects_of(metric: Metric) -> list[float]:
    if metric.metric in AMOUNTS:
        return [times * metric.margin for times in MARGINS]
    return sorted({*EFFECTS, metric.margin})


def _need(pilot: Pilot, size: float, high: float) -> Need:
    effect = half_margin(pilot.metric.model_copy(update={"margin": size}))
    gap = abs(effect - half_margin(pilot.metric))
    return Need(
        effect=size,
        blocks=tuple(_blocks(gap, pilot.spread, power) for power in POWERS),
        if_spread_is_high=_blocks(gap, high, POWERS[0]),
    )


def _blocks(gap: float, spread: float, power: float) -> int | None:
    """So that the interval of an effect that far from the margin leaves the margin out."""
    needed = blocks_needed(gap, spread, power) if gap else None
    return None if needed is None else max(needed, FEWEST_BLOCKS)
