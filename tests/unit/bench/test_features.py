from store.payment_provider import fate
from store.rules.checkout import order_id
from testbed.bench.stores.features import CARD, LONGEST_WAIT_S, orders_of


def test_payments_of_the_bench_are_captured_soon() -> None:
    for order in orders_of(products=200, requests=20, seed=1, number=1):
        asked = str(order_id(order.customer_id, order.key))
        assert fate.latency_s(asked) == order.wait_s <= LONGEST_WAIT_S
        assert not fate.is_declined(asked, CARD)


def test_all_sides_get_the_orders_of_a_round_and_no_round_those_of_another() -> None:
    assert orders_of(200, 5, 1, 3) == orders_of(200, 5, 1, 3)
    assert {each.key for each in orders_of(200, 5, 1, 3)}.isdisjoint(
        each.key for each in orders_of(200, 5, 1, 4)
    )


def test_an_order_is_of_two_products() -> None:
    assert all(len(set(order.product_ids)) == 2 for order in orders_of(20, 10, 1, 1))
