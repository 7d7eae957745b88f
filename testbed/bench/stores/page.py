"""The product page of the bare handlers, whatever asks the database for it: the same bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from monolith.recommendations import Trained, train_model
from store.runtime.database import Database

Row = Sequence[Any]
"""Columns of the monolith's statement that finds products."""
_PRODUCT = ("product_id", "name", "category", "description", "price_cents")


def trained(database_url: str, factors: int) -> Trained:
    """The model of the recommendations, as the monolith trains it."""
    database = Database(database_url, 1)
    try:
        return train_model(database, factors)
    finally:
        database.close()


def page_of(
    product_id: int,
    products: Mapping[int, Row],
    stock: int,
    scored: Sequence[tuple[int, float]],
) -> bytes:
    """The answer; ``products`` are rows by id, ``scored`` ids with their scores."""
    page = {
        "product": dict(zip(_PRODUCT, products[product_id], strict=True)),
        "stock": stock,
        "recommendations": [
            {
                "product_id": other,
                "name": products[other][1],
                "price_cents": products[other][4],
                "score": score,
            }
            for other, score in scored
        ],
        "degraded": [],
    }
    return orjson.dumps(page)
