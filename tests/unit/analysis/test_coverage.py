"""Over 2,000 simulated experiments: how often the interval holds the truth, and verdicts err."""

import math
from functools import lru_cache

import numpy as np
import pytest

from analysis.statistics import Estimate, paired_t
from analysis.verdict import judge
from tests.unit.analysis.simulated import DRIFTS, EXPERIMENTS, NOISES, SIGMA, Floats, paired

NO_MARGIN = 1e-9
"""The hardest case for a verdict: every interval that leaves zero out becomes one."""
MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
"""Three standard errors, since dozens of combinations are looked at."""


@lru_cache
def of_equal_arms(blocks: int, noise: str, drift: str) -> list[Estimate]:
    return estimated(paired(blocks, noise, drift))


def estimated(effects: Floats) -> list[Estimate]:
    return [paired_t(row) for row in effects.tolist()]


def coverage(found: list[Estimate], truth: float) -> float:
    return float(np.mean([_holds(estimate, truth) for estimate in found]))


def false_verdicts(found: list[Estimate], margin: float) -> float:
    verdicts = [judge(estimate, margin, expected_sign=1, floor=0.0) for estimate in found]
    return float(
        np.mean([verdict.outcome in ("supported", "contradicted") for verdict in verdicts])
    )


def _holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.interval is not None
    low, high = estimate.interval
    return low <= truth <= high


@pytest.mark.parametrize("blocks", [5, 10, 20])
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("drift", DRIFTS)
def test_the_interval_holds_the_truth_in_93_to_97_of_100_experiments(
    blocks: int, noise: str, drift: str
) -> None:
    assert 0.93 <= coverage(of_equal_arms(blocks, noise, drift), 0.0) <= 0.97


@pytest.mark.parametrize("blocks", [5, 10, 20])
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("drift", DRIFTS)
def test_equal_arms_are_told_apart_in_at_most_5_of_100_experiments(
    blocks: int, noise: str, drift: str
) -> None:
    found = of_equal_arms(blocks, noise, drift)

    assert false_verdicts(found, NO_MARGIN) <= 0.05 + MONTE_CARLO
    assert false_verdicts(found, margin=SIGMA) <= 0.05


def test_very_heavy_tails_make_few_blocks_cautious() -> None:
    values = np.random.default_rng(1).lognormal(0, 1, (EXPERIMENTS, 5, 2))

    assert 0.965 <= coverage(estimated(values[:, :, 1] - values[:, :, 0]), 0.0) <= 0.985


def test_rare_bad_trials_of_one_arm_alone_break_the_interval() -> None:
    skewed = np.random.default_rng(2).lognormal(0, 1, (EXPERIMENTS, 10))

    assert 0.80 <= coverage(estimated(skewed), math.exp(0.5)) <= 0.88


@pytest.mark.parametrize("blocks", [6, 10, 20])
def test_all_of_one_arm_before_all_of_the_other_is_caught_by_the_same_simulation(
    blocks: int,
) -> None:
    random = np.random.default_rng(blocks)
    drift = np.linspace(0, math.log(1.1), 2 * blocks)
    values = random.normal(0, SIGMA, (EXPERIMENTS, 2 * blocks)) + drift
    one_after_the_other = values[:, blocks:] - values[:, :blocks]

    assert false_verdicts(estimated(one_after_the_other), NO_MARGIN) > 0.15
