import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from typing import Any

import pytest
from api import Api, problem

from experiment.store import Architecture
from store.payment_provider.fate import DECLINED_SHARE, _uniform, is_declined
from store.rules.checkout import order_id
from testbed.platforms.store.store import Store

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")


@pytest.fixture(params=ARCHITECTURES)
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


@pytest.fixture
def shopper(customer: Api) -> Api:
    """A customer with three pieces of one product in the cart."""
    customer.put("/cart/items/10", {"quantity": 3})
    return customer


def _declines(customer: Api, key: str) -> bool:
    """Whether the payment provider declines this checkout by chance."""
    return is_declined(str(order_id(customer.customer_id or 0, key)), "card_ok")


def _pieces(document: dict[str, Any]) -> int:
    """In all lines of an order or a cart."""
    return sum(line["quantity"] for line in document["lines"])


def _ordered(shopper: Api, **body: object) -> dict[str, object]:
    """An order; the provider declines one key in a hundred, so a second key may be needed."""
    for _ in range(3):
        answer = shopper.checkout(**body)
        if answer.status_code == 201:
            return dict(answer.json())
    raise AssertionError(answer.text)


def test_an_order_holds_what_the_cart_held_and_empties_it(shopper: Api) -> None:
    cart = shopper.get("/cart").json()
    order = _ordered(shopper)
    assert order["lines"] == cart["lines"]
    assert order["total_cents"] == order["subtotal_cents"] == cart["subtotal_cents"]
    assert shopper.get("/cart").json() == {"lines": [], "subtotal_cents": 0}


