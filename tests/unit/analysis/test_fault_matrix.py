"""A run whose blocks have their faults in different orders, with known losses."""

from pathlib import Path

import pytest

from analysis.comparison import compare
from analysis.failures import failures_in, mean_good_lost
from analysis.fault_matrix import loss_of, matrix_rows, sections_of
from analysis.measured import MeasuredRun, load_run
from analysis.metrics import Measured, measure
from analysis.shares import Shares
from analysis.summary import summarise
from analysis.trial import Trial
from experiment.metric import Metric
from experiment.record import RunFolder
from tests.benchmarks.synthetic_run import make_synthetic_run
from tests.unit.analysis.drawing import drawn, undrawn_page

TIMES = "\N{MULTIPLICATION SIGN}"
HELD = 4 / 9
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


@pytest.fixture(scope="module")
def every_role(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    path = tmp_path_factory.mktemp("roles") / "run"
    made = make_synthetic_run(path, rows=60_000, blocks=1, scenario="blast-radius", profile="full")
    return load_run(made).trial("monolith", 1)


def test_a_row_holds_what_its_stretches_in_all_roles_hold(every_role: Trial) -> None:
    for row in ("crash", "after-hang"):
        parts = [p for p in every_role.timetable if p.phase.name.startswith(f"{row}-")]
        assert len(parts) == len(every_role.windows_of(row)) == 9
        counts = [every_role.cells.of(part.phase.name).n for part in parts]
        assert every_role.cells.of(row).n == sum(counts)


def test_every_metric_of_a_phase_tells_of_a_row(every_role: Trial, run: MeasuredRun) -> None:
    everything = _measured(every_role, run.scenario.primary, "faults")
    found = _measured(every_role, run.scenario.primary, "hang")

    assert len(found) == len(everything) == 9
    assert all(0 < found[name].n < everything[name].n for name in found)


def test_what_a_row_lost_is_the_mean_of_its_stretches(every_role: Trial, run: MeasuredRun) -> None:
    stretches = [p.phase.name for p in every_role.timetable if p.row == "hang"]
    for name in ("good_lost_per_failure", "lost_requests_share", "budget_minutes"):
        whole = _measured(every_role, run.scenario.primary, "hang")[name].value
        parts = [_measured(every_role, run.scenario.primary, s)[name].value for s in stretches]
        assert whole == pytest.approx(sum(parts) / 9)


def _measured(trial: Trial, metric: Metric, phase: str) -> dict[str, Measured]:
    found = {
        name: measure(trial, metric.model_copy(update={"metric": name, "phase": phase}))
        for name in (
            "failed_share", "bad_share", "latency_p95_ms", "cpu_ms_per_request", "memory_mb",
            "good_lost_per_failure", "recovery_s", "lost_requests_share", "budget_minutes",
        )
    }  # fmt: skip
    return {name: value for name, value in found.items() if isinstance(value, Measured)}


def test_each_way_of_failing_has_a_verdict_of_its_own(run: MeasuredRun) -> None:
    judged = summarise(run).judged

    assert [result.metric.phase for result in judged] == ["crash", "down", "hang", "slow", "errors"]
    expected = LOST["microservices"] - LOST["monolith"]
    assert [result.effect for result in judged] == pytest.approx([expected] * 5, abs=0.04)


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
