"""The price of a boundary over the work of a request."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from analysis.measured import MeasuredRun, load_run
from analysis.plots import plots_of
from analysis.published import load_literature
from analysis.work_curve import curves_of
from experiment.metric import Metric
from experiment.record import RunFolder
from tests.unit.analysis.costs import with_cpu
from tests.unit.analysis.drawing import drawn

Make = Callable[..., RunFolder]


def _asking(run: MeasuredRun, *pairs: tuple[str, ...]) -> MeasuredRun:
    """The run with a scenario that asks for the price of one request more in these pairs."""
    metrics = [
        Metric.model_validate(
            {
                "metric": "marginal_cpu_ms_per_request",
                "phase": "recovery",
                "margin": 0.1,
                "expectation": f"higher in {pair[1]}",
                "between": pair,
                "says": "CPU time of one request more",
            }
        )
        for pair in pairs
    ]
    asking = run.scenario.model_copy(
        update={"primary": metrics[0], "secondary": tuple(metrics[1:])}
    )
    return replace(run, plan=run.plan.model_copy(update={"scenario": asking}))


@pytest.fixture
def run(make: Make) -> MeasuredRun:
    """Three arms whose answers cost 3, 6 and 12 ms of CPU more than at rest."""
    run = load_run(make(blocks=4, third=True))
    costs_ms = dict(zip(run.arms, (3.0, 6.0, 12.0), strict=True))
    trials = [with_cpu(trial, 0.1, costs_ms[trial.record.arm]) for trial in run.trials]
    return replace(run, trials=tuple(trials))


def test_a_curve_has_a_point_for_each_pair_by_the_work_of_its_reference(run: MeasuredRun) -> None:
    first, second, third = run.arms

    (curve,) = curves_of(_asking(run, (second, third), (first, third))).values()

    assert [point.cpu_ms for point in curve] == pytest.approx([3.0, 6.0])
    assert [point.ratio for point in curve] == pytest.approx([4.0, 2.0])


def test_a_single_pair_is_no_curve(run: MeasuredRun) -> None:
    asking = _asking(run, run.arms[:2])

    assert curves_of(asking) == {}
    assert "work-curve" not in {plot.name for plot in plots_of(asking)}


def test_the_figure_shows_our_ratios_beside_the_published_ones(run: MeasuredRun) -> None:
    first, second, third = run.arms

    figure = drawn("work-curve", _asking(run, (second, third), (first, third))).decode()

    for words in (">4.00<", ">2.00<", "1.89  Blinowski 2022, .NET", "1.05  Blinowski 2022, Java"):
        assert words in figure


def test_published_ratios_are_those_that_the_findings_tell_of() -> None:
    for finding in load_literature().findings:
        for published in finding.throughput:
            percent_lower = 100 * (1 - 1 / published.ratio)
            told = (f"{published.ratio:g}", f"{percent_lower:.1f} %", f"{percent_lower:.0f} %")
            assert any(words in finding.found for words in told)
