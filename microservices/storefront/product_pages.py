"""The product page, composed from three services; it does without two of them when it must."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from microservices.calls.client import Calls
from store.runtime.problems import Problem, not_found
from store.runtime.resilience.failures import CallFailed
from store.runtime.resilience.fallback import Fallback, Part

RECOMMENDED = 8
FAILURES = (CallFailed, Problem)
"""The peer failed, or does not know the product: the page goes without the part."""

Content = TypeVar("Content")
ScoredProducts = list[dict[str, Any]]


@dataclass(frozen=True)
class ProductPages:
    """Composes with three calls, two of them one after the other.

    The stock is fetched beside the rest. The recommendations come first, so that one call to the
    catalogue brings the product and the names and prices of what is recommended with it.
    """

    calls: Calls
    workers: ThreadPoolExecutor
    stock: Fallback[int]
    recommendations: Fallback[ScoredProducts]

    def compose(self, product_id: int) -> dict[str, Any]:
        """The contract's ``ProductPage``.

        Raises the 404 Problem without such a product and CallFailed without the catalogue.
        """
        counting = self._beside(self._stock, product_id)
        similar = self.recommendations.part(
            product_id, lambda: self._recommendations(product_id), *FAILURES
        )
        scored = similar.content or []
        products = self._products([product_id, *(each["product_id"] for each in scored)])
        if product_id not in products:
            raise not_found("product")
        stock = self.stock.part(product_id, counting.result, *FAILURES)
        return {
            "product": products[product_id],
            "stock": stock.content,
            "recommendations": _described(scored, products),
            "degraded": _degraded(inventory=stock, recommendations=similar),
        }

    def _beside(self, part: Callable[[int], Content], product_id: int) -> Future[Content]:
        """Run ``part`` in a worker, in the context of this request: its calls join the trace."""
        return self.workers.submit(contextvars.copy_context().run, part, product_id)

    def _stock(self, product_id: int) -> int:
        available: int = self.calls.get("inventory", f"/internal/stock/{product_id}")["available"]
        return available

    def _recommendations(self, product_id: int) -> ScoredProducts:
        query = {"product_id": product_id, "limit": RECOMMENDED}
        answer = self.calls.get("recommendations", "/api/recommendations", query=query)
        scored: ScoredProducts = answer["recommendations"]
        return scored

    def _products(self, product_ids: list[int]) -> dict[int, dict[str, Any]]:
        query = {"ids": ",".join(map(str, product_ids))}
        answer = self.calls.get("catalog", "/internal/products", query=query)
        return {product["product_id"]: product for product in answer["products"]}


def _degraded(**parts: Part[Any]) -> list[str]:
    return sorted(role for role, part in parts.items() if part.is_degraded)


def _described(scored: ScoredProducts, products: dict[int, dict[str, Any]]) -> ScoredProducts:
    return [
        {
            "product_id": each["product_id"],
            "name": products[each["product_id"]]["name"],
            "price_cents": products[each["product_id"]]["price_cents"],
            "score": each["score"],
        }
        for each in scored
        if each["product_id"] in products
    ]
