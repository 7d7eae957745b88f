"""What an order costs after its coupon, and what identifies it."""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID, uuid5

from store.rules.pricing import percent_of

ORDER_NAMESPACE = UUID("7f1c3c1e-52c8-5d0b-9a52-5a1f0c6f7a10")
"""Namespace of order ids; another value would give every order another id."""


@dataclass(frozen=True)
class Coupon:
    """Takes off a share of the subtotal plus a fixed amount."""

    code: str
    percent_off: int = 0
    off_cents: int = 0
    from_subtotal_cents: int = 0
    """Below this subtotal the coupon takes nothing off."""


@dataclass(frozen=True)
class Total:
    subtotal_cents: int
    discount_cents: int
    total_cents: int


COUPONS = (
    Coupon("WELCOME10", percent_off=10),
    Coupon("SAVE5", off_cents=500, from_subtotal_cents=5000),
)


def find_coupon(code: str) -> Coupon | None:
    """The coupon of exactly this code; None when there is none."""
    return next((coupon for coupon in COUPONS if coupon.code == code), None)


def total(basket_subtotal_cents: int, coupon: Coupon | None) -> Total:
    """What is to be paid for a basket: at least half its subtotal, whatever the coupon says.

    A percentage is rounded to whole cents, half a cent up.
    """
    discount_cents = min(_discount_cents(basket_subtotal_cents, coupon), basket_subtotal_cents // 2)
    return Total(basket_subtotal_cents, discount_cents, basket_subtotal_cents - discount_cents)


def order_id(customer_id: int, idempotency_key: str) -> UUID:
    """UUIDv5 of customer and key: a repeated checkout names the same order in every process."""
    return uuid5(ORDER_NAMESPACE, f"{customer_id}:{idempotency_key}")


def fingerprint(card: str, coupon: str | None) -> str:
    """SHA-256 in hex of a checkout body; bodies that mean the same share it."""
    return hashlib.sha256(json.dumps([card, coupon]).encode()).hexdigest()


def _discount_cents(subtotal_cents: int, coupon: Coupon | None) -> int:
    if coupon is None or subtotal_cents < coupon.from_subtotal_cents:
        return 0
    return percent_of(subtotal_cents, coupon.percent_off) + coupon.off_cents
