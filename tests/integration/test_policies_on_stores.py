"""All policies in force, on both stores as they run: the same promises, kept by each in its way."""

import dataclasses
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from experiment.faults.on_roles import Delay, Errors
from experiment.faults.plan import FaultPlan
from experiment.policies import Policies
from experiment.store import Architecture, Sample, Work
from store.runtime.resilience.deadline import HEADER
from testbed.deploying import plain_deployment
from testbed.faults.catalogue import fault_for
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import RunningStore
from testbed.platforms.store.edge_replies import RETRY_AFTER_S

SAMPLE = Sample(products=200, customers=100, ratings=3_000)
THREADS = 4
PAGE = "/api/product-pages/1"


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def store(
    request: pytest.FixtureRequest,
    local_platform: LocalPlatform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningStore]:
    architecture: Architecture = request.param
    wanted = dataclasses.replace(
        plain_deployment(architecture, SAMPLE),
        policies=Policies(level="all"),
        work=Work(threads=THREADS),
    )
    store = local_platform.up(wanted, tmp_path_factory.mktemp(f"hardened-{architecture}"))
    try:
        yield store
    finally:
        store.down()


@contextmanager
def under(store: RunningStore, plan: FaultPlan) -> Iterator[None]:
    """Hold a fault in all processes while the block runs."""
    fault = fault_for(plan, FaultBoard(store), seed=1)
    try:
        fault.inject()
        time.sleep(0.1)  # processes look every 20 ms when asked, and have no other way to tell
        yield
    finally:
        fault.lift()


def get(store: RunningStore, path: str) -> requests.Response:
    return requests.get(store.url + path, timeout=10)


def get_page(store: RunningStore, within_s: float) -> requests.Response:
    """Asked as the store asks within itself: a deadline, which may lie in the past, comes along.

    The edge takes no deadline from its clients.
    """
    pages = next(each for each in store.instances() if each.role in ("monolith", "storefront"))
    headers = {HEADER: f"{time.time() + within_s:.3f}"}
    return requests.get(pages.url + PAGE, headers=headers, timeout=10)


def counted(store: RunningStore, counter: str) -> int:
    return sum(getattr(usage.counters, counter) for usage in store.usage())


def test_nothing_is_begun_for_a_request_whose_time_is_up(store: RunningStore) -> None:
    before = counted(store, "deadline_exceeded"), counted(store, "calls")
    answer = get_page(store, within_s=-1)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/deadline-exceeded")
    assert counted(store, "deadline_exceeded") == before[0] + 1
    assert counted(store, "calls") == before[1]


def test_a_request_that_has_time_left_is_answered(store: RunningStore) -> None:
    assert get_page(store, within_s=5).status_code == 200


def test_a_deadline_goes_along_to_whom_a_request_passes(store: RunningStore) -> None:
    """A slow part uses the time of the page up: what should come after it is not begun."""
    before = counted(store, "deadline_exceeded")
    with under(store, Delay(role="recommendations", delay_ms=500)):
        start = time.monotonic()
        answer = get_page(store, within_s=0.2)
        took_s = time.monotonic() - start
    assert answer.status_code == 503
    assert counted(store, "deadline_exceeded") > before
    # One process cannot be left before its own code returns; services are not waited for.
    alone = len({each.role for each in store.instances()}) == 2
    assert took_s == pytest.approx(0.5 if alone else 0.2, abs=0.15)


def test_a_part_that_fails_is_shown_as_it_was_and_marked(store: RunningStore) -> None:
    whole = get(store, PAGE).json()
    assert (len(whole["recommendations"]), whole["degraded"]) == (8, [])
    with under(store, Errors(role="recommendations")):
        assert get(store, PAGE).json() == whole | {"degraded": ["recommendations"]}
        unseen = get(store, "/api/product-pages/2").json()
    assert (unseen["recommendations"], unseen["degraded"]) == ([], ["recommendations"])


def test_what_exceeds_the_limit_of_an_instance_is_refused_at_once(store: RunningStore) -> None:
    before = counted(store, "shed")
    slow = Delay(role="catalog", delay_ms=1_000)
    with under(store, slow), ThreadPoolExecutor(4 * THREADS) as clients:
        # A busy machine may need longer than a moment to see the fault; from here on it is seen.
        assert get(store, "/api/products/1").elapsed.total_seconds() >= 1
        answers = list(clients.map(lambda _: get(store, "/api/products/1"), range(4 * THREADS)))
    refused = [answer for answer in answers if answer.status_code == 503]
    # One in hand and one in line per thread are not refused, nor is one that is being connected.
    assert 2 * THREADS - 1 <= len(refused) <= 2 * THREADS
    assert {answer.json()["type"] for answer in refused} == {"/problems/overloaded"}
    assert {answer.headers["Retry-After"] for answer in refused} == {str(RETRY_AFTER_S)}
    assert max(answer.elapsed.total_seconds() for answer in refused) < 0.5
    assert counted(store, "shed") == before + len(refused)
    assert "shedding-began" in {change["event"] for change in store.state_changes()}


def test_every_worker_tells_that_it_started(store: RunningStore) -> None:
    started = [each for each in store.state_changes() if each["event"] == "worker-started"]
    ours = {each.name for each in store.instances() if each.role != "payment-provider"}
    assert {each["instance"] for each in started} == ours
