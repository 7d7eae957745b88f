"""What has to be the same in a cluster and under Compose, is."""

from itertools import combinations, product
from typing import Any

import pytest
import yaml
from manifests import MANIFESTS, Build, container, named, of_kind
from reach import reaches

Object = dict[str, Any]

COMPOSE: Object = yaml.safe_load((MANIFESTS.parent / "compose.yml").read_text("utf-8"))["services"]
POSTGRES, HTTP, EDGE = 5432, 8000, 8080


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def store(request: pytest.FixtureRequest, build: Build) -> list[Object]:
    return build(f"overlays/{request.param}-fixed")


def _under_compose(workload: str, store: list[Object]) -> Object:
    """The service of Compose that is the same as a workload here."""
    is_monolith = any(o["metadata"]["name"] == "monolith" for o in of_kind(store, "Deployment"))
    edge = "edge-monolith" if is_monolith else "edge-microservices"
    return dict(COMPOSE[edge if workload == "edge" else workload])


def _share_a_network(one: Object, other: Object) -> bool:
    return bool(set(one["networks"]) & set(other["networks"]))


def test_a_database_is_reached_by_the_same_processes(store: list[Object]) -> None:
    workloads = of_kind(store, "Deployment", "Job")
    callers = [each["metadata"]["name"] for each in workloads]
    databases = [each["metadata"]["name"] for each in of_kind(store, "StatefulSet")]
    for caller, database in product(callers, databases):
        one, other = (_under_compose(name, store) for name in (caller, database))
        expected = _share_a_network(one, other)
        assert reaches(store, caller, database, POSTGRES) == expected, (caller, database)


def test_processes_share_a_network_when_one_reaches_the_other_here(store: list[Object]) -> None:
    names = [each["metadata"]["name"] for each in of_kind(store, "Deployment")]
    for one, other in combinations(names, 2):
        ports = [EDGE if callee == "edge" else HTTP for callee in (other, one)]
        is_reached = reaches(store, one, other, ports[0]) or reaches(store, other, one, ports[1])
        parts = (_under_compose(name, store) for name in (one, other))
        assert is_reached == _share_a_network(*parts), (one, other)


def test_database_servers_are_of_the_same_size(store: list[Object]) -> None:
    here = named(store, "ConfigMap", "databases")["data"]
    for server in of_kind(store, "StatefulSet"):
        there = _under_compose(server["metadata"]["name"], store)["environment"]
        for name, default in (("TWINSTACK_CONNECTIONS", 300), ("TWINSTACK_BUFFERS_MB", 128)):
            assert int(here[name]) == int(there.get(name, default))


def test_data_are_made_by_the_same_code(store: list[Object]) -> None:
    for job in of_kind(store, "Job"):
        there = _under_compose(job["metadata"]["name"], store)["environment"]["TWINSTACK_CREATE"]
        (package,) = (e["value"] for e in container(job)["env"] if e["name"] == "PACKAGE")
        assert there == f"{package}.data:create_data"
