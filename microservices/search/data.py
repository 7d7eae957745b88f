"""Sample data of the search: its own copy of the texts worth searching."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from store.rules.ranking import Document
from store.sample.copy import copy_rows
from store.sample.dataset import Dataset, ProductRow


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    columns = ("product_id", "name", "price_cents", "text")
    copy_rows(connection, "documents", columns, map(_document, dataset.products))
    connection.execute("ANALYZE documents")


def _document(product: ProductRow) -> tuple[int, str, int, str]:
    searched = Document.of_product(
        product.product_id, product.name, product.category, product.description
    )
    return product.product_id, product.name, product.price_cents, searched.text
