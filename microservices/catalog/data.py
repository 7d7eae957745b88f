"""Sample data of the catalogue."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from store.sample.copy import copy_rows
from store.sample.dataset import Dataset

COLUMNS = ("product_id", "name", "category", "description", "price_cents", "popularity")


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    rows = (tuple(getattr(product, column) for column in COLUMNS) for product in dataset.products)
    copy_rows(connection, "products", COLUMNS, rows)
    connection.execute("ANALYZE products")
