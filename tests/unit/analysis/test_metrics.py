"""Metrics of made-up trials whose truth is known."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import orjson
import pytest

from analysis.comparison import compare
from analysis.measured import load_run
from analysis.metrics import Measured, Unknown, measure
from analysis.plots.estimation import AXIS_WORDS
from analysis.quantiles import highest_known, needed_for, quantile
from analysis.windows import phase_of
from experiment.metric import Metric, MetricName
from experiment.record import RunFolder
from tests.unit.analysis.costs import with_cpu

Make = Callable[..., RunFolder]


def metric(name: str, phase: str, features: tuple[str, ...] = ()) -> Metric:
    return Metric.model_validate(
        {
            "metric": name,
            "phase": phase,
            "features": features,
            "margin": 0.1,
            "expectation": "lower in microservices",
            "says": name,
        }
    )


def value(folder: RunFolder, arm: str, wanted: Metric) -> float:
    run = load_run(folder)
    found = measure(run.trial(arm, 1), wanted)
    assert isinstance(found, Measured)
    return found.value


def test_the_failed_share_counts_the_features_in_question_in_the_phase_only(make: Make) -> None:
    folder = make(blocks=1, rate=200.0, failed_share={"monolith": 0.6, "microservices": 0.0})
    others = ("catalog", "search")

    assert value(folder, "monolith", metric("failed_share", "outage", others)) == pytest.approx(
        0.6, abs=0.06
    )
    assert value(folder, "microservices", metric("failed_share", "outage", others)) == 0
    assert (
        value(folder, "microservices", metric("failed_share", "outage", ("recommendations",))) == 1
    )
    assert value(folder, "monolith", metric("failed_share", "baseline", others)) == 0


def test_p95_counts_from_the_intended_start_over_correct_answers(make: Make) -> None:
    folder = make(blocks=1, rate=400.0)
    truth_ms = 20.0 * np.exp(0.5 * 1.645)

    found = value(folder, "monolith", metric("latency_p95_ms", "outage"))

    assert found == pytest.approx(truth_ms, rel=0.08)


def test_p95_of_too_few_answers_is_unknown_and_says_so(make: Make) -> None:
    run = load_run(make(blocks=1, rate=5.0))
    wanted = metric("latency_p95_ms", "baseline", ("search",))

    found = measure(run.trial("monolith", 1), wanted)

    assert isinstance(found, Unknown)
    assert found.reason.startswith("p95 needs 59 correct answers, there were")


def test_cpu_per_request_takes_store_edge_and_database_but_not_the_generator(make: Make) -> None:
    folder = make(blocks=1, rate=100.0)
    run = load_run(folder)
    rows = run.trial("monolith", 1).requests
    answered = ((rows["phase"] == "baseline") & ~rows["failed"]).sum()

    found = value(folder, "monolith", metric("cpu_ms_per_request", "baseline"))

    assert found == pytest.approx(1000 * (0.42 + 0.05 + 0.10) * 10 / answered)


def test_memory_is_the_sum_of_the_stores_roles(make: Make) -> None:
    folder = make(blocks=1)

    assert value(folder, "monolith", metric("memory_mb", "baseline")) == 3 * 60
    assert value(folder, "microservices", metric("memory_mb", "baseline")) == 12 * 60
    assert value(folder, "microservices", metric("memory_mb", "outage")) == 11 * 60


def test_a_row_belongs_to_the_phase_of_its_intended_time() -> None:
    windows = {"first": (0.0, 1.0), "second": (1.0, 2.0)}

    phases = phase_of(np.array([0.0, 0.999, 1.0, 1.999, 2.0]), windows)

    assert phases.codes.tolist() == [0, 0, 1, 1, -1]


@pytest.mark.parametrize(("p", "needed"), [(0.5, 5), (0.95, 59), (0.99, 299), (0.999, 2995)])
def test_a_quantile_needs_that_many_requests(p: float, needed: int) -> None:
    assert needed_for(p) == needed
    assert quantile(np.arange(needed - 1.0), p) is None
    assert quantile(np.arange(float(needed)), p) is not None
    assert highest_known(needed) >= p > highest_known(needed - 1)


def test_failed_slow_and_good_make_up_all_requests_and_degraded_ones_are_not_failed(
    make: Make,
) -> None:
    rows = load_run(make(blocks=1)).trial("microservices", 1).requests

    assert (rows[["failed", "slow", "good"]].sum(axis=1) == 1).all()
    assert rows["degraded_ok"].any()
    assert not (rows["degraded_ok"] & rows["failed"]).any()


def test_violations_are_counted_per_confirmed_order(make: Make) -> None:
    folder = make(blocks=2)
    broken = [{"invariant": "I4", "detail": "charged twice"}] * 2
    audit = {"violations": broken, "orders": 40, "acknowledged": 40}
    folder.trial(1, "monolith").audit.write_bytes(orjson.dumps(audit))

    assert value(folder, "monolith", metric("violation_share", "outage")) == 2 / 40
    assert value(folder, "microservices", metric("violation_share", "outage")) == 0


def test_books_without_a_violation_still_bound_its_share(make: Make) -> None:
    run = load_run(make(blocks=3))
    found = compare(run, metric("violation_share", "outage")).estimate

    assert found is not None
    assert found.interval == pytest.approx((-3 / 120, 3 / 120))


def test_books_that_were_not_audited_tell_nothing(make: Make) -> None:
    folder = make(blocks=1)
    folder.trial(1, "monolith").audit.unlink()
    found = measure(load_run(folder).trial("monolith", 1), metric("violation_share", "outage"))

    assert found == Unknown("no orders were audited")


def test_every_metric_can_be_drawn() -> None:
    assert set(AXIS_WORDS) == set(get_args(MetricName))


def test_what_one_request_more_costs_leaves_out_what_a_store_uses_at_rest(make: Make) -> None:
    trial = load_run(make(blocks=1)).trial("monolith", 1)
    wanted = metric("marginal_cpu_ms_per_request", "recovery")

    for at_rest in (0.0, 0.3):
        found = measure(with_cpu(trial, at_rest, ms_per_answer=5.0), wanted)
        assert isinstance(found, Measured)
        assert found.value == pytest.approx(5.0)


def test_no_slope_is_drawn_through_phases_with_equally_many_answers(make: Make) -> None:
    trial = load_run(make(blocks=1)).trial("monolith", 1)

    found = measure(trial, metric("marginal_cpu_ms_per_request", "baseline"))

    assert isinstance(found, Unknown)
    assert "no more requests were answered" in found.reason
