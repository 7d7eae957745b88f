"""Outbox relay: brings the events of confirmed orders to notifications, at least once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from microservices.calls.client import Calls
from store.runtime.database import Database, Row
from store.runtime.faults import FaultPoints

BATCH = 100

_TAKE = """
DELETE FROM outbox WHERE position IN (
    SELECT position FROM outbox ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING event_id, order_id, customer_id, total_cents
"""


@dataclass(frozen=True)
class Relay:
    database: Database
    calls: Calls
    faults: FaultPoints

    def deliver_batch(self) -> bool:
        """Deliver what waits, at most BATCH events; whether there may be more.

        Events leave the outbox only with the acceptance of notifications. A crash between the two
        delivers them again, and its inbox knows them. Raises CallFailed when it is gone.
        """
        with self.database.transaction() as connection:
            events = connection.execute(_TAKE, (BATCH,)).fetchall()
            if events:
                self.faults.carry("orders", events, partial(publish, self.calls))
        return len(events) == BATCH


def event_of(order_id: UUID, customer_id: int, total_cents: int) -> Row:
    """That the order was confirmed: the same event, however often it is made."""
    return {
        "event_id": uuid5(order_id, "order-confirmed"),
        "order_id": order_id,
        "customer_id": customer_id,
        "total_cents": total_cents,
    }


def publish(calls: Calls, events: Sequence[Row]) -> None:
    """Bring events to notifications, all or none; raises CallFailed."""
    body = {"events": [{"type": "order-confirmed", **event} for event in events]}
    calls.post("notifications", "/internal/events", body)
