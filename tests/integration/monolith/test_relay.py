"""Events of orders reach notifications exactly once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from monolith_store import Store

from store.runtime.faults import InjectedError
from store.runtime.problems import Problem


def order(store: Store) -> str:
    customer = store.customer({store.product(pieces=1): 1})
    return str(store.checkout(customer, store.key(customer))["order_id"])


def notified(store: Store, orders: set[str]) -> list[str]:
    told = [entry.order_id for entry in store.books().notifications]
    return sorted(each for each in told if each in orders)


def test_relays_in_parallel_deliver_each_event_once(store: Store) -> None:
    orders = {order(store) for _ in range(6)}
    with ThreadPoolExecutor(6) as threads:
        for relay in [threads.submit(store.relay) for _ in range(6)]:
            relay.result()
    assert notified(store, orders) == sorted(orders)
    assert store.books().outbox_pending == 0


def test_an_event_that_cannot_be_delivered_stays_until_it_can(store: Store) -> None:
    store.relay()
    placed = order(store)
    with store.faults.breaking("notifications"), pytest.raises(InjectedError):
        store.relay()
    assert store.books().outbox_pending == 1
    store.relay()
    assert notified(store, {placed}) == [placed]


def test_an_event_that_comes_again_changes_nothing(store: Store) -> None:
    placed = order(store)
    with store.process.database.autocommit() as connection:
        events = connection.execute("SELECT * FROM outbox").fetchall()
    store.relay()
    with store.process.database.autocommit() as connection:
        store.modules.notifications.apply(connection, events)
    assert notified(store, {placed}) == [placed]


def test_a_refused_checkout_leaves_no_event(store: Store) -> None:
    store.relay()
    customer = store.customer({store.product(pieces=1): 1})
    with pytest.raises(Problem):
        store.checkout(customer, store.key(customer), "card_declined")
    assert store.books().outbox_pending == 0
