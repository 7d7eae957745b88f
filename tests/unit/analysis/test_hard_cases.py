"""Two cases in which few blocks mislead, simulated: a store that collapses, and counts.

What is false is said in each: the interval that leaves the truth out, and the verdict.
"""

import math
from functools import lru_cache

import numpy as np
import pytest

from analysis.statistics import Estimate, hodges_lehmann, paired_t
from analysis.verdict import Outcome, judge
from tests.unit.analysis.simulated import EXPERIMENTS, Floats

MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
COLLAPSES = 0.25
"""Share of blocks in which everything of one arm fails."""
MARGIN = 0.02
EFFECTS = ("supported", "contradicted")


def collapsing(blocks: int, arms: int) -> Floats:
    """Differences of shares; one arm or both collapse, each by itself."""
    random = np.random.default_rng([blocks, arms])
    shape = (EXPERIMENTS, blocks)
    noise = random.normal(0, 0.005, shape)
    fall = [(random.random(shape) < COLLAPSES).astype(float) for _ in range(arms)]
    return noise + fall[0] - (fall[1] if arms > 1 else 0.0)


def counts(blocks: int, sigma: float) -> Floats:
    """Bad requests that one arm alone has: log-normal, a hundred in a usual block."""
    random = np.random.default_rng([blocks, int(10 * sigma)])
    return np.asarray(np.round(100 * random.lognormal(0, sigma, (EXPERIMENTS, blocks))))


@lru_cache
def usual_count(sigma: float) -> float:
    """What the Hodges-Lehmann estimate aims at: the median of the mean of two blocks."""
    pairs = 100 * np.random.default_rng(1).lognormal(0, sigma, (1_000_000, 2))
    return float(np.median(pairs.mean(axis=1)))


def covered(found: list[Estimate], truth: float) -> float:
    intervals = [estimate.interval for estimate in found if estimate.interval]
    return sum(low <= truth <= high for low, high in intervals) / len(found)


def outcomes(effects: Floats, margin: float = MARGIN) -> list[Outcome]:
    return [judge(paired_t(row), margin, 1, floor=0.0).outcome for row in effects.tolist()]


def share(found: list[Outcome], *wanted: str) -> float:
    return sum(outcome in wanted for outcome in found) / len(found)


@pytest.mark.parametrize(
    ("blocks", "coverage"), [(3, 0.58), (4, 0.68), (5, 0.76), (6, 0.82), (10, 0.94)]
)
def test_a_collapse_in_a_quarter_of_the_blocks_is_missed_by_few(
    blocks: int, coverage: float
) -> None:
    found = [paired_t(row) for row in collapsing(blocks, arms=1).tolist()]

    assert covered(found, COLLAPSES) == pytest.approx(coverage, abs=0.03)


@pytest.mark.parametrize("blocks", [3, 4, 5, 6, 8, 10])
def test_stores_that_collapse_equally_often_are_called_different_in_at_most_5_of_100(
    blocks: int,
) -> None:
    assert share(outcomes(collapsing(blocks, arms=2)), *EFFECTS) <= 0.05 + MONTE_CARLO


@pytest.mark.parametrize("blocks", [6, 8, 10])
def test_a_store_that_collapses_is_never_called_the_better_one(blocks: int) -> None:
    assert share(outcomes(collapsing(blocks, arms=1)), "contradicted") <= 0.01


@pytest.mark.parametrize(("blocks", "missed"), [(6, 0.18), (8, 0.10), (11, 0.04)])
def test_equivalence_holds_for_the_blocks_that_were_seen_and_misses_a_collapse_that_none_had(
    blocks: int, missed: float
) -> None:
    found = outcomes(collapsing(blocks, arms=1))

    assert share(found, "no difference that matters") == pytest.approx(missed, abs=0.03)


@pytest.mark.parametrize("blocks", [6, 10, 20])
@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_counts_of_one_arm_are_covered_by_signed_ranks_and_not_by_the_mean(
    blocks: int, sigma: float
) -> None:
    rows = counts(blocks, sigma).tolist()
    ranks = [hodges_lehmann(row) for row in rows]
    means = [paired_t(row) for row in rows]

    assert covered(ranks, usual_count(sigma)) >= 0.90
    assert covered(means, 100 * math.exp(sigma**2 / 2)) <= (0.88 if sigma == 1 else 0.72)


@pytest.mark.parametrize("blocks", [6, 10])
@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_equal_counts_are_called_different_in_at_most_5_of_100(blocks: int, sigma: float) -> None:
    random = np.random.default_rng([blocks, 7])
    rows = 100 * random.lognormal(0, sigma, (EXPERIMENTS, blocks, 2))
    found = [
        judge(hodges_lehmann(row), 1e-9, 1, floor=0.0).outcome
        for row in (rows[:, :, 1] - rows[:, :, 0]).tolist()
    ]

    assert share(found, *EFFECTS) <= 0.05 + MONTE_CARLO
