"""Each guard of the services: without it the audit names what broke, with it nothing did."""

import pytest
from orders_store import OrdersStore, ProcessDied

from microservices.orders.records import Records
from microservices.orders.saga import Saga, Step
from store.runtime.guards import Guard

NOTHING: set[str] = set()
AFTER_RESERVE, AFTER_CHARGE = 2, 3


def guards(guard: Guard, *broken: str) -> pytest.MarkDecorator:
    """A test once without the guard, expecting these invariants to be broken, and once with it."""
    return pytest.mark.parametrize(
        ("without", "expected"), [((guard,), set(broken)), ((), NOTHING)], ids=["off", "on"]
    )


def violated(store: OrdersStore) -> set[str]:
    return {violation.invariant for violation in store.violations()}


@guards("idempotency", "I1", "I4")
def test_a_request_that_is_sent_twice_at_once(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    buyer = store.buyer(p1=2)
    second: list[object] = []

    def send_again(saga: Saga) -> None:
        if saga.step is Step.CHARGE and not second:
            second.append("under way")
            second.append(buyer.check_out())

    store.switch_off(*without)
    with monkeypatch.context() as patch:
        buyer.check_out_through(patch, before=send_again)
    store.settle()
    assert violated(store) == expected


@guards("outbox", "I8")
def test_notifications_that_are_gone_when_an_order_commits(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    def lose_notifications(saga: Saga) -> None:
        if saga.step is Step.CONFIRM:
            store.take_away("notifications")

    store.switch_off(*without)
    with monkeypatch.context() as patch:
        store.buyer(p1=1).check_out_through(patch, before=lose_notifications)
    store.bring_back()
    store.settle()
    assert violated(store) == expected


@guards("outbox-order", "I8")
def test_a_process_that_dies_in_the_commit_of_an_order(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    def die(*_: object, **__: object) -> None:
        raise ProcessDied

    store.switch_off(*without)
    with monkeypatch.context() as patch:
        patch.setattr(Records, "confirm", die)
        with pytest.raises(ProcessDied):
            store.buyer(p1=1).check_out()
    store.settle()
    assert violated(store) == expected


@guards("compensation", "I5", "I10")
def test_a_process_that_dies_after_the_charge(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    store.switch_off(*without)
    store.buyer(p1=1).check_out_and_die(monkeypatch, after_steps=AFTER_CHARGE)
    store.settle()
    assert violated(store) == expected


@guards("stored-saga", "I5", "I10")
def test_a_process_that_dies_after_the_charge_and_starts_again(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    store.switch_off(*without)
    store.buyer(p1=1).check_out_and_die(monkeypatch, after_steps=AFTER_CHARGE)
    store.restart_orders()
    store.settle()
    assert violated(store) == expected


@guards("reservation-expiry", "I6")
def test_a_process_that_dies_after_the_reservation_and_stays_down(
    store: OrdersStore,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[Guard, ...],
    expected: set[str],
) -> None:
    buyer = store.buyer(p1=2)
    store.switch_off(*without)
    buyer.check_out_and_die(monkeypatch, after_steps=AFTER_RESERVE)
    store.execute("inventory", "UPDATE reservations SET expires_at = now() - interval '1 second'")
    with store.sweeping():
        assert store.comes_on_hand(1, 30, within_s=0.5 if without else 5.0) is not bool(without)
    waits_for_orders = {"I7", "I10"} if without else {"I7"}
    assert violated(store) == expected | waits_for_orders
    store.settle()
    assert violated(store) == NOTHING
