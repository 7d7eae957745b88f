"""Intervals over blocks."""

import numpy as np
import pytest
from scipy import stats

from analysis.statistics import (
    Estimate,
    Unanimous,
    hodges_lehmann,
    paired_t,
    unanimous_share_difference,
    upper_bound_without_events,
    within_shares,
)


def test_the_interval_is_that_of_students_paired_t() -> None:
    first, second = np.array([3.1, 2.9, 3.4, 3.0]), np.array([2.5, 2.6, 2.4, 2.7])
    expected = stats.ttest_rel(second, first).confidence_interval(0.95)

    estimate = paired_t((second - first).tolist())

    assert estimate.interval == pytest.approx((expected.low, expected.high))


def test_drift_that_both_arms_share_does_not_widen_the_interval() -> None:
    random, drift = np.random.default_rng(3), np.linspace(0, 5, 10)
    reference, treatment = drift + random.normal(0, 0.1, 10), drift + random.normal(0, 0.1, 10)

    estimate = paired_t((treatment - reference).tolist())

    assert estimate.interval is not None
    assert estimate.interval[1] - estimate.interval[0] < 0.4


def test_one_block_allows_no_interval() -> None:
    assert paired_t([0.3]) == Estimate(0.3, interval=None, spread=None, n=1)


def test_blocks_that_agree_exactly_give_no_interval_rather_than_certainty() -> None:
    assert paired_t([0.3, 0.3, 0.3]).interval is None


def test_no_block_is_no_estimate() -> None:
    with pytest.raises(ValueError, match="at least one block"):
        paired_t([])


@pytest.mark.parametrize("n", [60, 300, 10_000])
def test_the_rule_of_three_is_the_exact_bound_but_for_rounding(n: int) -> None:
    exact = 1 - 0.05 ** (1 / n)

    assert exact <= upper_bound_without_events(n) < 1.03 * exact


@pytest.mark.parametrize(
    ("value", "reference", "treatment", "interval"),
    [
        pytest.param(0.0, Unanimous(0, 300), Unanimous(0, 600), (-0.01, 0.005), id="none failed"),
        pytest.param(0.0, Unanimous(1, 300), Unanimous(1, 600), (-0.005, 0.01), id="all failed"),
        pytest.param(-1.0, Unanimous(1, 300), Unanimous(0, 600), (-1.0, -0.985), id="one did"),
        pytest.param(1.0, Unanimous(0, 300), Unanimous(1, 600), (0.985, 1.0), id="the other did"),
    ],
)
def test_where_all_fared_the_same_the_rule_of_three_bounds_the_difference(
    value: float, reference: Unanimous, treatment: Unanimous, interval: tuple[float, float]
) -> None:
    estimate = unanimous_share_difference(paired_t([value, value]), reference, treatment)

    assert estimate.interval == pytest.approx(interval)


def test_a_stricter_level_widens_the_rule_of_three() -> None:
    exact = 1 - 0.001 ** (1 / 500)

    assert exact <= upper_bound_without_events(500, confidence=0.999) < 1.03 * exact


@pytest.mark.parametrize(
    ("n", "ends"),
    [(6, (1, 21)), (8, (4, 33)), (10, (9, 47)), (20, (53, 158))],
)
def test_the_signed_rank_interval_takes_the_averages_of_the_published_table(
    n: int, ends: tuple[int, int]
) -> None:
    effects = np.random.default_rng(n).normal(0, 1, n)
    averages = sorted(effects[i] + effects[j] for i in range(n) for j in range(i, n))

    found = hodges_lehmann(effects.tolist()).interval

    assert found == pytest.approx([averages[end - 1] / 2 for end in ends])


def test_five_blocks_have_no_signed_rank_interval_and_one_collapse_moves_it_little() -> None:
    assert hodges_lehmann([1, 2, 3, 4, 5]).interval is None
    usual, collapsed = [1.0, 2, 3, 4, 5, 6, 7, 8], [1.0, 2, 3, 4, 5, 6, 7, 8000]
    assert hodges_lehmann(usual).value == 4.5
    assert hodges_lehmann(collapsed).value == 4.5
    assert paired_t(collapsed).value > 1000


def test_no_interval_of_shares_goes_beyond_what_shares_can_differ() -> None:
    wide = paired_t([-0.98, -0.90])
    assert wide.interval is not None
    assert wide.interval[0] < -1
    low, high = within_shares(wide).interval or (0.0, 0.0)
    assert (low, high) == (-1.0, wide.interval[1])
