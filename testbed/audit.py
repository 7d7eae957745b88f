"""Audits the books of a store after a trial: money, stock, orders and messages add up."""

import time
from collections.abc import Iterable
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from experiment.record import TrialFolder, write_whole
from store.rules import checkout
from store.rules.books import Books, audit
from testbed.platforms.platform import RunningStore

SETTLE_WITHIN_S = 10.0
POLL_S = 0.1


def audit_trial(store: RunningStore, files: TrialFolder, arrivals: Path) -> None:
    """Let background work end, audit the books against what clients were told, write it down."""
    start = time.monotonic()
    books = _settled_books(store)
    told = acknowledged_orders(files.requests, arrivals)
    violations = audit(books, told)
    content = {
        "orders": sum(order.status == "confirmed" for order in books.orders),
        "acknowledged": len(told),
        "settled_after_s": round(time.monotonic() - start, 3),
        "violations": [{"invariant": v.invariant, "detail": v.detail} for v in violations],
    }
    write_whole(files.audit, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _settled_books(store: RunningStore) -> Books:
    """The books once nothing is under way, or as they stand when that takes too long."""
    deadline = time.monotonic() + SETTLE_WITHIN_S
    while True:
        books = store.books()
        under_way = books.unfinished_sagas or books.outbox_pending
        if not under_way or time.monotonic() > deadline:
            return books
        time.sleep(POLL_S)


def acknowledged_orders(requests: Path, arrivals: Path) -> set[str]:
    """Ids of the orders that a client was told exist: those of all checkouts answered 201."""
    answered = pq.read_table(
        requests,
        columns=["seq", "step"],
        filters=[("operation", "=", "checkout"), ("status", "=", 201)],
    )
    confirmed = set(_keys(answered.to_pylist()))
    planned = pq.read_table(arrivals, filters=[("operation", "=", "checkout")]).to_pylist()
    return {_order_id(row["choices"]) for row in planned if (row["seq"], row["step"]) in confirmed}


def _keys(rows: Iterable[dict[str, int]]) -> Iterable[tuple[int, int]]:
    return ((row["seq"], row["step"]) for row in rows)


def _order_id(choices: str) -> str:
    chosen = orjson.loads(choices)
    return str(checkout.order_id(chosen["customer_id"], chosen["key"]))
