"""Accounts: who the customers are, and that they are who they say."""

from typing import Any

from flask import Flask

from microservices.accounts.customers import Customers
from microservices.service import create_service
from store.runtime import inputs
from store.runtime.tokens import LIFETIME_S, Tokens, bearer


def create_app() -> Flask:
    service = create_service("accounts")
    customers = Customers(service.database, service.telemetry, service.tokens)
    _add_calls(service.app, customers, service.tokens)
    return service.app


def _add_calls(app: Flask, customers: Customers, tokens: Tokens) -> None:
    @app.post("/api/accounts")
    def register() -> tuple[dict[str, Any], int]:
        return customers.register(inputs.body(inputs.NewAccount)), 201

    @app.post("/api/sessions")
    def sign_in() -> tuple[dict[str, Any], int]:
        customer = customers.sign_in(inputs.body(inputs.Credentials), bearer())
        session = {
            "token": tokens.issue(customer["customer_id"]),
            "customer_id": customer["customer_id"],
            "name": customer["name"],
            "expires_in_s": LIFETIME_S,
        }
        return session, 201
