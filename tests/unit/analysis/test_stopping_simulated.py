"""Simulated runs that stop as soon as their verdict decides, from effects to verdict."""

import math

import numpy as np
import pytest

from analysis.spending import level_of_pool, nominal_levels
from analysis.statistics import Estimate, paired_t
from analysis.verdict import Verdict, judge
from tests.unit.analysis.simulated import DRIFTS, EXPERIMENTS, NOISES, SIGMA, paired

LOOKS = tuple(range(6, 21, 2))
LEVELS = nominal_levels(LOOKS)
MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
NO_MARGIN = 1e-9


def run_until_decided(effects: list[float], margin: float) -> tuple[Estimate, Verdict]:
    for n, level in zip(LOOKS, LEVELS, strict=True):
        estimate = paired_t(effects[:n], 1 - level)
        verdict = judge(estimate, margin, expected_sign=1, floor=0.0)
        if verdict.outcome != "too little evidence":
            break
    return estimate, verdict


def holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.interval is not None
    return estimate.interval[0] <= truth <= estimate.interval[1]


@pytest.mark.parametrize(("noise", "drift"), list(zip(NOISES, DRIFTS, strict=True)))
def test_runs_of_equal_arms_end_in_a_false_verdict_in_at_most_5_of_100(
    noise: str, drift: str
) -> None:
    runs = [run_until_decided(row, NO_MARGIN) for row in paired(20, noise, drift).tolist()]

    decided = [verdict.outcome in ("supported", "contradicted") for _, verdict in runs]
    assert np.mean(decided) <= 0.05 + MONTE_CARLO


@pytest.mark.parametrize("effect", [0.0, SIGMA, 3 * SIGMA])
def test_the_interval_at_the_stop_holds_the_truth_in_95_of_100_runs(effect: float) -> None:
    found = (paired(20, "normal", "steady") + effect).tolist()
    runs = [run_until_decided(row, margin=SIGMA) for row in found]

    assert np.mean([holds(estimate, effect) for estimate, _ in runs]) >= 0.95 - MONTE_CARLO


def test_a_large_effect_and_none_at_all_both_take_fewer_blocks_than_were_planned() -> None:
    equal = paired(20, "normal", "steady")
    for effects in (equal, equal + 4 * SIGMA):
        runs = [run_until_decided(row, margin=2 * SIGMA) for row in effects.tolist()]
        assert np.mean([estimate.n for estimate, _ in runs]) < 0.7 * LOOKS[-1]


def test_who_pools_a_further_run_until_it_decides_errs_in_at_most_5_of_100() -> None:
    """Runs of six blocks, pooled up to three times; unadjusted, every eighth would mislead."""
    sizes = [(runs, 6 * runs) for runs in (2, 3, 4)]
    adjusted = unadjusted = 0
    for effects in paired(24, "normal", "steady").tolist():
        found = [
            (paired_t(effects[:n], 1 - level_of_pool(runs)), paired_t(effects[:n]))
            for runs, n in sizes
        ]
        adjusted += any(_decides(pool) for pool, _ in found)
        unadjusted += any(_decides(plain) for _, plain in found)

    assert adjusted / EXPERIMENTS <= 0.05 + MONTE_CARLO
    assert unadjusted / EXPERIMENTS > 0.07


def _decides(estimate: Estimate) -> bool:
    return judge(estimate, NO_MARGIN, 1, floor=0.0).outcome in ("supported", "contradicted")
