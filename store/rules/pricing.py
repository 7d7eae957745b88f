"""What a basket costs: integer cents, quantity discounts, rounding defined."""

from collections.abc import Iterable
from dataclasses import dataclass

QUANTITY_DISCOUNTS = ((20, 10), (5, 5))
"""(pieces of one product from which it holds, discount in per cent), the largest first."""


@dataclass(frozen=True)
class Item:
    product_id: int
    name: str
    quantity: int
    """At least 1."""
    unit_price_cents: int
    """At least 0."""


@dataclass(frozen=True)
class PricedLine:
    product_id: int
    name: str
    quantity: int
    unit_price_cents: int
    line_total_cents: int
    """After the quantity discount."""


@dataclass(frozen=True)
class Basket:
    lines: tuple[PricedLine, ...]
    """By ascending product id."""
    subtotal_cents: int


def price_basket(items: Iterable[Item]) -> Basket:
    """Price ``items``, which name each product once, in any order.

    From 5 pieces of one product its line is 5 % cheaper, from 20 pieces 10 %. A line is rounded to
    whole cents, half a cent up; the subtotal is the sum of the rounded lines. A line therefore
    grows with its quantity everywhere except at a step: 20 pieces cost less than 19.
    """
    lines = tuple(_priced(item) for item in sorted(items, key=lambda item: item.product_id))
    return Basket(lines, sum(line.line_total_cents for line in lines))


def percent_of(amount_cents: int, percent: int) -> int:
    """So many per cent of a non-negative amount, rounded to whole cents, half a cent up."""
    return (amount_cents * percent + 50) // 100


def _priced(item: Item) -> PricedLine:
    payable_percent = 100 - _discount_percent(item.quantity)
    return PricedLine(
        product_id=item.product_id,
        name=item.name,
        quantity=item.quantity,
        unit_price_cents=item.unit_price_cents,
        line_total_cents=percent_of(item.quantity * item.unit_price_cents, payable_percent),
    )


def _discount_percent(quantity: int) -> int:
    steps = (percent for pieces, percent in QUANTITY_DISCOUNTS if quantity >= pieces)
    return next(steps, 0)
