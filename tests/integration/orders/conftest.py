import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent))

from orders_store import OrdersStore, open_store

from store.sample.generate import generate


@pytest.fixture(scope="session")
def store(
    fresh_database: Callable[[str], str],
    serve_on: Callable[[Flask], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OrdersStore]:
    dataset = generate(products=60, customers=5, ratings=50)
    folder = tmp_path_factory.mktemp("orders")
    with ExitStack() as stack:
        yield open_store(stack, fresh_database, dataset, folder, serve_on)


@pytest.fixture(autouse=True)
def books_are_right(store: OrdersStore) -> Iterator[None]:
    """After each test, once everything had its time, nothing is left over and all adds up."""
    store.refill()
    yield
    store.bring_back()
    store.settle()
    assert store.violations() == []
