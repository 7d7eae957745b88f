import numpy as np
import orjson
from hypothesis import given
from hypothesis import strategies as st

from experiment.rows import ARRIVALS
from loadtests.operations import OPERATIONS
from testbed.selfcheck import product
from testbed.selfcheck.queues import Queues, poisson
from testbed.selfcheck.server import _answer_for


def some_queues() -> Queues:
    return poisson(
        np.random.default_rng(7),
        stations=3,
        rate=20.0,
        seconds=10.0,
        service=lambda draws, count: draws.exponential(0.02, count),
    )


@given(st.integers(0, 1_000), st.integers(0, 60_000_000))
def test_a_product_number_tells_station_and_service(station: int, microseconds: int) -> None:
    told = product.read(product.number(station, microseconds / 1e6))
    assert told == (station, microseconds / 1e6)


def test_the_schedule_asks_for_exactly_the_services_that_theory_counts_with() -> None:
    queues = some_queues()
    table = queues.arrivals()
    assert table.schema == ARRIVALS
    asked = [product.read(orjson.loads(row)["product_id"]) for row in table["choices"].to_pylist()]
    assert asked == list(zip(queues.station.tolist(), queues.services_s.tolist(), strict=True))


def test_arrivals_are_in_order_and_at_the_rate_of_all_stations() -> None:
    arrivals_s = some_queues().arrivals_s
    assert (np.diff(arrivals_s) >= 0).all()
    assert 500 < len(arrivals_s) < 700
    assert 0 < arrivals_s[0] < arrivals_s[-1] < 10


def test_stations_do_not_wait_for_each_other() -> None:
    both = Queues.of(np.array([0.0, 0.1, 0.2]), np.ones(3), np.array([0, 1, 0]))
    np.testing.assert_allclose(both.responses_s(), [1.0, 1.0, 1.8])


def test_the_same_seed_draws_the_same_queues() -> None:
    assert some_queues().arrivals().equals(some_queues().arrivals())


def test_the_servers_answers_are_right_by_the_contract() -> None:
    number = product.number(2, 0.02)
    head, body = _answer_for(number).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    judgement = OPERATIONS["recommend"].judge({"product_id": number}, 200, body)
    assert judgement.outcome == "ok"
