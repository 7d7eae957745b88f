"""Notifications: what customers are told about their orders."""

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import DictRow

from monolith.module import Module, entry

_APPLY = """
    INSERT INTO notifications (event_id, order_id, customer_id, total_cents)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::bigint[])
    ON CONFLICT (event_id) DO NOTHING"""
_COLUMNS = ("event_id", "order_id", "customer_id", "total_cents")


class Notifications(Module):
    role = "notifications"

    @entry
    def apply(self, connection: Connection[DictRow], events: Sequence[DictRow]) -> None:
        """Apply events of confirmed orders within the caller's transaction, each once."""
        columns = [[event[name] for event in events] for name in _COLUMNS]
        connection.execute(_APPLY, columns)
