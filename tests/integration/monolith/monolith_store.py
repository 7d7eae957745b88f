"""The modules of the monolith for a test: a real database, the real provider, faults on call."""

import json
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import Connection
from werkzeug.serving import make_server

from monolith.data import read_books
from monolith.module import Process
from monolith.modules import Modules, assemble
from monolith.orders import outbox
from store.payment_provider import fate
from store.payment_provider.app import create_provider
from store.payment_provider.client import PAYMENT_PROVIDER, ProviderClient
from store.payment_provider.ledger import Ledger
from store.rules.books import Books
from store.rules.checkout import order_id
from store.runtime.callers import bearing
from store.runtime.database import Database
from store.runtime.faults import FaultPoints, InjectedError
from store.runtime.guards import Guard
from store.runtime.peers import Peers
from store.runtime.resilience.guard import Protection
from store.runtime.settings import Settings
from store.runtime.telemetry import Telemetry
from store.runtime.tokens import Tokens

PATIENCE_S = 10.0
CARD = "card_of_a_test"
TOKEN = "a token for tests"


class Provider:
    """The payment provider over HTTP; charges wait while it is held."""

    def __init__(self) -> None:
        self._released = threading.Event()
        self._released.set()
        self._arrived = threading.Semaphore(0)
        self.ledger = Ledger()
        self._app = create_provider(TOKEN, self._wait, self.ledger)
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator["Provider"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._released.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @contextmanager
    def held(self) -> Iterator[None]:
        self._released.clear()
        while self._arrived.acquire(blocking=False):
            pass
        try:
            yield
        finally:
            self._released.set()

    def await_charge(self) -> None:
        """Return when a charge has arrived since the provider is held."""
        assert self._arrived.acquire(timeout=PATIENCE_S)

    def charges(self, order: str) -> list[dict[str, Any]]:
        listed = self._app.test_client().get("/charges", headers=bearing(TOKEN)).json["charges"]
        return [charge for charge in listed if charge["idempotency_key"] == order]

    def _wait(self, _: float) -> None:
        self._arrived.release()
        self._released.wait(PATIENCE_S)


class WatchedFaults(FaultPoints):
    """Counts which boundaries are crossed; those of ``broken`` roles raise."""

    def __init__(self) -> None:
        super().__init__(None, Telemetry(None))
        self.crossed: Counter[str] = Counter()
        self.broken: set[str] = set()

    def reach(self, role: str, _: object = None) -> None:
        self.crossed[role] += 1
        if role in self.broken:
            raise InjectedError(role)

    @contextmanager
    def breaking(self, role: str) -> Iterator[None]:
        self.broken.add(role)
        try:
            yield
        finally:
            self.broken.remove(role)


@dataclass(frozen=True)
class Store:
    modules: Modules
    process: Process
    provider: Provider
    faults: WatchedFaults
    url: str
    _products: Iterator[int] = field(default_factory=lambda: count(1))
    _customers: Iterator[int] = field(default_factory=lambda: count(1))
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def connect(self) -> Connection[Any]:
        return psycopg.connect(self.url, autocommit=True)

    def product(self, pieces: int) -> int:
        """A product that no other test uses, with so many pieces."""
        product_id = next(self._products)
        with self.connect() as connection:
            connection.execute(
                "UPDATE stock SET initial = %s + sold, on_hand = %s WHERE product_id = %s",
                (pieces, pieces, product_id),
            )
        return product_id

    def customer(self, cart: Mapping[int, int] | None = None) -> int:
        """A customer that no other test uses; ``cart`` is quantities by product id."""
        customer_id = next(self._customers)
        for product_id, quantity in (cart or {}).items():
            self.modules.carts.put(customer_id, product_id, quantity)
        return customer_id

    def key(self, customer_id: int) -> str:
        """A new idempotency key that the provider will not decline by chance."""
        return next(
            key
            for key in (f"key-{number:06}" for number in self._keys)
            if not fate.is_declined(str(order_id(customer_id, key)), CARD)
        )

    def checkout(
        self, customer_id: int, key: str, card: str = CARD, coupon: str | None = None
    ) -> dict[str, Any]:
        return self.modules.orders.checkout(customer_id, key, card, coupon)

    def on_hand(self, product_id: int) -> int:
        return next(s.on_hand for s in self.books().stock if s.product_id == product_id)

    def books(self) -> Books:
        with self.connect() as connection:
            return read_books(connection)

    def relay(self) -> None:
        while outbox.relay(self.process, self.modules.notifications.apply):
            pass


@contextmanager
def opened(url: str, provider: Provider, without: Collection[Guard] = ()) -> Iterator[Store]:
    settings = Settings(
        role="monolith",
        instance="monolith-1",
        secret="test",
        threads=24,
        without=frozenset(without),
    )
    database, journal = Database(url, settings.threads), Database(url, 4)
    faults = WatchedFaults()
    with TemporaryDirectory() as folder, closing(database), closing(journal):
        peers = Path(folder) / "peers.json"
        peers.write_text(json.dumps({PAYMENT_PROVIDER: [provider.url]}))
        tokens = Tokens(settings.required("secret"))
        process = Process(settings, database, journal, Telemetry(None), faults, tokens)
        protection = Protection.of(settings, process.telemetry)
        modules = assemble(process, ProviderClient(Peers(peers), protection, TOKEN))
        yield Store(modules, process, provider, faults, url)
