"""Checkout over real services: what it answers, and what it leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from orders_store import Buyer, OrdersStore

from microservices.orders.saga import Saga, Step
from store.runtime.inputs import Checkout, Paging
from store.runtime.problems import Problem


def on_hand(store: OrdersStore, product_id: int) -> int:
    rows = store.execute("inventory", f"SELECT on_hand FROM stock WHERE product_id = {product_id}")
    return int(rows[0][0])


def own_orders(buyer: Buyer) -> Any:
    return buyer.store.checkouts.records.page(buyer.customer_id, Paging())


def test_an_order_is_sold_paid_and_emptied_from_the_cart(store: OrdersStore) -> None:
    buyer = store.buyer(p3=2, p1=1)
    order = buyer.check_out(coupon="WELCOME10")
    assert (order["subtotal_cents"], order["discount_cents"], order["total_cents"]) == (
        3000,
        300,
        2700,
    )
    assert [line["product_id"] for line in order["lines"]] == [1, 3]
    assert buyer.customer_id not in store.carts
    assert on_hand(store, 3) == 28


def test_the_order_reads_as_it_was_answered(store: OrdersStore) -> None:
    buyer = store.buyer(p1=1, p2=2)
    order = buyer.check_out()
    assert own_orders(buyer) == {"orders": [order], "page": 1, "page_size": 20, "total": 1}


def test_a_repeat_gets_the_same_order(store: OrdersStore) -> None:
    buyer = store.buyer(p1=1)
    first = buyer.check_out()
    store.carts[buyer.customer_id] = {1: 5}
    assert buyer.check_out() == first


def test_the_same_key_with_another_body_is_refused(store: OrdersStore) -> None:
    buyer = store.buyer(p1=1)
    buyer.check_out()
    assert buyer.check_out(card="card_other") == "idempotency-key-reused"
    assert buyer.check_out(coupon="NO-SUCH") == "idempotency-key-reused"


def test_a_decline_releases_the_stock_and_is_remembered(store: OrdersStore) -> None:
    buyer = store.buyer(p1=4)
    assert buyer.check_out(card="card_declined") == "payment-declined"
    assert on_hand(store, 1) == 30
    assert buyer.check_out(card="card_declined") == "payment-declined"
    assert store.carts[buyer.customer_id] == {1: 4}
    assert own_orders(buyer)["total"] == 0


def test_a_sell_out_names_the_lowest_product_that_is_short(store: OrdersStore) -> None:
    buyer = store.buyer(p5=31, p4=31, p3=1)
    with pytest.raises(Problem, match=r"^Product 4 has only 30 pieces left\.$"):
        store.checkouts.checkout(buyer.customer_id, buyer.key, Checkout(card="card_visa"))
    assert [on_hand(store, each) for each in (3, 4, 5)] == [30, 30, 30]


def test_a_sell_out_is_remembered(store: OrdersStore) -> None:
    buyer = store.buyer(p6=31)
    buyer.check_out()
    store.carts[buyer.customer_id] = {6: 1}
    assert buyer.check_out() == "sold-out"


def test_an_unknown_coupon_and_an_empty_cart_are_not_remembered(store: OrdersStore) -> None:
    buyer = store.buyer()
    assert buyer.check_out(coupon="NO-SUCH") == "coupon-unknown"
    assert buyer.check_out() == "cart-empty"
    store.carts[buyer.customer_id] = {1: 1}
    assert buyer.check_out(coupon="SAVE5")["total_cents"] == 1000


def test_concurrent_duplicates_give_one_order(store: OrdersStore) -> None:
    buyer = store.buyer(p1=1)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: buyer.check_out(), range(8)))
    orders = [answer for answer in answers if isinstance(answer, dict)]
    assert {order["order_id"] for order in orders} == {buyer.order_id}
    assert {answer for answer in answers if isinstance(answer, str)} <= {"checkout-in-progress"}
    assert on_hand(store, 1) == 29


def test_another_checkout_of_a_cart_is_refused_before_it_charges_or_keeps_anything(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p10=2)
    rival = Buyer(store, buyer.customer_id)
    rival.key = f"{buyer.key}-other"
    refusals = []

    def try_the_other_key(saga: Saga) -> None:
        if saga.step in (Step.READ_CART, Step.SELL) and saga.order_id == UUID(buyer.order_id):
            refusals.append(rival.check_out())

    assert buyer.check_out_through(monkeypatch, before=try_the_other_key)["status"] == "confirmed"
    assert refusals == ["checkout-in-progress"] * 2
    charged = [charge["idempotency_key"] for charge in store.ledger.listing()]
    assert (buyer.order_id in charged, rival.order_id in charged) == (True, False)
    assert rival.check_out() == "cart-empty"


def test_a_cart_that_could_not_be_emptied_is_not_bought_again(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer(p10=2)
    rival = Buyer(store, buyer.customer_id)
    rival.key = f"{buyer.key}-other"

    def lose_carts(saga: Saga) -> None:
        if saga.step is Step.EMPTY_CART:
            store.take_away("carts")

    with monkeypatch.context() as patch:
        assert buyer.check_out_through(patch, before=lose_carts)["status"] == "confirmed"
    store.bring_back()
    assert store.carts[buyer.customer_id] == {10: 2}
    assert rival.check_out() == "cart-empty"
    store.settle()
    assert buyer.customer_id not in store.carts


def test_a_key_that_was_refused_before_waits_for_the_cart_as_well(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = store.buyer()
    rival = Buyer(store, buyer.customer_id)
    rival.key = f"{buyer.key}-other"
    assert rival.check_out() == "cart-empty"
    store.carts[buyer.customer_id] = {10: 2}
    refusals = []

    def try_the_other_key(saga: Saga) -> None:
        if saga.step is Step.SELL and saga.order_id == UUID(buyer.order_id):
            refusals.append(rival.check_out())

    assert buyer.check_out_through(monkeypatch, before=try_the_other_key)["status"] == "confirmed"
    assert refusals == ["checkout-in-progress"]


def test_many_buyers_of_the_same_scarce_products_neither_deadlock_nor_oversell(
    store: OrdersStore,
) -> None:
    buyers = [store.buyer(p10=3, p11=3, p12=3) for _ in range(16)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda buyer: buyer.check_out(), buyers))
    assert sum(isinstance(answer, dict) for answer in answers) == 10
    assert [on_hand(store, each) for each in (10, 11, 12)] == [0, 0, 0]


def test_a_checkout_costs_three_local_transactions_and_one_look_at_the_basket(
    store: OrdersStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = store.service.database._pool
    connection = pool.connection
    transactions = []

    def counted(timeout: float | None = None) -> Any:
        transactions.append(1)
        return connection(timeout)

    monkeypatch.setattr(pool, "connection", counted)
    store.buyer(p1=1).check_out()
    assert len(transactions) == 3 + 1
