"""Cores of their own on a running store, where a machine lends its second core for that."""

import dataclasses
import os
from pathlib import Path

import psutil
import pytest

from experiment.store import Budget, Sample
from testbed import procfs
from testbed.deploying import plain_deployment
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine import spread
from testbed.platforms.machine.affinity import Cores
from testbed.platforms.store.store import Store

SAMPLE = Sample(products=200, customers=100, ratings=3_000)
HERE = sorted(os.sched_getaffinity(0))[:2]

pytestmark = pytest.mark.skipif(len(HERE) < 2, reason="needs two cores")


def cores_of(pid: int) -> set[int]:
    """Of a process and all that it has started."""
    tree = procfs.tree(procfs.snapshot(), pid)
    return set().union(*(os.sched_getaffinity(stat.pid) for stat in tree))


def edges() -> set[int]:
    """Those of all stores that this process has up."""
    return {each.pid for each in psutil.Process().children() if each.name() == "envoy"}


def places(platform: LocalPlatform, store: Store, others: set[int]) -> dict[str, set[int]]:
    """Cores by what runs there."""
    instance = next(each for each in store.instances() if each.role == "monolith")
    (edge,) = edges() - others
    database = platform._servers.shared.pid
    return {
        "instance": cores_of(instance.pid),
        "edge": cores_of(edge),
        "database": cores_of(database),
    }


def test_instances_edge_and_database_are_where_the_rule_says_and_stay_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = HERE
    others = edges()
    monkeypatch.setattr(spread, "FEWEST_CORES", 2)
    wanted = dataclasses.replace(
        plain_deployment("monolith", SAMPLE), budget=Budget(cpus=1.0, memory_mb=2048, cores="own")
    )
    with LocalPlatform() as platform:
        platform._cores = Cores(store=frozenset(HERE), generator=frozenset({second}))
        store = platform.up(wanted, tmp_path / "store")
        expected = {"instance": {second}, "edge": {first}, "database": {first}}
        assert places(platform, store, others) == expected

        store.kill_role("monolith")
        store.restore_role("monolith")
        store.stop_database("monolith")
        store.start_database("monolith")
        assert places(platform, store, others) == expected
        store.down()

        shared = platform.up(plain_deployment("monolith", SAMPLE), tmp_path / "shared")
        assert places(platform, shared, others)["database"] == set(HERE)
        shared.down()
