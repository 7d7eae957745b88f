"""Whether the objective held is told right for queues whose theory is known."""

import numpy as np
import pandas as pd
import pytest
from made_searches import WARM_UP_S, WINDOW_S, queueing, rows

from analysis.capacity.objective import backlog_in, judge_objective
from experiment.scenario import Slo

WINDOW = (WARM_UP_S, WARM_UP_S + WINDOW_S)
SLO = Slo(latency_ms=200, good_share=0.95)


def poisson_rows(rate: float, service_s: float, seed: int) -> pd.DataFrame:
    """Infinitely many servers: the number in flight is a Poisson variable."""
    random = np.random.default_rng(seed)
    n = random.poisson(rate * WINDOW[1])
    begun = np.sort(random.uniform(0, WINDOW[1], n))
    ended = begun + random.exponential(service_s, n)
    return rows(begun.tolist(), ended.tolist()).to_pandas()


def test_a_server_below_its_capacity_holds_and_says_nothing() -> None:
    judged = judge_objective(queueing(50, bears=60).to_pandas(), WINDOW, SLO)
    assert judged.holds
    assert judged.good_share == 1
    assert judged.n == 300
    assert judged.reasons == ()


def test_a_server_above_its_capacity_fails_with_both_reasons() -> None:
    judged = judge_objective(queueing(80, bears=40).to_pandas(), WINDOW, SLO)
    assert not judged.holds
    assert len(judged.reasons) == 2
    assert "requests were good" in judged.reasons[0]
    assert "the backlog grew from" in judged.reasons[1]


def test_a_backlog_that_grows_fails_even_while_all_answers_are_in_time() -> None:
    patient = Slo(latency_ms=60_000, good_share=0.95)
    judged = judge_objective(queueing(60, bears=50).to_pandas(), WINDOW, patient)
    assert judged.good_share == 1
    assert not judged.holds
    assert judged.backlog.last - judged.backlog.first == pytest.approx(0.75 * 10 * 6, rel=0.1)


def test_by_littles_law_slow_answers_alone_are_no_backlog() -> None:
    found = backlog_in(poisson_rows(rate=100, service_s=0.3, seed=1), WINDOW)
    assert found.last == pytest.approx(100 * 0.3, rel=0.3)
    assert not found.grows


def test_chance_alone_is_hardly_ever_taken_for_a_backlog() -> None:
    found = [backlog_in(poisson_rows(60, 0.05, seed), WINDOW).grows for seed in range(100)]
    assert sum(found) <= 1


def test_only_requests_due_in_the_window_count() -> None:
    early = rows([0.1, 0.2, 2.0], [5.0, 5.0, 2.1]).to_pandas()
    judged = judge_objective(early, WINDOW, SLO)
    assert judged.n == 1
    assert judged.good_share == 1


def test_failed_answers_are_not_good_however_fast() -> None:
    failed = rows([2.0, 3.0], [2.01, 3.01], outcome="http_error").to_pandas()
    judged = judge_objective(failed, WINDOW, SLO)
    assert judged.reasons == ("0 % of 2 requests were good",)


def test_a_window_without_requests_does_not_hold() -> None:
    nothing = rows([0.1], [0.2]).to_pandas()
    assert judge_objective(nothing, WINDOW, SLO).reasons == ("no request was due",)
