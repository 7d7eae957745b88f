from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def ordered(customer: FlaskClient, key_of_cart_page: Callable[[], str]) -> str:
    """The path of an order of three pieces."""
    customer.post("/cart/items/7/add", data={"quantity": "1"})
    customer.post("/cart/items/9/add", data={"quantity": "2"})
    answer = customer.post("/checkout", data={"key": key_of_cart_page(), "card": "card_visa"})
    return answer.location


def test_before_the_first_order_there_is_a_way_on(customer: FlaskClient) -> None:
    page = customer.get("/orders").text
    assert "Nothing ordered here yet." in page
    assert "See popular products" in page


def test_orders_are_listed_with_day_pieces_and_total(customer: FlaskClient, ordered: str) -> None:
    page = customer.get("/orders").text
    assert f'href="{ordered}"' in page
    assert "31 January 2026, 12:00 UTC" in page
    assert "Kettle 7, Kettle 9" in page
    assert "3 pieces" in page
    assert "€25.00" in page


def test_an_order_shows_its_lines(customer: FlaskClient, ordered: str) -> None:
    page = customer.get(ordered).text
    assert "<h1>Order of 31 January 2026</h1>" in page
    assert "2 \N{MULTIPLICATION SIGN} €9.00" in page
    assert "Coupon" not in page


@pytest.mark.parametrize(
    ("order_id", "status"), [("7f1c3c1e-52c8-5d0b-9a52-5a1f0c6f7a10", 404), ("first", 400)]
)
def test_an_order_that_is_not_ones_own_is_a_page_with_a_way_on(
    customer: FlaskClient, order_id: str, status: int
) -> None:
    page = customer.get(f"/orders/{order_id}")
    assert page.status_code == status
    assert "Back to the shop" in page.text
