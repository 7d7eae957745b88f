from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.pricing import Item, percent_of, price_basket

quantities = st.integers(1, 99)
prices = st.integers(0, 10_000_000)
baskets = st.lists(
    st.builds(Item, st.integers(1, 2**31 - 1), st.text(max_size=5), quantities, prices),
    unique_by=lambda item: item.product_id,
    max_size=50,
)


def line_total_cents(quantity: int, unit_price_cents: int) -> int:
    return price_basket([Item(1, "Sock", quantity, unit_price_cents)]).subtotal_cents


def test_an_empty_basket_costs_nothing() -> None:
    assert price_basket([]).subtotal_cents == 0


@pytest.mark.parametrize(
    ("quantity", "unit_price_cents", "expected"),
    [
        (1, 999, 999),
        (4, 999, 3996),
        (5, 999, 4745),  # 4745.25
        (5, 110, 523),  # 522.5
        (19, 100, 1805),
        (20, 100, 1800),
        (21, 5, 95),  # 94.5
        (99, 499_999, 44_549_911),  # 44549910.9
    ],
)
def test_a_line_costs_what_the_discount_steps_say(
    quantity: int, unit_price_cents: int, expected: int
) -> None:
    assert line_total_cents(quantity, unit_price_cents) == expected


@given(amount=st.integers(0, 10**12), percent=st.integers(0, 100))
def test_per_cents_round_half_a_cent_up(amount: int, percent: int) -> None:
    exact = Fraction(amount * percent, 100)
    rounded = percent_of(amount, percent)
    assert exact - Fraction(1, 2) < rounded <= exact + Fraction(1, 2)


@given(items=baskets)
def test_no_line_is_negative_or_dearer_than_its_pieces(items: list[Item]) -> None:
    for line in price_basket(items).lines:
        assert 0 <= line.line_total_cents <= line.quantity * line.unit_price_cents


@given(items=baskets)
def test_the_subtotal_is_the_sum_of_the_lines(items: list[Item]) -> None:
    basket = price_basket(items)
    assert basket.subtotal_cents == sum(line.line_total_cents for line in basket.lines)


@given(items=baskets)
def test_every_item_becomes_one_line_in_ascending_order(items: list[Item]) -> None:
    lines = price_basket(items).lines
    found = [(line.product_id, line.name, line.quantity, line.unit_price_cents) for line in lines]
    expected = [(i.product_id, i.name, i.quantity, i.unit_price_cents) for i in items]
    assert found == sorted(expected)


@given(items=baskets, data=st.data())
def test_the_order_of_items_does_not_matter(items: list[Item], data: st.DataObject) -> None:
    assert price_basket(data.draw(st.permutations(items))) == price_basket(items)


@given(quantity=quantities.filter(lambda q: q + 1 not in (5, 20)), price=prices)
def test_one_more_piece_never_costs_less_between_discount_steps(quantity: int, price: int) -> None:
    assert line_total_cents(quantity + 1, price) >= line_total_cents(quantity, price)


@given(quantity=quantities, price=prices)
def test_a_dearer_piece_never_makes_a_cheaper_line(quantity: int, price: int) -> None:
    assert line_total_cents(quantity, price + 1) >= line_total_cents(quantity, price)
