"""What is in limbo can be asked of a running store, and asking waits for nobody."""

import time
from collections.abc import Callable

import psycopg
import pytest

from experiment.store import Architecture
from store.rules.limbo import Limbo
from testbed.platforms.store.store import Store

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")
SETTLED_WITHIN_S = 10.0


@pytest.fixture(params=ARCHITECTURES)
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


def await_rest(read: Callable[[], Limbo | None]) -> None:
    until = time.monotonic() + SETTLED_WITHIN_S
    while True:
        limbo = read()
        assert limbo is not None
        if not (limbo.cents or limbo.reserved_pieces or limbo.unfinished or limbo.undelivered):
            return
        assert time.monotonic() < until, limbo
        time.sleep(0.05)


def test_a_store_at_rest_has_nothing_in_limbo(store: Store) -> None:
    with store.limbo() as read:
        await_rest(read)


def test_a_locked_table_is_nobody_who_answers_and_does_not_keep_the_watch(
    store: Store,
) -> None:
    databases = store._ground.databases.by_role
    orders = databases.get("orders") or databases["monolith"]
    with store.limbo() as read:
        with psycopg.connect(orders.url) as connection:
            connection.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            start = time.monotonic()
            assert read() is None
            assert time.monotonic() - start < 2.0
        await_rest(read)
