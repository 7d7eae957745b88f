"""Sample data that a container creates: once, whole, and for their owner alone."""

import os
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from microservices.catalog.data import create_data
from store.postgres.create_data import Order, create

SIZES = {"products": 50, "customers": 20, "ratings": 100}


def _dropped(order: Order) -> Order:
    with psycopg.connect(order.admin_url, autocommit=True) as admin:
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP ROLE IF EXISTS {}"):
            admin.execute(sql.SQL(statement).format(sql.Identifier(order.owner)))
    return order


@pytest.fixture
def order(postgres_url: str) -> Order:
    """For a server where nothing of it is there yet."""
    return _dropped(Order(create_data, postgres_url, f"owner_{os.getpid()}", "secret", SIZES))


def _products(order: Order) -> int:
    url = make_conninfo(order.admin_url, dbname=order.owner)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM products").fetchone()
    assert row is not None
    return int(row[0])


def test_data_are_created_once_and_then_left_alone(order: Order) -> None:
    assert [create(order), create(order)] == [True, False]
    assert _products(order) == 50


def test_what_a_creation_that_was_cut_off_has_left_is_replaced(order: Order) -> None:
    def cut_off(connection: psycopg.Connection, dataset: object) -> None:
        connection.execute("CREATE TABLE products ()")
        connection.commit()
        raise ConnectionError

    with pytest.raises(ConnectionError):
        create(replace(order, create_data=cut_off))
    assert create(order)
    assert _products(order) == 50


def test_the_owner_may_not_open_other_databases_of_its_server(order: Order) -> None:
    create(order)
    _dropped(replace(order, owner=f"{order.owner}_b"))
    create(replace(order, owner=f"{order.owner}_b"))
    as_owner = {"user": order.owner, "password": order.password, "dbname": f"{order.owner}_b"}
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(order.admin_url, **as_owner))


def test_the_order_is_read_from_the_environment_with_passwords_from_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p1\n")
    order = Order.from_environment(
        {
            "TWINSTACK_CREATE": "microservices.catalog.data:create_data",
            "TWINSTACK_ADMIN_URL": "postgresql://postgres@database/postgres",
            "TWINSTACK_ADMIN_PASSWORD_FILE": str(tmp_path / "password"),
            "TWINSTACK_OWNER": "owner",
            "TWINSTACK_OWNER_PASSWORD": "p2",
            "TWINSTACK_PRODUCTS": "50",
        }
    )
    assert order.create_data is create_data
    assert psycopg.conninfo.conninfo_to_dict(order.admin_url)["password"] == "p1"
    assert (order.password, order.sizes) == ("p2", {"products": 50})
