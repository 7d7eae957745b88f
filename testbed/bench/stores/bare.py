"""The bare handlers: Flask, psycopg, the monolith's own statements, and nothing around them.

They do what the contract's answer takes when all goes well: the same statements in the same
transactions on connections of their own, the shared rules, the payment provider. There is no pool,
validation, session, fault point, telemetry, policy or background work, and no way to fail well.
"""

import threading
from typing import Any

import orjson
from flask import Flask, Response, request
from psycopg import Connection, connect
from psycopg.rows import TupleRow

from monolith.carts import _PUT as PUT_ITEM
from monolith.catalog import _FIND as FIND_PRODUCTS
from monolith.inventory import _ON_HAND as ON_HAND
from monolith.recommendations import Trained
from monolith.storefront import RECOMMENDED
from store.runtime.settings import Settings, SettingsError
from testbed.bench.stores.bare_checkout import Attempt, Links, check_out
from testbed.bench.stores.bare_provider import Provider
from testbed.bench.stores.page import page_of, trained

CUSTOMER_HEADER = "X-Customer"
"""Who asks; a bare handler believes it."""


class Kept(threading.local):
    """What each thread keeps open: two connections to the database, one to the provider."""

    def __init__(self, database_url: str, provider: Provider) -> None:
        self.links = Links(
            connect(database_url, autocommit=True),
            connect(database_url, autocommit=True),
            provider.connected(),
        )


def create_app() -> Flask:
    """From the environment of this process, as the monolith."""
    settings = Settings.from_environment()
    if settings.database_url is None or settings.peers_file is None:
        raise SettingsError("the bare handlers need a database and a payment provider")
    model = trained(settings.database_url, settings.recommendation_factors)
    provider = Provider(settings.peers_file, settings.required("provider_token"))
    kept = Kept(settings.database_url, provider)
    app = Flask("bench-bare-store", static_folder=None)
    _add_reading(app, kept, model, settings.recommendation_passes)
    _add_buying(app, kept)
    return app


def _add_reading(app: Flask, kept: Kept, known: Trained, passes: int) -> None:
    @app.get("/readyz")
    def ready() -> Response:
        return _json({})

    @app.get("/api/product-pages/<int:product_id>")
    def product_page(product_id: int) -> Response:
        scored = known.model.recommend(product_id, RECOMMENDED, passes)
        page = _page(kept.links.main, product_id, scored)
        return Response(page, mimetype="application/json")


def _page(
    connection: Connection[TupleRow], product_id: int, scored: list[tuple[int, float]]
) -> bytes:
    wanted = [product_id, *(other for other, _ in scored)]
    products = {row[0]: row for row in connection.execute(FIND_PRODUCTS, (wanted,))}
    [(stock,)] = connection.execute(ON_HAND, (product_id,)).fetchall()
    return page_of(product_id, products, stock, scored)


def _add_buying(app: Flask, kept: Kept) -> None:
    @app.put("/api/cart/items/<int:product_id>")
    def put_item(product_id: int) -> Response:
        wish = {"customer_id": _customer(), "product_id": product_id, **_body()}
        kept.links.main.execute(PUT_ITEM, wish)
        return _json({})

    @app.post("/api/orders")
    def order() -> Response:
        attempt = Attempt(_customer(), request.headers["Idempotency-Key"], _body()["card"])
        return _json(check_out(kept.links, attempt), status=201)


def _customer() -> int:
    return int(request.headers[CUSTOMER_HEADER])


def _body() -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(request.get_data())
    return body


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, mimetype="application/json")
