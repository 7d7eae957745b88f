"""Sample data of the accounts."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from store.sample.copy import copy_rows
from store.sample.dataset import Dataset

COLUMNS = ("customer_id", "email", "name", "password_hash")
_CONTINUE_IDS = """
SELECT setval(pg_get_serial_sequence('customers', 'customer_id'), max(customer_id)) FROM customers
"""


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    rows = (tuple(getattr(row, column) for column in COLUMNS) for row in dataset.customers)
    copy_rows(connection, "customers", COLUMNS, rows)
    connection.execute(_CONTINUE_IDS)
    connection.execute("ANALYZE customers")
