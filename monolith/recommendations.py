"""Recommendations: similar products, from a model in memory."""

from dataclasses import dataclass

import numpy as np
from flask import Blueprint
from psycopg.rows import tuple_row

from monolith.module import Module, Process, entry
from store.rules.recommending import Model, train
from store.runtime import inputs
from store.runtime.database import Database
from store.runtime.problems import not_found
from store.sample.dataset import Ratings
from store.web.shop import Document


@dataclass(frozen=True)
class Trained:
    model: Model
    product_ids: frozenset[int]
    """All products, also those that nobody rated."""


def train_model(database: Database, factors: int) -> Trained:
    """The model of all ratings as they stand in the database."""
    with database.unhurried() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        products = cursor.execute("SELECT product_id FROM products").fetchall()
        rows = cursor.execute("SELECT customer_id, product_id, stars FROM ratings").fetchall()
    customer_id, product_id, stars = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    product_ids = frozenset(product_id for (product_id,) in products)
    ratings = Ratings(customer_id, product_id, stars.astype(np.int8))
    return Trained(train(product_ids, ratings, factors), product_ids)


class Recommendations(Module):
    role = "recommendations"

    def __init__(self, process: Process, trained: Trained) -> None:
        super().__init__(process)
        self._trained = trained
        self._passes = process.settings.recommendation_passes

    @entry
    def similar(self, product_id: int, limit: int) -> list[tuple[int, float]]:
        """Similar products and their scores, the best first; a 404 Problem for no product."""
        if product_id not in self._trained.product_ids:
            raise not_found("product")
        with self._rules():
            return self._trained.model.recommend(product_id, limit, self._passes)


def views(recommendations: Recommendations) -> Blueprint:
    api = Blueprint("recommendations", __name__, url_prefix="/api")

    @api.get("/recommendations")
    def recommend() -> Document:
        wish = inputs.query(inputs.RecommendationQuery)
        similar = recommendations.similar(wish.product_id, wish.limit)
        return {
            "product_id": wish.product_id,
            "recommendations": [
                {"product_id": product_id, "score": score} for product_id, score in similar
            ],
        }

    return api
