"""Data of the carts: all carts are empty at first."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from store.sample.dataset import Dataset


def create_data(connection: Connection[Any], _: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
