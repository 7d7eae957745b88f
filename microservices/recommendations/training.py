"""The model of one process, trained on the stored ratings when the process starts."""

import numpy as np
from psycopg.rows import tuple_row

from store.rules.recommending import Model, train
from store.runtime.database import Database
from store.sample.dataset import Ratings

_PRODUCTS = "SELECT product_id FROM products"
_RATINGS = "SELECT customer_id, product_id, stars FROM ratings"


def read_products(database: Database) -> frozenset[int]:
    with database.autocommit() as connection:
        rows = connection.execute(_PRODUCTS)
        return frozenset(row["product_id"] for row in rows)


def train_model(database: Database, products: frozenset[int], factors: int) -> Model:
    """The same model in every process that reads the same rows."""
    with database.unhurried() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_RATINGS).fetchall()
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    ratings = Ratings(columns[0], columns[1], columns[2].astype(np.int8))
    return train(products, ratings, factors)
