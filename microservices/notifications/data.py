"""Data of the notifications: none at first; and its part of the books."""

from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from store.rules.books import Books, NotificationEntry
from store.sample.dataset import Dataset

_SENT = "SELECT event_id::text, order_id::text FROM notifications ORDER BY event_id"


def create_data(connection: Connection[Any], _: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


def read_books(connection: Connection[Any]) -> Books:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return Books(notifications=tuple(NotificationEntry(*row) for row in cursor.execute(_SENT)))
