"""How many blocks an effect takes."""

import numpy as np
import pytest

from analysis.power import blocks_needed, power_of, spread_interval
from analysis.statistics import half_width

EXPERIMENTS = 20_000


@pytest.mark.parametrize(("effect", "n"), [(0.5, 4), (0.5, 10), (0.2, 30), (2.0, 3)])
def test_simulated_experiments_find_the_effect_as_often_as_the_power_says(
    effect: float, n: int
) -> None:
    found = np.random.default_rng(n).normal(effect, 0.5, (EXPERIMENTS, n))
    half = half_width(1.0, n) * found.std(axis=1, ddof=1)
    beyond_zero = np.mean(np.abs(found.mean(axis=1)) > half)

    assert power_of(effect, 0.5, n) == pytest.approx(beyond_zero, abs=0.01)


@pytest.mark.parametrize("effect", [0.05, 0.1, 0.2, 0.5, 5.0])
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_the_blocks_needed_are_the_fewest_with_that_power(effect: float, power: float) -> None:
    n = blocks_needed(effect, 0.2, power)

    assert n is not None
    assert power_of(effect, 0.2, n) >= power
    assert n == 2 or power_of(effect, 0.2, n - 1) < power


def test_no_number_is_named_beyond_what_is_sensible() -> None:
    assert blocks_needed(0.001, 0.5) is None


def test_without_an_effect_the_power_is_the_error_of_the_first_kind() -> None:
    assert power_of(0.0, 0.3, 8) == pytest.approx(0.05)


@pytest.mark.parametrize("n", [4, 10])
def test_the_interval_of_the_spread_holds_it_in_95_of_100_experiments(n: int) -> None:
    spreads = np.random.default_rng(n).normal(0, 1, (EXPERIMENTS, n)).std(axis=1, ddof=1)
    low, high = spread_interval(1.0, n)

    assert np.mean((spreads * low <= 1) & (spreads * high >= 1)) == pytest.approx(0.95, abs=0.006)
