"""The same for shares, whose effects are differences, down to shares without any failure."""

import math

import numpy as np
import pytest

from analysis.comparison import Pair, _effect, _estimate
from analysis.metrics import Measured
from analysis.statistics import CONFIDENCE, Estimate
from analysis.verdict import judge
from experiment.metric import Metric
from tests.unit.analysis.simulated import EXPERIMENTS

REQUESTS = 600
MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
FAILED = Metric(
    metric="failed_share",
    phase="outage",
    margin=1e-9,
    expectation="lower in microservices",
    says="failed requests",
)


def estimates(blocks: int, reference: float, treatment: float, clustered: float) -> list[Estimate]:
    """Experiments with these shares; ``clustered`` is their own spread from trial to trial."""
    random = np.random.default_rng([blocks, int(1000 * reference), int(1000 * treatment)])
    shape = EXPERIMENTS, blocks
    failed = [
        random.binomial(REQUESTS, share * random.gamma(1 / clustered, clustered, shape))
        if clustered
        else random.binomial(REQUESTS, share, shape)
        for share in (reference, treatment)
    ]
    return [_estimate_of(*rows) for rows in np.stack(failed, axis=1).tolist()]


def _estimate_of(reference: list[int], treatment: list[int]) -> Estimate:
    pairs = [
        Pair(block, Measured(down / REQUESTS, REQUESTS), Measured(up / REQUESTS, REQUESTS))
        for block, (down, up) in enumerate(zip(reference, treatment, strict=True), start=1)
    ]
    estimate = _estimate(pairs, tuple(_effect(pair, FAILED) for pair in pairs), FAILED, CONFIDENCE)
    assert estimate is not None
    return estimate


def missed(found: list[Estimate], truth: float) -> float:
    """Share of the intervals that leave out the truth; no interval claims nothing."""
    intervals = [estimate.interval for estimate in found if estimate.interval is not None]
    out = sum(not low - 1e-12 <= truth <= high + 1e-12 for low, high in intervals)
    return out / len(found)


@pytest.mark.parametrize("blocks", [5, 10, 20])
@pytest.mark.parametrize("clustered", [0.0, 0.1], ids=["independent", "clustered"])
def test_intervals_of_shares_hold_the_difference_in_93_to_97_of_100(
    blocks: int, clustered: float
) -> None:
    found = estimates(blocks, 0.05, 0.02, clustered)

    assert 0.03 <= missed(found, -0.03) <= 0.07


@pytest.mark.parametrize("blocks", [5, 10, 20])
@pytest.mark.parametrize("share", [0.002, 0.02, 0.5])
def test_equal_shares_are_told_apart_in_at_most_5_of_100(blocks: int, share: float) -> None:
    found = estimates(blocks, share, share, 0.0)
    outcomes = [judge(estimate, FAILED.margin, -1, floor=0.0).outcome for estimate in found]

    decided = [outcome in ("supported", "contradicted") for outcome in outcomes]
    assert np.mean(decided) <= 0.05 + MONTE_CARLO


@pytest.mark.parametrize("blocks", [2, 5])
@pytest.mark.parametrize("events", [2.0, 2.9, 3.1, 4.0])
@pytest.mark.parametrize("sides", ["none failed", "all failed", "opposites"])
def test_the_rule_of_three_errs_in_at_most_5_of_100(blocks: int, events: float, sides: str) -> None:
    rare = events / (blocks * REQUESTS)
    reference, treatment = {
        "none failed": (0.0, rare),
        "all failed": (1.0, 1 - rare),
        "opposites": (1 - rare, rare),
    }[sides]

    unanimous = [e for e in estimates(blocks, reference, treatment, 0.0) if e.spread == 0.0]
    wrong = missed(unanimous, treatment - reference) * len(unanimous) / EXPERIMENTS

    assert wrong <= 0.05
