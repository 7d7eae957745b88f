"""What is sent for each operation, and what its answers amount to."""

from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml

import store
from experiment.metric import Feature
from loadtests.journeys import STEPS, can_run
from loadtests.operations import OPERATIONS
from store.rules.checkout import order_id

CHECKOUT = {
    "customer_id": 3,
    "product_id": 7,
    "key": "buy-1-000001",
    "card": "card_ok",
    "coupon": None,
}
ORDER = {
    "order_id": str(order_id(3, "buy-1-000001")),
    "status": "confirmed",
    "lines": [{"product_id": 7}],
}
PAGE = {"product": {"product_id": 7}, "stock": 5, "recommendations": [], "degraded": []}
LISTED = {"product_id": 1, "category": "Garden"}
GARDEN = {"category": "Garden", "page": 2}
SIGNED_IN = {"token": "t.1", "customer_id": 3}
CART = {"lines": [{"product_id": 7, "quantity": 2}, {"product_id": 9, "quantity": 1}]}
OTHER = {**ORDER, "order_id": str(order_id(3, "buy-1-000009"))}
ORDERED, NOT_ORDERED = {"ordered": True}, {"ordered": False}
SIMILAR = {"product_id": 7, "similar": True}
HITS = {"query": "red chair", "hits": [{"product_id": 1}], "total": 1}


def _outcome(operation: str, choices: Any, answer: Any, status: int | None = None) -> str:
    found = OPERATIONS[operation]
    return found.judge(choices, status or found.success, orjson.dumps(answer)).outcome


@pytest.mark.parametrize(
    ("operation", "choices", "answer"),
    [
        ("list-products", GARDEN, {"products": [LISTED], "page": 2, "total": 21}),
        ("list-products", {"category": None, "page": 3}, {"products": [], "page": 3, "total": 40}),
        ("get-product", {"product_id": 7}, {"product_id": 7}),
        ("product-page", {"product_id": 7}, PAGE),
        ("search", {"q": "red chair"}, HITS),
        ("recommend", {"product_id": 7}, {"product_id": 7, "recommendations": []}),
        ("sign-in", {"customer_id": 3}, SIGNED_IN),
        ("put-cart-item", {"product_id": 7, "quantity": 2}, CART),
        ("get-cart", {}, CART),
        ("checkout", CHECKOUT, ORDER),
        ("list-orders", {}, {"orders": [ORDER], "total": 1}),
        ("list-orders", CHECKOUT | ORDERED, {"orders": [OTHER, ORDER], "total": 2}),
        ("list-orders", CHECKOUT | ORDERED, {"orders": [OTHER] * 20, "total": 21}),
        ("list-orders", CHECKOUT | NOT_ORDERED, {"orders": [], "total": 0}),
        ("list-products", GARDEN | {"total": 21}, {"products": [LISTED], "page": 2, "total": 21}),
        ("search", {"q": "red chair", "total": 1}, HITS),
        ("recommend", SIMILAR, {"product_id": 7, "recommendations": [{"product_id": 8}]}),
        ("product-page", SIMILAR, {**PAGE, "recommendations": [{"product_id": 8}]}),
        ("product-page", SIMILAR, {**PAGE, "degraded": ["recommendations"]}),
    ],
)
def test_a_right_answer_is_ok(operation: str, choices: Any, answer: Any) -> None:
    assert _outcome(operation, choices, answer) == "ok"


