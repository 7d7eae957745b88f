"""Faults on the network of the running stores: what callers feel, how much, and for how long."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from experiment.faults.on_network import (
    Bandwidth,
    BlackHole,
    Latency,
    NetworkFault,
    Partition,
    Refusal,
    Reset,
)
from experiment.store import Architecture
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.faults.fault import Bite
from testbed.faults.network import on_network
from testbed.platforms.platform import RunningStore
from testbed.platforms.store.store import Store

PAGE = "/api/product-pages/1"
PAGES = 4
PATIENCE_S = 5.0
OPTIONAL_PART_S = 1.0
"""So long the storefront waits for stock and recommendations."""
services = pytest.mark.parametrize("store", ["microservices"], indirect=True)
both = pytest.mark.parametrize("store", ["monolith", "microservices"], indirect=True)
_keys = (f"network-{number:04}" for number in itertools.count())


@pytest.fixture
def store(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], RunningStore]
) -> RunningStore:
    return running_store(request.param)


@dataclass
class Felt:
    inject_s: float
    bite: Bite | None = None


@contextmanager
def _under(store: RunningStore, plan: NetworkFault) -> Iterator[Felt]:
    """Hold the fault while the block runs, in which it bites; afterwards the store is well."""
    fault = on_network(store, plan, seed=7)
    start = time.monotonic()
    fault.inject()
    felt = Felt(inject_s=time.monotonic() - start)
    try:
        yield felt
        felt.bite = fault.bite()
    finally:
        fault.lift()
    assert felt.bite.felt, felt.bite.says
    until = time.monotonic() + PATIENCE_S
    while not _is_whole(store):
        assert time.monotonic() < until, "the store did not recover"
        time.sleep(0.05)


def _is_whole(store: RunningStore) -> bool:
    answer = _get(store, PAGE)
    return answer.status_code == 200 and answer.json()["degraded"] == []


def _get(store: RunningStore, path: str) -> requests.Response:
    return requests.get(store.url + path, timeout=PATIENCE_S)


def _quickest_page_s(store: RunningStore) -> float:
    """Other programs of the machine make a page later, but never sooner."""
    return min(_page_s(store) for _ in range(PAGES))


def _page_s(store: RunningStore) -> float:
    start = time.monotonic()
    assert _get(store, PAGE).status_code == 200
    return time.monotonic() - start


def _requests_of(store: RunningStore, role: str) -> int:
    return next(usage.counters.requests for usage in store.usage() if usage.role == role)


def _check_out(store: RunningStore, customer_id: int) -> requests.Response:
    credentials = {"email": sample_email(customer_id), "password": SAMPLE_PASSWORD}
    token = _send("POST", store, "/api/sessions", credentials).json()["token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    _send("PUT", store, "/api/cart/items/2", {"quantity": 1}, signed_in)
    order = {"card": "card_ok", "coupon": None}
    return _send("POST", store, "/api/orders", order, signed_in | {"Idempotency-Key": next(_keys)})


def _send(
    method: str, store: RunningStore, path: str, body: Any, headers: dict[str, str] | None = None
) -> requests.Response:
    return requests.request(method, store.url + path, json=body, headers=headers, timeout=10)


@services
def test_a_delay_of_100_ms_each_way_makes_a_page_200_ms_later(store: RunningStore) -> None:
    usual_s = _quickest_page_s(store)
    with _under(store, Latency(caller="storefront", callee="catalog", delay_ms=100)):
        later_s = _quickest_page_s(store) - usual_s
    assert later_s == pytest.approx(0.2, abs=0.03)


@services
def test_a_narrow_way_takes_as_long_as_its_bytes_need(store: RunningStore) -> None:
    usual_s = _quickest_page_s(store)
    with _under(store, Bandwidth(caller="storefront", callee="catalog", kb_per_s=5)) as felt:
        later_s = _quickest_page_s(store) - usual_s
    assert felt.bite is not None
    bytes_of_a_page = int(felt.bite.says.split()[0]) / PAGES
    assert later_s == pytest.approx(bytes_of_a_page / 5_000, rel=0.05, abs=0.03)


@services
def test_calls_that_begin_after_the_injection_meet_the_fault_though_connections_were_pooled(
    store: RunningStore,
) -> None:
    for _ in range(5):
        _page_s(store)
    with _under(store, Refusal(caller="storefront", callee="catalog")) as felt:
        assert _get(store, PAGE).status_code == 503
    assert felt.inject_s < 0.5


@services
def test_a_refusal_hits_its_caller_only_and_tells_it_at_once(store: RunningStore) -> None:
    with _under(store, Refusal(caller="storefront", callee="catalog")):
        start = time.monotonic()
        assert _get(store, PAGE).status_code == 503
        assert time.monotonic() - start < 0.5
        assert _get(store, "/api/products/1").status_code == 200  # by the edge


@services
def test_a_reset_answer_is_lost_though_the_callee_gave_it(store: RunningStore) -> None:
    asked_before = _requests_of(store, "catalog")
    with _under(store, Reset(caller="storefront", callee="catalog")):
        assert [_get(store, PAGE).status_code for _ in range(3)] == [503] * 3
    assert _requests_of(store, "catalog") >= asked_before + 3


@pytest.mark.parametrize("kind", [BlackHole, Partition])
@services
def test_silence_costs_a_caller_its_whole_deadline(
    store: RunningStore, kind: type[BlackHole | Partition]
) -> None:
    with _under(store, kind(caller="storefront", callee="inventory")):
        start = time.monotonic()
        page = _get(store, PAGE)
        waited_s = time.monotonic() - start
    assert page.json()["degraded"] == ["inventory"]
    assert waited_s == pytest.approx(OPTIONAL_PART_S, abs=0.2)


@both
def test_the_way_to_the_payment_provider_is_refused_and_then_free_again(
    store: RunningStore,
) -> None:
    with _under(store, Refusal(callee="payment-provider")):
        assert _check_out(store, 11).status_code == 503
    assert _check_out(store, 11).status_code == 201


@both
def test_the_way_to_the_payment_provider_takes_100_ms_longer_each_way(
    store: RunningStore,
) -> None:
    with _under(store, Latency(callee="payment-provider", delay_ms=100)) as felt:
        start = time.monotonic()
        assert _check_out(store, 12).status_code == 201
        assert time.monotonic() - start >= 0.2
    assert felt.bite is not None
    times, mean_ms = int(felt.bite.says.split()[0]), float(felt.bite.says.split()[-3])
    assert times >= 2
    assert mean_ms == pytest.approx(100, abs=20)


@services
def test_callers_are_led_back_when_the_proxy_has_died_and_the_fault_did_not_bite(
    store: RunningStore,
) -> None:
    assert isinstance(store, Store)
    fault = on_network(store, Latency(callee="catalog", delay_ms=50), seed=7)
    fault.inject()
    try:
        store._network.processes[0].kill()
        assert fault.bite().felt is False
    finally:
        fault.lift()
        fault.lift()
    assert _is_whole(store)


@services
def test_the_proxy_is_on_record_beside_the_store(store: RunningStore) -> None:
    with _under(store, Latency(callee="catalog", delay_ms=1)):
        _page_s(store)
        usage = {each.role: each for each in store.usage()}
    assert usage["network-proxy"].cpu_s > 0
