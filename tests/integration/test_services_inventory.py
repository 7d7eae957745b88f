"""Reservations on a real database."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from uuid import UUID, uuid4

import psycopg
import pytest

from microservices.inventory.data import create_data, read_books
from microservices.inventory.reservations import Reservations
from microservices.inventory.stock import Lines
from store.rules.books import StockEntry
from store.runtime.database import Database
from store.runtime.problems import Problem
from store.sample.generate import generate


@pytest.fixture(scope="module")
def all_reservations(fresh_database: Callable[[str], str]) -> Iterator[Reservations]:
    url = fresh_database("test_inventory")
    with psycopg.connect(url) as connection:
        create_data(connection, generate(products=60, customers=5, ratings=50))
    with closing(Database(url, 8)) as database:
        yield Reservations(database, lifetime_s=60.0)


@pytest.fixture
def reservations(all_reservations: Reservations) -> Reservations:
    """Nothing reserved, ten pieces of each product."""
    with all_reservations.database.transaction() as connection:
        connection.execute("TRUNCATE reservations")
        connection.execute("UPDATE stock SET initial = 10, on_hand = 10, reserved = 0, sold = 0")
    return all_reservations


@pytest.fixture
def order_id() -> UUID:
    return uuid4()


def stock(reservations: Reservations, product_id: int = 1) -> tuple[int, int, int]:
    """On hand, reserved, sold."""
    with reservations.database.transaction() as connection:
        entries: dict[int, StockEntry] = {
            entry.product_id: entry for entry in read_books(connection).stock
        }
    entry = entries[product_id]
    return entry.on_hand, entry.reserved, entry.sold


LINES = Lines([1, 2], [3, 4])


def test_a_reservation_keeps_pieces_once_however_often_it_is_asked(
    reservations: Reservations, order_id: UUID
) -> None:
    for _ in range(2):
        reservations.hold(order_id, 1, LINES)
    assert (stock(reservations, 1), stock(reservations, 2)) == ((7, 3, 0), (6, 4, 0))


def test_a_sale_sells_once_however_often_it_is_asked(
    reservations: Reservations, order_id: UUID
) -> None:
    reservations.hold(order_id, 1, LINES)
    for _ in range(2):
        reservations.sell(order_id, 1)
    assert stock(reservations) == (7, 0, 3)


@pytest.mark.parametrize("is_sold", [False, True])
def test_a_release_gives_back_once_what_was_reserved_or_sold(
    reservations: Reservations, order_id: UUID, *, is_sold: bool
) -> None:
    reservations.hold(order_id, 1, LINES)
    if is_sold:
        reservations.sell(order_id, 1)
    for _ in range(2):
        reservations.release(order_id, 1)
    assert stock(reservations) == (10, 0, 0)


def test_a_reserve_or_sale_after_the_release_is_refused(
    reservations: Reservations, order_id: UUID
) -> None:
    reservations.release(order_id, 1)
    with pytest.raises(Problem, match="given back"):
        reservations.hold(order_id, 1, LINES)
    with pytest.raises(Problem, match="given back"):
        reservations.sell(order_id, 1)
    assert stock(reservations) == (10, 0, 0)


def test_what_was_never_reserved_cannot_be_sold(reservations: Reservations) -> None:
    with pytest.raises(Problem, match="no such reservation"):
        reservations.sell(uuid4(), 1)


def test_the_next_attempt_of_an_order_is_a_reservation_of_its_own(
    reservations: Reservations, order_id: UUID
) -> None:
    reservations.release(order_id, 1)
    reservations.hold(order_id, 2, LINES)
    assert stock(reservations) == (7, 3, 0)


def test_a_shortage_reserves_nothing_and_names_the_lowest_product_that_is_short(
    reservations: Reservations, order_id: UUID
) -> None:
    with pytest.raises(Problem, match=r"^Product 2 has only 10 pieces left\.$") as refusal:
        reservations.hold(order_id, 1, Lines([1, 2, 3], [1, 11, 11]))
    assert (refusal.value.status, refusal.value.name) == (409, "sold-out")
    assert stock(reservations) == (10, 0, 0)


def test_an_expired_reservation_gives_its_pieces_back(
    reservations: Reservations, order_id: UUID
) -> None:
    replace(reservations, lifetime_s=0.0).hold(order_id, 1, LINES)
    assert [reservations.expire_one(), reservations.expire_one()] == [True, False]
    assert stock(reservations) == (10, 0, 0)


def test_a_reservation_in_its_time_does_not_expire(
    reservations: Reservations, order_id: UUID
) -> None:
    reservations.hold(order_id, 1, LINES)
    assert not reservations.expire_one()


def test_a_sale_after_the_expiry_takes_the_pieces_again(
    reservations: Reservations, order_id: UUID
) -> None:
    replace(reservations, lifetime_s=0.0).hold(order_id, 1, LINES)
    reservations.expire_one()
    reservations.sell(order_id, 1)
    assert stock(reservations) == (7, 0, 3)


def test_a_sale_after_the_expiry_is_refused_when_the_pieces_are_gone(
    reservations: Reservations, order_id: UUID
) -> None:
    replace(reservations, lifetime_s=0.0).hold(order_id, 1, LINES)
    reservations.expire_one()
    reservations.hold(uuid4(), 1, Lines([1], [8]))
    with pytest.raises(Problem, match=r"^Product 1 has only 2 pieces left\.$"):
        reservations.sell(order_id, 1)
    assert stock(reservations) == (2, 8, 0)


def test_baskets_that_share_products_neither_deadlock_nor_oversell(
    reservations: Reservations,
) -> None:
    def buy(_: int) -> bool:
        order_id = uuid4()
        try:
            reservations.hold(order_id, 1, Lines([1, 2, 3], [1, 1, 1]))
        except Problem:
            return False
        reservations.sell(order_id, 1)
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(buy, range(40))) == 10
    assert [stock(reservations, each) for each in (1, 2, 3)] == [(0, 0, 10)] * 3
