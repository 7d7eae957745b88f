"""What is asked of each side, the same in each round of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

import orjson

from store.payment_provider import fate
from store.rules.checkout import order_id
from testbed.bench.cost import Cost, metered
from testbed.bench.stores.at_once import CONNECTIONS, Lines, as_bytes
from testbed.bench.stores.sides import Side

PAGE = "product page"
CHECKOUT = "checkout"
AT_ONCE = "at once"
CARD = "card_bench"
ORDERS = "/api/orders"
LINES = 2
"""Products of an order, one piece each."""
LONGEST_WAIT_S = 0.015
"""Keys are chosen to which the provider answers sooner: its sleep costs the stores nothing, and
more of it would only make the bench longer."""

MeasureSide = Callable[[Side, int], Cost]
"""Makes the requests of the round of that number."""


@dataclass(frozen=True)
class Order:
    customer_id: int
    product_ids: Sequence[int]
    key: str
    wait_s: float
    """How long the provider is going to sleep."""


def page_measure(products: int, requests: int, seed: int) -> MeasureSide:
    """``requests`` pages of products drawn at random."""

    def measure(side: Side, number: int) -> Cost:
        paths = _pages(products, requests, _chance(seed, PAGE, number))
        with metered(side.parts) as meter:
            for path in paths:
                side.ask("GET", path)
        return meter.per_call(requests)

    return measure


def pages_at_once_measure(products: int, requests: int, seed: int) -> MeasureSide:
    """The same over ``CONNECTIONS`` connections at once."""

    def measure(side: Side, number: int) -> Cost:
        paths = _pages(products, requests, _chance(seed, f"{PAGE} {AT_ONCE}", number))
        return _at_once(side, [as_bytes("GET", path) for path in paths], paths[0])

    return measure


def _pages(products: int, requests: int, chance: Random) -> list[str]:
    return [f"/api/product-pages/{chance.randint(1, products)}" for _ in range(requests)]


def _at_once(side: Side, requests: Sequence[bytes], path: str) -> Cost:
    """Per request; all are for the process that is responsible for ``path``."""
    with Lines(side.address_of(path), CONNECTIONS) as lines, metered(side.parts) as meter:
        lines.ask(requests)
    return meter.per_call(len(requests))


def checkout_measure(products: int, requests: int, seed: int) -> MeasureSide:
    """``requests`` checkouts of as many customers; the carts are filled before."""

    def measure(side: Side, number: int) -> Cost:
        orders = orders_of(products, requests, seed, number)
        for order in orders:
            fill_cart(side, order)
        with metered(side.parts) as meter:
            for order in orders:
                headers = {"Idempotency-Key": order.key, **side.customers[order.customer_id]}
                side.ask("POST", ORDERS, {"card": CARD}, headers)
        return meter.per_call(requests, sum(order.wait_s for order in orders))

    return measure


def checkouts_at_once_measure(products: int, requests: int, seed: int) -> MeasureSide:
    """The same over ``CONNECTIONS`` connections at once; the provider's sleep stays in it."""

    def measure(side: Side, number: int) -> Cost:
        orders = orders_of(products, requests, seed, number, f"{CHECKOUT} {AT_ONCE}")
        for order in orders:
            fill_cart(side, order)
        return _at_once(side, [_checkout(side, order) for order in orders], ORDERS)

    return measure


def _checkout(side: Side, order: Order) -> bytes:
    headers = {
        "Idempotency-Key": order.key,
        "Content-Type": "application/json",
        **side.customers[order.customer_id],
    }
    return as_bytes("POST", ORDERS, orjson.dumps({"card": CARD}), headers)


def orders_of(
    products: int, requests: int, seed: int, number: int, what: str = CHECKOUT
) -> list[Order]:
    """One of each customer from 1 on, whose payment is captured soon."""
    chance = _chance(seed, what, number)
    return [_order(customer_id, products, chance) for customer_id in range(1, requests + 1)]


def _order(customer_id: int, products: int, chance: Random) -> Order:
    product_ids = chance.sample(range(1, products + 1), LINES)
    for _ in count():
        key = f"bench-{chance.getrandbits(64):016x}"
        asked = str(order_id(customer_id, key))
        wait_s = fate.latency_s(asked)
        if wait_s <= LONGEST_WAIT_S and not fate.is_declined(asked, CARD):
            return Order(customer_id, product_ids, key, wait_s)
    raise AssertionError("counting never ends")


def fill_cart(side: Side, order: Order) -> None:
    for product_id in order.product_ids:
        path, headers = f"/api/cart/items/{product_id}", side.customers[order.customer_id]
        side.ask("PUT", path, {"quantity": 1}, headers)


def _chance(seed: int, what: str, number: int) -> Random:
    return Random(f"{seed}/{what}/{number}")  # noqa: S311 - seeded, no secret
