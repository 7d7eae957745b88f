"""Sessions at different hours, and what they say together."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from analysis.measured import MeasuredRun
from analysis.pooling import load_pooled
from analysis.sessions import across_sessions
from analysis.statistics import Estimate, paired_t
from analysis.summary import summarise
from experiment.record import RunFolder
from tests.unit.analysis.simulated import EXPERIMENTS

Make = Callable[..., RunFolder]
MONTE_CARLO = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)


def pooled(make: Make, *hours: int) -> MeasuredRun:
    plans = [
        {"run_id": f"at-{hour}", "seed": hour, "started_at": f"2026-01-01T{hour:02d}:00:00+00:00"}
        for hour in hours
    ]
    return load_pooled([make(blocks=2, rate=30.0, plan=plan) for plan in plans])


def over(sessions: list[list[float]]) -> Estimate:
    return across_sessions(
        [paired_t(each) for each in sessions], [effect for each in sessions for effect in each]
    )


def test_three_sessions_have_an_interval_over_hours_and_a_prediction(make: Make) -> None:
    run = pooled(make, 1, 5, 9)
    summary = summarise(run)

    assert [list(blocks) for blocks in run.sessions] == [[1, 2], [3, 4], [5, 6]]
    assert summary.primary.interval is not None
    assert summary.primary.prediction is not None
    assert summary.primary.prediction[0] <= summary.primary.interval[0]
    assert "another session is expected to show" in summary.finding
    assert "adjusted" not in summary.finding


@pytest.mark.parametrize("hours", [(1, 5), (1, 2)])
def test_two_runs_are_no_sample_of_hours_and_spend_error_as_a_pool(
    make: Make, hours: tuple[int, ...]
) -> None:
    run = pooled(make, *hours)

    assert run.sessions == ()
    assert run.confidence == 0.975


def test_three_runs_of_one_hour_are_a_pool(make: Make) -> None:
    plans = [{"run_id": str(seed), "seed": seed} for seed in (1, 2, 3)]
    run = load_pooled([make(blocks=2, rate=15.0, plan=plan) for plan in plans])

    assert run.sessions == ()
    assert run.confidence == 0.9875
    assert "adjusted for 3 looks" in summarise(run).finding


def test_sessions_that_agree_by_luck_do_not_narrow_the_interval_below_their_blocks() -> None:
    found = over([[0.1, 0.5, 0.3], [0.5, 0.1, 0.3], [0.3, 0.1, 0.5]])

    assert found.value == pytest.approx(0.3)
    assert found.interval is not None
    assert found.interval[1] - 0.3 == pytest.approx(4.303 * 0.2 / 3, rel=1e-3)


@pytest.mark.parametrize("between", [0.0, 0.1, 0.5])
def test_interval_and_prediction_hold_what_they_promise(between: float) -> None:
    random = np.random.default_rng(int(10 * between))
    hours = random.normal(0, between, (EXPERIMENTS, 4, 1))
    blocks = hours + random.normal(0, 0.2, (EXPERIMENTS, 4, 6))
    held = predicted = 0
    for *sessions, another in blocks.tolist():
        found = over(sessions)
        assert found.interval is not None
        assert found.prediction is not None
        held += found.interval[0] <= 0 <= found.interval[1]
        predicted += found.prediction[0] <= np.mean(another) <= found.prediction[1]

    assert held / EXPERIMENTS >= 0.95 - MONTE_CARLO
    assert predicted / EXPERIMENTS >= 0.95 - MONTE_CARLO


def test_two_sessions_are_refused() -> None:
    with pytest.raises(ValueError, match="takes three"):
        over([[0.1, 0.2], [0.2, 0.3]])
