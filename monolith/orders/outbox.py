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
    INSERT INTO outbox (event_id, order_id, customer_id, total_cents) VALUES (%s, %s, %s, %s)"""
_TAKE = """
    DELETE FROM outbox WHERE position IN (
        SELECT position FROM outbox ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING event_id, order_id, customer_id, total_cents"""

Deliver = Callable[[Connection[DictRow], Sequence[DictRow]], None]
"""Applies events within the transaction of the connection."""


def put(connection: Connection[DictRow], attempt: Attempt, total_cents: int) -> None:
    """Leave the event ``order-confirmed``, if the transaction commits."""
    event_id = uuid5(attempt.order_id, "order-confirmed")
    connection.execute(_PUT, (event_id, attempt.order_id, attempt.customer_id, total_cents))


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
