"""Recommendations: products similar to one product, from the ratings of all customers."""

from typing import Any

from flask import Flask

from microservices.recommendations.training import read_products, train_model
from microservices.service import Service, create_service
from store.rules.recommending import Model
from store.runtime import inputs
from store.runtime.problems import not_found


def create_app() -> Flask:
    service = create_service("recommendations")
    products = read_products(service.database)
    factors = service.settings.recommendation_factors
    _add_call(service, products, train_model(service.database, products, factors))
    return service.app


def _add_call(service: Service, products: frozenset[int], model: Model) -> None:
    passes = service.settings.recommendation_passes

    @service.app.get("/api/recommendations")
    def recommend() -> dict[str, Any]:
        wanted = inputs.query(inputs.RecommendationQuery)
        if wanted.product_id not in products:
            raise not_found("product")
        with service.telemetry.rules():
            scored = model.recommend(wanted.product_id, wanted.limit, passes)
        listed = [{"product_id": product_id, "score": score} for product_id, score in scored]
        return {"product_id": wanted.product_id, "recommendations": listed}
