"""Carts: what each customer has picked; prices are those of the catalogue at the moment."""

from typing import LiteralString

from flask import Blueprint
from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import DictRow

from monolith.module import Module, entry
from store.rules.pricing import Basket, Item, price_basket
from store.runtime import inputs
from store.runtime.problems import Problem, not_found
from store.runtime.tokens import Tokens
from store.web.shop import Document

MAX_PRODUCTS = 50

_LOCK_CLASS = 1
"""Class of advisory locks whose number is the id of a customer whose cart changes; checkouts have
another one, and lock single 64-bit numbers."""
_LOCK = "SELECT pg_advisory_xact_lock(%s, %s)"
_READ = """
    SELECT product_id, name, quantity, price_cents AS unit_price_cents
    FROM cart_items JOIN products USING (product_id) WHERE customer_id = %s"""
_UPSERT = """
    INSERT INTO cart_items (customer_id, product_id, quantity)
    SELECT %(customer_id)s, product_id, %(quantity)s
    FROM products WHERE product_id = %(product_id)s
    ON CONFLICT (customer_id, product_id) DO UPDATE SET quantity = """
_PUT = f"{_UPSERT} excluded.quantity"
_ADD = f"{_UPSERT} cart_items.quantity + excluded.quantity"
_DELETE = "DELETE FROM cart_items WHERE customer_id = %s AND product_id = %s"
_TAKE = """
    DELETE FROM cart_items USING products
    WHERE customer_id = %s AND products.product_id = cart_items.product_id
    RETURNING cart_items.product_id, name, quantity, price_cents AS unit_price_cents"""


class Carts(Module):
    """One transaction at a time adds to a cart or takes it: a lock per customer sees to that."""

    role = "carts"

    @entry
    def cart(self, customer_id: int) -> Document:
        with self._autocommit() as connection:
            return self._document(_items(connection, _READ, customer_id))

    @entry
    def put(self, customer_id: int, product_id: int, quantity: int) -> Document:
        """Set the quantity of one product; a 404 or ``cart-full`` Problem leaves all as it was."""
        return self._write(_PUT, customer_id, product_id, quantity)

    @entry
    def add(self, customer_id: int, product_id: int, quantity: int) -> Document:
        """As ``put``, but this number of pieces more; the Problem ``too-many`` beyond 99."""
        try:
            return self._write(_ADD, customer_id, product_id, quantity)
        except CheckViolation as error:
            raise Problem(409, "too-many", "A cart holds at most 99 of one product.") from error

    @entry
    def delete(self, customer_id: int, product_id: int) -> Document:
        with self._transaction() as connection:
            connection.execute(_DELETE, (customer_id, product_id))
            items = _items(connection, _READ, customer_id)
        return self._document(items)

    @entry
    def take(self, connection: Connection[DictRow], customer_id: int) -> Basket:
        """Empty the cart within the caller's transaction; the basket that was in it."""
        connection.execute(_LOCK, (_LOCK_CLASS, customer_id))
        return self._priced(_items(connection, _TAKE, customer_id))

    def _write(
        self, statement: LiteralString, customer_id: int, product_id: int, quantity: int
    ) -> Document:
        wish = {"customer_id": customer_id, "product_id": product_id, "quantity": quantity}
        with self._transaction() as connection:
            connection.execute(_LOCK, (_LOCK_CLASS, customer_id))
            if connection.execute(statement, wish).rowcount == 0:
                raise not_found("product")
            items = _items(connection, _READ, customer_id)
            if len(items) > MAX_PRODUCTS:
                raise Problem(409, "cart-full", "A cart holds at most 50 different products.")
        return self._document(items)

    def _priced(self, items: list[Item]) -> Basket:
        with self._rules():
            return price_basket(items)

    def _document(self, items: list[Item]) -> Document:
        basket = self._priced(items)
        return {
            "lines": [vars(line) for line in basket.lines],
            "subtotal_cents": basket.subtotal_cents,
        }


def _items(connection: Connection[DictRow], statement: str, customer_id: int) -> list[Item]:
    return [Item(**row) for row in connection.execute(statement, (customer_id,))]


def views(carts: Carts, tokens: Tokens) -> Blueprint:
    api = Blueprint("carts", __name__, url_prefix="/api/cart")

    @api.get("")
    def get_cart() -> Document:
        return carts.cart(tokens.signed_in_customer())

    @api.put("/items/<product_id>")
    def put_item(product_id: str) -> Document:
        customer_id = tokens.signed_in_customer()
        wanted = inputs.product_id(product_id)
        return carts.put(customer_id, wanted, inputs.body(inputs.CartItem).quantity)

    @api.post("/items/<product_id>")
    def add_item(product_id: str) -> Document:
        customer_id = tokens.signed_in_customer()
        wanted = inputs.product_id(product_id)
        return carts.add(customer_id, wanted, inputs.body(inputs.CartItem).quantity)

    @api.delete("/items/<product_id>")
    def delete_item(product_id: str) -> Document:
        customer_id = tokens.signed_in_customer()
        return carts.delete(customer_id, inputs.product_id(product_id))

    return api
