"""The client history of a trial, from its rows; what the audit makes of it."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiment.rows import ARRIVALS, RECORDED
from store.rules.books import Books, Checkout, History, OrderEntry, Reading
from store.rules.checkout import order_id
from testbed import audit
from testbed.audit import findings
from testbed.history import history_of, result_of

OWN = str(order_id(7, "key-00007"))
STEPS = ("sign-in", "put-cart-item", "checkout", "list-orders", "repeat-checkout")
CHOICES = orjson.dumps({"customer_id": 7, "key": "key-00007"}).decode()
TOLD = {"order_id": OWN, "total_cents": 900, "paid_cents": 300, "digest": "d"}


def _answered(operation: str, answer: dict[str, Any], status: int | None = 201) -> dict[str, Any]:
    step = STEPS.index(operation)
    return {
        "seq": 1, "step": step, "journey": "buy", "operation": operation, "feature": "checkout",
        "intended_s": float(step), "sent_s": step + 0.01, "ended_s": step + 0.5,
        "outcome": "ok" if status else "timeout", "status": status, "degraded": "",
        "instance": "orders-1",
        "answer": orjson.dumps(answer).decode() if answer else "",
    }  # fmt: skip


def _history(folder: Path, *rows: dict[str, Any]) -> History:
    arrivals = [
        {
            "seq": 1, "step": step, "intended_s": 0.0, "journey": "buy", "operation": operation,
            "feature": "checkout", "choices": CHOICES,
        }
        for step, operation in enumerate(STEPS)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(list(rows), RECORDED), folder / "requests.parquet")
    pq.write_table(pa.Table.from_pylist(arrivals, ARRIVALS), folder / "arrivals.parquet")
    return history_of(folder / "requests.parquet", folder / "arrivals.parquet")


def test_a_purchase_becomes_its_checkouts_and_its_look_at_the_orders(tmp_path: Path) -> None:
    history = _history(
        tmp_path,
        _answered("sign-in", {}),
        _answered("put-cart-item", {"shown_cents": 300}, 200),
        _answered("checkout", TOLD),
        _answered("list-orders", {"own": "confirmed", "total": 1}, 200),
        _answered("repeat-checkout", {}, None),
    )
    told = Checkout(OWN, "ok", 2.01, 2.5, "", "d", OWN, 900, 300, 300)
    assert history.checkouts == (told, Checkout(OWN, "info", 4.01, 4.5, shown_cents=300))
    look = Reading(7, OWN, 3.01, 3.5, own_status="confirmed", total=1, follows_ok=True)
    assert history.readings == (look,)


def test_a_look_at_the_orders_that_failed_tells_nothing(tmp_path: Path) -> None:
    failed = {**_answered("list-orders", {"problem": ""}, 503), "outcome": "http_error"}
    assert _history(tmp_path, failed).readings == ()


def test_a_look_that_misses_the_own_order_is_wrong_and_still_tells(tmp_path: Path) -> None:
    missed = {**_answered("list-orders", {"own": None, "total": 0}, 200), "outcome": "wrong"}
    (look,) = _history(tmp_path, _answered("checkout", TOLD), missed).readings
    assert (look.own_status, look.total, look.follows_ok) == (None, 0, True)


@pytest.mark.parametrize(
    ("outcome", "status", "problem", "result"),
    [
        ("ok", 201, "", "ok"),
        ("wrong", 201, "", "ok"),
        ("ok", 402, "payment-declined", "fail"),
        ("ok", 409, "sold-out", "fail"),
        ("http_error", 409, "cart-empty", "fail"),
        ("http_error", 503, "dependency-unavailable", "fail"),
        ("http_error", 503, "", "info"),
        ("http_error", 500, "internal-error", "info"),
        ("http_error", 504, "", "info"),
        ("http_error", 409, "checkout-in-progress", "info"),
        ("timeout", None, "", "info"),
        ("reset", None, "", "info"),
        ("refused", None, "", "fail"),
        ("dropped", None, "", "fail"),
        ("skipped", None, "", "fail"),
    ],
)
def test_only_the_word_of_the_store_makes_a_failure_certain(
    outcome: str, status: int | None, problem: str, result: str
) -> None:
    assert result_of(outcome, status, problem) == result


def test_what_the_edge_says_of_a_checkout_leaves_both_possible(tmp_path: Path) -> None:
    refused = _answered("checkout", {"problem": "dependency-unavailable"}, 503)
    by_store, by_edge = refused, {**refused, "instance": ""}
    assert [each.result for each in _history(tmp_path, by_store).checkouts] == ["fail"]
    assert [each.result for each in _history(tmp_path, by_edge).checkouts] == ["info"]


def test_findings_count_what_was_looked_at_and_name_what_is_wrong() -> None:
    lost = OrderEntry("lost", 1, "confirmed", 500)
    history = History.acknowledging(["gone"])
    found = findings(Books(orders=(lost,), charges=()), history)
    assert (found["orders"], found["acknowledged"], found["repeated"]) == (1, 1, 0)
    assert found["invariants"]["I3"]["checks"] == 1
    assert found["invariants"]["I1"]["checks"] == 0
    assert {each["invariant"] for each in found["violations"]} == {"I3", "I4", "I8"}


class StoreComingToRest:
    """Shows another stage of its books each time that it is asked; the last one stays."""

    def __init__(self, *stages: Books) -> None:
        self.stages = list(stages)

    def books(self) -> Books:
        return self.stages.pop(0) if len(self.stages) > 1 else self.stages[0]


def test_books_are_at_rest_when_two_readings_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "POLL_S", 0.0)
    running, whole = Books(unfinished_sagas=1), Books(orders=(OrderEntry(OWN, 7, "confirmed", 9),))
    torn = Books()  # orders were read when all had ended, what they took before that
    store: Any = StoreComingToRest(running, torn, whole, whole)

    assert audit._settled_books(store) == whole


def test_books_that_do_not_come_to_rest_are_taken_as_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "SETTLE_WITHIN_S", 0.0)
    monkeypatch.setattr(audit, "POLL_S", 0.001)
    store: Any = StoreComingToRest(Books(unfinished_sagas=1))

    assert audit._settled_books(store).under_way == 1


def test_checkouts_that_were_never_sent_are_no_repeats() -> None:
    once = Checkout(OWN, "info")
    unsent = Checkout(OWN, "fail")
    assert findings(Books(), History((once, unsent)))["repeated"] == 0
    assert findings(Books(), History((once, once)))["repeated"] == 1
