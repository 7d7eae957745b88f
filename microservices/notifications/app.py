"""Notifications: what customers are told about their orders."""

from typing import Literal
from uuid import UUID

from flask import Flask
from pydantic import BaseModel

from microservices.service import create_service
from store.runtime import inputs
from store.runtime.database import Database

_APPLY = """
INSERT INTO notifications (event_id, order_id, customer_id, total_cents)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::bigint[])
ON CONFLICT (event_id) DO NOTHING
"""


class Event(BaseModel):
    event_id: UUID
    type: Literal["order-confirmed"]
    order_id: UUID
    customer_id: int
    total_cents: int


class Events(BaseModel):
    events: list[Event]


def create_app() -> Flask:
    service = create_service("notifications")
    _add_calls(service.app, service.database)
    return service.app


def _add_calls(app: Flask, database: Database) -> None:
    @app.post("/internal/events")
    def apply() -> tuple[str, int]:
        """Apply all events or none; one that was applied before changes nothing."""
        events = inputs.body(Events).events
        columns = (
            [each.event_id for each in events],
            [each.order_id for each in events],
            [each.customer_id for each in events],
            [each.total_cents for each in events],
        )
        with database.autocommit() as connection:
            connection.execute(_APPLY, columns)
        return "", 204
