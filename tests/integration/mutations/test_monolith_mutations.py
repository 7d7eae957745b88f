"""Each guard of the monolith: without it the audit names what broke, with it nothing did."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mutant_monolith import MutantMonolith

from monolith.payments import charges
from store.runtime.faults import InjectedError
from store.runtime.guards import Guard
from store.runtime.problems import Problem

NOTHING: set[str] = set()


def guards(guard: Guard, *broken: str) -> pytest.MarkDecorator:
    """A test once without the guard, expecting these invariants to be broken, and once with it."""
    return pytest.mark.parametrize(
        ("without", "expected"), [((guard,), set(broken)), ((), NOTHING)], ids=["off", "on"]
    )


@guards("idempotency", "I9")
def test_a_request_that_is_sent_twice(
    monolith: MutantMonolith, without: tuple[Guard, ...], expected: set[str]
) -> None:
    with monolith.without(*without) as store:
        customer = store.customer({store.product(pieces=5): 1})
        key = store.key(customer)
        for _ in range(2):
            monolith.check_out(store, customer, key)
        monolith.recover(store)
        assert monolith.violated(store) == expected


@pytest.mark.parametrize("without", [(), ("idempotency",)], ids=["with keys", "without keys"])
def test_one_checkout_at_a_time_buys_of_a_cart_whether_or_not_keys_are_looked_up(
    monolith: MutantMonolith, without: tuple[Guard, ...]
) -> None:
    with monolith.without(*without) as store, ThreadPoolExecutor(1) as thread:
        customer = store.customer({store.product(pieces=5): 1})
        first, second = store.key(customer), store.key(customer)
        with store.provider.held():
            running = thread.submit(store.checkout, customer, first)
            store.provider.await_charge()
            with pytest.raises(Problem) as refused:
                store.checkout(customer, second)
            assert not running.done()
        assert running.result()["status"] == "confirmed"
    assert (refused.value.status, refused.value.name) == (409, "checkout-in-progress")


@guards("outbox", "I8")
def test_notifications_that_are_broken_when_an_order_commits(
    monolith: MutantMonolith, without: tuple[Guard, ...], expected: set[str]
) -> None:
    with monolith.without(*without) as store:
        customer = store.customer({store.product(pieces=5): 1})
        with store.faults.breaking("notifications"):
            try:
                monolith.check_out(store, customer, store.key(customer))
            except InjectedError:
                assert without
        monolith.recover(store)
        assert monolith.violated(store) == expected


@guards("outbox-order", "I8")
def test_a_process_that_dies_with_its_event_left_and_its_order_not_committed(
    monolith: MutantMonolith, without: tuple[Guard, ...], expected: set[str]
) -> None:
    assert _after_a_death_before_the_commit(monolith, *without) == expected


@guards("compensation", "I5", "I10")
def test_a_charge_whose_checkout_never_commits(
    monolith: MutantMonolith, without: tuple[Guard, ...], expected: set[str]
) -> None:
    assert _after_a_death_before_the_commit(monolith, *without) == expected


@guards("stored-saga", "I5", "I10")
def test_a_charge_of_which_only_the_dead_process_knew(
    monolith: MutantMonolith, without: tuple[Guard, ...], expected: set[str]
) -> None:
    assert _after_a_death_before_the_commit(monolith, *without) == expected


def test_a_repeat_after_such_a_death_gives_back_the_first_charge_and_orders(
    monolith: MutantMonolith,
) -> None:
    with monolith.without() as store:
        customer = store.customer({store.product(pieces=5): 1})
        key = store.key(customer)
        monolith.check_out_and_die_before_the_commit(store, customer, key)
        monolith.check_out(store, customer, key)
        assert [told.result for told in monolith.told] == ["info", "ok"]
        monolith.recover(store)
        assert monolith.violated(store) == NOTHING


def test_a_charge_of_a_running_checkout_is_left_alone(monolith: MutantMonolith) -> None:
    with monolith.without() as store:
        customer = store.customer({store.product(pieces=5): 1})
        book = charges.book

        def book_after_another_process_recovered(*values: Any) -> bool:
            with monolith.without() as other:
                monolith.recover(other)
            return book(*values)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(charges, "book", book_after_another_process_recovered)
            monolith.check_out(store, customer, store.key(customer))
        assert monolith.told[-1].result == "ok"
        monolith.recover(store)
        assert monolith.violated(store) == NOTHING


def _after_a_death_before_the_commit(monolith: MutantMonolith, *without: Guard) -> set[str]:
    with monolith.without(*without) as store:
        customer = store.customer({store.product(pieces=5): 1})
        monolith.check_out_and_die_before_the_commit(store, customer, store.key(customer))
    with monolith.without(*without) as next_process:
        monolith.recover(next_process)
        return monolith.violated(next_process)
