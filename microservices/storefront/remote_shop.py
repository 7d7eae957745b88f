"""The web shop's port, answered by the services over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from microservices.calls.client import Calls
from microservices.storefront.product_pages import ProductPages
from store.runtime.problems import dependency_unavailable
from store.runtime.resilience.failures import CallFailed
from store.web.shop import Document


@dataclass(frozen=True)
class RemoteShop:
    """Implements ``store.web.shop.Shop``; a service that is gone is a 503 Problem."""

    calls: Calls
    pages: ProductPages

    def products(self, category: str | None, page: int, page_size: int) -> Document:
        query: dict[str, int | str] = {"page": page, "page_size": page_size}
        if category is not None:
            query["category"] = category
        return _answer(self.calls.get, "catalog", "/api/products", query=query)

    def product_page(self, product_id: int) -> Document:
        return _answer(self.pages.compose, product_id)

    def search(self, q: str, page: int, page_size: int) -> Document:
        query = {"q": q, "page": page, "page_size": page_size}
        return _answer(self.calls.get, "search", "/api/search", query=query)

    def register(self, email: str, name: str, password: str) -> Document:
        account = {"email": email, "name": name, "password": password}
        return _answer(self.calls.post, "accounts", "/api/accounts", account)

    def sign_in(self, email: str, password: str, earlier_token: str) -> Document:
        credentials = {"email": email, "password": password}
        headers = _bearer(earlier_token) if earlier_token else {}
        return _answer(self.calls.post, "accounts", "/api/sessions", credentials, headers=headers)

    def cart(self, token: str) -> Document:
        return _answer(self.calls.get, "carts", "/api/cart", headers=_bearer(token))

    def put_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        path, item = f"/api/cart/items/{product_id}", {"quantity": quantity}
        return _answer(self.calls.put, "carts", path, item, headers=_bearer(token))

    def add_cart_item(self, token: str, product_id: int, quantity: int) -> Document:
        path, item = f"/api/cart/items/{product_id}", {"quantity": quantity}
        return _answer(self.calls.post, "carts", path, item, headers=_bearer(token))

    def delete_cart_item(self, token: str, product_id: int) -> Document:
        path = f"/api/cart/items/{product_id}"
        return _answer(self.calls.delete, "carts", path, headers=_bearer(token))

    def checkout(self, token: str, key: str, card: str, coupon: str | None) -> Document:
        headers = _bearer(token) | {"Idempotency-Key": key}
        body = {"card": card, "coupon": coupon}
        return _answer(self.calls.post, "orders", "/api/orders", body, headers=headers)

    def orders(self, token: str, page: int, page_size: int) -> Document:
        query = {"page": page, "page_size": page_size}
        return _answer(self.calls.get, "orders", "/api/orders", query=query, headers=_bearer(token))

    def order(self, token: str, order_id: str) -> Document:
        path = f"/api/orders/{order_id}"
        return _answer(self.calls.get, "orders", path, headers=_bearer(token))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _answer(call: Callable[..., Any], *arguments: object, **options: object) -> Document:
    """The pages turn Problems into pages, and know nothing of calls."""
    try:
        return cast("Document", call(*arguments, **options))
    except CallFailed as failure:
        raise dependency_unavailable(failure.role) from failure
