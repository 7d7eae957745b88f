"""Idempotency keys of checkouts: one attempt at a time, and its answer remembered."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from store.rules import checkout
from store.runtime.problems import Problem

FINAL_REFUSALS = frozenset({"payment-declined", "sold-out"})
"""Names of the Problems that a key remembers; after others the same key may be tried again."""

_LOCK = "SELECT pg_try_advisory_xact_lock(%s) AS is_first"
_CART_CLASS = 2
"""Class of advisory locks whose number is the id of a customer who checks out."""
_TAKE_CART = "SELECT pg_try_advisory_xact_lock(%s, %s) AS is_alone"
# A key that is new takes the customer's cart in the same statement.
_RECALL = """
    SELECT fingerprint, refusal,
           CASE WHEN fingerprint IS NULL AND %s THEN pg_try_advisory_xact_lock(%s, %s) END
               AS is_alone
    FROM (VALUES (%s::uuid)) AS asked (order_id) LEFT JOIN checkouts USING (order_id)"""
_REMEMBER = "INSERT INTO checkouts (order_id, fingerprint, refusal) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Attempt:
    """One call of checkout."""

    customer_id: int
    order_id: UUID
    """Stands for the customer and the idempotency key."""
    card: str
    coupon: str | None
    fingerprint: str

    @classmethod
    def of(cls, customer_id: int, key: str, card: str, coupon: str | None) -> "Attempt":
        order_id = checkout.order_id(customer_id, key)
        return cls(customer_id, order_id, card, coupon, checkout.fingerprint(card, coupon))

    @property
    def can_buy(self) -> bool:
        """False with an unknown coupon: then it needs no cart, whatever else buys of it."""
        return self.coupon is None or checkout.find_coupon(self.coupon) is not None


@dataclass(frozen=True)
class Remembered:
    refusal: Problem | None
    """None when the order was confirmed."""


def claim(connection: Connection[DictRow], attempt: Attempt) -> Remembered | None:
    """Hold the key until the transaction ends; what it was answered before, if anything.

    Nothing: then the transaction has the customer's cart to itself, too, if the attempt can buy.
    Raises the Problems ``checkout-in-progress``, without waiting, and ``idempotency-key-reused``.
    """
    if not hold(connection, attempt.order_id):
        raise Problem(409, "checkout-in-progress", "The same checkout is still running.")
    # A statement of its own: it has to see what the previous holder of the lock committed.
    asked = (attempt.can_buy, _CART_CLASS, attempt.customer_id, attempt.order_id)
    [row] = connection.execute(_RECALL, asked).fetchall()
    if row["is_alone"] is False:
        raise _cart_in_use()
    if row["fingerprint"] is None:
        return None
    if row["fingerprint"] != attempt.fingerprint:
        raise Problem(422, "idempotency-key-reused", "The key was used with another body.")
    return Remembered(Problem(**row["refusal"]) if row["refusal"] else None)


def take_cart(connection: Connection[DictRow], attempt: Attempt) -> None:
    """As ``claim``, but without a look at the key: still one at a time buys of a cart."""
    if not attempt.can_buy:
        return
    [row] = connection.execute(_TAKE_CART, (_CART_CLASS, attempt.customer_id)).fetchall()
    if not row["is_alone"]:
        raise _cart_in_use()


def hold(connection: Connection[DictRow], order_id: UUID) -> bool:
    """Keep everybody else from this checkout until the transaction ends; False if one is at it."""
    number = int.from_bytes(order_id.bytes[:8], signed=True)
    lock = connection.execute(_LOCK, (number,)).fetchone()
    return lock is not None and bool(lock["is_first"])


def remember(connection: Connection[DictRow], attempt: Attempt, refusal: Problem | None) -> None:
    document = refusal and Jsonb(
        {"status": refusal.status, "name": refusal.name, "detail": refusal.detail}
    )
    connection.execute(_REMEMBER, (attempt.order_id, attempt.fingerprint, document))


def _cart_in_use() -> Problem:
    detail = "Another checkout of this cart is still running."
    return Problem(409, "checkout-in-progress", detail)
