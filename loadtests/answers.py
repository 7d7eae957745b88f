"""What the audit has to know of an answer to a purchase: a few members, kept in the row."""

import hashlib
from typing import Any

import orjson

from store.rules.checkout import order_id

Document = dict[str, Any]


def of_cart(choices: Document, cart: Document) -> Document:
    """The price at which the cart shows the product."""
    return {"shown_cents": _price_of(choices["product_id"], cart)}


def of_checkout(choices: Document, answer: Document) -> Document:
    """The order and what it costs, or the name of the problem; a digest tells answers apart."""
    digest = hashlib.sha256(orjson.dumps(answer, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    if "order_id" not in answer:
        return {"problem": _problem(answer), "digest": digest}
    return {
        "order_id": answer["order_id"],
        "total_cents": answer["total_cents"],
        "paid_cents": _price_of(choices["product_id"], answer),
        "digest": digest,
    }


def of_orders(choices: Document, answer: Document) -> Document:
    """The status of the journey's own order, None where it is not listed; how many there are."""
    if "orders" not in answer:
        return {"problem": _problem(answer)}
    own = str(order_id(choices["customer_id"], choices["key"]))
    statuses = (order["status"] for order in answer["orders"] if order["order_id"] == own)
    return {"own": next(statuses, None), "total": answer["total"]}


def _price_of(product_id: int, answer: Document) -> int | None:
    prices = (
        line["unit_price_cents"] for line in answer["lines"] if line["product_id"] == product_id
    )
    return next(prices, None)


def _problem(answer: Document) -> str:
    """Empty where it is none of the store's, such as an answer of the edge."""
    return str(answer.get("type", "")).removeprefix("/problems/")
