"""Orders: checkout as a saga, and the customers' own orders."""

from typing import Any

from flask import Flask

from microservices.orders.checkouts import Checkouts
from microservices.orders.claims import Claims
from microservices.orders.records import Records
from microservices.orders.relay import Relay
from microservices.orders.steps import Steps
from microservices.service import Service, create_service
from store.runtime import inputs
from store.runtime.background import Background
from store.runtime.resilience.limits import Limits
from store.runtime.tokens import Tokens

# All calls of a checkout, its way back included, fit into the lease of its claim by these.
LIMITS = {
    "carts": Limits(deadline_s=2.0),
    "inventory": Limits(deadline_s=2.0),
    "payments": Limits(deadline_s=3.0),
    "notifications": Limits(deadline_s=2.0),
}
RESUME_EVERY_S = 0.5
RELAY_EVERY_S = 0.2


def create_app() -> Flask:
    service = create_service("orders", LIMITS)
    checkouts = create_checkouts(service)
    relay = Relay(service.database, service.calls, service.faults)
    _add_calls(service.app, checkouts, service.tokens)
    if "stored-saga" in service.settings.without:
        checkouts.claims.forget_orphans()
    else:
        checkouts.claims.adopt_orphans()
    Background("saga-recovery", RESUME_EVERY_S, checkouts.resume_unfinished).start()
    Background("outbox-relay", RELAY_EVERY_S, relay.deliver_batch).start()
    return service.app


def create_checkouts(service: Service) -> Checkouts:
    without = service.settings.without
    claims = Claims(service.database, service.settings.instance, "idempotency" not in without)
    records = Records(service.database)
    steps = Steps(service.calls, claims, records, service.telemetry, without)
    return Checkouts(claims, records, steps, service.telemetry)


def _add_calls(app: Flask, checkouts: Checkouts, tokens: Tokens) -> None:
    @app.post("/api/orders")
    def check_out() -> tuple[dict[str, Any], int]:
        customer_id = tokens.signed_in_customer()
        key = inputs.idempotency_key()
        return checkouts.checkout(customer_id, key, inputs.body(inputs.Checkout)), 201

    @app.get("/api/orders")
    def list_orders() -> dict[str, Any]:
        return checkouts.records.page(tokens.signed_in_customer(), inputs.query(inputs.Paging))

    @app.get("/api/orders/<order_id>")
    def get_order(order_id: str) -> dict[str, Any]:
        customer_id = tokens.signed_in_customer()
        return checkouts.records.one(customer_id, inputs.order_id(order_id))
