"""Orders and the services that its saga needs, real, over HTTP and PostgreSQL."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, jsonify, request

from microservices import service
from microservices.inventory import app as inventory_app
from microservices.inventory import deployable as inventory
from microservices.notifications import app as notifications_app
from microservices.notifications import deployable as notifications
from microservices.orders import app as orders_app
from microservices.orders import deployable as orders
from microservices.orders.checkouts import Checkouts
from microservices.orders.relay import Relay
from microservices.orders.saga import Outcome, Saga
from microservices.orders.steps import Steps
from microservices.payments import app as payments_app
from microservices.payments import deployable as payments
from store.payment_provider import fate
from store.payment_provider.app import create_provider
from store.payment_provider.client import PAYMENT_PROVIDER
from store.payment_provider.ledger import Ledger
from store.rules import checkout
from store.rules.books import Books, History, Violation, audit, merge
from store.rules.books import Checkout as Told
from store.rules.books.history import Result
from store.runtime.background import Background
from store.runtime.database import Database, Waits
from store.runtime.deployable import Deployable
from store.runtime.guards import Guard
from store.runtime.inputs import Checkout
from store.runtime.problems import Problem
from store.runtime.settings import Settings
from store.sample.dataset import Dataset
from testbed.ledger import entries

PRICE_CENTS = 1000
CART_VERSION = 1
DEPLOYABLES = {
    "inventory": inventory.DEPLOYABLE,
    "payments": payments.DEPLOYABLE,
    "notifications": notifications.DEPLOYABLE,
    "orders": orders.DEPLOYABLE,
}
TABLES = {
    "inventory": "reservations",
    "payments": "payments",
    "notifications": "notifications",
    "orders": "sagas, baskets, orders, order_lines, outbox",
}
APPS = {
    "inventory": inventory_app.create_app,
    "payments": payments_app.create_app,
    "notifications": notifications_app.create_app,
}
SECRET = "secret"
TOKEN = "a token for tests"

ABOUT_THE_BODY = frozenset({"coupon-unknown", "idempotency-key-reused"})
"""What a test provokes by another body is no answer to the key."""


class ProcessDied(BaseException):
    """Ends a checkout as the death of its process would: nothing handles it."""


class OrdersStore:
    """The four services; carts is a stand-in, the provider answers without waiting."""

    def __init__(
        self,
        make_database: Callable[[str], str],
        dataset: Dataset,
        folder: Path,
        serve: Callable[[Flask], str],
        without: frozenset[Guard],
    ) -> None:
        self.carts: dict[int, dict[int, int]] = {}
        self.ledger = Ledger()
        self.without = without
        self._peers_file = folder / "peers.json"
        self.database_urls = {role: make_database(f"{folder.name}_{role}") for role in DEPLOYABLES}
        for role, deployable in DEPLOYABLES.items():
            _create_data(deployable, self.database_urls[role], dataset)
        self._urls = {role: serve(self._start(role, make)) for role, make in APPS.items()}
        self._urls["carts"] = serve(self._carts_app())
        self._urls[PAYMENT_PROVIDER] = serve(create_provider(TOKEN, lambda _: None, self.ledger))
        self._write_peers({role: [url] for role, url in self._urls.items()})
        self.service = self._start("orders", lambda: service.create_service("orders"))
        self.switch_off()
        self.relay = Relay(self.service.database, self.service.calls, self.service.faults)
        self._numbers = itertools.count(1)
        self.told: list[Told] = []

    def settings(self, role: str) -> Settings:
        return Settings(
            role=role,
            instance=f"{role}-1",
            secret=SECRET,
            service_token=TOKEN,
            provider_token=TOKEN,
            database_url=self.database_urls[role],
            peers_file=self._peers_file,
            without=self.without,
        )

    def switch_off(self, *guards: Guard) -> None:
        """From now on checkouts run without these guards, and with all others."""
        self.without = frozenset(guards)
        service = replace(self.service, settings=self.settings("orders"))
        self.checkouts: Checkouts = orders_app.create_checkouts(service)

    def restart_orders(self) -> None:
        """Start the process of orders again, but for its background work: ``settle`` does that."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Background, "start", lambda _: None)
            self._start("orders", orders_app.create_app)

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """With the background work of another process of the inventory, if it has any."""
        started: list[Background] = []
        start = Background.start

        def start_here(background: Background) -> None:
            started.append(background)
            start(background)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Background, "start", start_here)
            self._start("inventory", inventory_app.create_app)
        try:
            yield
        finally:
            for background in started:
                background.stop()

    def _start(self, role: str, make: Callable[[], Any]) -> Any:
        with pytest.MonkeyPatch.context() as monkeypatch:
            for name, value in self.settings(role).environment().items():
                monkeypatch.setenv(name, value)
            return make()

    def _carts_app(self) -> Flask:
        app = Flask("carts")

        @app.get("/internal/carts/<int:customer_id>")
        def priced(customer_id: int) -> Any:
            """Every cart is put together at once, so that all in it has one version."""
            is_new = int(request.args["after"]) < CART_VERSION
            cart = self.carts.get(customer_id, {}) if is_new else {}
            lines = [_line(*each) for each in sorted(cart.items())]
            subtotal = sum(line["line_total_cents"] for line in lines)
            return jsonify({"lines": lines, "subtotal_cents": subtotal, "version": CART_VERSION})

        @app.delete("/internal/carts/<int:customer_id>")
        def empty(customer_id: int) -> tuple[str, int]:
            self.carts.pop(customer_id, None)
            return "", 204

        return app

    def take_away(self, *roles: str) -> None:
        """No instance of these roles is left."""
        self._write_peers({role: [url] for role, url in self._urls.items() if role not in roles})

    def bring_back(self) -> None:
        self._write_peers({role: [url] for role, url in self._urls.items()})

    def _write_peers(self, peers: dict[str, list[str]]) -> None:
        fresh = self._peers_file.with_suffix(".new")
        fresh.write_text(json.dumps(peers))
        fresh.replace(self._peers_file)
        if hasattr(self, "service"):  # which would look within 50 ms
            self.service.calls._peers._checked_at = float("-inf")

    def buyer(self, **cart: int) -> "Buyer":
        """A customer of their own with ``p<product id>`` pieces of each product in the cart."""
        customer_id = next(self._numbers)
        self.carts[customer_id] = {int(name[1:]): pieces for name, pieces in cart.items()}
        return Buyer(self, customer_id)

    def settle(self) -> None:
        """What the background threads of orders do, done at once."""
        self.execute("orders", "UPDATE sagas SET next_at = now() - interval '1 second'")
        while self.checkouts.resume_unfinished():
            pass
        while self.relay.deliver_batch():
            pass

    def execute(self, role: str, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_urls[role]) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def comes_on_hand(self, product_id: int, pieces: int, within_s: float) -> bool:
        """Whether so many pieces of a product are on hand before the time is over."""
        until = time.monotonic() + within_s
        statement = f"SELECT on_hand FROM stock WHERE product_id = {product_id}"
        while self.execute("inventory", statement) != [(pieces,)]:
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def books(self) -> Books:
        return merge(_read_books(each, self.database_urls[r]) for r, each in DEPLOYABLES.items())

    def violations(self) -> list[Violation]:
        charges = tuple(entries(self.ledger.listing()))
        return audit(replace(self.books(), charges=charges), History(tuple(self.told)))

    def begin_anew(self) -> None:
        """Nothing was ever ordered, and no guard of the checkouts is off."""
        for role, tables in TABLES.items():
            self.execute(role, f"TRUNCATE {tables}")
        self.execute(
            "inventory", "UPDATE stock SET initial = 30, on_hand = 30, sold = 0, reserved = 0"
        )
        self.ledger._charges.clear()
        self.told.clear()
        self.switch_off()

    def refill(self) -> None:
        """Give each product 30 pieces."""
        self.execute("inventory", "UPDATE stock SET initial = 30 + sold, on_hand = 30")


