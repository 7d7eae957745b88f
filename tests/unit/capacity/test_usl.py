"""The scalability law is fitted where data can tell it, and refused where they cannot."""

import numpy as np
import pytest

from analysis.capacity.usl import NotIdentified, Scalability, fit, law

CPUS = np.repeat([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], 3)


def noisy(capacities: np.ndarray, share: float) -> list[float]:
    return list(capacities * (1 + share * np.random.default_rng(1).standard_normal(len(CPUS))))


def test_known_parameters_and_their_peak_are_recovered() -> None:
    found = fit(list(CPUS), noisy(law(CPUS, 100, 0.05, 0.004), 0.01))
    assert isinstance(found, Scalability)
    for (low, high), true in zip(found.intervals, (100, 0.05, 0.004), strict=True):
        assert low <= true <= high
    assert found.peak == pytest.approx(np.sqrt(0.95 / 0.004), rel=0.05)


def test_resources_count_in_units_of_the_smallest_one_measured() -> None:
    quarters = CPUS / 4
    found = fit(list(quarters), list(law(CPUS, 100, 0.05, 0.004)))
    assert isinstance(found, Scalability)
    assert found.unit == 0.25
    assert found.rate == pytest.approx(100, rel=0.001)
    assert found.peak == pytest.approx(np.sqrt(0.95 / 0.004) / 4, rel=0.001)
    assert found.capacity(np.array([0.5])) == pytest.approx(law(np.array([2.0]), 100, 0.05, 0.004))


def test_linear_data_identify_nothing() -> None:
    found = fit(list(CPUS), list(100 * CPUS))
    assert isinstance(found, NotIdentified)
    assert "in proportion" in found.reason


def test_contention_alone_has_no_peak() -> None:
    found = fit(list(CPUS), noisy(law(CPUS, 100, 0.1, 0.0), 0.01))
    assert isinstance(found, Scalability)
    assert found.peak is None
    assert "may be zero" in found.no_peak


def test_a_peak_far_beyond_the_data_is_not_told() -> None:
    found = fit([1, 2, 3, 4], list(law(np.array([1.0, 2.0, 3.0, 4.0]), 100, 0.1, 0.001)))
    assert isinstance(found, Scalability)
    assert found.peak is None
    assert "beyond 1.5 times" in found.no_peak


@pytest.mark.parametrize("resources", [[1.0], [1, 2, 3], [1, 1, 2, 2, 3, 3]])
def test_fewer_than_four_resources_are_refused(resources: list[float]) -> None:
    found = fit(resources, list(law(np.array(resources), 100, 0.05, 0.004)))
    assert isinstance(found, NotIdentified)
    assert "need at least 4" in found.reason


def test_noise_larger_than_any_curvature_is_refused() -> None:
    found = fit([1, 2, 3, 4], [100, 150, 330, 260])
    assert isinstance(found, NotIdentified)
