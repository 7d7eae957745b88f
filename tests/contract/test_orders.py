import re
import uuid

from api import Api, problem


def _order(customer: Api, product_id: int) -> dict[str, object]:
    customer.put(f"/cart/items/{product_id}", {"quantity": 1})
    answer = customer.checkout()
    while answer.status_code == 402:  # the provider declines one key in a hundred
        answer = customer.checkout()
    return dict(answer.json())


def test_orders_come_newest_first_and_in_pages(customer: Api) -> None:
    placed = [_order(customer, product_id) for product_id in (1, 2, 3)]
    newest = list(reversed(placed))
    answer = customer.get("/orders").json()
    assert (answer["orders"], answer["total"]) == (newest, 3)
    assert customer.get("/orders", page=2, page_size=2).json()["orders"] == newest[2:]
    assert customer.get("/orders", page=9).json()["orders"] == []


def test_an_order_is_the_same_when_placed_listed_and_read(customer: Api) -> None:
    placed = _order(customer, 4)
    assert customer.get(f"/orders/{placed['order_id']}").json() == placed
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(placed["created_at"]))


def test_orders_of_others_do_not_exist(api: Api, customer: Api) -> None:
    placed = _order(customer, 5)
    stranger = api.newcomer()
    assert problem(stranger.get(f"/orders/{placed['order_id']}")) == (404, "not-found")
    assert stranger.get("/orders").json()["total"] == 0


def test_an_order_id_that_is_unknown_or_no_uuid_is_told_apart(customer: Api) -> None:
    assert problem(customer.get(f"/orders/{uuid.uuid4()}")) == (404, "not-found")
    assert problem(customer.get("/orders/no-uuid")) == (400, "invalid-input")


def test_a_declined_checkout_is_not_an_order(customer: Api) -> None:
    customer.put("/cart/items/1", {"quantity": 1})
    customer.checkout(card="card_declined")
    assert customer.get("/orders").json() == {"orders": [], "page": 1, "page_size": 20, "total": 0}


def test_a_stranger_has_no_orders(api: Api) -> None:
    assert problem(api.get("/orders")) == (401, "not-signed-in")
    assert problem(api.get(f"/orders/{uuid.uuid4()}")) == (401, "not-signed-in")


def test_paging_outside_its_limits_is_refused(customer: Api) -> None:
    assert problem(customer.get("/orders", page=0)) == (400, "invalid-input")
