"""Quantiles within a run, and how well they are known."""

import math

import numpy as np
import pytest

from analysis.quantiles import needed_for, quantile, quantile_interval

EXPERIMENTS = 2000
MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)


@pytest.mark.parametrize(
    ("p", "n"), [(0.5, 20), (0.5, 501), (0.95, 100), (0.95, 2000), (0.99, 500)]
)
def test_the_interval_holds_the_quantile_in_at_least_95_of_100_samples(p: float, n: int) -> None:
    random, truth = np.random.default_rng(n), -np.log1p(-p)
    found = [quantile_interval(random.exponential(1, n), p) for _ in range(EXPERIMENTS)]
    held = [low <= truth <= high for low, high in filter(None, found)]

    assert len(held) == EXPERIMENTS
    assert 0.95 - MONTE_CARLO <= np.mean(held) <= 0.99


@pytest.mark.parametrize(("p", "fewest"), [(0.5, 6), (0.95, 72), (0.99, 368)])
def test_there_is_none_below_the_fewest_values_that_support_it(p: float, fewest: int) -> None:
    values = np.arange(fewest, dtype=np.float64)

    assert quantile_interval(values[1:], p) is None
    assert quantile_interval(values, p) is not None


def test_it_holds_the_quantile_of_the_sample() -> None:
    values = np.random.default_rng(1).lognormal(0, 1, 1000)
    found = quantile_interval(values, 0.95)
    middle = quantile(values, 0.95)

    assert found is not None
    assert middle is not None
    assert found[0] < middle < found[1]


@pytest.mark.parametrize(("p", "needed"), [(0.95, 59), (0.99, 299), (0.999, 2995)])
def test_a_quantile_needs_requests_enough_to_go_beyond_it(p: float, needed: int) -> None:
    assert needed_for(p) == needed
    assert quantile(np.ones(needed - 1), p) is None
    assert quantile(np.ones(needed), p) == 1.0
