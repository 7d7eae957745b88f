"""A store whose services call each other by ``http.client``: same answers, same failures."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from experiment.store import Sample
from store.runtime.faults import armed
from testbed.deploying import plain_deployment
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import RunningStore

SAMPLE = Sample(products=200, customers=100, ratings=3_000)
PAGE = "/api/product-pages/1"


@pytest.fixture(scope="module")
def lean(
    local_platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    wanted = dataclasses.replace(plain_deployment("microservices", SAMPLE), client="http.client")
    store = local_platform.up(wanted, tmp_path_factory.mktemp("lean"))
    try:
        yield store
    finally:
        store.down()


def page(store: RunningStore) -> dict[str, Any]:
    answer = requests.get(store.url + PAGE, timeout=10)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_page_is_composed_and_its_calls_are_counted(lean: RunningStore) -> None:
    before = sum(usage.counters.calls for usage in lean.usage())
    found = page(lean)
    assert (found["degraded"], len(found["recommendations"])) == ([], 8)
    page(lean)  # counters can be read when a next request has begun
    assert sum(usage.counters.calls for usage in lean.usage()) >= before + 3


def test_a_part_that_fails_is_left_out(lean: RunningStore) -> None:
    lean.arm_faults([armed({"kind": "error", "role": "recommendations"})])
    try:
        assert page(lean)["degraded"] == ["recommendations"]
    finally:
        lean.arm_faults([])


def test_a_part_that_is_lost_and_comes_back_is_asked_again(lean: RunningStore) -> None:
    page(lean)
    lean.kill_role("recommendations")
    assert page(lean)["degraded"] == ["recommendations"]
    lean.restore_role("recommendations")
    assert page(lean)["degraded"] == []
