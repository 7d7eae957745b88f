"""Carts: what each customer means to buy, priced by the catalogue's prices of the moment."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from microservices.calls.client import Calls
from store.rules.pricing import Item, price_basket
from store.runtime.database import Database, Row
from store.runtime.problems import Problem, not_found
from store.runtime.telemetry import Telemetry

MAX_PRODUCTS = 50

MAX_PIECES = 99
"""Of one product."""

_ITEMS = "SELECT product_id, quantity, version FROM cart_items WHERE customer_id = %s"
_LOCK = "SELECT pg_advisory_xact_lock(%s)"
"""One at a time may change a customer's cart, or two could pass a limit together."""
_ADD = """
INSERT INTO cart_items (customer_id, product_id, quantity)
SELECT %(customer_id)s, %(product_id)s, %(quantity)s
WHERE (
    SELECT count(DISTINCT product_id) FROM cart_items
    WHERE customer_id = %(customer_id)s AND product_id <> %(product_id)s
) < %(max_products)s
"""
_OF_PRODUCT = "FROM cart_items WHERE customer_id = %(customer_id)s AND product_id = %(product_id)s"
# A query within RETURNING sees the rows as they were before the statement.
_ADD_TO_OTHERS = f"""{_ADD}
RETURNING quantity + (SELECT coalesce(sum(quantity), 0) {_OF_PRODUCT}) AS quantity
"""
_PUT = f"WITH others AS (DELETE {_OF_PRODUCT}) {_ADD} RETURNING quantity"
# One statement each. They remove no row before they hold the lock: two that remove the same rows in
# different orders could otherwise wait for each other.
_ALONE = "USING (SELECT pg_advisory_xact_lock(%(customer_id)s)) AS lock"
_DELETE = f"""
DELETE FROM cart_items {_ALONE} WHERE customer_id = %(customer_id)s AND product_id = %(product_id)s
"""
_EMPTY = f"""
DELETE FROM cart_items {_ALONE} WHERE customer_id = %(customer_id)s AND version <= %(version)s
"""

Quantities = dict[int, int]
"""Quantity by product id."""


@dataclass(frozen=True)
class Carts:
    database: Database
    calls: Calls
    telemetry: Telemetry

    def priced(self, customer_id: int) -> dict[str, Any]:
        """The contract's ``Cart``."""
        quantities = _quantities(self._items(customer_id))
        return self._price(quantities, self._products(quantities))

    def to_buy(self, customer_id: int, after: int) -> dict[str, Any]:
        """What was put in after a version, and the version of that: the highest of its items."""
        items = [item for item in self._items(customer_id) if item["version"] > after]
        quantities = _quantities(items)
        version = max((item["version"] for item in items), default=0)
        return {**self._price(quantities, self._products(quantities)), "version": version}

    def put(self, customer_id: int, product_id: int, quantity: int) -> dict[str, Any]:
        """The cart afterwards; a 404 Problem without such a product, 409 when the cart is full."""
        return self._change(_PUT, customer_id, product_id, quantity)

    def add(self, customer_id: int, product_id: int, quantity: int) -> dict[str, Any]:
        """As ``put``, but this number of pieces more; the Problem ``too-many`` beyond 99."""
        return self._change(_ADD_TO_OTHERS, customer_id, product_id, quantity)

    def delete(self, customer_id: int, product_id: int) -> dict[str, Any]:
        """The cart afterwards."""
        with self.database.autocommit() as connection:
            connection.execute(_DELETE, {"customer_id": customer_id, "product_id": product_id})
        return self.priced(customer_id)

    def empty(self, customer_id: int, version: int) -> None:
        """Take out what was in the cart at ``version``, and nothing that was put in later."""
        with self.database.autocommit() as connection:
            connection.execute(_EMPTY, {"customer_id": customer_id, "version": version})

    def _items(self, customer_id: int) -> list[Row]:
        with self.database.autocommit() as connection:
            return connection.execute(_ITEMS, (customer_id,)).fetchall()

    def _change(
        self, statement: LiteralString, customer_id: int, product_id: int, quantity: int
    ) -> dict[str, Any]:
        quantities = _quantities(self._items(customer_id)) | {product_id: quantity}
        products = self._products(quantities)
        if product_id not in products:
            raise not_found("product")
        written = self._write(statement, customer_id, product_id, quantity)
        return self._price(quantities | {product_id: written}, products)

    def _write(
        self, statement: LiteralString, customer_id: int, product_id: int, quantity: int
    ) -> int:
        """The quantity afterwards."""
        values = {
            "customer_id": customer_id,
            "product_id": product_id,
            "quantity": quantity,
            "max_products": MAX_PRODUCTS,
        }
        with self.database.transaction() as connection:
            connection.execute(_LOCK, (customer_id,))
            written = connection.execute(statement, values).fetchone()
            if written is None:
                raise Problem(
                    409, "cart-full", f"A cart holds at most {MAX_PRODUCTS} different products."
                )
            if written["quantity"] > MAX_PIECES:
                raise Problem(409, "too-many", f"A cart holds at most {MAX_PIECES} of one product.")
        return int(written["quantity"])

    def _products(self, product_ids: Iterable[int]) -> Mapping[int, dict[str, Any]]:
        ids = ",".join(map(str, product_ids))
        if not ids:
            return {}
        answer = self.calls.get("catalog", "/internal/products", query={"ids": ids})
        return {product["product_id"]: product for product in answer["products"]}

    def _price(
        self, quantities: Quantities, products: Mapping[int, dict[str, Any]]
    ) -> dict[str, Any]:
        items = (
            Item(product_id, product["name"], quantities[product_id], product["price_cents"])
            for product_id, product in products.items()
        )
        with self.telemetry.rules():
            basket = price_basket(items)
        return {"lines": basket.lines, "subtotal_cents": basket.subtotal_cents}


def _quantities(items: Iterable[Row]) -> Quantities:
    quantities: Counter[int] = Counter()
    for item in items:
        quantities[item["product_id"]] += item["quantity"]
    return quantities
