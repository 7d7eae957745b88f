"""A database server for each service: what one loses, the others do not."""

import dataclasses
from collections.abc import Iterator

import psycopg
import pytest
import requests
from hurting import Patient, eventually

from experiment.faults.on_data import ConnectionsUsedUp, DatabaseStopped
from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.store.servers import BUFFERS_MB, OWN_CONNECTIONS

SAMPLE = Sample(products=20, customers=10, ratings=20)
OWNERS = 9
"""All services but the storefront."""

pytestmark = pytest.mark.long


ACCOUNT = {"email": "a@example.com", "name": "A", "password": "a good password"}


@pytest.fixture(scope="module")
def patient(
    local_platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Patient]:
    wanted = plain_deployment("microservices", SAMPLE)
    with_servers = dataclasses.replace(wanted, databases="per-service")
    store = local_platform.up(with_servers, tmp_path_factory.mktemp("per-service"))
    with requests.Session() as http:
        http.trust_env = False
        yield Patient("microservices", store, http, FaultBoard(store))
    store.down()
    assert not any(server.is_running for server in store._ground.databases.servers)


def test_a_stopped_server_takes_only_its_owner_with_it(patient: Patient) -> None:
    before = patient.usage_of("database")
    assert before.instances == OWNERS
    with patient.under(DatabaseStopped(role="accounts")):
        assert _register(patient) == 503
        assert patient.get("/api/product-pages/1").json()["degraded"] == []
        assert patient.usage_of("database").instances == OWNERS - 1
    after = patient.usage_of("database")
    assert after.instances == OWNERS
    assert after.cpu_s >= before.cpu_s  # what the stopped server had used still counts
    assert eventually(lambda: _register(patient) == 201)


def test_the_servers_share_the_memory_of_one(patient: Patient) -> None:
    buffers_mb = [_setting(patient, role, "shared_buffers") for role in ("accounts", "orders")]
    assert buffers_mb == [f"{BUFFERS_MB // OWNERS}MB"] * 2


def test_the_connections_of_one_server_are_not_those_of_another(patient: Patient) -> None:
    with patient.under(ConnectionsUsedUp(role="carts")) as (used_up,):
        assert len(used_up._taken) < OWN_CONNECTIONS
        psycopg.connect(patient.store.data_of("orders").owner_url).close()


def test_the_books_are_read_from_all_servers(patient: Patient) -> None:
    assert len(patient.store.books().stock) == SAMPLE.products


def _register(patient: Patient) -> int:
    url = f"{patient.store.url}/api/accounts"
    return patient.http.post(url, json=ACCOUNT, timeout=5).status_code


def _setting(patient: Patient, role: str, name: str) -> str:
    with psycopg.connect(patient.store.data_of(role).admin_url) as connection:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])
