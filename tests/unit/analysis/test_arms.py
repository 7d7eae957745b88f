"""A run with a third arm: each metric says which two it compares."""

import dataclasses
from collections.abc import Callable

import pytest

from analysis.comparison import compare
from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.plots.style import arm_colours
from analysis.summary import summarise
from analysis.tables import metric_columns, metric_rows
from experiment.record import RunFolder
from tests.unit.analysis.drawing import drawn, undrawn_page

Make = Callable[..., RunFolder]


@pytest.fixture
def folder(make: Make) -> RunFolder:
    return make(blocks=6, third=True)


@pytest.fixture
def run(folder: RunFolder) -> MeasuredRun:
    return load_run(folder)


def test_the_verdict_is_that_of_the_pair_of_the_primary_metric(
    make: Make, folder: RunFolder
) -> None:
    summary, alone = summarise(load_run(folder)), summarise(load_run(make(blocks=6)))

    assert (summary.reference, summary.treatment) == ("monolith", "microservices")
    assert summary.finding == alone.finding
    assert summary.outcome == "supported"


def test_a_metric_compares_the_second_of_its_arms_with_the_first(run: MeasuredRun) -> None:
    metric = run.scenario.primary.model_copy(update={"between": ("microservices", "monolith")})
    there, back = compare(run, run.scenario.primary), compare(run, metric)

    assert back.effects == tuple(-effect for effect in there.effects)
    assert run.compared_by(metric).reference.name == "microservices"


def test_a_row_of_another_pair_names_its_arms(run: MeasuredRun) -> None:
    primary, other, *_ = metric_rows(run)

    assert metric_columns(run)[:2] == ["reference", "compared with it"]
    assert [cell.split("\n")[0] for cell in primary.cells[:2]] == ["monolith", "microservices"]
    assert [cell.split("\n")[0] for cell in other.cells[:2]] == ["microservices", "microservices-b"]


def test_a_block_counts_when_all_its_arms_are_complete(make: Make) -> None:
    run = load_run(make(blocks=4, third=True, status={(3, "microservices-b"): "void"}))

    assert run.blocks == [1, 2, 4]
    assert {trial.record.arm for trial in run.trials} == set(run.arms)


def test_an_arm_keeps_its_colour_and_its_numbers_in_every_pair(run: MeasuredRun) -> None:
    pair = run.compared_by(run.scenario.secondary[0])
    assert arm_colours(pair) == arm_colours(run)
    assert len(set(arm_colours(run).values())) == 3
    assert pair.shares("microservices-b", "outage") == run.shares("microservices-b", "outage")


def test_the_report_shows_all_three_arms(folder: RunFolder) -> None:
    run = load_run(folder)
    page = undrawn_page(run)

    assert drawn("arms", run)
    assert 'src="#arms"' in page
    assert '<th scope="col">microservices-b</th>' in page
    assert "A block runs all arms" in page


def test_arms_behind_an_edge_without_protection_from_slow_clients_are_named(
    folder: RunFolder,
) -> None:
    plan = folder.read_plan()
    first, *others = plan.scenario.arms
    arms = (first.model_copy(update={"slow_client_protection": "none"}), *others)
    scenario = plan.scenario.model_copy(update={"arms": arms})
    run = dataclasses.replace(load_run(folder), plan=plan.model_copy(update={"scenario": scenario}))

    said = "monolith ran behind an edge that sends a request on before its body is there"
    assert any(says.startswith(said) for says in limits_of(run, summarise(load_run(folder))))
    assert not any(said in says for says in limits_of(load_run(folder), summarise(run)))


def test_three_arms_of_one_architecture_do_not_compare_architectures(folder: RunFolder) -> None:
    plan = folder.read_plan()
    arms = tuple(a.model_copy(update={"architecture": "monolith"}) for a in plan.scenario.arms)
    scenario = plan.scenario.model_copy(update={"arms": arms})
    run = dataclasses.replace(load_run(folder), plan=plan.model_copy(update={"scenario": scenario}))

    said = limits_of(run, summarise(load_run(folder)))
    assert any(says.startswith("All arms are the same architecture") for says in said)
