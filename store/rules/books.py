"""The books of a store: everything an audit needs to know, and what must hold of it.

Each owner of data reads its part; the parts add up to one ``Books``. The invariants are those of
the project's method (docs/method.md); their ids are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class StockEntry:
    """At all times ``initial = on_hand + reserved + sold``."""

    product_id: int
    initial: int
    on_hand: int
    """Neither reserved nor sold."""
    reserved: int
    sold: int


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
    orders: tuple[OrderEntry, ...] = ()
    payments: tuple[PaymentEntry, ...] = ()
    reservations: tuple[ReservationEntry, ...] = ()
    notifications: tuple[NotificationEntry, ...] = ()
    unfinished_sagas: int = 0
    outbox_pending: int = 0


def merge(parts: Iterable[Books]) -> Books:
    """The whole from the parts of its owners."""
    whole = Books()
    for part in parts:
        whole = Books(
            stock=whole.stock + part.stock,
            orders=whole.orders + part.orders,
            payments=whole.payments + part.payments,
            reservations=whole.reservations + part.reservations,
            notifications=whole.notifications + part.notifications,
            unfinished_sagas=whole.unfinished_sagas + part.unfinished_sagas,
            outbox_pending=whole.outbox_pending + part.outbox_pending,
        )
    return whole
