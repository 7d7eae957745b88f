"""Data of the orders: none at first; and their part of the books."""

from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from store.rules.books import Books, OrderEntry, PiecesEntry
from store.rules.limbo import Limbo
from store.sample.dataset import Dataset

_ORDERS = "SELECT order_id::text, customer_id, 'confirmed', total_cents FROM orders ORDER BY 1"
_ORDERED = "SELECT product_id, sum(quantity)::int FROM order_lines GROUP BY product_id ORDER BY 1"
_LEFT = """
SELECT (SELECT count(*) FROM sagas WHERE status IN ('running', 'undoing', 'confirmed')),
       (SELECT count(*) FROM outbox),
       (SELECT count(*) FROM sagas FULL JOIN orders USING (order_id)
        WHERE (sagas.status IN ('confirmed', 'completed'))
              IS DISTINCT FROM (orders.order_id IS NOT NULL))
"""

_LIMBO = """
SELECT (SELECT coalesce(sum(total_cents), 0) FROM orders),
       (SELECT count(*) FROM sagas WHERE status IN ('running', 'undoing', 'confirmed')),
       (SELECT count(*) FROM outbox)
"""


def create_data(connection: Connection[Any], _: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


def read_books(connection: Connection[Any]) -> Books:
    with connection.cursor(row_factory=tuple_row) as cursor:
        orders = tuple(OrderEntry(*row) for row in cursor.execute(_ORDERS))
        ordered = tuple(PiecesEntry(*row) for row in cursor.execute(_ORDERED))
        [(unfinished, events, contradictory)] = cursor.execute(_LEFT).fetchall()
    return Books(
        ordered=ordered,
        orders=orders,
        unfinished_sagas=unfinished,
        contradictory_sagas=contradictory,
        outbox_pending=events,
    )


def read_limbo(connection: Connection[Any]) -> Limbo:
    with connection.cursor(row_factory=tuple_row) as cursor:
        [(ordered_cents, sagas, events)] = cursor.execute(_LIMBO).fetchall()
    return Limbo(ordered_cents=int(ordered_cents), unfinished=sagas, undelivered=events)
