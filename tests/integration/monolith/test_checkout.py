"""What one transaction promises, under concurrency and failure."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from monolith_store import Store

from store.rules.books import History, audit
from store.rules.checkout import order_id
from store.runtime.problems import Problem


def outcome(call: Callable[[], dict[str, Any]]) -> str:
    """The order id, or the name of the Problem."""
    try:
        return str(call()["order_id"])
    except Problem as problem:
        return problem.name


def together(*calls: Callable[[], dict[str, Any]]) -> list[str]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


def refused(call: Callable[[], dict[str, Any]]) -> Problem:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


def test_a_checkout_takes_stock_empties_the_cart_and_is_in_the_books(store: Store) -> None:
    product = store.product(pieces=5)
    customer = store.customer({product: 2})
    placed = store.checkout(customer, store.key(customer))
    books = store.books()
    assert store.on_hand(product) == 3
    assert store.modules.carts.cart(customer)["lines"] == []
    paid = {entry.order_id: entry.captured_cents for entry in books.payments}
    assert paid[placed["order_id"]] == placed["total_cents"]
    store.relay()
    assert audit(store.books(), History.acknowledging([placed["order_id"]])) == []


def test_a_decline_leaves_stock_and_cart_untouched_and_is_remembered(store: Store) -> None:
    product = store.product(pieces=5)
    customer = store.customer({product: 2})
    key, cart = store.key(customer), store.modules.carts.cart(customer)
    first = refused(lambda: store.checkout(customer, key, "card_declined"))
    again = refused(lambda: store.checkout(customer, key, "card_declined"))
    assert (first.status, first.document()) == (402, again.document())
    assert store.on_hand(product) == 5
    assert store.modules.carts.cart(customer) == cart


def test_a_sold_out_checkout_is_remembered_even_when_stock_comes_back(store: Store) -> None:
    short, plenty = store.product(pieces=1), store.product(pieces=9)
    customer = store.customer({plenty: 2, short: 2})
    key = store.key(customer)
    first = refused(lambda: store.checkout(customer, key))
    with store.connect() as connection:
        connection.execute(
            "UPDATE stock SET initial = 9, on_hand = 9 WHERE product_id = %s", [short]
        )
    again = refused(lambda: store.checkout(customer, key))
    assert first.detail == f"Product {short} has only 1 pieces left."
    assert again.document() == first.document()
    assert store.on_hand(plenty) == 9


def test_an_empty_cart_is_not_remembered(store: Store) -> None:
    product, customer = store.product(pieces=1), store.customer()
    key = store.key(customer)
    assert refused(lambda: store.checkout(customer, key)).name == "cart-empty"
    store.modules.carts.put(customer, product, 1)
    assert store.checkout(customer, key)["lines"][0]["product_id"] == product


def test_concurrent_checkouts_never_oversell(store: Store) -> None:
    product = store.product(pieces=5)
    customers = [store.customer({product: 1}) for _ in range(16)]
    wishes = [(customer, store.key(customer)) for customer in customers]
    outcomes = together(*(lambda wish=wish: store.checkout(*wish) for wish in wishes))
    assert outcomes.count("sold-out") == 11
    assert store.on_hand(product) == 0
    store.relay()
    orders = {each for each in outcomes if each != "sold-out"}
    assert audit(store.books(), History.acknowledging(orders)) == []


def test_baskets_that_cross_each_other_do_not_deadlock(store: Store) -> None:
    one, other = store.product(pieces=100), store.product(pieces=100)
    carts = [(one, other), (other, one)] * 6
    customers = [store.customer({first: 1, second: 1}) for first, second in carts]
    wishes = [(customer, store.key(customer)) for customer in customers]
    outcomes = together(*(lambda wish=wish: store.checkout(*wish) for wish in wishes))
    assert sorted(outcomes) == sorted(str(order_id(*wish)) for wish in wishes)


def test_duplicates_in_parallel_give_one_order_and_one_charge(store: Store) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    key = store.key(customer)
    outcomes = Counter(together(*[lambda: store.checkout(customer, key)] * 12))
    order = str(order_id(customer, key))
    assert outcomes[order] >= 1
    assert outcomes.keys() <= {order, "checkout-in-progress"}
    assert store.on_hand(product) == 7
    assert len(store.provider.charges(order)) == 1


def test_a_duplicate_of_a_running_checkout_is_refused_without_waiting(store: Store) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    key = store.key(customer)
    with ThreadPoolExecutor(1) as thread:
        with store.provider.held():
            running = thread.submit(store.checkout, customer, key)
            store.provider.await_charge()
            duplicate = refused(lambda: store.checkout(customer, key))
            assert not running.done()
        placed = running.result()
    assert (duplicate.status, duplicate.name) == (409, "checkout-in-progress")
    assert store.checkout(customer, key) == placed


def test_two_keys_cannot_order_the_same_cart_twice(store: Store) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    keys = [store.key(customer), store.key(customer)]
    outcomes = together(*(lambda key=key: store.checkout(customer, key) for key in keys))
    orders = {str(order_id(customer, key)) for key in keys}
    [refusal] = set(outcomes) - orders
    assert refusal in ("checkout-in-progress", "cart-empty")
    assert store.on_hand(product) == 7


def test_another_checkout_of_a_cart_is_refused_without_waiting_and_charges_nothing(
    store: Store,
) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    first, second, old = (store.key(customer) for _ in range(3))
    store.checkout(customer, old)
    store.modules.carts.put(customer, product, 3)
    with ThreadPoolExecutor(1) as thread:
        with store.provider.held():
            running = thread.submit(store.checkout, customer, first)
            store.provider.await_charge()
            other = refused(lambda: store.checkout(customer, second))
            repeated = store.checkout(customer, old)
            assert not running.done()
        placed = running.result()
    assert (other.status, other.name) == (409, "checkout-in-progress")
    assert repeated["order_id"] == str(order_id(customer, old))
    assert placed["lines"][0]["quantity"] == 3
    assert store.provider.charges(str(order_id(customer, second))) == []
    assert refused(lambda: store.checkout(customer, second)).name == "cart-empty"


def test_an_unknown_coupon_is_told_also_while_another_checkout_of_the_cart_runs(
    store: Store,
) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    first, second = store.key(customer), store.key(customer)
    with ThreadPoolExecutor(1) as thread:
        with store.provider.held():
            running = thread.submit(store.checkout, customer, first)
            store.provider.await_charge()
            other = refused(lambda: store.checkout(customer, second, coupon="NOSUCH"))
            assert not running.done()
        running.result()
    assert (other.status, other.name) == (422, "coupon-unknown")


def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    key = store.key(customer)
    store.checkout(customer, key)
    assert refused(lambda: store.checkout(customer, key, "card_other")).status == 422


def test_a_provider_that_gives_no_answer_leaves_nothing_and_a_repeat_finds_its_charge(
    store: Store,
) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    key, cart = store.key(customer), store.modules.carts.cart(customer)
    order = str(order_id(customer, key))
    with store.provider.held():
        gone = refused(lambda: store.checkout(customer, key))
    assert (gone.status, gone.name) == (503, "dependency-unavailable")
    assert store.on_hand(product) == 9
    assert store.modules.carts.cart(customer) == cart
    assert order not in {entry.order_id for entry in store.books().orders}
    assert store.checkout(customer, key)["order_id"] == order
    assert len(store.provider.charges(order)) == 1


def test_a_connection_lost_in_mid_checkout_leaves_nothing_and_the_key_free(store: Store) -> None:
    product = store.product(pieces=9)
    customer = store.customer({product: 2})
    key = store.key(customer)
    with ThreadPoolExecutor(1) as thread:
        with store.provider.held():
            running = thread.submit(refused, lambda: store.checkout(customer, key))
            store.provider.await_charge()
            with store.connect() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state = 'idle in transaction'"
                )
        lost = running.result()
    assert lost.status == 503
    assert store.on_hand(product) == 9
    assert store.checkout(customer, key)["order_id"] == str(order_id(customer, key))
    assert len(store.provider.charges(str(order_id(customer, key)))) == 1


def test_a_cart_never_holds_more_than_fifty_products(store: Store) -> None:
    customer = store.customer(dict.fromkeys(range(1, 50), 1))
    puts = [lambda p=product: store.modules.carts.put(customer, p, 1) for product in (50, 51, 52)]
    with ThreadPoolExecutor(3) as threads:
        names = [threads.submit(put) for put in puts]
    refusals = [put.exception() for put in names if put.exception()]
    assert [problem.name for problem in refusals] == ["cart-full", "cart-full"]
    assert len(store.modules.carts.cart(customer)["lines"]) == 50
