"""A/A: what the measurement and its rule of verdict say when there is nothing to find."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from analysis.comparison import Comparison
from analysis.statistics import Estimate, paired_t
from analysis.verdict import lacks_of_effect
from experiment.metric import MetricName, Scale

AaOutcome = Literal["alike", "not told apart", "false alarm", "unknown"]
DRAWS = 2_000
BLOCKS_PER_DRAW = 10
"""A run of the default size. Runs with fewer A/A blocks are not resampled."""
SEED = 20_211


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FalseVerdicts(_Part):
    """How often the rule would have seen a difference in resampled A/A blocks."""

    draws: int
    blocks: int
    """Per draw."""
    by_rule: float
    """Share of draws that the rule, with the metric's margin, declares different."""
    by_interval: float
    """Share of draws whose 95 % interval leaves out zero: the rule with no margin."""


class Noise(_Part):
    """One metric of an A/A run, on the scale of its effects (log ratio or difference)."""

    metric: MetricName
    scale: Scale
    says: str
    outcome: AaOutcome
    blocks: int
    spread: float | None
    """Standard deviation of the effect between blocks; None with one block."""
    floor: float | None
    """None without an interval."""
    false_verdicts: FalseVerdicts | None
    """None with fewer than ``BLOCKS_PER_DRAW`` blocks."""


def noise_of(found: Comparison) -> Noise:
    """What one metric of an A/A run shows."""
    estimate = found.estimate
    return Noise(
        metric=found.metric.metric,
        scale=found.metric.scale,
        says=found.metric.says,
        outcome=outcome_of(estimate, found.margins()[1]),
        blocks=len(found.effects),
        spread=estimate.spread if estimate else None,
        floor=floor_of(estimate),
        false_verdicts=false_verdicts(found.effects, found.margins()[1]),
    )


def floor_of(estimate: Estimate | None) -> float | None:
    """The largest effect between the copies that cannot be ruled out.

    It is the bound of the 95 % interval that lies farther from zero; None without an interval.
    """
    if estimate is None or estimate.interval is None:
        return None
    return max(map(abs, estimate.interval))


def outcome_of(estimate: Estimate | None, margin: float) -> AaOutcome:
    """What the ordinary rule makes of two copies.

    false alarm     a difference, in either direction
    alike           the whole interval lies inside the margin
    not told apart  too little evidence for either
    unknown         there is no interval
    """
    if estimate is None or estimate.interval is None:
        return "unknown"
    if not lacks_of_effect(estimate, margin):
        return "false alarm"
    low, high = estimate.interval
    return "alike" if -margin < low and high < margin else "not told apart"


def false_verdicts(effects: Sequence[float], margin: float) -> FalseVerdicts | None:
    """Draw runs of ten blocks from A/A blocks, flip signs at random, and judge each.

    A sign-flip (randomisation) resampling after Fisher, *The Design of Experiments*, 1935: which
    of two copies is called a is arbitrary, so a block's effect might as well have had the other
    sign. It takes the noise as it was observed, heavy tails included, through the rule of verdict,
    and so shows how often that rule is wrong on this noise. It assumes independent blocks, and it
    cannot see a lasting bias towards one copy, which flipping removes: that shows in the A/A
    interval itself. The draws share their blocks, so the share is less certain than their number
    suggests. Seeded: the same effects give the same shares.
    """
    if len(effects) < BLOCKS_PER_DRAW:
        return None
    random = np.random.default_rng(SEED)
    observed = np.asarray(effects)
    by_rule = by_interval = 0
    for _ in range(DRAWS):
        drawn = random.choice(observed, BLOCKS_PER_DRAW, replace=False)
        estimate = paired_t((drawn * random.choice((-1.0, 1.0), BLOCKS_PER_DRAW)).tolist())
        by_rule += not lacks_of_effect(estimate, margin)
        by_interval += _leaves_zero_out(estimate)
    return FalseVerdicts(
        draws=DRAWS,
        blocks=BLOCKS_PER_DRAW,
        by_rule=by_rule / DRAWS,
        by_interval=by_interval / DRAWS,
    )


def _leaves_zero_out(estimate: Estimate) -> bool:
    if estimate.interval is None:
        return False
    low, high = estimate.interval
    return low > 0 or high < 0
