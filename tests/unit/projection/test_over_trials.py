"""A load that was held out, over its trials."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from projection.observed import Load
from projection.prediction import Part, Prediction, over_trials


def foretold(rate: float, part: Part = "held out", **ratios: float) -> Prediction:
    measured: Any = SimpleNamespace(journeys_per_s=rate, answers_per_s=50.0, p95_ms=40.0, used=0.5)
    answers, p95 = (ratios.get(name, 1.0) for name in ("answers", "p95"))
    return Prediction(cast(Load, measured), part, 50.0 * answers, 40.0 * p95, used=0.4)


def test_errors_of_trials_that_go_both_ways_make_up_for_each_other() -> None:
    trials = [foretold(12, p95=1.5), foretold(12, p95=1 / 1.5), foretold(12, answers=1.03)]
    (load,) = over_trials(trials)
    assert (load.trials, load.used) == (3, 0.5)
    assert load.throughput_error == pytest.approx(0.01)
    assert load.p95_error == pytest.approx(0.0)
    assert load.is_within
    assert [each.is_within for each in trials] == [False, False, True]


def test_errors_that_all_trials_share_stay() -> None:
    (load,) = over_trials([foretold(12, p95=1.3), foretold(12, p95=1.3)])
    assert load.p95_error == pytest.approx(0.3)
    assert not load.is_within
    (short,) = over_trials([foretold(12, answers=0.94), foretold(12, answers=0.94)])
    assert not short.is_within


def test_loads_stay_apart_and_those_that_were_learnt_from_do_not_count() -> None:
    found = over_trials([foretold(24), foretold(12), foretold(36, "learnt from"), foretold(24)])
    assert [(each.journeys_per_s, each.trials) for each in found] == [(12, 1), (24, 2)]
