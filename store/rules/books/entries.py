"""The books of a store: everything of its final state that an audit needs to know.

Each owner of data reads its part; the parts add up to one ``Books``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal


@dataclass(frozen=True)
class StockEntry:
    """At all times ``initial = on_hand + reserved + sold``; what is returned is not sold."""

    product_id: int
    initial: int
    on_hand: int
    """Neither reserved nor sold."""
    reserved: int
    sold: int


@dataclass(frozen=True)
class PiecesEntry:
    """So many pieces of a product."""

    product_id: int
    pieces: int


@dataclass(frozen=True)
class OrderEntry:
    order_id: str
    customer_id: int
    status: Literal["pending", "confirmed", "failed"]
    total_cents: int


@dataclass(frozen=True)
class PaymentEntry:
    order_id: str
    captured_cents: int
    refunded_cents: int

    @property
    def kept_cents(self) -> int:
        return self.captured_cents - self.refunded_cents


@dataclass(frozen=True)
class ReservationEntry:
    order_id: str
    status: Literal["held", "sold", "released"]
    overdue: bool
    """Held past its expiry."""


@dataclass(frozen=True)
class NotificationEntry:
    event_id: str
    order_id: str


@dataclass(frozen=True)
class Books:
    stock: tuple[StockEntry, ...] = ()
    ordered: tuple[PiecesEntry, ...] = ()
    """What is in confirmed orders."""
    orders: tuple[OrderEntry, ...] = ()
    payments: tuple[PaymentEntry, ...] = ()
    """As the store knows them."""
    charges: tuple[PaymentEntry, ...] | None = None
    """The same as the payment provider knows them; None when it was not asked."""
    reservations: tuple[ReservationEntry, ...] = ()
    held: tuple[PiecesEntry, ...] = ()
    """What reservations hold; a product of which nothing is held may be absent."""
    notifications: tuple[NotificationEntry, ...] = ()
    unfinished_sagas: int = 0
    contradictory_sagas: int = 0
    """Sagas that ended otherwise than their orders say, and orders without one."""
    outbox_pending: int = 0

    @property
    def under_way(self) -> int:
        """What background work has yet to end."""
        return self.unfinished_sagas + self.outbox_pending

    def confirmed(self) -> Iterator[OrderEntry]:
        return (order for order in self.orders if order.status == "confirmed")


def merge(parts: Iterable[Books]) -> Books:
    """The whole from the parts of its owners: entries joined, counts added."""
    whole = Books()
    for part in parts:
        names = [field.name for field in fields(Books)]
        whole = Books(**{name: _sum(getattr(whole, name), getattr(part, name)) for name in names})
    return whole


def _sum(one: Any, other: Any) -> Any:
    """Of two members of the same name; None is one that nobody knows."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
