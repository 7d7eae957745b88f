"""The client history of a trial: what its rows say that checkouts and looks at orders came to."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.compute as pc
import pyarrow.parquet as pq

from store.rules import checkout
from store.rules.books import Checkout, History, Reading
from store.rules.books.history import Result

Row = dict[str, Any]

CHECKOUTS = ("checkout", "repeat-checkout")
PURCHASE = (*CHECKOUTS, "put-cart-item", "list-orders")
UNSENT = frozenset({"dropped", "skipped", "omitted", "refused"})
"""Outcomes of requests that certainly reached nobody."""
UNAVAILABLE = 503
CREATED = 201
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def history_of(requests: Path, arrivals: Path) -> History:
    """What the buyers of a trial asked for and were told."""
    rows = _purchases(requests, arrivals)
    checkouts: list[Checkout] = []
    readings: list[Reading] = []
    for journey in rows:
        shown_cents = journey.get("put-cart-item", {}).get("answer", {}).get("shown_cents")
        own = [_checkout(journey[name], shown_cents) for name in CHECKOUTS if name in journey]
        checkouts += own
        readings += _readings(journey, own)
    return History(tuple(checkouts), tuple(readings))


def _purchases(requests: Path, arrivals: Path) -> Iterable[dict[str, Row]]:
    """The steps of each purchase by their operation, with their choices and answers."""
    only = pc.field("operation").isin(PURCHASE)
    planned = pq.read_table(arrivals, columns=["seq", "step", "choices"], filters=only)
    choices = {(row["seq"], row["step"]): row["choices"] for row in planned.to_pylist()}
    journeys: dict[int, dict[str, Row]] = {}
    for row in pq.read_table(requests, filters=only).to_pylist():
        row["choices"] = orjson.loads(choices[row["seq"], row["step"]])
        row["answer"] = orjson.loads(row["answer"] or "{}")
        journeys.setdefault(row["seq"], {})[row["operation"]] = row
    return journeys.values()


def _checkout(row: Row, shown_cents: int | None) -> Checkout:
    answer = row["answer"]
    return Checkout(
        order_id=_own_order(row),
        result=result_of(row["outcome"], row["status"], _said_by_store(row)),
        sent_s=row["intended_s"] if row["sent_s"] is None else row["sent_s"],
        ended_s=row["intended_s"] if row["ended_s"] is None else row["ended_s"],
        problem=answer.get("problem", ""),
        digest=answer.get("digest", ""),
        told_order_id=answer.get("order_id", ""),
        total_cents=answer.get("total_cents"),
        paid_cents=answer.get("paid_cents"),
        shown_cents=shown_cents,
    )


def _said_by_store(row: Row) -> str:
    """The problem that an instance of the store answered with; what the edge says is a guess."""
    return str(row["answer"].get("problem", "")) if row["instance"] else ""


def result_of(outcome: str, status: int | None, problem: str) -> Result:
    """How a checkout ended, as far as its client can know.

    ``fail`` takes a word of the store itself: that is a refusal, or the 503 that promises that
    nothing was ordered. Whatever else went wrong on the way leaves both possible.
    """
    if status == CREATED:
        return "ok"
    if outcome in UNSENT:
        return "fail"
    if not problem or status is None or problem == "checkout-in-progress":
        return "info"
    is_refused = _CLIENT_ERROR <= status < _SERVER_ERROR
    return "fail" if is_refused or status == UNAVAILABLE else "info"


def _readings(journey: dict[str, Row], checkouts: list[Checkout]) -> Iterator[Reading]:
    row = journey.get("list-orders")
    if row is None or "own" not in row["answer"]:  # one without the own order is a wrong answer
        return
    confirmed_s = [each.ended_s for each in checkouts if each.result == "ok"]
    yield Reading(
        customer_id=row["choices"]["customer_id"],
        order_id=_own_order(row),
        sent_s=row["sent_s"],
        ended_s=row["ended_s"],
        own_status=row["answer"]["own"],
        total=row["answer"]["total"],
        follows_ok=any(each <= row["sent_s"] for each in confirmed_s),
    )


def _own_order(row: Row) -> str:
    return str(checkout.order_id(row["choices"]["customer_id"], row["choices"]["key"]))