@pytest.mark.parametrize(
    ("operation", "choices", "answer"),
    [
        ("list-products", GARDEN, {"products": [LISTED], "page": 1, "total": 21}),
        ("list-products", GARDEN, {"products": [], "page": 2, "total": 21}),
        (
            "list-products",
            GARDEN,
            {"products": [{"product_id": 1, "category": "Books"}], "page": 2, "total": 21},
        ),
        ("get-product", {"product_id": 7}, {"product_id": 8}),
        ("product-page", {"product_id": 8}, PAGE),
        ("product-page", {"product_id": 7}, {**PAGE, "stock": None}),
        ("search", {"q": "blue chair"}, HITS),
        ("search", {"q": "red chair"}, {**HITS, "hits": []}),
        ("recommend", {"product_id": 7}, {"product_id": 7, "recommendations": None}),
        (
            "recommend",
            {"product_id": 7},
            {"product_id": 7, "recommendations": [{"product_id": 0, "score": 0.0}]},
        ),
        ("sign-in", {"customer_id": 3}, {"token": "", "customer_id": 3}),
        ("sign-in", {"customer_id": 4}, SIGNED_IN),
        ("put-cart-item", {"product_id": 7, "quantity": 3}, CART),
        ("get-cart", {}, {}),
        ("checkout", {**CHECKOUT, "key": "buy-1-000002"}, ORDER),
        ("checkout", CHECKOUT, {**ORDER, "lines": []}),
        ("list-orders", {}, {"orders": [], "total": 1}),
    ],
)
def test_a_success_that_does_not_fit_the_question_is_wrong(
    operation: str, choices: Any, answer: Any
) -> None:
    assert _outcome(operation, choices, answer) == "wrong"


BLANKS: list[tuple[str, Any, Any]] = [
    ("list-products", GARDEN | {"total": 21}, {"products": [], "page": 2, "total": 0}),
    ("search", {"q": "red chair", "total": 1}, {"query": "red chair", "hits": [], "total": 0}),
    ("recommend", SIMILAR, {"product_id": 7, "recommendations": []}),
    ("product-page", SIMILAR, PAGE),
    ("product-page", SIMILAR, {**PAGE, "degraded": ["inventory"]}),
    ("put-cart-item", {"product_id": 7, "quantity": 2}, {"lines": []}),
    ("list-orders", CHECKOUT | ORDERED, {"orders": [], "total": 0}),
    ("list-orders", CHECKOUT | ORDERED, {"orders": [OTHER], "total": 1}),
]


@pytest.mark.parametrize(("operation", "choices", "answer"), BLANKS)
def test_an_answer_of_the_right_shape_that_lacks_what_is_known_to_be_there_is_wrong(
    operation: str, choices: Any, answer: Any
) -> None:
    assert _outcome(operation, choices, answer) == "wrong"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b'{"product_id"'])
def test_a_success_that_is_no_json_object_is_wrong(body: bytes) -> None:
    judgement = OPERATIONS["get-product"].judge({"product_id": 7}, 200, body)
    assert judgement.outcome == "wrong"


def test_another_success_than_the_contract_names_is_wrong() -> None:
    assert _outcome("get-product", {"product_id": 7}, {"product_id": 7}, status=204) == "wrong"


@pytest.mark.parametrize(
    ("status", "name", "outcome"),
    [
        (402, "payment-declined", "ok"),
        (409, "sold-out", "ok"),
        (409, "cart-empty", "http_error"),
        (409, "checkout-in-progress", "http_error"),
        (401, "not-signed-in", "http_error"),
        (503, "dependency-unavailable", "http_error"),
    ],
)
def test_only_correct_refusals_of_a_checkout_are_ok(status: int, name: str, outcome: str) -> None:
    problem = {"type": f"/problems/{name}"}
    assert _outcome("checkout", CHECKOUT, problem, status) == outcome


@pytest.mark.parametrize("status", [302, 400, 404, 409, 500, 503])
def test_no_refusal_of_a_product_is_ok(status: int) -> None:
    problem = {"type": "/problems/sold-out"}
    assert _outcome("get-product", {"product_id": 7}, problem, status) == "http_error"


def test_parts_left_out_are_named() -> None:
    page = {**PAGE, "stock": None, "degraded": ["inventory", "recommendations"]}
    judgement = OPERATIONS["product-page"].judge({"product_id": 7}, 200, orjson.dumps(page))
    assert judgement.outcome == "ok"
    assert judgement.degraded == "inventory,recommendations"


def test_a_part_that_is_shown_as_it_was_is_named_too() -> None:
    page = {**PAGE, "recommendations": [{"product_id": 8}], "degraded": ["recommendations"]}
    judgement = OPERATIONS["product-page"].judge({"product_id": 7}, 200, orjson.dumps(page))
    assert (judgement.outcome, judgement.degraded) == ("ok", "recommendations")


