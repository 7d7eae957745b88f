"""I4, I5: money, as the store's own books know it and as the payment provider does."""

from collections import Counter
from collections.abc import Iterable

from store.rules.books.check import Check, Checks
from store.rules.books.entries import Books, PaymentEntry


def checks(books: Books) -> Checks:
    yield from _of_ledger(books, books.payments, "the books")
    if books.charges is not None:
        yield from _of_ledger(books, books.charges, "the provider")


def _of_ledger(books: Books, ledger: Iterable[PaymentEntry], who: str) -> Checks:
    # A checkout that failed and was repeated under its key has a refunded payment beside the kept.
    kept_cents: Counter[str] = Counter()
    kept_payments: Counter[str] = Counter()
    for payment in ledger:
        kept_cents[payment.order_id] += payment.kept_cents
        kept_payments[payment.order_id] += payment.kept_cents > 0
    for order in books.confirmed():
        kept, count = kept_cents.pop(order.order_id, 0), kept_payments[order.order_id]
        wrong = f"{who} kept {kept} cents in {count} payments of {order.total_cents} for {order}"
        yield Check("I4", "" if kept == order.total_cents and count == 1 else wrong)
    for order_id, kept in kept_cents.items():
        wrong = f"{who} kept {kept} cents without a confirmed order {order_id}"
        yield Check("I5", "" if kept == 0 else wrong)
