"""The bench in few rounds: real processes, real stores, every figure."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from experiment.store import Sample
from testbed.bench.crossing.bench import CrossingBench
from testbed.bench.crossing.ways import figures
from testbed.bench.rounds import interleaved
from testbed.bench.stores import fastest
from testbed.bench.stores.bench import StoresBench
from testbed.bench.stores.features import (
    CARD,
    MeasureSide,
    checkout_measure,
    checkouts_at_once_measure,
    fill_cart,
    orders_of,
    page_measure,
    pages_at_once_measure,
)
from testbed.bench.stores.sides import Side, deployments
from testbed.bench.stores.turn_figures import turns_of
from testbed.bench.stores.turns import turn_measures
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.affinity import split

CUSTOMERS = 3
ROUNDS = 2
CALLS = 10
STORES = {"bare", "monolith", "microservices"}
SAMPLE = Sample(products=200, customers=100, ratings=3_000)


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stores(
    local_platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StoresBench]:
    folder = tmp_path_factory.mktemp("bench")
    cores = split(os.sched_getaffinity(0))
    with StoresBench(local_platform, folder, cores, deployments(SAMPLE), CUSTOMERS) as stores:
        yield stores


def test_every_way_is_measured_in_the_processes_that_are_in_it(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    cores = split(os.sched_getaffinity(0))
    with CrossingBench(tmp_path, cores, local_platform.belongings) as crossing:
        costs = interleaved(crossing.measures(CALLS), ROUNDS, 1, lambda _: None)
    found = {way.name: way for way in figures(costs)}
    for way in found.values():
        assert all(cpu_ms > 0 for cpu_ms in way.cpu_ms_by_part.values())
        assert way.cpu_ms.value > 0.05
    assert set(found["crossing"].cpu_ms_by_part) == {"caller", "callee"}
    assert set(found["proxied"].cpu_ms_by_part) == {"caller", "callee", "proxy"}


@pytest.mark.parametrize(
    ("feature", "sides"),
    [
        (page_measure, {*STORES, fastest.NAME}),
        (pages_at_once_measure, {*STORES, fastest.NAME}),
        (checkout_measure, STORES),
        (checkouts_at_once_measure, STORES),
    ],
)
def test_a_feature_is_measured_in_the_processes_and_in_the_database(
    stores: StoresBench, feature: Callable[[int, int, int], MeasureSide], sides: set[str]
) -> None:
    measure = feature(SAMPLE.products, CUSTOMERS, 1)
    left_out = stores.sides.keys() - sides
    costs = interleaved(stores.measures(measure, left_out), ROUNDS, 1, lambda _: None)
    assert set(costs) == sides
    for cost in (each for found in costs.values() for each in found):
        assert cost.wall_ms > 0.1
        assert cost.cpu_ms["process"] > 0.05
        assert cost.cpu_ms["database"] > 0.02


def test_what_taking_turns_costs_is_measured_in_the_process_that_was_asked(
    stores: StoresBench,
) -> None:
    sides = stores.sides["microservices"], stores.sides["monolith"]
    costs = interleaved(turn_measures(*sides, CALLS), ROUNDS, 1, lambda _: None)
    for role in ("catalog", "recommendations", "inventory", "monolith"):
        for cost in costs[role]:
            assert max(cost.cpu_ms, key=cost.cpu_ms.__getitem__) == role
    known = [
        figure
        for each in turns_of(costs, CALLS).processes
        for figure in (each.alone_ms, each.in_turn_ms, each.composed_ms)
        if figure is not None
    ]
    assert len(known) == 12
    assert all(0.1 < figure.value < 20 for figure in known)


def test_the_bare_handlers_answer_what_the_monolith_answers(stores: StoresBench) -> None:
    bare, monolith = stores.sides["bare"], stores.sides["monolith"]
    for product_id in (1, 17, 200):
        path = f"/api/product-pages/{product_id}"
        assert orjson.loads(bare.ask("GET", path)) == orjson.loads(monolith.ask("GET", path))
    assert bought(bare) == bought(monolith)


def test_the_page_by_asgi_is_that_of_the_bare_handler_to_the_byte(stores: StoresBench) -> None:
    bare, asgi = stores.sides["bare"], stores.sides[fastest.NAME]
    for product_id in (1, 17, 200):
        path = f"/api/product-pages/{product_id}"
        assert asgi.ask("GET", path) == bare.ask("GET", path)
    stores.require_same_pages((1, 200))


def test_no_core_is_busier_than_it_can_be_when_many_ask_at_once(stores: StoresBench) -> None:
    """So the rate at once is one that the cores bear, and what it is against is the CPU.

    The clocks of the CPU are read a moment after that of the wall.
    """
    measure = pages_at_once_measure(SAMPLE.products, 400, 1)
    cores = len(split(os.sched_getaffinity(0)).store)
    for name, way in stores.measures(measure).items():
        cost = way(1)
        assert cost.whole_cpu_ms < 1.05 * cores * cost.wall_ms + 10, name


def bought(side: Side) -> list[Any]:
    """The orders of a round that nobody measures; only the moment of an order is its own."""
    orders = []
    for order in orders_of(SAMPLE.products, CUSTOMERS, seed=2, number=0):
        fill_cart(side, order)
        headers = {"Idempotency-Key": order.key, **side.customers[order.customer_id]}
        orders.append(orjson.loads(side.ask("POST", "/api/orders", {"card": CARD}, headers)))
    return [order | {"created_at": ""} for order in orders]
