"""A run whose blocks have their faults in different orders, with known losses."""

from pathlib import Path

import pytest

from analysis.comparison import compare
from analysis.failures import failures_in, mean_good_lost
from analysis.fault_matrix import loss_of, matrix_rows, sections_of
from analysis.measured import MeasuredRun, load_run
from analysis.metrics import Measured, measure
from analysis.shares import Shares
from experiment.record import RunFolder
from tests.benchmarks.synthetic_run import make_synthetic_run
from tests.unit.analysis.drawing import drawn, undrawn_page

TIMES = "\N{MULTIPLICATION SIGN}"
HELD = 0.4
"""Share of a failure and its recovery for which the fault holds."""
LOST = {"monolith": HELD * (1 + 6 * 0.6) / 7, "microservices": HELD * (1 + 6 * 0.02) / 7}
"""Per failure: of seven features, one is lost and six are in part."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    path = tmp_path_factory.mktemp("matrix") / "run"
    return make_synthetic_run(path, rows=90_000, blocks=3, scenario="blast-radius", profile="demo")


@pytest.fixture(scope="module")
def run(folder: RunFolder) -> MeasuredRun:
    return load_run(folder)


def test_each_trial_is_judged_by_the_order_of_its_own_block(run: MeasuredRun) -> None:
    orders = {tuple(p.phase.name for p in trial.timetable) for trial in run.trials}
    assert len(orders) == len(run.blocks)
    for trial in run.trials:
        for planned in trial.timetable:
            shares = trial.cells.of(planned.phase.name)
            assert bool(shares.failed) == bool(planned.phase.faults)


@pytest.mark.parametrize("arm", ["monolith", "microservices"])
def test_the_loss_per_failure_is_what_the_faults_took(run: MeasuredRun, arm: str) -> None:
    found = measure(run.trial(arm, 1), run.scenario.primary)

    assert isinstance(found, Measured)
    assert found.value == pytest.approx(LOST[arm], abs=0.02)


def test_the_primary_metric_is_a_difference_over_blocks(run: MeasuredRun) -> None:
    found = compare(run, run.scenario.primary)

    assert found.metric.scale == "difference"
    assert found.estimate is not None
    expected = LOST["microservices"] - LOST["monolith"]
    assert found.estimate.value == pytest.approx(expected, abs=0.02)


def test_the_loss_of_the_matrix_is_the_mean_of_the_losses_of_its_faults(run: MeasuredRun) -> None:
    one = run.only(1)
    names = [failure.name for failure in failures_in(one.timetable)]
    costs = [cost.value for name in names if (cost := loss_of(one, "monolith", name))]
    found = measure(one.trial("monolith", 1), run.scenario.primary)

    assert isinstance(found, Measured)
    assert len(costs) == len(names)
    assert sum(costs) / len(costs) == pytest.approx(found.value)


def test_the_cost_of_a_failure_is_a_mean_over_blocks_with_an_interval(run: MeasuredRun) -> None:
    for arm, truth in LOST.items():
        found = loss_of(run, arm, "faults")
        assert found is not None
        assert (found.n, found.interval is None) == (3, False)
        assert found.value == pytest.approx(truth, abs=0.02)

    alone = loss_of(run.only(1), "monolith", "faults")
    assert alone is not None
    assert alone.interval is None


def test_the_cost_of_several_faults_is_the_mean_of_theirs(run: MeasuredRun) -> None:
    names = ["crash-recommendations", "hang-recommendations"]
    each = [loss_of(run, "monolith", name) for name in names]
    both = loss_of(run, "monolith", *names)

    assert both is not None
    assert both.value == pytest.approx(sum(cost.value for cost in each if cost) / 2)


def test_groups_hold_what_their_phases_hold(run: MeasuredRun) -> None:
    assert run.shown_phases == ["baseline", "control", "faults", "recoveries"]
    for trial in run.trials:
        events = [p.phase.name for p in trial.timetable if p.group == "faults"]
        assert trial.cells.of("faults").n == sum(trial.cells.of(name).n for name in events)
        assert len(trial.windows_of("control")) == 1


def test_a_failure_takes_in_its_recovery_and_a_control_ends_it(run: MeasuredRun) -> None:
    for failure in failures_in(run.timetable):
        assert failure.phases == (failure.name, f"after-{failure.name}")


def test_every_failure_weighs_the_same() -> None:
    control = Shares(n=10, good=10)
    busy, quiet = Shares(n=1000, good=1000), Shares(n=10, good=0)

    assert mean_good_lost(control, [busy, quiet]) == 0.5


def test_a_loss_without_requests_is_none() -> None:
    with pytest.raises(ValueError, match="no request was due"):
        mean_good_lost(Shares(n=10, good=10), [Shares()])


def test_the_table_has_a_row_for_each_fault(run: MeasuredRun) -> None:
    matrix = run.scenario.matrix
    assert matrix is not None
    sections = sections_of(matrix, "full")

    *rows, every = matrix_rows(run)
    assert [row.group for row in rows] == list(sections)
    assert every.heading == "all faults"
    assert {len(faults) for faults in sections.values()} == {9}
    assert sections["hang"]["orders"] == "hang-orders"


def test_the_report_has_a_figure_of_the_matrix_and_says_whose_order_it_shows(
    folder: RunFolder, tmp_path: Path
) -> None:
    run = load_run(folder)
    page = undrawn_page(run)

    for name in ("matrix", "matrix-all"):
        assert drawn(name, run)
        assert f'src="#{name}"' in page
    assert "Block 1; each has another order of faults" in page
    faults = len(run.trials[0].windows_of("faults"))
    assert f"faults {faults} {TIMES} 4 s" in page
