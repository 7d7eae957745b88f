import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.selfcheck.queues import poisson
from testbed.selfcheck.server import Stations
from testbed.selfcheck.theory import (
    erlang_c,
    md1_mean_wait_s,
    mmc_mean_wait_s,
    standard_error,
    waits_s,
)

times = st.lists(
    st.tuples(st.floats(0, 2), st.floats(0, 5)), min_size=1, max_size=40
)  # gaps and services


def test_lindleys_recursion_on_an_example_worked_by_hand() -> None:
    arrivals_s = np.array([0.0, 1.0, 1.5, 6.0, 6.0])
    services_s = np.array([2.0, 2.0, 1.0, 1.0, 1.0])
    assert waits_s(arrivals_s, services_s).tolist() == [0, 1, 2.5, 0, 1]


def test_two_servers_on_an_example_worked_by_hand() -> None:
    arrivals_s = np.array([0.0, 1.0, 2.0, 2.5, 9.0])
    services_s = np.array([4.0, 2.0, 3.0, 1.0, 1.0])
    assert waits_s(arrivals_s, services_s, servers=2).tolist() == [0, 0, 1, 1.5, 0]


@given(times, st.integers(1, 5))
def test_the_server_lets_each_request_go_when_theory_says(
    gaps_and_services: list[tuple[float, float]], servers: int
) -> None:
    """Two formulations: work left at each arrival, and times at which servers become free."""
    gaps, services = (np.array(column) for column in zip(*gaps_and_services, strict=True))
    arrivals = gaps.cumsum()
    station = Stations(servers)
    departures = [
        station.departure(0, arrival, service)
        for arrival, service in zip(arrivals.tolist(), services.tolist(), strict=True)
    ]
    exact = arrivals + waits_s(arrivals, services, servers) + services
    assert departures == pytest.approx(exact.tolist(), abs=1e-9)


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.5), (2, 1.0), (10, 8.0), (100, 90.0)])
def test_erlang_c_equals_the_textbooks_sum_of_factorials(servers: int, offered: float) -> None:
    terms = [offered**count / math.factorial(count) for count in range(servers + 1)]
    waiting = terms[-1] / (1 - offered / servers)
    assert erlang_c(servers, offered) == pytest.approx(waiting / (sum(terms[:-1]) + waiting))


def test_means_of_closed_form_agree_with_each_other() -> None:
    # M/M/1 waits rho s / (1 - rho); without variance of service it is half of that.
    assert mmc_mean_wait_s(0.5, 1.0, 1) == pytest.approx(1.0)
    assert md1_mean_wait_s(0.5, 1.0) == pytest.approx(0.5)
    assert mmc_mean_wait_s(2.0, 1.0, 3) == pytest.approx(4 / 9)


def test_the_recursion_averages_to_the_mean_of_m_d_1() -> None:
    queues = poisson(
        np.random.default_rng(1),
        stations=40,
        rate=0.5,
        seconds=5_000,
        service=lambda _, count: np.ones(count),
    )
    mean = (queues.responses_s() - queues.services_s).mean()
    assert mean == pytest.approx(md1_mean_wait_s(0.5, 1.0), rel=0.03)


def test_the_recursion_averages_to_the_mean_of_m_m_c() -> None:
    draws = np.random.default_rng(2)
    arrivals_s = draws.exponential(1 / 2.4, 150_000).cumsum()
    waits = waits_s(arrivals_s, draws.exponential(1.0, 150_000), servers=4)
    assert waits.mean() == pytest.approx(mmc_mean_wait_s(2.4, 1.0, 4), rel=0.04)


@pytest.mark.parametrize("rate", [1.0, 2.0])
def test_an_unstable_queue_has_no_mean_wait(rate: float) -> None:
    with pytest.raises(ValueError, match="no mean wait"):
        md1_mean_wait_s(rate, 1.0)


def test_the_standard_error_shrinks_with_the_root_of_the_batches() -> None:
    means = np.random.default_rng(3).normal(10.0, 2.0, 10_000)
    assert standard_error(means) == pytest.approx(0.02, rel=0.03)
