from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from store.sample.copy import copy_rows


@pytest.fixture
def connection(fresh_database: Callable[[str], str]) -> Iterator[Connection[Any]]:
    with psycopg.connect(fresh_database("sample_copy")) as connection:
        connection.execute("CREATE SCHEMA shelf")
        connection.execute("CREATE TABLE shelf.goods (id bigint PRIMARY KEY, name text, cost int)")
        yield connection


def goods(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT id, name, cost FROM shelf.goods ORDER BY id").fetchall()


def test_rows_arrive_as_they_were_given(connection: Connection[Any]) -> None:
    rows = [(5, "tab\tand\nline", 2**31 - 1), (2, "café \\N", -1)]
    copy_rows(connection, "shelf.goods", ("id", "name", "cost"), rows)
    assert goods(connection) == sorted(rows)


def test_columns_that_are_not_named_stay_empty(connection: Connection[Any]) -> None:
    copy_rows(connection, "shelf.goods", ("name", "id"), iter([("desk", 1)]))
    assert goods(connection) == [(1, "desk", None)]


def test_rows_are_undone_with_the_transaction(connection: Connection[Any]) -> None:
    connection.commit()
    copy_rows(connection, "shelf.goods", ("id",), [(1,)])
    connection.rollback()
    assert goods(connection) == []


def test_a_row_that_breaks_a_rule_stops_the_copy(connection: Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        copy_rows(connection, "shelf.goods", ("id",), [(1,), (1,)])
