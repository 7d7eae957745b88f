"""Answers of the contract's shape that hold nothing: they do not count as right."""

from typing import Any

import orjson
import pytest

from experiment.store import Sample
from loadtests.choices import Visitors, demand_in
from loadtests.journeys import STEPS, places_order
from loadtests.known import SHELF, known_of
from loadtests.operations import OPERATIONS
from store.rules.checkout import order_id

SAMPLE = Sample(products=200, customers=50, ratings=2000)
BLANKS: dict[str, dict[str, Any]] = {
    "list-products": {"products": [], "page": 1, "page_size": 20, "total": 0},
    "search": {"query": "steel", "hits": [], "page": 1, "page_size": 20, "total": 0},
    "recommend": {"product_id": 7, "recommendations": []},
    "product-page": {
        "product": {"product_id": 7}, "stock": 3, "recommendations": [], "degraded": [],
    },
    "put-cart-item": {"lines": [], "subtotal_cents": 0},
    "list-orders": {"orders": [], "page": 1, "page_size": 20, "total": 0},
}  # fmt: skip
ASKED: dict[str, dict[str, Any]] = {
    "list-products": {"category": None, "page": 1, "total": 200},
    "search": {"q": "steel", "total": 14},
    "recommend": {"product_id": 7, "recommended": SHELF},
    "product-page": {"product_id": 7, "recommended": SHELF},
    "put-cart-item": {"product_id": 7, "quantity": 1},
    "list-orders": {"customer_id": 3, "key": "buy-1-000001", "ordered": True},
}


def outcome(operation: str, choices: dict[str, Any], answer: dict[str, Any]) -> str:
    found = OPERATIONS[operation]
    return found.judge(choices, found.success, orjson.dumps(answer)).outcome


@pytest.mark.parametrize("operation", sorted(BLANKS))
def test_an_empty_answer_is_wrong_where_something_is_known_to_be_there(operation: str) -> None:
    assert outcome(operation, ASKED[operation], BLANKS[operation]) == "wrong"


@pytest.mark.parametrize("operation", ["list-products", "search", "recommend", "product-page"])
def test_it_is_right_where_nothing_is_known(operation: str) -> None:
    known = {"total", "recommended"}
    choices = {key: value for key, value in ASKED[operation].items() if key not in known}

    assert outcome(operation, choices, BLANKS[operation]) == "ok"


def test_a_page_may_go_without_recommendations_if_it_says_so() -> None:
    page = BLANKS["product-page"] | {"degraded": ["recommendations"]}

    assert outcome("product-page", ASKED["product-page"], page) == "ok"


def test_a_list_of_orders_holds_the_one_that_was_placed_on_this_visit() -> None:
    asked = ASKED["list-orders"]
    own = {"order_id": str(order_id(asked["customer_id"], asked["key"]))}
    others = BLANKS["list-orders"] | {"orders": [{"order_id": "another"}], "total": 1}

    assert outcome("list-orders", asked, others) == "wrong"
    assert outcome("list-orders", asked, others | {"orders": [own]}) == "ok"
    assert outcome("list-orders", asked | {"ordered": False}, BLANKS["list-orders"]) == "ok"


def test_only_an_order_that_was_placed_has_to_be_listed() -> None:
    assert places_order("checkout", 201)
    assert places_order("repeat-checkout", 201)
    assert not places_order("checkout", 402)
    assert not places_order("sign-in", 201)
    assert not places_order("checkout", None)


def test_a_schedule_says_what_is_known_of_every_list_it_asks_for() -> None:
    demand = demand_in(SAMPLE)
    asked = {
        operation: choices
        for journey in ("browse", "search", "recommend")
        for operation, choices in zip(
            STEPS[journey], Visitors(1, journey, 200, demand).choose(), strict=True
        )
    }

    assert sum(choice["total"] > 0 for choice in asked["search"]) > 150
    assert {choice["total"] for choice in asked["list-products"] if not choice["category"]} == {200}
    assert sum("recommended" in choice for choice in asked["recommend"]) > 150


def test_what_is_known_of_a_shop_without_ratings_is_nothing_to_recommend() -> None:
    assert not any(known_of(Sample(products=20, customers=10, ratings=0)).has_full_shelf)
