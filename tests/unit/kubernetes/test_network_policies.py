"""Who may talk to whom: the rules of the Compose networks, for both stores."""

from itertools import product
from typing import Any

import pytest
from manifests import Build, of_kind, part
from reach import architecture_of, reaches

from experiment.faults.on_network import callees_of

Object = dict[str, Any]

HTTP, POSTGRES, EDGE, WORKERS = 8000, 5432, 8080, 5557


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def store(request: pytest.FixtureRequest, build: Build) -> list[Object]:
    """A store with the load generator beside it."""
    return build(f"overlays/{request.param}-fixed") + build("load")


def _of(objects: list[Object], *parts: str) -> list[str]:
    workloads = of_kind(objects, "Deployment", "StatefulSet", "Job")
    return [each["metadata"]["name"] for each in workloads if part(each) in parts]


def test_an_owner_reaches_its_own_database_and_nobody_else_s(store: list[Object]) -> None:
    for role, database in product(_of(store, "store"), _of(store, "database")):
        is_own = database == f"database-{role}"
        assert reaches(store, role, database, POSTGRES) == is_own, (role, database)


def test_each_database_is_filled_by_its_own_job_alone(store: list[Object]) -> None:
    for job, database in product(_of(store, "create-data"), _of(store, "database")):
        is_own = job.removeprefix("create-data-") == database.removeprefix("database-")
        assert reaches(store, job, database, POSTGRES) == is_own, (job, database)


def test_nothing_else_reaches_a_database(store: list[Object]) -> None:
    others = _of(store, "edge", "outside", "load", "database")
    for other, database in product(others, _of(store, "database")):
        assert not reaches(store, other, database, POSTGRES), (other, database)


def test_the_edge_reaches_every_part_of_the_store_and_nothing_outside(store: list[Object]) -> None:
    assert all(reaches(store, "edge", role, HTTP) for role in _of(store, "store"))
    assert not reaches(store, "edge", "payment-provider", HTTP)


def test_each_process_reaches_those_whom_it_calls_and_nobody_else(store: list[Object]) -> None:
    architecture = architecture_of(store)
    everybody = _of(store, "store", "outside")
    for caller, callee in product(everybody, everybody):
        is_called = caller != "payment-provider" and callee in callees_of(architecture, caller)
        assert reaches(store, caller, callee, HTTP) == is_called, (caller, callee)


def test_the_generator_reaches_the_edge_as_its_clients_do_and_nothing_behind_it(
    store: list[Object],
) -> None:
    for load in _of(store, "load"):
        assert reaches(store, load, "edge", EDGE)
        behind = _of(store, "store", "outside")
        assert not [role for role in behind if reaches(store, load, role, HTTP)]


def test_workers_reach_their_master(store: list[Object]) -> None:
    assert reaches(store, "load-worker", "load-master", WORKERS)


def test_one_server_for_all_is_reached_by_every_owner(build: Build, one_server: Build) -> None:
    objects = one_server("microservices")
    owners = {o.removeprefix("database-") for o in _of(build("microservices"), "database")}
    assert _of(objects, "database") == ["database-accounts"]
    for role in _of(objects, "store"):
        assert reaches(objects, role, "database-accounts", POSTGRES) == (role in owners)
