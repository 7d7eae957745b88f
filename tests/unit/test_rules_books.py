"""Each invariant holds for clean books and is reported for books with one thing wrong."""

from dataclasses import replace

import pytest

from store.rules.books import (
    Books,
    Checkout,
    History,
    NotificationEntry,
    OrderEntry,
    PaymentEntry,
    PiecesEntry,
    ReservationEntry,
    StockEntry,
    audit,
    merge,
)

ORDER = OrderEntry("order-1", customer_id=1, status="confirmed", total_cents=900)
FAILED = OrderEntry("order-2", customer_id=2, status="failed", total_cents=500)
PAID = PaymentEntry("order-1", captured_cents=900, refunded_cents=0)
REFUNDED = PaymentEntry("order-2", captured_cents=500, refunded_cents=500)
STOCK = StockEntry(1, initial=10, on_hand=6, reserved=1, sold=3)
NOTIFIED = NotificationEntry("event-1", "order-1")
CLEAN = Books(
    stock=(STOCK, StockEntry(2, initial=5, on_hand=5, reserved=0, sold=0)),
    ordered=(PiecesEntry(1, 3),),
    orders=(ORDER, FAILED),
    payments=(PAID, REFUNDED),
    charges=(PAID, REFUNDED),
    reservations=(
        ReservationEntry("order-1", "sold", overdue=True),
        ReservationEntry("order-2", "released", overdue=True),
        ReservationEntry("order-3", "held", overdue=False),
    ),
    held=(PiecesEntry(1, 1),),
    notifications=(NOTIFIED,),
)
ACKNOWLEDGED = History.acknowledging(["order-1"])


def violated(books: Books) -> set[str]:
    return {violation.invariant for violation in audit(books, ACKNOWLEDGED)}


def test_clean_books_violate_nothing() -> None:
    assert audit(CLEAN, ACKNOWLEDGED) == []


@pytest.mark.parametrize("held", [(), (PiecesEntry(1, 2),), (PiecesEntry(1, 1), PiecesEntry(2, 1))])
def test_what_is_reserved_is_what_reservations_hold(held: tuple[PiecesEntry, ...]) -> None:
    assert violated(replace(CLEAN, held=held)) == {"I1"}


def test_a_checkout_that_ended_otherwise_than_its_order_says_is_noticed() -> None:
    assert violated(replace(CLEAN, contradictory_sagas=1)) == {"I7"}


def test_empty_books_violate_nothing() -> None:
    assert audit(Books(), History()) == []


def test_a_confirmed_order_whose_answer_was_lost_is_fine() -> None:
    assert audit(CLEAN, History()) == []


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        (replace(STOCK, on_hand=7), {"I1"}),
        (replace(STOCK, on_hand=5), {"I1"}),
        (replace(STOCK, reserved=0), {"I1"}),
        (replace(STOCK, sold=2), {"I1"}),
        (replace(STOCK, sold=2, on_hand=7), {"I1"}),
        (replace(STOCK, on_hand=-1, reserved=8), {"I1", "I2"}),
        (replace(STOCK, reserved=-1, on_hand=8), {"I1", "I2"}),
        (replace(STOCK, sold=-1, on_hand=10), {"I1", "I2"}),
        (replace(STOCK, sold=11, on_hand=-1, reserved=0), {"I1", "I2"}),
        (replace(STOCK, sold=11, on_hand=0, reserved=0), {"I1", "I2"}),
    ],
)
def test_stock_that_does_not_add_up_is_reported(stock: StockEntry, expected: set[str]) -> None:
    assert violated(replace(CLEAN, stock=(stock,))) == expected


@pytest.mark.parametrize("orders", [(FAILED,), (), (replace(ORDER, status="failed"),)])
def test_an_acknowledged_order_that_is_not_confirmed_is_reported(
    orders: tuple[OrderEntry, ...],
) -> None:
    assert "I3" in violated(replace(CLEAN, orders=orders))


def test_an_acknowledged_order_that_is_confirmed_twice_is_reported() -> None:
    assert "I3" in violated(replace(CLEAN, orders=(ORDER, ORDER)))


