"""An instance that is added starts on the store's cores, under the quota of a start, at a price."""

import dataclasses
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from experiment.store import Budget, Sample
from testbed import procfs
from testbed.deploying import plain_deployment
from testbed.janitor import Belongings
from testbed.platforms.division import Division
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine import limits
from testbed.platforms.machine.affinity import split
from testbed.platforms.store.store import Store

ROLE, QUOTA, START_CPUS, SHARED_CPUS = "monolith", 0.25, 0.75, 0.25
BUDGET = Budget(mode="equal-instances", cpus=2.0, memory_mb=2048, shared_cpus=SHARED_CPUS)
DIVISION = Division("instances", {ROLE: QUOTA}, SHARED_CPUS, start_cpus=START_CPUS)
SAMPLE = Sample(products=200, customers=100, ratings=3_000)
Seen = list[tuple[float | None, frozenset[int], str]]
"""Quota of the role; cores and control group of the newest instance."""


@pytest.fixture
def store(local_platform: LocalPlatform, tmp_path: Path) -> Iterator[Store]:
    made = limits.set_up(BUDGET, Belongings(tmp_path / "state"), division=DIVISION)
    is_divided = made.is_divided
    made.remove()
    if not is_divided:
        pytest.skip("no control groups here")
    wanted = plain_deployment(ROLE, SAMPLE)
    divided = dataclasses.replace(wanted, budget=BUDGET, division=DIVISION)
    store = local_platform.up(divided, tmp_path / "store")
    yield store
    store.down()


@contextmanager
def watched(store: Store) -> Iterator[Seen]:
    seen: Seen = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            newest = [each for each in store.instances() if each.role == ROLE][-1]
            cpus = next(each.cpus for each in store.usage() if each.role == ROLE)
            try:
                group = Path(f"/proc/{newest.pid}/cgroup").read_text(encoding="ascii")
                seen.append((cpus, frozenset(os.sched_getaffinity(newest.pid)), group))
            except (FileNotFoundError, ProcessLookupError):
                continue

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def test_a_start_runs_on_the_stores_cores_under_its_quota_and_is_billed(store: Store) -> None:
    cores = split(os.sched_getaffinity(0)).store
    with watched(store) as seen:
        (added,) = store.scale(ROLE, 2).added
    of_added = [each for each in seen if each[0] != QUOTA]
    quotas = {round(cpus or 0, 3) for cpus, _, _ in of_added}

    assert QUOTA + START_CPUS in quotas
    assert quotas <= {QUOTA + START_CPUS, 2 * QUOTA}
    assert {used for _, used, _ in of_added} == {cores}
    assert all(f"/{added}" in group for _, _, group in of_added)


def test_an_instance_that_serves_has_its_own_quota(store: Store) -> None:
    (added,) = store.scale(ROLE, 2).added
    pid = next(each.pid for each in store.instances() if each.name == added)
    held = [
        file.read_text(encoding="ascii")
        for mount in procfs.control_group_mounts()
        for name in ("cpu.cfs_quota_us", "cpu.max")
        for file in _folders(mount, pid, name)
    ]

    assert next(each.cpus for each in store.usage() if each.role == ROLE) == 2 * QUOTA
    assert [int(each.split()[0]) for each in held] == [round(QUOTA * 50_000)]


def _folders(mount: Path, pid: int, name: str) -> list[Path]:
    """Files of that name in the group of a process that is divided, wherever it is mounted."""
    added = Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii")
    groups = {line.split(":", 2)[2].strip("/").split("/")[-1] for line in added.splitlines()}
    return [file for group in groups if group for file in mount.glob(f"**/{group}/{name}")]
