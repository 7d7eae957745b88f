from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.checkout import (
    COUPONS,
    Coupon,
    Total,
    find_coupon,
    fingerprint,
    order_id,
    total,
)

subtotals = st.integers(1, 10**9)
coupons = st.sampled_from([None, *COUPONS, Coupon("ALL", percent_off=100, off_cents=10**6)])


def test_a_coupon_is_found_by_its_exact_code_only() -> None:
    assert find_coupon("WELCOME10") == Coupon("WELCOME10", percent_off=10)
    assert find_coupon("welcome10") is None
    assert find_coupon("") is None


@pytest.mark.parametrize(
    ("code", "subtotal_cents", "discount_cents"),
    [
        ("WELCOME10", 10_000, 1000),
        ("WELCOME10", 5, 1),  # half a cent up
        ("WELCOME10", 4, 0),
        ("SAVE5", 4999, 0),
        ("SAVE5", 5000, 500),
        ("SAVE5", 1_000_000, 500),
    ],
)
def test_a_coupon_takes_off_what_it_says(
    code: str, subtotal_cents: int, discount_cents: int
) -> None:
    expected = Total(subtotal_cents, discount_cents, subtotal_cents - discount_cents)
    assert total(subtotal_cents, find_coupon(code)) == expected


@given(subtotal_cents=subtotals)
def test_without_a_coupon_the_subtotal_is_paid(subtotal_cents: int) -> None:
    assert total(subtotal_cents, None) == Total(subtotal_cents, 0, subtotal_cents)


@given(subtotal_cents=subtotals, coupon=coupons)
def test_no_coupon_takes_more_than_half(subtotal_cents: int, coupon: Coupon | None) -> None:
    bill = total(subtotal_cents, coupon)
    assert 0 <= bill.discount_cents <= subtotal_cents / 2
    assert bill.total_cents == subtotal_cents - bill.discount_cents
    assert bill.total_cents > 0


def test_order_ids_never_change_between_versions() -> None:
    assert order_id(1, "a-first-key") == UUID("6d0f3dfb-be7f-5420-8a0b-b5ef0240558b")


@given(customer=st.integers(1, 2**31), key=st.text(min_size=1))
def test_an_order_id_is_a_uuid_of_version_5(customer: int, key: str) -> None:
    assert order_id(customer, key).version == 5


@given(
    one=st.tuples(st.integers(1, 50), st.text("12:", max_size=4)),
    other=st.tuples(st.integers(1, 50), st.text("12:", max_size=4)),
)
def test_orders_are_the_same_exactly_when_customer_and_key_are(
    one: tuple[int, str], other: tuple[int, str]
) -> None:
    assert (order_id(*one) == order_id(*other)) == (one == other)


bodies = st.tuples(st.text('ab",', max_size=3), st.none() | st.text('ab",', max_size=3))


@given(one=bodies, other=bodies)
def test_fingerprints_are_the_same_exactly_when_the_bodies_are(
    one: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)
