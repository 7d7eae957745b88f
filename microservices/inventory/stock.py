"""Pieces in stock: on hand, reserved or sold."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from store.runtime.database import Row
from store.runtime.problems import Problem

_AVAILABLE = "SELECT on_hand FROM stock WHERE product_id = %s"
# Everyone locks in this order, so that two baskets with the same products cannot deadlock.
_LOCK = """
SELECT product_id, on_hand FROM stock
WHERE product_id = ANY(%s) ORDER BY product_id FOR NO KEY UPDATE
"""
_MOVE = """
UPDATE stock SET on_hand = on_hand + line.quantity * %s,
                 reserved = reserved + line.quantity * %s,
                 sold = sold + line.quantity * %s
FROM unnest(%s::int[], %s::int[]) AS line (product_id, quantity)
WHERE stock.product_id = line.product_id
"""


@dataclass(frozen=True)
class Lines:
    """Parallel: so many pieces of each product."""

    product_ids: Sequence[int]
    """Ascending, each once."""
    quantities: Sequence[int]


@dataclass(frozen=True)
class Move:
    """What one piece changes."""

    on_hand: int = 0
    reserved: int = 0
    sold: int = 0


RESERVE = Move(on_hand=-1, reserved=+1)
SELL_RESERVED = Move(reserved=-1, sold=+1)
SELL = Move(on_hand=-1, sold=+1)
GIVE_BACK_RESERVED = Move(on_hand=+1, reserved=-1)
GIVE_BACK_SOLD = Move(on_hand=+1, sold=-1)


def available(connection: Connection[Row], product_id: int) -> int | None:
    """Pieces on hand; None when the product is unknown."""
    row = connection.execute(_AVAILABLE, (product_id,)).fetchone()
    return None if row is None else int(row["on_hand"])


def move(connection: Connection[Row], lines: Lines, change: Move) -> None:
    """Apply ``change`` to each piece of ``lines``, all or none within the transaction.

    Raises the 409 ``sold-out`` Problem of the lowest product id that is short.
    """
    rows = connection.execute(_LOCK, (list(lines.product_ids),))
    on_hand: dict[int, int] = {row["product_id"]: row["on_hand"] for row in rows}
    if change.on_hand < 0:
        _demand(lines, on_hand)
    amounts = (change.on_hand, change.reserved, change.sold)
    connection.execute(_MOVE, (*amounts, list(lines.product_ids), list(lines.quantities)))


def _demand(lines: Lines, on_hand: dict[int, int]) -> None:
    for product_id, quantity in zip(lines.product_ids, lines.quantities, strict=True):
        left = on_hand.get(product_id, 0)
        if left < quantity:
            raise Problem(409, "sold-out", f"Product {product_id} has only {left} pieces left.")