def test_the_order_id_follows_from_customer_and_key(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    answer = shopper.checkout(key)
    assert shopper.customer_id is not None
    if answer.status_code == 201:
        assert answer.json()["order_id"] == str(order_id(shopper.customer_id, key))


@pytest.mark.parametrize(
    ("coupon", "quantity"), [("WELCOME10", 3), ("SAVE5", 3), ("SAVE5", 1), (None, 3)]
)
def test_coupons_reduce_the_total_as_they_say(
    customer: Api, coupon: str | None, quantity: int
) -> None:
    customer.put("/cart/items/10", {"quantity": quantity})
    order = _ordered(customer, coupon=coupon)
    subtotal = int(str(order["subtotal_cents"]))
    expected = {
        "WELCOME10": (subtotal * 10 + 50) // 100,
        "SAVE5": 500 if subtotal >= 5000 else 0,
        None: 0,
    }[coupon]
    assert order["discount_cents"] == expected
    assert order["total_cents"] == subtotal - expected
    assert order["coupon"] == coupon


def test_the_same_key_answers_the_same_order_and_charges_once(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    first = shopper.checkout(key)
    again = shopper.checkout(key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert shopper.get("/orders").json()["total"] == (1 if first.status_code == 201 else 0)


def test_the_same_key_with_another_body_is_refused(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    shopper.checkout(key)
    assert problem(shopper.checkout(key, coupon="SAVE5")) == (422, "idempotency-key-reused")


def test_keys_of_two_customers_do_not_meet(api: Api, shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    shopper.checkout(key)
    other = api.newcomer()
    assert problem(other.checkout(key)) == (409, "cart-empty")


def test_a_declined_card_leaves_cart_and_stock_alone_and_is_remembered(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    stock = shopper.get("/product-pages/10").json()["stock"]
    for _ in range(2):
        declined = shopper.checkout(key, card="card_declined")
        assert problem(declined) == (402, "payment-declined")
    assert len(shopper.get("/cart").json()["lines"]) == 1
    assert shopper.get("/product-pages/10").json()["stock"] == stock
    assert shopper.get("/orders").json()["total"] == 0


def test_what_is_not_in_stock_is_sold_out_and_remembered(customer: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    customer.put("/cart/items/100", {"quantity": 4})
    customer.put("/cart/items/10", {"quantity": 1})
    refused = customer.checkout(key)
    assert problem(refused) == (409, "sold-out")
    assert refused.json()["detail"] == "Product 100 has only 3 pieces left."
    customer.put("/cart/items/100", {"quantity": 1})
    assert customer.checkout(key).json() == refused.json()
    assert len(customer.get("/cart").json()["lines"]) == 2


def test_the_last_pieces_are_sold_once_however_many_want_them(api: Api) -> None:
    rivals = [api.newcomer() for _ in range(6)]
    for rival in rivals:
        rival.put("/cart/items/150", {"quantity": 1})
    with ThreadPoolExecutor(len(rivals)) as pool:
        answers = [answer.status_code for answer in pool.map(lambda r: r.checkout(), rivals)]
    sold = answers.count(201)
    assert sold <= 3
    assert api.get("/product-pages/150").json()["stock"] == 3 - sold
    assert set(answers) <= {201, 402, 409}


def test_a_key_in_use_at_the_same_time_gives_one_order(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shopper.checkout(key), range(4)))
    for answer in answers:
        assert answer.status_code in (201, 402) or problem(answer) == (409, "checkout-in-progress")
    assert shopper.get("/orders").json()["total"] <= 1
    assert len({answer.text for answer in answers if answer.status_code == 201}) <= 1


def test_one_basket_under_two_keys_at_the_same_time_is_ordered_once(shopper: Api) -> None:
    keys = [f"test-{uuid.uuid4()}" for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(shopper.checkout, keys))
    answers = [shopper.checkout(key) for key in keys]  # who came second ordered nothing
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == shopper.get("/orders").json()["total"] == 1 or 402 in statuses
    assert set(statuses) <= {201, 402, 409}
    assert [problem(each) for each in answers if each.status_code == 409] in (
        [],
        [(409, "cart-empty")],
    )


def test_fifty_checkouts_of_one_cart_are_one_order_and_one_charge(store: Store) -> None:
    shopper = Api(store.url).newcomer()
    shopper.put("/cart/items/10", {"quantity": 3})
    good = (key for key in map("test-{:08}".format, count()) if not _declines(shopper, key))
    keys = list(islice(good, 50))
    with ThreadPoolExecutor(50) as tabs:
        answers = list(tabs.map(shopper.checkout, keys))
    refusals = [problem(answer) for answer in answers if answer.status_code != 201]
    assert len(refusals) == 49
    assert set(refusals) <= {(409, "checkout-in-progress"), (409, "cart-empty")}
    orders = {str(order_id(shopper.customer_id or 0, key)) for key in keys}
    [charge] = [each for each in store.books().charges if each.order_id in orders]
    assert charge.refunded_cents == 0
    assert shopper.get("/orders").json()["total"] == 1


def test_pieces_that_are_added_during_a_checkout_are_bought_by_it_or_stay_in_the_cart(
    shopper: Api,
) -> None:
    key = next(key for key in map("test-{:08}".format, count()) if not _declines(shopper, key))
    with ThreadPoolExecutor(1) as thread:
        checkout = thread.submit(shopper.checkout, key)
        for _ in range(10):
            assert shopper.add(10, 1).status_code == 200
        bought = _pieces(checkout.result().json())
    assert bought + _pieces(shopper.get("/cart").json()) == 3 + 10


def test_an_empty_cart_is_no_order_and_not_remembered(customer: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    assert problem(customer.checkout(key)) == (409, "cart-empty")
    customer.put("/cart/items/10", {"quantity": 1})
    assert customer.checkout(key).status_code in (201, 402)


def test_a_key_that_was_refused_and_not_remembered_pays_as_if_it_were_new(customer: Api) -> None:
    """Whether a card is declined does not depend on how a store numbers its attempts."""

    def is_declined_later(key: str) -> bool:
        order = order_id(customer.customer_id or 0, key)
        return _uniform("decline", f"{order}:2") < DECLINED_SHARE <= _uniform("decline", str(order))

    key = next(key for key in map("test-{:08}".format, count()) if is_declined_later(key))
    assert problem(customer.checkout(key)) == (409, "cart-empty")
    customer.put("/cart/items/10", {"quantity": 1})
    assert customer.checkout(key).status_code == 201


def test_an_unknown_coupon_is_refused_and_not_remembered(shopper: Api) -> None:
    key = f"test-{uuid.uuid4()}"
    assert problem(shopper.checkout(key, coupon="NOSUCH")) == (422, "coupon-unknown")
    assert shopper.checkout(key).status_code in (201, 402)


def test_a_checkout_without_a_key_is_refused(shopper: Api) -> None:
    answer = shopper.post("/orders", {"card": "card_ok"})
    assert problem(answer) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["short", "x" * 101, "with spaces in it", "ümlaut-ümlaut"])
def test_a_key_outside_its_limits_is_refused(shopper: Api, key: str) -> None:
    assert problem(shopper.checkout(key.encode("latin-1"))) == (400, "invalid-input")


@pytest.mark.parametrize("body", [{"card": "cash"}, {"card": 1}, {"coupon": ""}, {"tip": 1}])
def test_a_checkout_outside_its_limits_is_refused(shopper: Api, body: dict[str, object]) -> None:
    assert problem(shopper.checkout(**body)) == (400, "invalid-input")


def test_a_stranger_cannot_check_out(api: Api) -> None:
    assert problem(api.checkout()) == (401, "not-signed-in")
