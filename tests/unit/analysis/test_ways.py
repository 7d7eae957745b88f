"""Ways of failing beside each other, with and without a spare: figures and verdicts."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.effects import panels_of
from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.plots import plots_of
from analysis.summary import summarise
from analysis.wording import whole_percent
from experiment.record import RunFolder
from tests.benchmarks.synthetic_run import LOST_SHARE, make_synthetic_run
from tests.unit.analysis.drawing import drawn, undrawn_page

WAYS = ["crash", "down", "hang", "slow", "errors"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    path = tmp_path_factory.mktemp("ways") / "run"
    name = "outage-one-service"
    return make_synthetic_run(path, rows=80_000, blocks=8, scenario=name, profile="demo")


@pytest.fixture(scope="module")
def run(folder: RunFolder) -> MeasuredRun:
    return load_run(folder)


def test_a_pair_with_a_spare_has_verdicts_and_one_without_has_the_same_effects_described(
    run: MeasuredRun,
) -> None:
    ((spare, single),) = panels_of(run)

    assert (spare.reference, spare.treatment) == ("monolith", "microservices")
    assert (single.reference, single.treatment) == ("monolith-single", "microservices-single")
    for panel in (spare, single):
        assert [effect.phase for effect in panel.effects] == ["faults", *WAYS]
    summary = summarise(run)
    judged = [result.verdict for result in (summary.primary, *summary.judged)]
    assert [e.outcome for e in spare.effects] == [each.outcome if each else "" for each in judged]
    assert {effect.outcome for effect in single.effects} == {None}


def test_what_is_judged_has_wider_intervals_than_what_is_described(run: MeasuredRun) -> None:
    ((spare, single),) = panels_of(run)

    assert {effect.comparison.verdicts for effect in spare.effects} == {6}
    assert {effect.comparison.verdicts for effect in single.effects} == {1}


def test_a_run_without_a_verdict_shows_effects_without_one(run: MeasuredRun) -> None:
    for panel in panels_of(run.only(1))[0]:
        assert {effect.outcome for effect in panel.effects} <= {"too little evidence", None}
    cut_off = MeasuredRun(plan=run.plan, records=run.records[:-1], trials=run.trials)
    assert summarise(cut_off).void
    for panel in panels_of(cut_off)[0]:
        assert {effect.outcome for effect in panel.effects} == {None}


def test_the_figure_of_verdicts_names_each_with_its_effect(run: MeasuredRun) -> None:
    figure = drawn("verdicts", run).decode()

    for words in ("faults", *WAYS, "too little evidence", "microservices against monolith"):
        assert f">{words}<" in figure
    assert figure.count(">too little evidence<") == 6


def test_the_ways_stand_beside_each_other_for_every_arm(run: MeasuredRun) -> None:
    figure = drawn("ways", run).decode()

    for words in ("no fault", *WAYS):
        assert f">{words}<" in figure
    features = run.scenario.primary.features
    for arm in run.arms:
        for way in WAYS:
            shares = run.shares(arm, way, features)
            store = arm.removesuffix("-single")
            assert shares.failed / shares.n == pytest.approx(LOST_SHARE[store], abs=0.05)
            assert f">{whole_percent(shares.good / shares.n)} %<" in figure


def test_the_page_begins_with_all_verdicts_and_shows_the_ways(run: MeasuredRun) -> None:
    page = undrawn_page(run)

    assert page.index('src="#verdicts"') < page.index("sign-flip p") < page.index("reference")
    assert page.index('src="#ways"') < page.index('src="#availability"')


def test_a_limit_says_where_a_spare_is_on_one_side_of_a_comparison_only(run: MeasuredRun) -> None:
    def limits(of: MeasuredRun) -> str:
        return " ".join(limits_of(of, summarise(of)))

    assert "compare spare instances" not in limits(run)
    first, second, *others = run.scenario.arms
    uneven = (first, second.model_copy(update={"instances": {}}), *others)
    scenario = run.scenario.model_copy(update={"arms": uneven})
    changed = replace(run, plan=run.plan.model_copy(update={"scenario": scenario}))
    assert "hit one at least. monolith had more than one of some role" in limits(changed)


def test_a_run_with_one_verdict_and_no_matrix_has_neither_figure(tmp_path: Path) -> None:
    plain = load_run(make_synthetic_run(tmp_path / "run", rows=4_000, blocks=1))

    assert not {"verdicts", "ways", "sweep"} & {plot.name for plot in plots_of(plain)}
    assert panels_of(plain) == []
