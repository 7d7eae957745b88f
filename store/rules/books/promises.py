"""I3, I9, I10: what clients were told about a checkout is what became of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from store.rules.books.check import Check, Checks
from store.rules.books.entries import Books
from store.rules.books.history import CONTRADICTING, Checkout, History


def checks(books: Books, history: History) -> Checks:
    confirmed = Counter(order.order_id for order in books.confirmed())
    left = _left_behind(books)
    for order_id, attempts in history.by_key().items():
        if any(attempt.result == "ok" for attempt in attempts):
            wrong = f"{confirmed[order_id]} confirmed orders {order_id}"
            yield Check("I3", "" if confirmed[order_id] == 1 else wrong)
        else:
            yield Check("I10", _why_not_undone(order_id, attempts, confirmed[order_id], left))
        if sum(attempt.was_sent for attempt in attempts) > 1:
            yield Check("I9", _why_not_the_same(attempts, is_confirmed=confirmed[order_id] > 0))
        yield from (
            Check("I9", _why_not_own(attempt)) for attempt in attempts if attempt.result == "ok"
        )


def _left_behind(books: Books) -> dict[str, list[str]]:
    """By order id: what checkouts hold of money and stock, whatever became of their order."""
    left = defaultdict(list)
    for who, ledger in (("the books", books.payments), ("the provider", books.charges or ())):
        for payment in ledger:
            if payment.kept_cents:
                left[payment.order_id].append(f"{payment.kept_cents} cents kept by {who}")
    for reservation in books.reservations:
        if reservation.status != "released":
            left[reservation.order_id].append(f"pieces {reservation.status}")
    return left


def _why_not_undone(
    order_id: str, attempts: Sequence[Checkout], confirmed: int, left: dict[str, list[str]]
) -> str:
    """Of a key of which no client knows that it was confirmed."""
    told = [attempt.result for attempt in attempts]
    may_be_confirmed = "info" in told and not any(attempt.is_final for attempt in attempts)
    if confirmed and not may_be_confirmed:
        return f"order {order_id} is confirmed, although its buyer was told {_words(attempts)}"
    if not confirmed and order_id in left:
        return f"checkout {order_id} was not confirmed, but left {', '.join(left[order_id])}"
    return ""


def _why_not_the_same(attempts: Sequence[Checkout], *, is_confirmed: bool) -> str:
    """A final answer has to come again; a key whose order exists cannot be refused for good."""
    final = [attempt for attempt in attempts if attempt.is_final]
    for one, other in pairwise(final):
        if one.digest != other.digest:
            return f"{_words((one, other))} for one key {one.order_id}"
    last = attempts[-1]
    if last.problem in CONTRADICTING and (final or is_confirmed):
        return f"{_words(attempts)} for key {last.order_id}, which had its answer"
    return ""


def _why_not_own(attempt: Checkout) -> str:
    if attempt.told_order_id == attempt.order_id:
        return ""
    return f"key {attempt.order_id} was answered with order {attempt.told_order_id}"


def _words(attempts: Sequence[Checkout]) -> str:
    return ", then ".join(attempt.problem or attempt.result for attempt in attempts)