def test_a_page_that_leaves_out_its_stock_and_does_not_say_so_is_wrong() -> None:
    assert _outcome("product-page", {"product_id": 7}, {**PAGE, "stock": None}, 200) == "wrong"


def test_a_sign_in_gives_the_token_that_later_steps_send() -> None:
    judgement = OPERATIONS["sign-in"].judge({"customer_id": 3}, 201, orjson.dumps(SIGNED_IN))
    request = OPERATIONS["get-cart"].request({}, judgement.token)
    assert request.headers == {"Authorization": "Bearer t.1"}


def test_a_checkout_sends_key_card_and_coupon() -> None:
    request = OPERATIONS["checkout"].request(CHECKOUT, "t.1")
    assert (request.method, request.target) == ("POST", "/api/orders")
    assert request.headers["Idempotency-Key"] == "buy-1-000001"
    assert orjson.loads(request.body) == {"card": "card_ok", "coupon": None}


def test_query_values_are_percent_encoded() -> None:
    request = OPERATIONS["search"].request({"q": "a & b"}, "")
    assert request.target == "/api/search?q=a%20%26%20b"
    assert request.body == b""


def test_every_operation_is_a_call_of_the_contract_with_its_success() -> None:
    contract = yaml.safe_load((Path(store.__file__).parent / "openapi.yaml").read_text())
    choices = {**CHECKOUT, "q": "x", "category": None, "page": 1, "quantity": 1}
    for operation in OPERATIONS.values():
        path = operation.path(choices).partition("?")[0].replace("/7", "/{product_id}")
        call = contract["paths"][path][operation.method.lower()]
        assert str(operation.success) in call["responses"]
        assert {str(status) for status in operation.refusals} <= set(call["responses"])


def test_operations_cover_every_feature() -> None:
    assert {operation.feature for operation in OPERATIONS.values()} == set(get_args(Feature))


def test_steps_of_journeys_are_operations() -> None:
    assert {step for steps in STEPS.values() for step in steps} <= set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "succeeded", "runs"),
    [
        ("product-page", set(), True),
        ("sign-in", set(), True),
        ("put-cart-item", {"product-page"}, False),
        ("put-cart-item", {"sign-in"}, True),
        ("checkout", {"sign-in"}, False),
        ("checkout", {"sign-in", "put-cart-item"}, True),
        ("list-orders", {"sign-in"}, True),
        ("list-orders", set(), False),
    ],
)
def test_a_step_runs_when_it_has_what_it_needs(
    operation: str, succeeded: set[str], *, runs: bool
) -> None:
    assert can_run(operation, succeeded) is runs


def test_what_the_audit_needs_of_a_purchase_is_kept() -> None:
    line = {"product_id": 7, "quantity": 2, "unit_price_cents": 300}
    order = {**ORDER, "lines": [line], "total_cents": 600}

    def told(operation: str, answer: Any, status: int) -> Any:
        judged = OPERATIONS[operation].judge(
            {**CHECKOUT, "quantity": 2}, status, orjson.dumps(answer)
        )
        return orjson.loads(judged.answer or "null")

    assert told("put-cart-item", {"lines": [line]}, 200) == {"shown_cents": 300}
    first, again = told("checkout", order, 201), told("repeat-checkout", order, 201)
    assert first == again
    assert {**first, "digest": ""} == {
        "order_id": ORDER["order_id"], "total_cents": 600, "paid_cents": 300, "digest": "",
    }  # fmt: skip
    assert told("checkout", {**order, "total_cents": 601}, 201)["digest"] != first["digest"]
    declined = {"type": "/problems/payment-declined"}
    assert told("checkout", declined, 402)["problem"] == "payment-declined"
    assert told("checkout", {}, 503)["problem"] == ""
    listed = {"orders": [ORDER], "total": 4}
    assert told("list-orders", listed, 200) == {"own": "confirmed", "total": 4}
    assert told("list-orders", {"orders": [], "total": 4}, 200) == {"own": None, "total": 4}
    assert told("put-cart-item", {"type": "/problems/not-found"}, 404) is None
