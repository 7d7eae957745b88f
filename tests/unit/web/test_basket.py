from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.fake_shop import FakeShop

ADA = "ada@example.org"
CARD = "card_visa"


def test_an_empty_cart_says_so(customer: FlaskClient) -> None:
    assert "Your cart is empty." in customer.get("/cart").text


def test_adding_a_product_twice_adds_up(customer: FlaskClient, shop: FakeShop) -> None:
    for quantity in ("2", "3"):
        answer = customer.post("/cart/items/7/add", data={"quantity": quantity})
        assert answer.location == "/cart"
    assert shop.carts[ADA] == {7: 5}
    page = customer.get("/cart").text
    assert "€33.25" in page
    assert "€1.75 off for quantity" in page


def test_a_cart_holds_at_most_99_of_one_product(customer: FlaskClient, shop: FakeShop) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "99"})
    page = customer.post("/cart/items/7/add", data={"quantity": "1"})
    assert page.status_code == 409
    assert "at most 99" in page.text
    assert shop.carts[ADA] == {7: 99}


def test_quantities_can_be_changed_and_products_taken_out(
    customer: FlaskClient, shop: FakeShop
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "2"})
    customer.post("/cart/items/7", data={"quantity": "1"})
    assert shop.carts[ADA] == {7: 1}
    customer.post("/cart/items/7/remove")
    assert shop.carts[ADA] == {}


@pytest.mark.parametrize("quantity", ["0", "100", "-1", "many", ""])
def test_a_wrong_quantity_is_refused(customer: FlaskClient, shop: FakeShop, quantity: str) -> None:
    page = customer.post("/cart/items/7/add", data={"quantity": quantity})
    assert page.status_code == 400
    assert shop.carts[ADA] == {}


def test_checking_out_leads_to_the_order(
    customer: FlaskClient, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/20/add", data={"quantity": "1"})
    form = {"key": key_of_cart_page(), "card": CARD, "coupon": "WELCOME10"}
    answer = customer.post("/checkout", data=form)
    assert answer.status_code == 303
    order = customer.get(answer.location).text
    assert "Confirmed and paid." in order
    assert "\N{MINUS SIGN}€2.00" in order
    assert "€18.00" in order


def test_submitting_a_checkout_twice_orders_once(
    customer: FlaskClient, shop: FakeShop, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    form = {"key": key_of_cart_page(), "card": CARD, "coupon": ""}
    first, second = (customer.post("/checkout", data=form) for _ in range(2))
    assert first.location == second.location
    assert len(shop.placed[ADA]) == 1


def test_each_cart_page_carries_a_key_of_its_own(
    customer: FlaskClient, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    assert key_of_cart_page() != key_of_cart_page()


def test_a_declined_card_keeps_the_cart_and_another_card_pays(
    customer: FlaskClient, shop: FakeShop, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    key = key_of_cart_page()
    page = customer.post("/checkout", data={"key": key, "card": "card_declined"})
    assert page.status_code == 402
    assert "The payment was declined." in page.text
    assert "Kettle 7" in page.text
    assert key not in page.text
    again = customer.post("/checkout", data={"key": key_of_cart_page(), "card": CARD})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("entry", "status", "sentence"),
    [
        ({"coupon": "NOSUCH"}, 422, "There is no coupon of that name."),
        ({"coupon": 21 * "X"}, 400, "Please check the card and the coupon."),
        ({"card": "4111 1111"}, 400, "Please check the card and the coupon."),
    ],
)
def test_a_refused_checkout_shows_the_cart_and_why(
    customer: FlaskClient,
    key_of_cart_page: Callable[[], str],
    entry: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    page = customer.post("/checkout", data={"key": key_of_cart_page(), "card": CARD, **entry})
    assert page.status_code == status
    assert sentence in page.text
    assert "Kettle 7" in page.text


def test_a_sold_out_product_is_named(
    customer: FlaskClient, shop: FakeShop, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "2"})
    shop.stock[7] = 1
    page = customer.post("/checkout", data={"key": key_of_cart_page(), "card": CARD})
    assert page.status_code == 409
    assert "Product 7 has only 1 pieces left." in page.text


def test_a_checkout_at_rest_can_be_repeated_with_the_same_key(
    customer: FlaskClient, shop: FakeShop, key_of_cart_page: Callable[[], str]
) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    key = key_of_cart_page()
    shop.down.add("orders")
    page = customer.post("/checkout", data={"key": key, "card": CARD, "coupon": "SAVE5"})
    assert page.status_code == 503
    assert "Checkout is resting" in page.text
    for name, value in (("key", key), ("card", CARD), ("coupon", "SAVE5")):
        assert f'name="{name}" value="{value}"' in page.text


def test_a_checkout_without_a_key_is_refused(customer: FlaskClient, shop: FakeShop) -> None:
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    page = customer.post("/checkout", data={"card": CARD})
    assert page.status_code == 400
    assert shop.placed[ADA] == []
