"""The catalogue: products, their texts and prices."""

from typing import Any

from flask import Flask, request

from microservices.catalog.products import Products
from microservices.service import create_service
from store.runtime import inputs
from store.runtime.problems import Problem

MAX_BATCH = 100


def create_app() -> Flask:
    service = create_service("catalog")
    _add_public_calls(service.app, Products(service.database))
    _add_internal_calls(service.app, Products(service.database))
    return service.app


def _add_public_calls(app: Flask, products: Products) -> None:
    @app.get("/api/products")
    def list_products() -> dict[str, Any]:
        return products.listing(inputs.query(inputs.ProductListing))

    @app.get("/api/products/<product_id>")
    def get_product(product_id: str) -> dict[str, Any]:
        return products.one(inputs.product_id(product_id))


def _add_internal_calls(app: Flask, products: Products) -> None:
    @app.get("/internal/products")
    def get_batch() -> dict[str, Any]:
        """Products by ``ids=1,2,3``; those that do not exist are left out."""
        listed = request.args.get("ids", "").split(",")
        if len(listed) > MAX_BATCH:
            raise Problem(400, "invalid-input", f"ids: at most {MAX_BATCH} at once.")
        return {"products": products.many([inputs.product_id(each) for each in listed])}
