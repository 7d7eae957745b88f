"""A cluster that kubectl can talk to."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))

from emulated_api import EmulatedApi
from emulated_environment import CONTEXT, emulated

from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl


@pytest.fixture
def api(tmp_path: Path) -> Iterator[EmulatedApi]:
    with emulated(tmp_path) as served:
        yield served


@pytest.fixture
def cluster(api: EmulatedApi) -> Cluster:
    return Cluster(CONTEXT, find_kubectl())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Together they take most of a minute: every step is a call of kubectl."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.long)
