"""Sample data of the recommendations: ratings, and which products there are."""

from pathlib import Path
from typing import Any

from psycopg import Connection

from store.sample.copy import copy_rows
from store.sample.dataset import Dataset


def create_data(connection: Connection[Any], dataset: Dataset) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_bytes())
    ids = ((product.product_id,) for product in dataset.products)
    copy_rows(connection, "products", ("product_id",), ids)
    given = dataset.ratings
    columns = (given.customer_id.tolist(), given.product_id.tolist(), given.stars.tolist())
    ratings = zip(*columns, strict=True)
    copy_rows(connection, "ratings", ("customer_id", "product_id", "stars"), ratings)
    connection.execute("ANALYZE products, ratings")
