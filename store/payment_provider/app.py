"""The provider's HTTP interface; run it as one process with threads, its books are in memory.

It is outside the store and its budget, so it has none of the store's telemetry. Waiting is a
sleep in a request thread: it costs no CPU.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from store.payment_provider import fate
from store.payment_provider.ledger import KeyReusedError, Ledger
from store.runtime.callers import refuse_strangers
from store.runtime.settings import Settings

Answer = tuple[dict[str, Any], int]


class ChargeOrder(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    amount_cents: int = Field(gt=0)
    card: str


class RefundOrder(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    charge_id: str


HEALTH_PATH = "/healthz"


def create_app() -> Flask:
    """The provider, from the environment of this process."""
    return create_provider(Settings.from_environment().required("provider_token"))


def create_provider(
    token: str, sleep: Callable[[float], None] = time.sleep, ledger: Ledger | None = None
) -> Flask:
    """Charges wait through ``sleep`` as long as their key says; everything else is immediate.

    Each caller has to send ``token``. ``ledger`` holds what was charged before; an empty one if
    none is given.
    """
    app = Flask("payment-provider", static_folder=None)
    ledger = Ledger() if ledger is None else ledger
    refuse_strangers(app, token, lambda path: path != HEALTH_PATH)

    @app.errorhandler(ValidationError)
    def on_invalid(error: ValidationError) -> Answer:
        return {"error": "invalid", "detail": str(error.errors()[0]["loc"])}, 400

    @app.post("/charges")
    def charge() -> Answer:
        order = ChargeOrder.model_validate(request.get_json())
        key = request.headers["Idempotency-Key"]
        sleep(fate.latency_s(key))
        if fate.is_declined(key, order.card):
            return {"error": "declined"}, 402
        try:
            captured = ledger.capture(key, order.amount_cents)
        except KeyReusedError:
            return {"error": "key-reused"}, 422
        return {"charge_id": captured.charge_id, "amount_cents": captured.amount_cents}, 201

    @app.post("/refunds")
    def refund() -> Answer:
        order = RefundOrder.model_validate(request.get_json())
        refunded = ledger.refund(order.charge_id)
        if refunded is None:
            return {"error": "no-such-charge"}, 404
        return {"charge_id": refunded.charge_id, "amount_cents": refunded.refunded_cents}, 201

    @app.get("/charges")
    def charges() -> Answer:
        return {"charges": ledger.listing()}, 200

    @app.get(HEALTH_PATH)
    def healthz() -> Answer:
        return {"status": "alive"}, 200

    return app
