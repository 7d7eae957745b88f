"""Locust in containers: a master, and workers that split its load."""

import time
from collections.abc import Callable
from typing import Any

import requests
from composed import Composed

WITHIN_S = 60.0
WORKERS = 2
RATE, SECONDS = 20, 5


def _awaited(url: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the master tells, once it is so."""
    until = time.monotonic() + WITHIN_S
    while True:
        try:
            told = dict(requests.get(f"{url}/stats/requests", timeout=5).json())
        except requests.ConnectionError:
            told = {}
        if told and is_so(told):
            return told
        assert time.monotonic() < until, told
        time.sleep(0.2)


def test_workers_in_containers_load_a_store_in_containers(
    composed: Callable[[str], Composed],
) -> None:
    master = composed("monolith").up_load(WORKERS)
    _awaited(master, lambda told: len(told["workers"]) == WORKERS)
    users = {"user_count": 1, "spawn_rate": 1}
    load = {"rate": RATE, "seconds": SECONDS, "journeys": "browse=1"}
    requests.post(f"{master}/swarm", data=users | load, timeout=5).raise_for_status()
    told = _awaited(master, lambda told: told["state"] == "stopped")
    assert told["stats"][-1]["num_requests"] >= RATE * SECONDS
    assert told["fail_ratio"] == 0
