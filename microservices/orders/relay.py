"""Outbox relay: brings the events of confirmed orders to notifications, at least once each."""

from collections.abc import Sequence
from dataclasses import dataclass

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
                self.faults.carry("orders", events, self._deliver)
        return len(events) == BATCH

    def _deliver(self, events: Sequence[Row]) -> None:
        body = {"events": [_document(event) for event in events]}
        self.calls.post("notifications", "/internal/events", body)


def _document(event: Row) -> dict[str, object]:
    return {"type": "order-confirmed", **event}
