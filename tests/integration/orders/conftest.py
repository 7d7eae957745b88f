import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent))

from orders_store import OrdersStore, open_store

from store.sample.generate import generate


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def store(
    fresh_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OrdersStore]:
    dataset = generate(products=60, customers=5, ratings=50)
    with ExitStack() as stack:

        def serve(app: Flask) -> str:
            return stack.enter_context(serving(app))

        folder = tmp_path_factory.mktemp("orders")
        yield open_store(stack, fresh_database, dataset, folder, serve)


@pytest.fixture(autouse=True)
def books_are_right(store: OrdersStore) -> Iterator[None]:
    """After each test, once everything had its time, nothing is left over and all adds up."""
    store.execute("inventory", "UPDATE stock SET initial = 30 + sold, on_hand = 30")
    yield
    store.bring_back()
    store.settle()
    assert store.violations() == []
    confirmed = sum(order.total_cents for order in store.books().orders)
    assert store.kept_by_provider_cents() == confirmed
