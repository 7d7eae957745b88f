import math

import pytest

from testbed.bench.cost import Cost
from testbed.bench.figure import difference, mean, ratio
from testbed.bench.record import Ratio


def test_a_ratio_is_the_geometric_mean_over_starts() -> None:
    assert ratio([2.0, 8.0, 4.0], [1.0, 1.0, 1.0]).value == pytest.approx(4.0)


def test_a_slow_start_of_both_sides_does_not_widen_the_ratio() -> None:
    drifting = [1.0, 1.1, 5.0, 0.9]
    found = ratio([1.5 * each + 0.001 * each**2 for each in drifting], drifting)
    assert found.low is not None
    assert found.high is not None
    assert 1.49 < found.low < 1.5 < found.high < 1.52


def test_a_difference_is_taken_start_by_start() -> None:
    found = difference([3.0, 13.0, 23.1], [1.0, 11.0, 21.0])
    assert found.value == pytest.approx(2.0333, abs=1e-3)
    assert found.low is not None
    assert found.low > 1.8


def test_one_start_gives_no_interval() -> None:
    assert mean([2.0]).low is None
    assert mean([2.0]).as_text() == "2.000"


def test_two_starts_cannot_tell_an_interval() -> None:
    assert mean([1.0, 9.0]).as_text(1) == "5.0"
    assert ratio([1.0, 9.0], [1.0, 2.0]).low is None


def test_no_time_is_below_zero_but_a_difference_of_times_may_be() -> None:
    assert mean([1.0, 9.0, 2.0]).low == 0.0
    low = difference([1.0, 9.0, 2.0], [0.0, 0.0, 0.0]).low
    assert low is not None
    assert low < 0


def test_no_share_of_the_cores_is_above_all_of_them() -> None:
    assert mean([0.3, 0.9, 0.5], most=1.0).high == 1.0
    assert mean([1.2, 1.3, 1.4], most=1.0).value == pytest.approx(1.3)  # an error stays visible


def test_an_interval_is_written_beside_its_estimate() -> None:
    assert mean([11.0, 12.0, 13.0]).as_text(1) == "12.0 (9.5 to 14.5)"


def test_the_whole_cpu_time_is_that_of_all_parts() -> None:
    assert Cost(1.0, {"caller": 0.25, "callee": 0.5}).whole_cpu_ms == 0.75


@pytest.mark.parametrize(
    ("bound", "kept"),
    [({"most": 1.5}, True), ({"most": 1.2}, False), ({"least": 1.3}, True), ({}, None)],
)
def test_a_ratio_knows_whether_it_keeps_its_bound(
    bound: dict[str, float], *, kept: bool | None
) -> None:
    figure = mean([math.sqrt(2), math.sqrt(2)])
    assert Ratio(says="a ratio", figure=figure, **bound).is_kept is kept
