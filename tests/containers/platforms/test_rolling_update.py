"""The engine replaces the tasks of a running store one after the other, and the store goes on."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from docker.models.services import Service

from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.platforms import open_platform
from testbed.platforms.containers import engine
from testbed.platforms.platform import RunningStore

SMALL = Sample(products=200, customers=100, ratings=3_000)
ROLE = "monolith"


@pytest.fixture
def two_tasks(tmp_path: Path) -> Iterator[RunningStore]:
    with open_platform("swarm") as platform:
        store = platform.up(plain_deployment("monolith", SMALL), tmp_path)
        try:
            store.scale(ROLE, 2)
            yield store
        finally:
            store.down()


def _alive(store: RunningStore) -> set[int]:
    return {each.pid for each in store.instances() if each.role == ROLE and each.alive}


def _running_tasks(service: Service) -> int:
    return sum(task["Status"]["State"] == "running" for task in service.tasks())


def test_a_rolling_update_by_the_engine(two_tasks: RunningStore) -> None:
    before = _alive(two_tasks)
    assert len(before) == 2
    with closing(engine.connect()) as client:
        (service,) = [s for s in client.services.list() if re.search(rf"-\d+-{ROLE}$", s.name)]
        update = subprocess.Popen(
            ["docker", "service", "update", "--force", "--quiet", service.name],
            stdout=subprocess.DEVNULL,
        )
        fewest = 2
        while update.poll() is None:
            fewest = min(fewest, _running_tasks(service))
    assert update.returncode == 0
    assert fewest == 1
    assert _alive(two_tasks) == set()
    two_tasks.restore_role(ROLE)
    after = _alive(two_tasks)
    assert len(after) == 2
    assert not after & before
    assert requests.get(two_tasks.url + "/api/products", timeout=20).status_code == 200
