"""The books of a store and what must hold of them, group by group.

The invariants are those of the project's method (docs/method.md); their ids are kept.
"""

from collections.abc import Iterator

from store.rules.books import endings, money, promises, reading, stock
from store.rules.books.check import INVARIANTS, Check, Violation
from store.rules.books.entries import (
    Books,
    NotificationEntry,
    OrderEntry,
    PaymentEntry,
    PiecesEntry,
    ReservationEntry,
    StockEntry,
    merge,
)
from store.rules.books.history import Checkout, History, Reading

__all__ = [
    "INVARIANTS",
    "Books",
    "Check",
    "Checkout",
    "History",
    "NotificationEntry",
    "OrderEntry",
    "PaymentEntry",
    "PiecesEntry",
    "Reading",
    "ReservationEntry",
    "StockEntry",
    "Violation",
    "audit",
    "checks",
    "merge",
]


def checks(books: Books, history: History) -> Iterator[Check]:
    """Everything that is looked at in the books of a store at rest.

    Call it after the store had time to finish what it had begun: a running checkout is not at rest.
    """
    yield from stock.checks(books)
    yield from money.checks(books)
    yield from endings.checks(books)
    yield from promises.checks(books, history)
    yield from reading.checks(books, history)


def audit(books: Books, history: History) -> list[Violation]:
    """What is wrong; empty when nothing is."""
    found = checks(books, history)
    return [Violation(check.invariant, check.wrong) for check in found if check.wrong]