@pytest.mark.parametrize(
    "payments",
    [
        (),
        (replace(PAID, captured_cents=901),),
        (replace(PAID, captured_cents=899),),
        (replace(PAID, refunded_cents=900),),
        (PAID, PAID),
        (replace(PAID, captured_cents=400), replace(PAID, captured_cents=500)),
    ],
)
def test_a_payment_that_is_not_exactly_the_total_is_reported(
    payments: tuple[PaymentEntry, ...],
) -> None:
    assert violated(replace(CLEAN, payments=payments, charges=None)) == {"I4"}


def test_a_refunded_first_attempt_beside_the_payment_is_fine() -> None:
    refunded = replace(PAID, refunded_cents=900)
    assert violated(replace(CLEAN, payments=(refunded, PAID, refunded), charges=None)) == set()


@pytest.mark.parametrize(
    "payment",
    [
        replace(REFUNDED, refunded_cents=0),
        replace(REFUNDED, refunded_cents=499),
        replace(REFUNDED, refunded_cents=501),
        PaymentEntry("no-order", captured_cents=1, refunded_cents=0),
    ],
)
def test_money_kept_without_a_confirmed_order_is_reported(payment: PaymentEntry) -> None:
    assert violated(replace(CLEAN, payments=(PAID, payment), charges=None)) == {"I5"}


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        ((PAID, REFUNDED, PaymentEntry("nobody", 700, 0)), {"I5"}),
        ((PAID, replace(REFUNDED, refunded_cents=0)), {"I5", "I10"}),
        ((REFUNDED,), {"I4"}),
        ((PAID, PAID, REFUNDED), {"I4"}),
        ((replace(PAID, captured_cents=901), REFUNDED), {"I4"}),
    ],
)
def test_a_provider_that_kept_other_money_than_the_orders_ask_for_is_reported(
    charges: tuple[PaymentEntry, ...], expected: set[str]
) -> None:
    refused = Checkout("order-2", "fail", problem="sold-out")
    history = History((*ACKNOWLEDGED.checkouts, refused))
    found = audit(replace(CLEAN, charges=charges), history)
    assert {violation.invariant for violation in found} == expected


def test_a_provider_that_was_not_asked_is_not_compared() -> None:
    assert violated(replace(CLEAN, charges=None)) == set()


def test_a_reservation_held_past_its_time_is_reported() -> None:
    overdue = ReservationEntry("order-3", "held", overdue=True)
    assert violated(replace(CLEAN, reservations=(overdue,))) == {"I6"}


def test_a_saga_that_did_not_end_is_reported() -> None:
    assert violated(replace(CLEAN, unfinished_sagas=1)) == {"I7"}


def test_an_order_that_did_not_end_is_reported() -> None:
    orders = (ORDER, replace(FAILED, status="pending"))
    assert violated(replace(CLEAN, orders=orders)) == {"I7"}


def test_an_undelivered_event_is_reported() -> None:
    assert violated(replace(CLEAN, outbox_pending=1)) == {"I8"}


@pytest.mark.parametrize(
    "notifications",
    [
        (),
        (NOTIFIED, NOTIFIED),
        (NOTIFIED, NotificationEntry("event-2", "order-1")),
        (NOTIFIED, NotificationEntry("event-2", "order-2")),
    ],
)
def test_anything_but_one_notification_per_confirmed_order_is_reported(
    notifications: tuple[NotificationEntry, ...],
) -> None:
    assert violated(replace(CLEAN, notifications=notifications)) == {"I8"}


def test_parts_add_up_to_the_whole() -> None:
    parts = [
        Books(stock=CLEAN.stock, reservations=CLEAN.reservations, held=CLEAN.held),
        Books(outbox_pending=1),
        Books(orders=CLEAN.orders, ordered=CLEAN.ordered, unfinished_sagas=2, outbox_pending=2),
        Books(payments=CLEAN.payments),
        Books(charges=CLEAN.charges),
        Books(notifications=CLEAN.notifications),
    ]
    assert merge(parts) == replace(CLEAN, unfinished_sagas=2, outbox_pending=3)
