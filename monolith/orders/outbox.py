"""The outbox: events leave with the transaction of their order, and reach notifications later."""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import uuid5

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.module import Process
from monolith.orders.claims import Attempt

BATCH = 100

_PUT = """
    INSERT INTO outbox (event_id, order_id, customer_id, total_cents)
    VALUES (%(event_id)s, %(order_id)s, %(customer_id)s, %(total_cents)s)"""
_TAKE = """
    DELETE FROM outbox WHERE position IN (
        SELECT position FROM outbox ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING event_id, order_id, customer_id, total_cents"""

Deliver = Callable[[Connection[DictRow], Sequence[DictRow]], None]
"""Applies events within the transaction of the connection."""


def event_of(attempt: Attempt, total_cents: int) -> DictRow:
    """The event ``order-confirmed`` of the order that the attempt is going to place."""
    return {
        "event_id": uuid5(attempt.order_id, "order-confirmed"),
        "order_id": attempt.order_id,
        "customer_id": attempt.customer_id,
        "total_cents": total_cents,
    }


def put(connection: Connection[DictRow], event: DictRow) -> None:
    """Leave the event, if the transaction commits."""
    connection.execute(_PUT, event)


def relay(process: Process, deliver: Deliver) -> bool:
    """Deliver a batch of events, each once; whether there may be more.

    Taking and delivering share a transaction: both happen or neither. Any number of processes may
    relay from the same outbox at the same time.
    """
    with process.database.transaction() as connection:
        events = connection.execute(_TAKE, (BATCH,)).fetchall()
        if events:
            process.faults.carry("orders", events, partial(deliver, connection))
    return len(events) == BATCH
