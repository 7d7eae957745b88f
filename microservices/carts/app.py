"""Carts of signed-in customers."""

from typing import Any

from flask import Flask, request

from microservices.carts.carts import Carts
from microservices.service import create_service
from store.runtime import inputs
from store.runtime.tokens import Tokens


def create_app() -> Flask:
    service = create_service("carts")
    carts = Carts(service.database, service.calls, service.telemetry)
    _add_public_calls(service.app, carts, service.tokens)
    _add_internal_calls(service.app, carts)
    return service.app


def _add_public_calls(app: Flask, carts: Carts, tokens: Tokens) -> None:
    @app.get("/api/cart")
    def get_cart() -> dict[str, Any]:
        return carts.priced(tokens.signed_in_customer())

    @app.put("/api/cart/items/<product_id>")
    def put_item(product_id: str) -> dict[str, Any]:
        customer_id = tokens.signed_in_customer()
        item = inputs.product_id(product_id), inputs.body(inputs.CartItem).quantity
        return carts.put(customer_id, *item)

    @app.post("/api/cart/items/<product_id>")
    def add_item(product_id: str) -> dict[str, Any]:
        customer_id = tokens.signed_in_customer()
        item = inputs.product_id(product_id), inputs.body(inputs.CartItem).quantity
        return carts.add(customer_id, *item)

    @app.delete("/api/cart/items/<product_id>")
    def delete_item(product_id: str) -> dict[str, Any]:
        customer_id = tokens.signed_in_customer()
        return carts.delete(customer_id, inputs.product_id(product_id))


def _add_internal_calls(app: Flask, carts: Carts) -> None:
    @app.get("/internal/carts/<int:customer_id>")
    def get_priced(customer_id: int) -> dict[str, Any]:
        """Like the public cart, but only what came ``after`` a version, and the version it has."""
        return carts.to_buy(customer_id, int(request.args.get("after", "0")))

    @app.delete("/internal/carts/<int:customer_id>")
    def empty(customer_id: int) -> tuple[str, int]:
        """Take out what was in the cart at ``version``; to do so again is fine."""
        carts.empty(customer_id, int(request.args["version"]))
        return "", 204
