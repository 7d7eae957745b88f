"""A leak up to an enforced limit: the kernel itself ends the process."""

import dataclasses
from pathlib import Path

import pytest
import requests
from hurting import RECOMMENDATIONS, Patient, eventually

from experiment.faults.on_roles import MemoryLeak
from experiment.store import Budget, Sample
from testbed.deploying import plain_deployment
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.limits import NOT_LIMITED
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.local.store import LocalStore

LIMIT_MB = 600
SAMPLE = Sample(products=200, customers=100, ratings=3_000)


def _kernel_kills(store: LocalStore) -> int:
    """Processes of the store that the kernel killed for lack of memory."""
    for group in store._ground.limits.groups:
        for name in ("memory.oom_control", "memory.events"):
            if (group / name).exists():
                lines = (group / name).read_text().splitlines()
                return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    raise LookupError("no group counts its kills")


def test_a_leak_past_the_limit_has_the_leaking_process_killed_which_then_begins_anew(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    wanted = plain_deployment("monolith", SAMPLE)
    budget = Budget(cpus=2, memory_mb=LIMIT_MB)
    store = local_platform.up(dataclasses.replace(wanted, budget=budget), tmp_path)
    try:
        if store.limits["memory"].startswith(NOT_LIMITED):
            pytest.skip(store.limits["memory"])
        with requests.Session() as http:
            patient = Patient("monolith", store, http, FaultBoard(store))
            before_mb = patient.usage_of("recommendations").memory_mb
            with patient.under(
                MemoryLeak(role="recommendations", mb_per_call=50, most_mb=4 * LIMIT_MB)
            ):
                assert eventually(lambda: patient.status(RECOMMENDATIONS) == 503)
            assert _kernel_kills(store) == 1
            assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
            assert patient.usage_of("recommendations").memory_mb < before_mb + 50
    finally:
        store.down()
