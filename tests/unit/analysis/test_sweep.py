"""A curve over rows of a matrix that differ in one number."""

from typing import Any

import pytest

from analysis.measured import MeasuredRun, load_run
from analysis.sweep import curves_of, strengths_of
from experiment.matrix import Matrix
from tests.benchmarks.synthetic_run import LOST_SHARE, make_synthetic_run
from tests.unit.analysis.drawing import drawn, undrawn_page

SECONDS = dict.fromkeys(("smoke", "demo", "full"), 1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> MeasuredRun:
    path = tmp_path_factory.mktemp("sweep") / "run"
    name = "noisy-neighbour"
    return load_run(make_synthetic_run(path, 60_000, 3, scenario=name, profile="demo"))


def _matrix(*rows: dict[str, Any]) -> Matrix:
    faults = [{"name": f"row-{number}", **row} for number, row in enumerate(rows)]
    parts = {"faults": faults, "event_s": SECONDS, "recovery_s": SECONDS}
    return Matrix.model_validate(parts | {"roles": dict.fromkeys(SECONDS, ("search",))})


def _burns(*ms: int, role: str = "search") -> list[dict[str, Any]]:
    return [{"kind": "cpu-burn", "role": role, "cpu_ms": each} for each in ms]


def test_rows_that_differ_in_one_number_are_a_sweep() -> None:
    (found,) = strengths_of(_matrix(*_burns(40, 120, 80), {"kind": "hang", "role": "search"}))

    assert (found.name, found.kind) == ("cpu_ms", "cpu-burn")
    assert found.by_row == {"row-0": 40, "row-1": 120, "row-2": 80}


@pytest.mark.parametrize(
    "rows",
    [
        _burns(40, 80),
        [*_burns(40, 80), *_burns(120, role="carts")],
        [
            {"kind": "delay", "delay_ms": 100 * n, "jitter_ms": n, "role": "search"}
            for n in (1, 2, 3)
        ],
        [{"kind": "hang", "role": role} for role in ("carts", "search", "orders")],
    ],
    ids=["two points", "two roles", "two numbers", "no number"],
)
def test_what_differs_in_more_or_has_too_few_points_is_none(rows: list[dict[str, Any]]) -> None:
    assert list(strengths_of(_matrix(*rows))) == []


def test_rows_for_all_roles_can_be_a_sweep_too() -> None:
    (found,) = strengths_of(_matrix(*({"kind": "delay", "delay_ms": ms} for ms in (9, 99, 999))))

    assert found.by_row == {"row-0": 9, "row-1": 99, "row-2": 999}


def test_a_curve_begins_without_a_fault_and_has_a_point_for_each_strength(
    run: MeasuredRun,
) -> None:
    bad, p95, searches = curves_of(run)

    assert [strength for strength, _ in bad.points] == [0, 40, 80, 120, 160, 200]
    assert [strength for strength, _ in p95.points] == [0, 40, 80, 120, 160, 200]
    assert [strength for strength, _ in searches.points] == [40, 80, 120, 160, 200]
    assert (bad.metric.metric, p95.metric.metric) == ("bad_share", "latency_p95_ms")
    assert searches.metric.features == ("search",)


def test_its_effects_are_those_of_the_metrics(run: MeasuredRun) -> None:
    _, _, searches = curves_of(run)
    expected = LOST_SHARE["microservices"] - LOST_SHARE["monolith"]

    for _, found in searches.points:
        assert found.estimate is not None
        assert found.estimate.value == pytest.approx(expected, abs=0.06)
        assert found.estimate.interval is not None


def test_the_report_shows_the_curve(run: MeasuredRun) -> None:
    figure = drawn("sweep", run).decode()

    for words in ("cpu_ms of cpu-burn", "microservices against monolith", "Requests of search"):
        assert f">{words}<" in figure
    assert 'src="#sweep"' in undrawn_page(run)
