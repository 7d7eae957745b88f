"""A leak up to an enforced limit: the kernel itself ends the process."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hurting import RECOMMENDATIONS, Patient, eventually

from experiment.faults.on_roles import MemoryLeak
from experiment.store import Budget, Sample
from testbed.deploying import plain_deployment
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.limits import NOT_LIMITED
from testbed.platforms.store.store import Store

LIMIT_MB = 600
SAMPLE = Sample(products=200, customers=100, ratings=3_000)

pytestmark = pytest.mark.long


@pytest.fixture
def limited_store(tmp_path: Path) -> Iterator[Store]:
    """A monolith on a database server of its own, which no other test misses if it is killed."""
    wanted = plain_deployment("monolith", SAMPLE)
    budget = Budget(cpus=2, memory_mb=LIMIT_MB)
    with LocalPlatform() as platform:
        yield platform.up(dataclasses.replace(wanted, budget=budget), tmp_path)


def test_a_leak_past_the_limit_has_the_leaking_process_killed_which_then_begins_anew(
    limited_store: Store,
) -> None:
    if limited_store.limits["memory"].startswith(NOT_LIMITED):
        pytest.skip(limited_store.limits["memory"])
    leak = MemoryLeak(role="recommendations", mb_per_call=50, most_mb=4 * LIMIT_MB)
    with requests.Session() as http:
        patient = Patient("monolith", limited_store, http, FaultBoard(limited_store))
        before_mb = patient.usage_of("recommendations").memory_mb
        with patient.under(leak):
            assert eventually(lambda: patient.status(RECOMMENDATIONS) == 503)
        assert limited_store._ground.limits.killed() == 1
        assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
        assert patient.usage_of("recommendations").memory_mb < before_mb + 50
