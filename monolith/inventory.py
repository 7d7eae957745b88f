"""Inventory: how many pieces of each product are left."""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.module import Module, entry
from store.rules.pricing import PricedLine
from store.runtime.problems import Problem

_ON_HAND = "SELECT on_hand FROM stock WHERE product_id = %s"
_LOCK = """
    SELECT product_id, on_hand FROM stock
    WHERE product_id = ANY(%s) ORDER BY product_id FOR UPDATE"""
_TAKE = """
    UPDATE stock SET on_hand = on_hand - quantity, sold = sold + quantity
    FROM unnest(%s::integer[], %s::integer[]) AS wish (product_id, quantity)
    WHERE stock.product_id = wish.product_id"""


class Inventory(Module):
    role = "inventory"

    @entry
    def on_hand(self, connection: Connection[DictRow], product_id: int) -> int:
        """Pieces left of a product that exists."""
        row = connection.execute(_ON_HAND, (product_id,)).fetchone()
        if row is None:
            raise LookupError(f"product {product_id} has no stock")
        return int(row["on_hand"])

    @entry
    def take(self, connection: Connection[DictRow], lines: Sequence[PricedLine]) -> None:
        """Take all lines out of stock; a ``sold-out`` Problem when any is short.

        ``lines`` come by ascending product id. Their stock stays locked until the transaction
        ends; everybody locks in that order, so nobody waits in a circle.
        """
        product_ids = [line.product_id for line in lines]
        stock = connection.execute(_LOCK, (product_ids,)).fetchall()
        on_hand = {row["product_id"]: row["on_hand"] for row in stock}
        for line in lines:
            _refuse_if_short(line, on_hand[line.product_id])
        connection.execute(_TAKE, (product_ids, [line.quantity for line in lines]))


def _refuse_if_short(line: PricedLine, on_hand: int) -> None:
    if on_hand < line.quantity:
        detail = f"Product {line.product_id} has only {on_hand} pieces left."
        raise Problem(409, "sold-out", detail)