class Buyer:
    def __init__(self, store: OrdersStore, customer_id: int) -> None:
        self.store = store
        self.customer_id = customer_id
        self.key = next(key for key in map("key-{:05}".format, range(1000)) if self._is_good(key))

    @property
    def order_id(self) -> str:
        return str(checkout.order_id(self.customer_id, self.key))

    def _is_good(self, key: str) -> bool:
        order_id = checkout.order_id(self.customer_id, key)
        keys = (str(order_id), f"{order_id}:2", f"{order_id}:3")
        return not any(fate.is_declined(each, "card_visa") for each in keys)

    def check_out(self, card: str = "card_visa", coupon: str | None = None) -> Any:
        """The order, or the name of the problem."""
        wanted = Checkout(card=card, coupon=coupon)
        told = Told(self.order_id, "info", time.monotonic())
        try:
            order = self.store.checkouts.checkout(self.customer_id, self.key, wanted)
            told = replace(
                told, result="ok", told_order_id=order["order_id"], digest=_digest(order)
            )
        except Problem as problem:
            result: Result = "info" if problem.name == "checkout-in-progress" else "fail"
            told = replace(told, result=result, problem=problem.name, digest=problem.detail)
            return problem.name
        else:
            return order
        finally:
            if told.problem not in ABOUT_THE_BODY:
                self.store.told.append(replace(told, ended_s=time.monotonic()))

    def check_out_and_die(self, monkeypatch: pytest.MonkeyPatch, *, after_steps: int) -> None:
        """Check out in a process that dies after so many steps."""
        steps = itertools.count()

        def before(_: Saga) -> None:
            if next(steps) == after_steps:
                raise ProcessDied

        with monkeypatch.context() as patch, pytest.raises(ProcessDied):
            self.check_out_through(patch, before=before)

    def check_out_through(
        self,
        patch: pytest.MonkeyPatch,
        before: Callable[[Saga], None] = lambda _: None,
        after: Callable[[Saga, Outcome], Outcome] = lambda _, outcome: outcome,
    ) -> Any:
        """Check out with something happening around each step."""
        perform = Steps.perform

        def perform_between(self: Steps, saga: Saga) -> Outcome:
            before(saga)
            return after(saga, perform(self, saga))

        patch.setattr(Steps, "perform", perform_between)
        return self.check_out()


