"""What clients were told is held against what became of it."""

from dataclasses import replace

import pytest

from store.rules.books import (
    Books,
    Checkout,
    History,
    OrderEntry,
    PaymentEntry,
    Reading,
    ReservationEntry,
    Violation,
    audit,
)
from store.rules.books.promises import checks as promises
from store.rules.books.reading import checks as readings

NOTHING = Books()
ORDERED = Books(
    orders=(OrderEntry("key", customer_id=1, status="confirmed", total_cents=900),),
    payments=(PaymentEntry("key", 900, 0),),
)
OK = Checkout(
    "key", "ok", 1.0, 1.1, digest="order", told_order_id="key",
    total_cents=900, paid_cents=300, shown_cents=300,
)  # fmt: skip
LOST = Checkout("key", "info", 0.0, 0.5)
LOOK = Reading(1, "key", 2.0, 2.1, own_status="confirmed", total=1, follows_ok=True)


def failed(problem: str, at_s: float = 1.0) -> Checkout:
    return Checkout("key", "fail", at_s, at_s + 0.1, problem=problem, digest=problem)


def again(checkout: Checkout) -> Checkout:
    return replace(checkout, sent_s=5.0, ended_s=5.1)


def violated(books: Books, *checkouts: Checkout) -> set[str]:
    return {check.invariant for check in promises(books, History(checkouts)) if check.wrong}


def misread(books: Books, *readers: Reading, checkouts: tuple[Checkout, ...] = ()) -> list[str]:
    history = History(checkouts, readers)
    return [check.invariant for check in readings(books, history) if check.wrong]


@pytest.mark.parametrize("attempts", [(OK,), (OK, again(OK)), (LOST, OK), (LOST, again(LOST))])
def test_an_order_that_was_told_or_may_have_been_is_fine(attempts: tuple[Checkout, ...]) -> None:
    assert violated(ORDERED, *attempts) == set()


@pytest.mark.parametrize("first", ["cart-empty", "dependency-unavailable"])
def test_a_key_may_be_tried_again_after_a_refusal_that_is_not_remembered(first: str) -> None:
    assert violated(ORDERED, failed(first, 0.1), OK) == set()


@pytest.mark.parametrize(
    "attempts",
    [
        (failed("payment-declined"), again(failed("payment-declined"))),
        (failed("sold-out"), again(failed("dependency-unavailable"))),
        (LOST, failed("sold-out")),
        (LOST,),
        (failed(""),),
    ],
)
def test_a_checkout_that_left_nothing_is_fine(attempts: tuple[Checkout, ...]) -> None:
    assert violated(NOTHING, *attempts) == set()


@pytest.mark.parametrize(
    "attempts",
    [
        (OK, replace(again(OK), digest="another order")),
        (OK, again(failed("cart-empty"))),
        (OK, again(failed("payment-declined"))),
        (failed("payment-declined", 0.1), OK),
        (LOST, failed("cart-empty")),
        (replace(OK, told_order_id="another"),),
    ],
)
def test_a_key_that_gets_two_answers_is_reported(attempts: tuple[Checkout, ...]) -> None:
    assert "I9" in violated(ORDERED, *attempts)


@pytest.mark.parametrize("problem", ["sold-out", "payment-declined", "dependency-unavailable", ""])
def test_an_order_behind_the_back_of_a_buyer_who_was_refused_is_reported(problem: str) -> None:
    assert violated(ORDERED, failed(problem)) == {"I10"}


def test_after_a_final_refusal_an_earlier_lost_answer_is_no_excuse() -> None:
    assert "I10" in violated(ORDERED, LOST, failed("sold-out"))


@pytest.mark.parametrize("checkout", [failed("sold-out"), failed("dependency-unavailable"), LOST])
@pytest.mark.parametrize(
    "left",
    [
        Books(payments=(PaymentEntry("key", 900, 0),)),
        Books(charges=(PaymentEntry("key", 900, 899),)),
        Books(reservations=(ReservationEntry("key", "held", overdue=False),)),
        Books(reservations=(ReservationEntry("key", "sold", overdue=False),)),
    ],
)
def test_what_an_unconfirmed_checkout_left_behind_is_reported(
    left: Books, checkout: Checkout
) -> None:
    assert violated(left, checkout) == {"I10"}


def test_a_refund_and_a_released_reservation_are_nothing() -> None:
    undone = Books(
        payments=(PaymentEntry("key", 900, 900),),
        reservations=(ReservationEntry("key", "released", overdue=True),),
    )
    assert violated(undone, LOST) == set()


def test_an_order_that_is_listed_at_once_at_its_price_is_fine() -> None:
    assert misread(ORDERED, LOOK, checkouts=(OK,)) == []
    assert misread(NOTHING, replace(LOOK, own_status=None, total=0, follows_ok=False)) == []


def test_a_confirmed_order_that_is_not_listed_is_reported() -> None:
    assert misread(ORDERED, replace(LOOK, own_status=None)) == ["I11"]


def test_an_order_that_was_listed_and_is_gone_is_reported() -> None:
    assert misread(NOTHING, replace(LOOK, follows_ok=False)) == ["I11"]


def test_orders_that_become_fewer_are_reported_unless_the_looks_overlap() -> None:
    earlier = replace(LOOK, sent_s=1.0, ended_s=1.1, total=2)
    assert misread(ORDERED, LOOK, earlier) == ["I11"]
    assert misread(ORDERED, LOOK, replace(earlier, ended_s=2.05)) == []
    assert misread(ORDERED, LOOK, replace(earlier, customer_id=2)) == []


@pytest.mark.parametrize("wrong", [{"paid_cents": 301}, {"total_cents": 901}])
def test_another_price_than_was_shown_or_booked_is_reported(wrong: dict[str, int]) -> None:
    assert misread(ORDERED, checkouts=(replace(OK, **wrong),)) == ["I11"]


def test_a_violation_says_what_is_wrong_in_a_sentence() -> None:
    found = audit(Books(), History((failed("sold-out"), OK)))
    assert Violation("I3", "0 confirmed orders key") in found
