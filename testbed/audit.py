"""Audits the books of a store after a trial: money, stock, orders and messages add up."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from experiment.record import TrialFolder, write_whole
from store.rules.books import INVARIANTS, Books, Check, History, checks
from testbed.history import history_of
from testbed.platforms.platform import RunningStore

SETTLE_WITHIN_S = 30.0
"""Longer than the lease of a checkout whose process died with the last fault."""
POLL_S = 0.1


def audit_trial(store: RunningStore, files: TrialFolder, arrivals: Path) -> None:
    """Let background work end, audit the books against what clients were told, write it down."""
    start = time.monotonic()
    books = _settled_books(store)
    settled_after_s = round(time.monotonic() - start, 3)
    history = history_of(files.requests, arrivals)
    settled = not books.under_way
    content = {
        "settled_after_s": settled_after_s,
        "settled": settled,
        **findings(books, history),
    }
    write_whole(files.audit, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _settled_books(store: RunningStore) -> Books:
    """The books once nothing is under way, or as they stand when that takes too long.

    They are read from one owner after another, so something that ends meanwhile can be seen half.
    Only what two readings agree on is at rest.
    """
    deadline = time.monotonic() + SETTLE_WITHIN_S
    before = None
    while True:
        books = store.books()
        at_rest = not books.under_way and books == before
        if at_rest or time.monotonic() > deadline:
            return books
        before = books
        time.sleep(POLL_S)


def findings(books: Books, history: History) -> dict[str, Any]:
    """The content of ``audit.json``, but for the time that the store needed to come to rest."""
    found = list(checks(books, history))
    results = Counter(checkout.result for checkout in history.checkouts)
    sent = [[each for each in attempts if each.was_sent] for attempts in history.by_key().values()]
    return {
        "orders": sum(1 for _ in books.confirmed()),
        "acknowledged": len({each.order_id for each in history.checkouts if each.result == "ok"}),
        "checkouts": {result: results[result] for result in ("ok", "fail", "info")},
        "repeated": sum(len(attempts) > 1 for attempts in sent),
        "ledger_compared": books.charges is not None,
        "invariants": _looked_at(found),
        "violations": [
            {"invariant": check.invariant, "detail": check.wrong} for check in found if check.wrong
        ],
    }


def _looked_at(found: list[Check]) -> dict[str, dict[str, Any]]:
    counts = Counter(check.invariant for check in found)
    return {name: {"says": says, "checks": counts[name]} for name, says in INVARIANTS.items()}
