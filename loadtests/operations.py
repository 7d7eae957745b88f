"""The calls of the public contract as data: how each is asked for, and what a right answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from experiment.metric import Feature
from experiment.rows import Outcome
from loadtests import answers
from loadtests.journeys import REPEAT
from store.rules.checkout import order_id
from store.sample.dataset import SAMPLE_PASSWORD, sample_email

Document = dict[str, Any]
Tells = Callable[[Document, Document], Document]

PAGE_SIZE = 20
"""The contract's default; no operation asks for another."""

ORDERED = "ordered"
"""Member of the choices of a visitor whose checkout was confirmed before."""


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the wire, apart from host and connection."""

    method: str
    target: str
    """Path and query, percent-encoded."""
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer amounts to."""

    outcome: Outcome
    degraded: str = ""
    """Parts the answer left out, comma-separated."""
    token: str = ""
    """Session token, when the answer gives one."""
    answer: str = ""
    """What the audit has to know of it, as JSON; empty where it needs nothing."""


def _nothing(_: Document) -> Document:
    return {}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. Its functions read ``choices``, the JSON object of its arrival row."""

    name: str
    feature: Feature
    method: str
    path: Callable[[Document], str]
    success: int
    is_right: Callable[[Document, Document], bool]
    """Whether ``(choices, answer)`` fit together; checks little, and always the same.

    What the choices say of the sample data, or of this visitor's history, the answer has to hold;
    schedules that are not ours may say nothing.
    """
    body: Callable[[Document], Document] = _nothing
    headers: Callable[[Document], Document] = _nothing
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Problem types, by status, that are correct answers."""
    tells: Tells | None = None
    """What the audit has to know of ``(choices, answer)``; None: nothing."""

    def request(self, choices: Document, token: str) -> Request:
        """``token`` is empty before a sign-in."""
        headers: dict[str, str] = dict(self.headers(choices))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        members = self.body(choices)
        if members:
            headers["Content-Type"] = "application/json"
        body = orjson.dumps(members) if members else b""
        return Request(self.method, "/api" + self.path(choices), headers, body)

    def judge(self, choices: Document, status: int, body: bytes) -> Judgement:
        """What an answer with ``status`` and ``body`` amounts to; see experiment.rows.Outcome."""
        document = _parse(body)
        judgement = self._judge(choices, status, document)
        if self.tells is None:
            return judgement
        return replace(judgement, answer=_told(self.tells, choices, document))

    def _judge(self, choices: Document, status: int, document: Document) -> Judgement:
        if status == self.success:
            return self._judge_success(choices, document)
        if 200 <= status < 300:  # noqa: PLR2004 - HTTP's class of successes
            return Judgement("wrong")
        expected = self.refusals.get(status)
        is_expected = expected is not None and document.get("type") == f"/problems/{expected}"
        return Judgement("ok" if is_expected else "http_error")

    def _judge_success(self, choices: Document, document: Document) -> Judgement:
        try:
            if not self.is_right(choices, document):
                return Judgement("wrong")
            degraded = ",".join(document.get("degraded", ()))
        except (KeyError, TypeError, ValueError, AttributeError):
            return Judgement("wrong")  # not even of the contract's shape
        return Judgement("ok", degraded, document.get("token", ""))


def _told(tells: Tells, choices: Document, document: Document) -> str:
    try:
        return orjson.dumps(tells(choices, document)).decode()
    except (KeyError, TypeError, AttributeError):
        return ""  # not of the contract's shape, and judged so


