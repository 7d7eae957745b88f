"""The two architectures are the same store: one long random session, answer by answer."""

import time

import pytest

from store.rules.books import Books
from testbed.parity.comparison import differences
from testbed.parity.session import Session, Shop, Step
from testbed.platforms.platform import RunningStore


def test_a_session_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    shop = Shop(products=200, customers=100)
    one = list(Session(shop, seed=1).steps(300))
    assert one == list(Session(shop, seed=1).steps(300))
    assert one != list(Session(shop, seed=2).steps(300))


def test_a_session_reaches_every_call_and_every_kind_of_outcome() -> None:
    steps = list(Session(Shop(products=200, customers=100), seed=3).steps(1_000))

    def first_part(step: Step) -> tuple[str, str]:
        return step.method, step.path.split("/")[1]

    assert {first_part(step) for step in steps} >= {
        ("POST", "accounts"), ("POST", "sessions"), ("GET", "products"), ("GET", "product-pages"),
        ("GET", "search"), ("GET", "recommendations"), ("GET", "cart"), ("PUT", "cart"),
        ("POST", "cart"), ("DELETE", "cart"), ("POST", "orders"), ("GET", "orders"),
    }  # fmt: skip
    assert len({step.path for step in steps if step.verbatim}) > 50


def _comparable(books: Books) -> tuple[object, ...]:
    """What must be equal of the books; reservations are a means of one side only."""
    return (
        books.stock,
        sorted(books.orders, key=lambda order: order.order_id),
        sorted(books.payments, key=lambda payment: payment.order_id),
        sorted(entry.order_id for entry in books.notifications),
        books.unfinished_sagas,
        books.outbox_pending,
    )


def _settled(store: RunningStore) -> Books:
    deadline = time.monotonic() + 10
    while (books := store.books()).outbox_pending or books.unfinished_sagas:
        assert time.monotonic() < deadline, "the outbox did not drain"
        time.sleep(0.05)
    return books


@pytest.mark.long
def test_a_thousand_random_steps_are_answered_alike_and_leave_the_same_books(
    fresh_stores: tuple[RunningStore, RunningStore],
) -> None:
    monolith, microservices = fresh_stores
    shop = Shop(products=200, customers=100)
    found = differences(monolith.url, microservices.url, shop=shop, steps=1_000, seed=7)
    assert [str(difference) for difference in found] == []
    books = _settled(monolith)
    assert sum(order.status == "confirmed" for order in books.orders) > 20
    assert _comparable(books) == _comparable(_settled(microservices))
