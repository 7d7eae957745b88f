"""The clock of another machine, measured by round trips."""

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_rows import measured_rows, planned

from loadtests.workers.clocks import Drift, Offset, measured, on_the_masters_clock

WAY_S = st.floats(0, 0.05)


class World:
    """Two machines: time passes on the ways between them only."""

    def __init__(self, offset_s: float, *ways_s: tuple[float, float]) -> None:
        self.now_s = 1_000.0
        self._offset_s = offset_s
        self._ways_s = cycle(ways_s)

    def ask(self) -> float:
        there_s, back_s = next(self._ways_s)
        self.now_s += there_s
        told_s = self.now_s + self._offset_s
        self.now_s += back_s
        return told_s

    def measured(self) -> Offset:
        return measured(self.ask, lambda: self.now_s)


@given(st.floats(-1e6, 1e6), st.lists(st.tuples(WAY_S, WAY_S), min_size=1, max_size=20))
def test_the_offset_is_within_its_uncertainty_however_long_each_way_takes(
    offset_s: float, ways_s: list[tuple[float, float]]
) -> None:
    found = World(offset_s, *ways_s).measured()
    assert abs(found.offset_s - offset_s) <= found.uncertainty_s + 1e-8
    assert found.uncertainty_s == pytest.approx(min(map(sum, ways_s)) / 2, abs=1e-8)


def test_one_quick_answer_among_slow_ones_is_enough() -> None:
    found = World(-7.0, (0.040, 0.001), (0.0002, 0.0002), (0.001, 0.090)).measured()
    assert found.offset_s == pytest.approx(-7.0)
    assert found.uncertainty_s == pytest.approx(0.0002)


def test_a_drift_is_what_the_offset_changed_by_and_as_uncertain_as_the_worse_measurement() -> None:
    drift = Drift(Offset(0.0, 5.0, 0.0003), Offset(100.0, 5.004, 0.0001))
    assert drift.drift_s == pytest.approx(0.004)
    assert drift.uncertainty_s == 0.0003


def test_what_a_drifting_clock_measured_is_told_in_the_masters_time() -> None:
    """The load begins 10 s after the first measurement; the worker gains 1 ms a second."""
    drift = Drift(Offset(90.0, 5.0, 0.0), Offset(190.0, 5.1, 0.0))
    plan = planned((0, 0, 1.0), (0, 1, 2.0), (2, 0, 50.0))
    rows = measured_rows((0, 0, 1.0, 1.0, 30.0), (0, 1, 30.0, 30.0, 40.0), (2, 0, 50.0, None, None))
    told = on_the_masters_clock(rows, plan, drift, start_s=100.0)
    assert told["sent_s"].to_pylist() == [
        pytest.approx(1.0 - 0.011), pytest.approx(30.0 - 0.040), None
    ]  # fmt: skip
    assert told["ended_s"].to_pylist()[1] == pytest.approx(40.0 - 0.050)
    # As planned, except where the end of the step before was later.
    assert told["intended_s"].to_pylist() == [1.0, told["ended_s"][0].as_py(), 50.0]


def test_a_clock_that_keeps_step_leaves_all_rows_as_they_are() -> None:
    drift = Drift(Offset(90.0, 5.0, 0.1), Offset(190.0, 5.0, 0.1))
    rows = measured_rows((0, 0, 1.0, 1.25, 1.5))
    told = on_the_masters_clock(rows, planned((0, 0, 1.0)), drift, start_s=100.0)
    assert told.equals(rows)
