"""I7, I8: checkouts and messages came to an end."""

from collections import Counter

from store.rules.books.check import Check, Checks
from store.rules.books.entries import Books


def checks(books: Books) -> Checks:
    for _ in range(books.unfinished_sagas):
        yield Check("I7", "a checkout did not end")
    for _ in range(books.contradictory_sagas):
        yield Check("I7", "a checkout ended otherwise than its order says")
    for order in books.orders:
        yield Check("I7", f"order did not end: {order}" if order.status == "pending" else "")
    for _ in range(books.outbox_pending):
        yield Check("I8", "an event was not delivered")
    received = Counter(notification.order_id for notification in books.notifications)
    for order in books.confirmed():
        count = received.pop(order.order_id, 0)
        yield Check("I8", "" if count == 1 else f"{count} notifications of order {order.order_id}")
    for order_id in received:
        yield Check("I8", f"notification without a confirmed order {order_id}")
