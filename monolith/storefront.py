"""Storefront: the composed product page and the web shop."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint

from monolith.catalog import Catalog
from monolith.inventory import Inventory
from monolith.module import Module, Process
from monolith.recommendations import Recommendations
from store.runtime import inputs
from store.runtime.problems import Problem, not_found
from store.runtime.resilience.fallback import Fallback, Part
from store.web.shop import Document

logger = logging.getLogger(__name__)

RECOMMENDED = 8

Content = TypeVar("Content")


class _BrokenError(Exception):
    """The code of a module failed; what it decided is a Problem, and no failure."""


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
        policies = process.settings.policies
        self._stock: Fallback[int] = Fallback(policies, process.telemetry)
        self._similar: Fallback[list[tuple[int, float]]] = Fallback(policies, process.telemetry)

    def product_page(self, product_id: int) -> Document:
        """Product, stock and recommendations; a 404 Problem when there is no such product.

        A part whose code fails is left out and named in ``degraded``. That is all one process can
        do: code that crashes the process, or hangs, takes the page with it.
        """
        similar = self._similar.part(
            product_id,
            _checked(
                "recommendations", lambda: self._recommendations.similar(product_id, RECOMMENDED)
            ),
            _BrokenError,
        )
        scored = similar.content or []
        wanted = [product_id, *(other for other, _ in scored)]
        with self._autocommit() as connection:
            products = self._catalog.find(connection, wanted)
            if product_id not in products:
                raise not_found("product")
            stock = self._stock.part(
                product_id,
                _checked("inventory", lambda: self._inventory.on_hand(connection, product_id)),
                _BrokenError,
            )
        parts: dict[str, Part[Any]] = {"inventory": stock, "recommendations": similar}
        return {
            "product": products[product_id],
            "stock": stock.content,
            "recommendations": [_recommended(products[i], score) for i, score in scored],
            "degraded": [name for name, part in parts.items() if part.is_degraded],
        }


def _checked(part: str, get: Callable[[], Content]) -> Callable[[], Content]:
    def checked() -> Content:
        try:
            return get()
        except Problem:
            raise
        except Exception as error:
            logger.exception("the product page has no %s", part)
            raise _BrokenError(part) from error

    return checked


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
