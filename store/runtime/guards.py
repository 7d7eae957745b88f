"""Guards of the books that an experiment may switch off, to show what they are for.

A store never runs without one of them but to prove that the audit would notice.
"""

from collections.abc import Set as AbstractSet
from typing import Literal

Guard = Literal[
    "idempotency", "outbox", "outbox-order", "compensation", "reservation-expiry", "stored-saga"
]
"""idempotency: a checkout looks up what its key was answered before (without it, too, one at a time
    buys of a cart)
outbox: the event of an order is stored with it, and kept until it is delivered
outbox-order: the event of an order leaves after the order is committed, not before
compensation: what a checkout took that was not confirmed is given back
reservation-expiry: pieces kept for a checkout are kept for a limited time (services only: the
    monolith keeps none)
stored-saga: what a checkout is about to do outside its transaction is stored before, not only
    known to the process that runs it
"""

Publishing = Literal["before", "with", "after"]
"""When the event of an order leaves, seen from the order's commit."""


def publishing(without: AbstractSet[Guard]) -> Publishing:
    if "outbox-order" in without:
        return "before"
    return "after" if "outbox" in without else "with"
