"""Outages and crashes on the way of a checkout, over real services."""

import pytest
from orders_store import Buyer, OrdersStore
from psycopg import OperationalError

from microservices.orders.saga import Failed, Outcome, Saga, Step
from store.runtime.resilience.failures import CallFailed


def status(store: OrdersStore, order_id: str) -> str:
    rows = store.execute("orders", f"SELECT status FROM sagas WHERE order_id = '{order_id}'")
    return str(rows[0][0])


@pytest.mark.parametrize("role", ["carts", "inventory", "payments"])
def test_without_a_dependency_nothing_is_ordered_and_the_key_works_later(
    store: OrdersStore, role: str
) -> None:
    buyer = store.buyer(p1=2)
    store.take_away(role)
    assert buyer.check_out() == "dependency-unavailable"
    assert status(store, buyer.order_id) == "failed"
    store.bring_back()
    assert buyer.check_out()["order_id"] == buyer.order_id


@pytest.mark.parametrize("step", [Step.RESERVE, Step.CHARGE, Step.SELL])
def test_an_answer_that_is_lost_is_undone_and_the_key_works_later(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    def lose_answer(saga: Saga, outcome: Outcome) -> Outcome:
        return Failed("peer") if saga.step is step else outcome

    buyer = store.buyer(p1=2)
    with monkeypatch.context() as patch:
        assert buyer.check_out_through(patch, after=lose_answer) == "dependency-unavailable"
    assert status(store, buyer.order_id) == "failed"
    assert buyer.check_out()["order_id"] == buyer.order_id


def test_what_cannot_be_undone_at_once_is_undone_when_the_dependency_is_back(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_peers(saga: Saga) -> None:
        if saga.step is Step.SELL:
            store.take_away("inventory", "payments")

    buyer = store.buyer(p1=2)
    with monkeypatch.context() as patch:
        assert buyer.check_out_through(patch, before=lose_peers) == "dependency-unavailable"
    assert status(store, buyer.order_id) == "undoing"
    assert buyer.check_out() == "dependency-unavailable"
    store.bring_back()
    store.settle()
    assert status(store, buyer.order_id) == "failed"


def test_a_repeat_undoes_what_was_left_and_orders(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p1=2)
    buyer.check_out_and_die(monkeypatch, after_steps=4)
    store.execute("orders", "UPDATE sagas SET next_at = now() WHERE status = 'running'")
    assert buyer.check_out()["order_id"] == buyer.order_id


@pytest.mark.parametrize("is_new", [True, False], ids=["a new key", "a refused key"])
def test_another_key_waits_for_the_lease_of_a_dead_checkout_and_not_for_the_recovery(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    buyer = store.buyer()
    rival = Buyer(store, buyer.customer_id)
    rival.key = next(key for key in map("other-{:05}".format, range(1000)) if rival._is_good(key))
    if not is_new:
        assert rival.check_out() == "cart-empty"
    store.carts[buyer.customer_id] = {2: 3}
    buyer.check_out_and_die(monkeypatch, after_steps=4)
    assert rival.check_out() == "checkout-in-progress"
    store.execute("orders", "UPDATE sagas SET next_at = now() WHERE status = 'running'")
    assert rival.check_out()["order_id"] == rival.order_id
    assert status(store, buyer.order_id) == "undoing"
    store.settle()
    assert status(store, buyer.order_id) == "failed"


@pytest.mark.parametrize("after_steps", range(5))
def test_a_crash_before_the_confirmation_is_undone(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch, after_steps: int
) -> None:
    buyer = store.buyer(p2=3)
    buyer.check_out_and_die(monkeypatch, after_steps=after_steps)
    assert buyer.check_out() == "checkout-in-progress"
    store.settle()
    assert status(store, buyer.order_id) == "failed"
    assert buyer.order_id not in {order.order_id for order in store.books().orders}
    assert buyer.check_out()["order_id"] == buyer.order_id


@pytest.mark.parametrize("after_steps", [5, 6])
def test_a_crash_after_the_confirmation_is_completed(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch, after_steps: int
) -> None:
    buyer = store.buyer(p2=3)
    buyer.check_out_and_die(monkeypatch, after_steps=after_steps)
    store.settle()
    assert status(store, buyer.order_id) == "completed"
    assert buyer.customer_id not in store.carts
    assert buyer.check_out()["order_id"] == buyer.order_id


def test_a_process_that_starts_again_takes_up_what_it_left(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p2=3)
    buyer.check_out_and_die(monkeypatch, after_steps=3)
    store.checkouts.claims.adopt_orphans()
    store.checkouts.resume_unfinished()
    assert status(store, buyer.order_id) == "failed"


def test_a_checkout_that_its_own_database_broke_off_is_undone_without_waiting_for_its_lease(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_database(saga: Saga) -> None:
        if saga.step is Step.CONFIRM:
            raise OperationalError

    buyer = store.buyer(p2=3)
    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        buyer.check_out_through(patch, before=lose_database)
    assert buyer.check_out() == "checkout-in-progress"
    store.checkouts.resume_unfinished()
    assert status(store, buyer.order_id) == "failed"
    assert buyer.check_out()["order_id"] == buyer.order_id


def test_a_recovery_that_died_is_taken_up_at_the_next_start(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p2=3)
    buyer.check_out_and_die(monkeypatch, after_steps=3)
    store.checkouts.claims.adopt_orphans()
    assert store.checkouts.claims.take_unfinished()  # and dies before it has run them
    store.checkouts.claims.adopt_orphans()
    store.checkouts.resume_unfinished()
    assert status(store, buyer.order_id) == "failed"


def test_an_attempt_that_was_taken_for_dead_cannot_confirm(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_over(saga: Saga) -> None:
        if saga.step is Step.CONFIRM:
            store.settle()

    buyer = store.buyer(p2=3)
    with monkeypatch.context() as patch:
        assert buyer.check_out_through(patch, before=take_over) == "dependency-unavailable"
    assert status(store, buyer.order_id) == "failed"


def test_an_event_that_is_delivered_twice_is_applied_once(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p1=1)
    buyer.check_out()
    post = store.relay.calls.post

    def lose_answer(role: str, path: str, body: object) -> None:
        post(role, path, body)
        raise CallFailed(role, "the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(store.relay.calls, "post", lose_answer)
        with pytest.raises(CallFailed):
            store.relay.deliver_batch()
    assert store.books().outbox_pending == 1
    store.relay.deliver_batch()
    received = [note.order_id for note in store.books().notifications]
    assert received.count(buyer.order_id) == 1


def test_events_wait_while_notifications_is_gone(store: OrdersStore) -> None:
    store.take_away("notifications")
    assert store.buyer(p1=1).check_out()["status"] == "confirmed"
    with pytest.raises(CallFailed):
        store.relay.deliver_batch()
    assert store.books().outbox_pending == 1
