"""The database of the monolith: its tables, the sample data in them, and the books they hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from store.rules.books import (
    Books,
    NotificationEntry,
    OrderEntry,
    PaymentEntry,
    PiecesEntry,
    StockEntry,
)
from store.rules.limbo import Limbo
from store.sample.copy import copy_rows
from store.sample.dataset import Dataset

TABLES = {
    "accounts": ("customers", "wrong_sign_ins"),
    "catalog": ("products",),
    "search": ("products",),  # a table of its own it has only as a service
    "recommendations": ("ratings",),
    "inventory": ("stock",),
    "carts": ("cart_items",),
    "orders": ("checkouts", "outbox", "orders", "order_lines"),
    "payments": ("charges", "payments"),
    "notifications": ("notifications",),
}
"""Which tables hold the data of a module, in the order in which its transactions reach them."""

_CUSTOMERS = ("customer_id", "email", "name", "password_hash")
_PRODUCTS = ("product_id", "name", "category", "description", "price_cents", "popularity")
_CONTINUE_IDS = """
    SELECT setval(pg_get_serial_sequence('customers', 'customer_id'), max(customer_id))
    FROM customers"""

_STOCK = "SELECT product_id, initial, on_hand, 0, sold FROM stock ORDER BY product_id"
_ORDERS = """
    SELECT order_id::text, customer_id, 'confirmed', total_cents FROM orders ORDER BY order_id"""
_ORDERED = "SELECT product_id, sum(quantity)::int FROM order_lines GROUP BY product_id ORDER BY 1"
_PAYMENTS = """
    SELECT order_id::text, captured_cents, refunded_cents FROM payments
    UNION ALL
    SELECT order_id::text, amount_cents, amount_cents FROM charges WHERE charge_id IS NOT NULL
    ORDER BY order_id"""
_NOTIFICATIONS = "SELECT event_id::text, order_id::text FROM notifications ORDER BY event_id"
_PENDING = "SELECT (SELECT count(*) FROM charges WHERE NOT is_over), (SELECT count(*) FROM outbox)"

_LIMBO = """
    SELECT (SELECT coalesce(sum(captured_cents - refunded_cents), 0) FROM payments)
           + (SELECT coalesce(sum(amount_cents), 0) FROM charges WHERE NOT is_over),
           (SELECT coalesce(sum(total_cents), 0) FROM orders), 0,
           (SELECT count(*) FROM charges WHERE NOT is_over), (SELECT count(*) FROM outbox)"""


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    copy_rows(connection, "customers", _CUSTOMERS, _columns(dataset.customers, _CUSTOMERS))
    connection.execute(_CONTINUE_IDS)
    copy_rows(connection, "products", _PRODUCTS, _columns(dataset.products, _PRODUCTS))
    stock = ((each.product_id, each.on_hand, each.on_hand) for each in dataset.products)
    copy_rows(connection, "stock", ("product_id", "initial", "on_hand"), stock)
    given = dataset.ratings
    columns = (given.customer_id.tolist(), given.product_id.tolist(), given.stars.tolist())
    ratings = zip(*columns, strict=True)
    copy_rows(connection, "ratings", ("customer_id", "product_id", "stars"), ratings)
    connection.execute("ANALYZE customers, products, stock, ratings")


def read_books(connection: Connection[Any]) -> Books:
    """The whole books. Nothing is ever reserved: half done is only what the provider was asked."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        stock = tuple(StockEntry(*row) for row in cursor.execute(_STOCK))
        ordered = tuple(PiecesEntry(*row) for row in cursor.execute(_ORDERED))
        orders = tuple(OrderEntry(*row) for row in cursor.execute(_ORDERS))
        payments = tuple(PaymentEntry(*row) for row in cursor.execute(_PAYMENTS))
        told = tuple(NotificationEntry(*row) for row in cursor.execute(_NOTIFICATIONS))
        [(charges, events)] = cursor.execute(_PENDING).fetchall()
    return Books(
        stock=stock,
        ordered=ordered,
        orders=orders,
        payments=payments,
        notifications=told,
        unfinished_sagas=charges,
        outbox_pending=events,
    )


def read_limbo(connection: Connection[Any]) -> Limbo:
    """One snapshot of it all; pieces are never reserved."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        [row] = cursor.execute(_LIMBO).fetchall()
    return Limbo(*map(int, row))


def _columns(rows: Iterable[object], names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    return (tuple(getattr(row, name) for name in names) for row in rows)
