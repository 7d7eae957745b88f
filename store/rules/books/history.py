"""What clients asked of a store and were told: their side of the audit.

A checkout ended in one of three ways (Kingsbury's Jepsen): ``ok``, it was confirmed; ``fail``, the
client was told that nothing was ordered; ``info``, nobody told, and both are possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Self

Result = Literal["ok", "fail", "info"]

REMEMBERED = frozenset({"payment-declined", "sold-out"})
"""Refusals that the key remembers; after others it may be tried again."""
CONTRADICTING = frozenset({"cart-empty", "coupon-unknown", "idempotency-key-reused"})
"""Refusals that a key cannot get with the same body once it had its answer; a store that is not
available contradicts nothing."""


@dataclass(frozen=True)
class Checkout:
    """One request to check out."""

    order_id: str
    """What customer and key stand for: repeats share it."""
    result: Result
    sent_s: float = 0.0
    ended_s: float = 0.0
    problem: str = ""
    """Of a ``fail``: the name of the problem; empty when the request never left."""
    digest: str = ""
    """Equal for equal answers; empty without an answer."""
    told_order_id: str = ""
    """Of an ``ok``: the order that the answer named."""
    total_cents: int | None = None
    """Of an ``ok``: what the answer said that the order costs."""
    paid_cents: int | None = None
    """Of an ``ok``: the price of one piece of the product that this buyer came for."""
    shown_cents: int | None = None
    """The same price as the buyer's cart had shown it."""

    @property
    def was_sent(self) -> bool:
        """Whether it may have reached the store."""
        return self.result != "fail" or bool(self.problem)

    @property
    def is_final(self) -> bool:
        """Whether every repeat has to get the same answer."""
        return self.result == "ok" or self.problem in REMEMBERED


@dataclass(frozen=True)
class Reading:
    """One look at the own orders, answered as the contract says."""

    customer_id: int
    order_id: str
    """What the buyer's own key stands for."""
    sent_s: float
    ended_s: float
    own_status: str | None
    """None when the order was not listed."""
    total: int
    """How many orders the customer had."""
    follows_ok: bool
    """Whether the buyer's checkout had been answered as confirmed before."""


@dataclass(frozen=True)
class History:
    """All clients of a trial together."""

    checkouts: tuple[Checkout, ...] = ()
    readings: tuple[Reading, ...] = ()

    @classmethod
    def acknowledging(cls, order_ids: Iterable[str]) -> Self:
        """Of clients of whom only this is known: that these orders were confirmed to them."""
        return cls(tuple(Checkout(each, "ok", told_order_id=each) for each in order_ids))

    def by_key(self) -> Mapping[str, list[Checkout]]:
        """The checkouts of each key, in the order in which they were sent."""
        ordered = sorted(self.checkouts, key=lambda each: (each.order_id, each.sent_s))
        return {key: list(group) for key, group in groupby(ordered, lambda each: each.order_id)}
