"""Instances are added to a running store and taken away, and no request is lost by it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from experiment.store import Architecture
from testbed.platforms.platform import RunningStore

CLIENTS = 4
PAGE = "/api/product-pages/1"
"""Of the services, the storefront composes it: the edge and a peer have to hear of an instance."""


@contextmanager
def under_load(store: RunningStore, path: str) -> Iterator[Counter[str]]:
    """Clients that ask as fast as they are answered; yields the instances that have answered."""
    answers: Counter[str] = Counter()
    stop = threading.Event()

    def ask() -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not stop.is_set():
                answer = http.get(store.url + path, timeout=10)
                degraded = answer.json()["degraded"] if answer.ok else []
                answers["failed" if not answer.ok or degraded else "ok"] += 1

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield answers
    finally:
        stop.set()
        for client in clients:
            client.join()


@pytest.mark.parametrize(
    ("architecture", "role"),
    [("monolith", "monolith"), ("microservices", "recommendations")],
    ids=["monolith", "microservices"],
)
def test_scaling_up_and_down_loses_no_request(
    running_store: Callable[[Architecture], RunningStore], architecture: Architecture, role: str
) -> None:
    store = running_store(architecture)
    before = {each.name for each in store.readings(role)}
    with under_load(store, PAGE) as answers:
        added = store.scale(role, 3).added
        assert {each.name for each in store.readings(role)} == before | set(added)
        asked = answers["ok"]
        removed = store.scale(role, 1).removed
    assert set(removed) == set(added)
    assert len(added) == 2
    assert {each.name for each in store.readings(role)} == before
    assert answers["failed"] == 0
    assert answers["ok"] > asked > 0
