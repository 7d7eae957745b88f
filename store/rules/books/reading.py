"""I11: customers read their own orders as they were told them."""

from collections import defaultdict, deque
from collections.abc import Iterable

from store.rules.books.check import Check, Checks
from store.rules.books.entries import Books, OrderEntry
from store.rules.books.history import Checkout, History, Reading


def checks(books: Books, history: History) -> Checks:
    confirmed = {order.order_id: order for order in books.confirmed()}
    for reading in history.readings:
        is_gone = reading.own_status == "confirmed" and reading.order_id not in confirmed
        yield Check("I11", _why_not_readable(reading, is_gone=is_gone))
    yield from _of_totals(history.readings)
    for checkout in history.checkouts:
        if checkout.result == "ok":
            yield Check("I11", _why_another_price(checkout, confirmed.get(checkout.told_order_id)))


def _why_not_readable(reading: Reading, *, is_gone: bool) -> str:
    if is_gone:
        return f"order {reading.order_id} was listed as confirmed and is not any more"
    if reading.follows_ok and reading.own_status != "confirmed":
        return f"order {reading.order_id}, just confirmed, was listed as {reading.own_status}"
    return ""


def _of_totals(readings: Iterable[Reading]) -> Checks:
    """Orders are never taken away: who looks later sees as many or more."""
    by_customer = defaultdict(list)
    for reading in readings:
        by_customer[reading.customer_id].append(reading)
    for customer_id, own in by_customer.items():
        ended = deque(sorted(own, key=lambda each: each.ended_s))
        most = 0
        for reading in sorted(own, key=lambda each: each.sent_s):
            while ended[0].ended_s <= reading.sent_s:
                most = max(most, ended.popleft().total)
            wrong = f"customer {customer_id} saw {reading.total} orders after {most}"
            yield Check("I11", wrong if reading.total < most else "")


def _why_another_price(checkout: Checkout, order: OrderEntry | None) -> str:
    shown, paid, told = checkout.shown_cents, checkout.paid_cents, checkout.total_cents
    if shown is not None and paid is not None and shown != paid:
        return f"order {checkout.order_id} asks {paid} cents for what was shown at {shown}"
    if order is not None and told is not None and told != order.total_cents:
        return f"an order was told to cost {told} cents and is in the books as {order}"
    return ""
