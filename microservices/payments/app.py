"""Payments: the only part of the store that talks to the payment provider."""

from uuid import UUID

from flask import Flask, Response
from pydantic import BaseModel, Field

from microservices.payments.payments import Payments
from microservices.service import Service, create_service
from store.payment_provider.client import ProviderClient, ProviderUnreachableError
from store.runtime import inputs
from store.runtime.peers import Peers
from store.runtime.problems import dependency_unavailable
from store.runtime.settings import SettingsError


class NewPayment(BaseModel):
    amount_cents: int = Field(gt=0)
    card: str


def create_app() -> Flask:
    service = create_service("payments")
    _add_calls(service.app, Payments(service.database, _provider(service)))
    return service.app


def _provider(service: Service) -> ProviderClient:
    file = service.settings.peers_file
    if file is None:
        raise SettingsError("missing or wrong in the environment: TWINSTACK_PEERS_FILE")
    token = service.settings.required("provider_token")
    return ProviderClient(Peers(file), service.protection, token)


def _add_calls(app: Flask, payments: Payments) -> None:
    path = "/internal/payments/<uuid:order_id>/<int:attempt>"

    @app.put(path)
    def charge(order_id: UUID, attempt: int) -> tuple[str, int]:
        wanted = inputs.body(NewPayment)
        payments.charge(order_id, attempt, wanted.amount_cents, wanted.card)
        return "", 204

    @app.delete(path)
    def refund(order_id: UUID, attempt: int) -> tuple[str, int]:
        payments.refund(order_id, attempt)
        return "", 204

    @app.errorhandler(ProviderUnreachableError)
    def on_unreachable(error: ProviderUnreachableError) -> Response:
        app.logger.warning("payment provider: %s", error)
        return dependency_unavailable("payments").response()
