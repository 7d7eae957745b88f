"""A store on one core: where response times of both architectures stand, the report says so."""

import dataclasses
import html
from collections.abc import Callable
from typing import Any

import pytest

from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.stage import IN_SHORT, ON_ONE_CORE, stage_words, store_cores, words_of_metrics
from analysis.summary import summarise
from experiment.record import RunFolder
from testbed.platforms.machine.affinity import split
from tests.unit.analysis.drawing import undrawn_page


def on_cores(folder: RunFolder, *cores: int) -> MeasuredRun:
    """As it was made on a machine with these cores."""
    run = load_run(folder)
    factors = {**run.plan.factors, "cores": split(cores).says}
    return dataclasses.replace(run, plan=run.plan.model_copy(update={"factors": factors}))


def says_so(run: MeasuredRun) -> bool:
    return ON_ONE_CORE in limits_of(run, summarise(run))


@pytest.mark.parametrize(("cores", "of_the_store"), [((0,), 1), ((0, 1), 1), ((0, 1, 2, 3), 3)])
def test_the_plan_tells_how_many_cores_the_store_had(
    cores: tuple[int, ...], of_the_store: int, make: Callable[..., RunFolder]
) -> None:
    assert store_cores(on_cores(make(), *cores).plan) == of_the_store


def test_a_plan_that_does_not_tell_is_taken_for_nothing(make: Callable[..., RunFolder]) -> None:
    run = load_run(make())
    assert (store_cores(run.plan), stage_words(run)) == (None, "")


def test_on_one_core_the_limits_of_a_comparison_say_what_that_does(
    make: Callable[..., RunFolder],
) -> None:
    folder = make()
    assert says_so(on_cores(folder, 0, 1))
    assert not says_so(on_cores(folder, 0, 1, 2))


def test_copies_of_one_store_are_slowed_down_alike(make: Callable[..., RunFolder]) -> None:
    assert not says_so(on_cores(make(aa=True), 0, 1))


def test_two_monoliths_are_slowed_down_alike(make: Callable[..., RunFolder]) -> None:
    run = on_cores(make(), 0, 1)
    arms = tuple(
        arm.model_copy(update={"architecture": "monolith"}) for arm in run.plan.scenario.arms
    )
    scenario = run.plan.scenario.model_copy(update={"arms": arms})
    assert not says_so(
        dataclasses.replace(run, plan=run.plan.model_copy(update={"scenario": scenario}))
    )


@pytest.mark.parametrize(
    ("metric", "said"),
    [("latency_p95_ms", ON_ONE_CORE), ("memory_mb", ""), ("bad_share", ON_ONE_CORE)],
)
def test_it_stands_beside_metrics_that_times_move(
    metric: str, said: str, make: Callable[..., RunFolder]
) -> None:
    primary: dict[str, Any] = {
        "metric": metric,
        "phase": "outage",
        "margin": 0.1,
        "expectation": "lower in microservices",
        "says": "what is asked for",
    }
    run = on_cores(make(primary=primary), 0, 1)
    others = run.plan.scenario.model_copy(update={"secondary": ()})
    run = dataclasses.replace(run, plan=run.plan.model_copy(update={"scenario": others}))
    assert words_of_metrics(run) == said


def test_the_page_says_it_above_the_spectrum_and_below_the_table_of_times(
    make: Callable[..., RunFolder],
) -> None:
    folder = make()
    here, elsewhere = (text_of(on_cores(folder, *cores)) for cores in ((0, 1), (0, 1, 2)))
    spectrum = here[here.index('id="spectrum"') : here.index('id="availability"')]
    table = here[here.index('id="availability"') : here.index('id="resources"')]
    assert ON_ONE_CORE in spectrum
    assert IN_SHORT in table
    assert ON_ONE_CORE not in elsewhere
    assert IN_SHORT not in elsewhere


def text_of(run: MeasuredRun) -> str:
    return html.unescape(undrawn_page(run))