def open_store(
    stack: ExitStack,
    make_database: Callable[[str], str],
    dataset: Dataset,
    folder: Path,
    serve: Callable[[Flask], str],
    *without: Guard,
) -> OrdersStore:
    """Started here, its peers without these guards; its pools and threads end with ``stack``."""
    patch = stack.enter_context(pytest.MonkeyPatch.context())

    def open_for_test(url: str, size: int, waits: Waits) -> Database:
        return stack.enter_context(closing(Database(url, size, waits)))

    start = Background.start

    def start_for_test(background: Background) -> None:
        start(background)
        stack.callback(background.stop)

    patch.setattr(service, "Database", open_for_test)
    patch.setattr(Background, "start", start_for_test)
    return OrdersStore(make_database, dataset, folder, serve, frozenset(without))


def _create_data(deployable: Deployable, url: str, dataset: Dataset) -> None:
    assert deployable.create_data is not None
    with psycopg.connect(url) as connection:
        deployable.create_data(connection, dataset)


def _read_books(deployable: Deployable, url: str) -> Books:
    assert deployable.read_books is not None
    with psycopg.connect(url) as connection:
        return deployable.read_books(connection)


def _line(product_id: int, quantity: int) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "name": f"Product {product_id}",
        "quantity": quantity,
        "unit_price_cents": PRICE_CENTS,
        "line_total_cents": quantity * PRICE_CENTS,
    }


def _digest(order: dict[str, Any]) -> str:
    return json.dumps(order, sort_keys=True)
