"""What the stored state of an idempotency key means for whoever claims it."""

from typing import Any

import pytest

from microservices.orders.claims import Begun, Remembered, Unfinished, decide
from store.runtime.problems import Problem

DECLINED = {"status": 402, "name": "payment-declined", "detail": "The payment was declined."}


def found(status: str, **changes: Any) -> dict[str, Any]:
    row = {"attempt": 3, "fingerprint": "same", "refusal": None, "is_leased": False}
    return {**row, "status": status, **changes}


@pytest.mark.parametrize("status", ["confirmed", "completed"])
def test_a_confirmed_order_is_remembered(status: str) -> None:
    assert decide(found(status), "same") == Remembered(None)


@pytest.mark.parametrize("status", ["undoing", "failed"])
def test_a_final_refusal_is_remembered_even_while_it_is_being_undone(status: str) -> None:
    claim = decide(found(status, refusal=DECLINED), "same")
    assert isinstance(claim, Remembered)
    assert claim.refusal is not None
    assert vars(claim.refusal) == {**DECLINED, "retry_after_s": None}


@pytest.mark.parametrize(
    "row", [found("confirmed"), found("completed"), found("failed", refusal=DECLINED)]
)
def test_an_answered_key_with_another_body_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="another body"):
        decide(row, "other")


@pytest.mark.parametrize("fingerprint", ["same", "other"])
def test_a_running_checkout_is_in_progress(fingerprint: str) -> None:
    with pytest.raises(Problem, match="still running"):
        decide(found("running", is_leased=True), fingerprint)


@pytest.mark.parametrize(
    "row", [found("running"), found("undoing"), found("undoing", is_leased=True)]
)
def test_an_attempt_without_an_answer_has_to_be_undone_first(row: dict[str, Any]) -> None:
    assert decide(row, "other") == Unfinished(3)


def test_after_a_forgotten_failure_the_next_attempt_begins_with_any_body() -> None:
    assert decide(found("failed"), "other") == Begun(4)
