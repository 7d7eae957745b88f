from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Decimal

import pytest
import requests
from api import Api, problem


def _discounted(price_cents: int, quantity: int, percent: int) -> int:
    exact = Decimal(price_cents * quantity) * (100 - percent) / 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("quantity", "percent"), [(1, 0), (4, 0), (5, 5), (19, 5), (20, 10), (99, 10)]
)
def test_quantity_discounts_begin_at_five_and_twenty_and_round_half_up(
    customer: Api, quantity: int, percent: int
) -> None:
    for product_id in range(1, 8):
        price = customer.get(f"/products/{product_id}").json()["price_cents"]
        cart = customer.put(f"/cart/items/{product_id}", {"quantity": quantity}).json()
        line = cart["lines"][-1]
        assert line["unit_price_cents"] == price
        assert line["line_total_cents"] == _discounted(price, quantity, percent)
    assert cart["subtotal_cents"] == sum(line["line_total_cents"] for line in cart["lines"])


def test_lines_come_by_product_id_whatever_the_order_of_putting(customer: Api) -> None:
    for product_id in (30, 10, 20):
        customer.put(f"/cart/items/{product_id}", {"quantity": 1})
    assert [line["product_id"] for line in customer.get("/cart").json()["lines"]] == [10, 20, 30]


def test_putting_again_sets_the_quantity(customer: Api) -> None:
    customer.put("/cart/items/10", {"quantity": 3})
    cart = customer.put("/cart/items/10", {"quantity": 2}).json()
    assert [line["quantity"] for line in cart["lines"]] == [2]


def test_adding_counts_on_top_of_what_is_there(customer: Api) -> None:
    customer.add(11, 1)
    customer.add(10, 3)
    cart = customer.add(10, 2).json()
    assert [(line["product_id"], line["quantity"]) for line in cart["lines"]] == [(10, 5), (11, 1)]
    assert customer.get("/cart").json() == cart


def test_pieces_that_are_added_at_the_same_time_add_up(customer: Api) -> None:
    with ThreadPoolExecutor(8) as tabs:
        carts = [each.json() for each in tabs.map(lambda _: customer.add(10, 2), range(16))]
    assert customer.get("/cart").json()["lines"][0]["quantity"] == 32
    assert sorted(cart["lines"][0]["quantity"] for cart in carts) == list(range(2, 33, 2))


def test_two_tabs_of_the_shop_that_add_at_the_same_time_lose_nothing(customer: Api) -> None:
    def add(_: int) -> int:
        return requests.post(
            f"{customer.base_url}/cart/items/10/add",
            data={"quantity": 1},
            cookies={"session": str(customer.token)},
            allow_redirects=False,
            timeout=20,
        ).status_code

    with ThreadPoolExecutor(8) as tabs:
        assert set(tabs.map(add, range(16))) == {303}
    assert customer.get("/cart").json()["lines"][0]["quantity"] == 16


def test_a_cart_takes_99_pieces_of_a_product_and_no_more(customer: Api) -> None:
    customer.add(10, 98)
    assert problem(customer.add(10, 2)) == (409, "too-many")
    assert customer.add(10, 1).json()["lines"][0]["quantity"] == 99


def test_adding_is_refused_as_putting_is(api: Api, customer: Api) -> None:
    assert problem(customer.add(100_000, 1)) == (404, "not-found")
    assert problem(customer.add(10, 100)) == (400, "invalid-input")
    for product_id in range(1, 51):
        customer.add(product_id, 1)
    assert problem(customer.add(51, 1)) == (409, "cart-full")
    assert customer.add(50, 1).status_code == 200


def test_taking_out_answers_the_cart_and_taking_out_nothing_is_fine(customer: Api) -> None:
    customer.put("/cart/items/10", {"quantity": 3})
    assert customer.delete("/cart/items/11").json()["lines"][0]["product_id"] == 10
    assert customer.delete("/cart/items/10").json() == {"lines": [], "subtotal_cents": 0}
    assert customer.delete("/cart/items/100000").status_code == 200


def test_carts_of_two_customers_are_apart(api: Api, customer: Api) -> None:
    customer.put("/cart/items/10", {"quantity": 3})
    assert api.newcomer().get("/cart").json()["lines"] == []


def test_a_cart_takes_fifty_products_and_no_more(customer: Api) -> None:
    for product_id in range(1, 51):
        assert customer.put(f"/cart/items/{product_id}", {"quantity": 1}).status_code == 200
    assert problem(customer.put("/cart/items/51", {"quantity": 1})) == (409, "cart-full")
    assert customer.put("/cart/items/50", {"quantity": 2}).status_code == 200


def test_a_whole_number_is_a_quantity_however_it_is_written(customer: Api) -> None:
    cart = customer.put("/cart/items/10", {"quantity": 3.0}).json()
    assert cart["lines"][0]["quantity"] == 3


def test_an_unknown_product_cannot_be_put(customer: Api) -> None:
    assert problem(customer.put("/cart/items/100000", {"quantity": 1})) == (404, "not-found")


@pytest.mark.parametrize(
    "body",
    [{}, {"quantity": 0}, {"quantity": 100}, {"quantity": "1"}, {"quantity": 1.5}, [1], None],
)
def test_a_quantity_outside_its_limits_is_refused(customer: Api, body: object) -> None:
    assert problem(customer.put("/cart/items/10", body)) == (400, "invalid-input")


def test_a_stranger_has_no_cart(api: Api) -> None:
    assert problem(api.get("/cart")) == (401, "not-signed-in")
    assert problem(api.put("/cart/items/1", {"quantity": 1})) == (401, "not-signed-in")
    assert problem(api.add(1, 1)) == (401, "not-signed-in")
    assert problem(api.delete("/cart/items/1")) == (401, "not-signed-in")


@pytest.mark.parametrize("token", ["", "nonsense", "MQ.aaaa.bbbb"])
def test_a_forged_token_opens_nothing(api: Api, token: str) -> None:
    assert problem(Api(api.base_url, token).get("/cart")) == (401, "not-signed-in")
