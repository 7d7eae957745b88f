"""Data of the payments: none at first; and its part of the books."""

from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from store.rules.books import Books, PaymentEntry
from store.rules.limbo import Limbo
from store.sample.dataset import Dataset

_CAPTURED = """
SELECT order_id::text, amount_cents, CASE status WHEN 'over' THEN amount_cents ELSE 0 END
FROM payments WHERE charge_id IS NOT NULL ORDER BY order_id, attempt
"""
_LIMBO = """
SELECT coalesce(sum(amount_cents), 0) FROM payments WHERE status IN ('pending', 'captured')
"""


def create_data(connection: Connection[Any], _: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


def read_books(connection: Connection[Any]) -> Books:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return Books(payments=tuple(PaymentEntry(*row) for row in cursor.execute(_CAPTURED)))


def read_limbo(connection: Connection[Any]) -> Limbo:
    with connection.cursor(row_factory=tuple_row) as cursor:
        [(taken_cents,)] = cursor.execute(_LIMBO).fetchall()
    return Limbo(taken_cents=int(taken_cents))
