"""Storefront: the composed product page and the web shop."""

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint

from monolith.catalog import Catalog
from monolith.inventory import Inventory
from monolith.module import Module, Process
from monolith.recommendations import Recommendations
from store.runtime import inputs
from store.runtime.problems import Problem, not_found
from store.web.shop import Document

logger = logging.getLogger(__name__)

RECOMMENDED = 8

Part = TypeVar("Part")


class Storefront(Module):
    role = "storefront"

    def __init__(
        self,
        process: Process,
        catalog: Catalog,
        inventory: Inventory,
        recommendations: Recommendations,
    ) -> None:
        super().__init__(process)
        self._catalog = catalog
        self._inventory = inventory
        self._recommendations = recommendations

    def product_page(self, product_id: int) -> Document:
        """Product, stock and recommendations; a 404 Problem when there is no such product.

        A part whose code fails is left out and named in ``degraded``. That is all one process can
        do: code that crashes the process, or hangs, takes the page with it.
        """
        similar = _unless_broken(
            "recommendations", lambda: self._recommendations.similar(product_id, RECOMMENDED)
        )
        wanted = [product_id, *(other for other, _ in similar or ())]
        with self._autocommit() as connection:
            products = self._catalog.find(connection, wanted)
            if product_id not in products:
                raise not_found("product")
            stock = _unless_broken(
                "inventory", lambda: self._inventory.on_hand(connection, product_id)
            )
        parts = {"inventory": stock, "recommendations": similar}
        return {
            "product": products[product_id],
            "stock": stock,
            "recommendations": [_recommended(products[i], score) for i, score in similar or ()],
            "degraded": [part for part, found in parts.items() if found is None],
        }


def _unless_broken(part: str, get: Callable[[], Part]) -> Part | None:
    try:
        return get()
    except Problem:
        raise
    except Exception:
        logger.exception("product page without %s", part)
        return None


def _recommended(product: Document, score: float) -> Document:
    return {
        "product_id": product["product_id"],
        "name": product["name"],
        "price_cents": product["price_cents"],
        "score": score,
    }


def views(storefront: Storefront) -> Blueprint:
    api = Blueprint("storefront", __name__, url_prefix="/api")

    @api.get("/product-pages/<product_id>")
    def get_product_page(product_id: str) -> Document:
        return storefront.product_page(inputs.product_id(product_id))

    return api