def _parse(body: bytes) -> Document:
    """An empty document when the body is no JSON object, which no check accepts."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _query(path: str, **parameters: Any) -> str:
    given = {key: value for key, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given, quote_via=quote)}"


def _lists_page(choices: Document, answer: Document) -> bool:
    products, page, total = answer["products"], choices["page"], answer["total"]
    expected = min(max(total - (page - 1) * PAGE_SIZE, 0), PAGE_SIZE)
    category = choices["category"]
    return (
        answer["page"] == page
        and total == choices.get("total", total)
        and len(products) == expected
        and all(category in {None, product["category"]} for product in products)
    )


def _hits(choices: Document, answer: Document) -> bool:
    total = answer["total"]
    return bool(
        answer["query"] == choices["q"]
        and total == choices.get("total", total)
        and len(answer["hits"]) == min(total, PAGE_SIZE)
    )


def _recommends(choices: Document, answer: Document) -> bool:
    found = answer["recommendations"]
    return bool(
        answer["product_id"] == choices["product_id"]
        and all(each["product_id"] > 0 for each in found)
        and (bool(found) or not choices.get("similar"))
    )


def _is_whole_page(choices: Document, answer: Document) -> bool:
    degraded, found = answer["degraded"], answer["recommendations"]
    return bool(
        answer["product"]["product_id"] == choices["product_id"]
        and (answer["stock"] is not None or "inventory" in degraded)
        and isinstance(found, list)
        and (bool(found) or not choices.get("similar") or "recommendations" in degraded)
    )


def _holds_item(choices: Document, answer: Document) -> bool:
    return any(
        line["product_id"] == choices["product_id"] and line["quantity"] == choices["quantity"]
        for line in answer["lines"]
    )


def _is_own_order(choices: Document, answer: Document) -> bool:
    expected = order_id(choices["customer_id"], choices["key"])
    return (
        answer["order_id"] == str(expected)
        and answer["status"] == "confirmed"
        and any(line["product_id"] == choices["product_id"] for line in answer["lines"])
    )


def _lists_orders(choices: Document, answer: Document) -> bool:
    """An own order is listed at once; it is on the first page unless many came after it."""
    orders, total = answer["orders"], answer["total"]
    is_whole = bool(len(orders) == min(total, PAGE_SIZE))
    if not choices.get(ORDERED) or total > PAGE_SIZE:
        return is_whole
    own = str(order_id(choices["customer_id"], choices["key"]))
    return is_whole and any(order["order_id"] == own for order in orders)


_CHECKOUT = Operation(
    name="checkout",
    feature="checkout",
    method="POST",
    path=lambda _: "/orders",
    headers=lambda c: {"Idempotency-Key": c["key"]},
    body=lambda c: {"card": c["card"], "coupon": c["coupon"]},
    success=201,
    is_right=_is_own_order,
    refusals={402: "payment-declined", 409: "sold-out"},
    tells=answers.of_checkout,
)
_ALL = (
    Operation(
        name="list-products",
        feature="catalog",
        method="GET",
        path=lambda c: _query("/products", category=c["category"], page=c["page"]),
        success=200,
        is_right=_lists_page,
    ),
    Operation(
        name="get-product",
        feature="catalog",
        method="GET",
        path=lambda c: f"/products/{c['product_id']}",
        success=200,
        is_right=lambda c, answer: bool(answer["product_id"] == c["product_id"]),
    ),
    Operation(
        name="product-page",
        feature="product-page",
        method="GET",
        path=lambda c: f"/product-pages/{c['product_id']}",
        success=200,
        is_right=_is_whole_page,
    ),
    Operation(
        name="search",
        feature="search",
        method="GET",
        path=lambda c: _query("/search", q=c["q"]),
        success=200,
        is_right=_hits,
    ),
    Operation(
        name="recommend",
        feature="recommendations",
        method="GET",
        path=lambda c: _query("/recommendations", product_id=c["product_id"]),
        success=200,
        is_right=_recommends,
    ),
    Operation(
        name="sign-in",
        feature="accounts",
        method="POST",
        path=lambda _: "/sessions",
        body=lambda c: {"email": sample_email(c["customer_id"]), "password": SAMPLE_PASSWORD},
        success=201,
        is_right=lambda c, answer: (
            answer["customer_id"] == c["customer_id"]
            and isinstance(answer["token"], str)
            and bool(answer["token"])
        ),
    ),
    Operation(
        name="put-cart-item",
        feature="cart",
        method="PUT",
        path=lambda c: f"/cart/items/{c['product_id']}",
        body=lambda c: {"quantity": c["quantity"]},
        success=200,
        is_right=_holds_item,
        tells=answers.of_cart,
    ),
    Operation(
        name="get-cart",
        feature="cart",
        method="GET",
        path=lambda _: "/cart",
        success=200,
        is_right=lambda _, answer: isinstance(answer["lines"], list),
    ),
    _CHECKOUT,
    replace(_CHECKOUT, name=REPEAT),
    Operation(
        name="list-orders",
        feature="orders",
        method="GET",
        path=lambda _: "/orders",
        success=200,
        is_right=_lists_orders,
        tells=answers.of_orders,
    ),
)
OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _ALL}
