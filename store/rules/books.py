"""The books of a store: everything an audit needs to know, and what must hold of it.

Each owner of data reads its part; the parts add up to one ``Books``. The invariants are those of
the project's method (docs/method.md); their ids are kept.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
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


@dataclass(frozen=True)
class Violation:
    invariant: str
    """Its id: I1 to I8."""
    detail: str


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


Violations = Iterator[Violation]


def audit(books: Books, acknowledged: Collection[str]) -> list[Violation]:
    """What is wrong in the books of a store at rest; empty when nothing is.

    ``acknowledged`` are the ids of the orders that clients were told are confirmed. Call it after
    the store had time to finish what it had begun: a running checkout is not at rest.
    """
    return [
        *_stock_violations(books.stock),
        *_acknowledged_violations(books.orders, acknowledged),
        *_payment_violations(books),
        *_unfinished_violations(books),
        *_notification_violations(books),
    ]


def _stock_violations(stock: Iterable[StockEntry]) -> Violations:
    for entry in stock:
        if entry.initial != entry.on_hand + entry.reserved + entry.sold:
            yield Violation("I1", f"stock does not add up: {entry}")
        lowest = min(entry.initial, entry.on_hand, entry.reserved, entry.sold)
        if lowest < 0 or entry.sold > entry.initial:
            yield Violation("I2", f"stock is out of bounds: {entry}")


def _acknowledged_violations(
    orders: Iterable[OrderEntry], acknowledged: Collection[str]
) -> Violations:
    confirmed = Counter(order.order_id for order in orders if order.status == "confirmed")
    for order_id in sorted(set(acknowledged)):
        if confirmed[order_id] != 1:
            yield Violation("I3", f"{confirmed[order_id]} confirmed orders {order_id}")


def _payment_violations(books: Books) -> Violations:
    # A checkout that failed and was repeated under its key has a refunded payment beside the kept.
    kept_payments = Counter(
        payment.order_id
        for payment in books.payments
        if payment.captured_cents > payment.refunded_cents
    )
    kept_cents: Counter[str] = Counter()
    for payment in books.payments:
        kept_cents[payment.order_id] += payment.captured_cents - payment.refunded_cents
    for order_id, count in kept_payments.items():
        if count > 1:
            yield Violation("I4", f"{count} payments kept for order {order_id}")
    for order in _confirmed(books.orders):
        if (kept := kept_cents.pop(order.order_id, 0)) != order.total_cents:
            yield Violation("I4", f"kept {kept} cents of {order.total_cents} for {order}")
    for order_id, kept in kept_cents.items():
        if kept != 0:
            yield Violation("I5", f"kept {kept} cents without a confirmed order {order_id}")


def _unfinished_violations(books: Books) -> Violations:
    for reservation in books.reservations:
        if reservation.status == "held" and reservation.overdue:
            yield Violation("I6", f"reservation outlives its time: {reservation}")
    if books.unfinished_sagas:
        yield Violation("I7", f"{books.unfinished_sagas} sagas did not end")
    for order in books.orders:
        if order.status == "pending":
            yield Violation("I7", f"order did not end: {order}")


def _notification_violations(books: Books) -> Violations:
    if books.outbox_pending:
        yield Violation("I8", f"{books.outbox_pending} events were not delivered")
    received = Counter(notification.order_id for notification in books.notifications)
    for order in _confirmed(books.orders):
        if (count := received.pop(order.order_id, 0)) != 1:
            yield Violation("I8", f"{count} notifications of order {order.order_id}")
    for order_id in received:
        yield Violation("I8", f"notification without a confirmed order {order_id}")


def _confirmed(orders: Iterable[OrderEntry]) -> Iterator[OrderEntry]:
    return (order for order in orders if order.status == "confirmed")
