"""Sample data of the inventory, and its part of the books."""

from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from store.rules.books import Books, PiecesEntry, ReservationEntry, StockEntry
from store.rules.limbo import Limbo
from store.sample.copy import copy_rows
from store.sample.dataset import Dataset

_STOCK = "SELECT product_id, initial, on_hand, reserved, sold FROM stock ORDER BY product_id"
_RESERVATIONS = """
SELECT order_id::text,
       CASE status WHEN 'expired' THEN 'released' ELSE status END,
       status = 'held' AND expires_at < now()
FROM reservations ORDER BY order_id, attempt
"""
_HELD = """
SELECT product_id, sum(quantity)::int
FROM reservations, unnest(product_ids, quantities) AS line (product_id, quantity)
WHERE status = 'held' GROUP BY product_id ORDER BY product_id
"""
_LIMBO = """
SELECT coalesce(sum(pieces), 0) FROM reservations, unnest(quantities) AS pieces
WHERE status = 'held'
"""


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    rows = ((each.product_id, each.on_hand, each.on_hand) for each in dataset.products)
    copy_rows(connection, "stock", ("product_id", "initial", "on_hand"), rows)
    connection.execute("ANALYZE stock")


def read_books(connection: Connection[Any]) -> Books:
    with connection.cursor(row_factory=tuple_row) as cursor:
        stock = tuple(StockEntry(*row) for row in cursor.execute(_STOCK))
        reservations = tuple(ReservationEntry(*row) for row in cursor.execute(_RESERVATIONS))
        held = tuple(PiecesEntry(*row) for row in cursor.execute(_HELD))
    return Books(stock=stock, reservations=reservations, held=held)


def read_limbo(connection: Connection[Any]) -> Limbo:
    with connection.cursor(row_factory=tuple_row) as cursor:
        [(reserved_pieces,)] = cursor.execute(_LIMBO).fetchall()
    return Limbo(reserved_pieces=int(reserved_pieces))
