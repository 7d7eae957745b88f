"""What faults on data do to both running stores, and that the stores outlive them."""

import time

import psycopg
import pytest
from hurting import RECOMMENDATIONS, Patient, eventually

from experiment.faults.on_data import ConnectionsUsedUp, DatabaseStopped, LockHeld

PRODUCTS = "/api/products"
SEARCH = "/api/search?q=lamp"
MAX_CONNECTIONS, RESERVED = 300, 3


def test_a_stopped_server_is_a_problem_document_until_it_is_back(patient: Patient) -> None:
    order_id = patient.buyer(3).order(1)
    with patient.under(DatabaseStopped(role="catalog")):
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            lost = patient.get(PRODUCTS, timeout_s=1.0)
            assert lost.status_code == 503
            assert lost.headers["Content-Type"] == "application/problem+json"
            assert lost.json()["type"] == "/problems/dependency-unavailable"
        assert patient.status(RECOMMENDATIONS) == 200  # they read their data at the start only
    assert eventually(lambda: patient.status(PRODUCTS) == 200, within_s=2.0)
    assert eventually(lambda: patient.status(SEARCH) == 200, within_s=2.0)
    assert {patient.status(path) for path in (PRODUCTS, SEARCH) * 10} == {200}
    assert order_id in {order.order_id for order in patient.store.books().orders}


def test_a_held_lock_makes_those_wait_who_need_the_tables(patient: Patient) -> None:
    with patient.under(LockHeld(role="catalog")) as (lock,):
        call = patient.call_in_background(PRODUCTS)
        assert patient.status(RECOMMENDATIONS) == 200
        assert eventually(lambda: lock.bite().felt)
        assert lock.bite().says == "1 statements of the store waited for the lock"
        assert not call.is_answered_within(0.7)
    assert call.is_answered_within(2.0)
    assert call.status() == 200


def test_a_lock_on_what_search_needs_locks_the_catalogue_of_the_monolith(patient: Patient) -> None:
    with patient.under(LockHeld(role="search")):
        searching = patient.call_in_background(SEARCH)
        listing = patient.call_in_background(PRODUCTS)
        assert listing.is_answered_within(1.0) == (patient.architecture == "microservices")
        assert not searching.is_answered_within(0.1)
    assert (searching.status(), listing.status()) == (200, 200)


def test_used_up_connections_are_all_that_were_free(patient: Patient) -> None:
    data = patient.store.data_of("carts")
    before = _connections(data.admin_url)
    with patient.under(ConnectionsUsedUp(role="carts")):
        assert _connections(data.admin_url) == MAX_CONNECTIONS - RESERVED
        assert patient.status(PRODUCTS) == 200  # over a connection that it has
        with pytest.raises(psycopg.OperationalError, match="reserved for roles with the SUPERUSER"):
            psycopg.connect(data.owner_url)
    assert eventually(lambda: _connections(data.admin_url) <= before + 5)  # pools may have grown
    assert patient.status(PRODUCTS) == 200


def _connections(admin_url: str) -> int:
    """Of others than the one that counts."""
    with psycopg.connect(admin_url) as connection:
        counted = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
    assert counted is not None
    return int(counted[0])
