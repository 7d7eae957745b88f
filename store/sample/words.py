"""How the assortment of the sample shop is written down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    name: str
    occasion: str
    """What it is bought for; goods of one occasion are bought together."""
    usual_price: int
    """In whole units of currency."""


@dataclass(frozen=True)
class Category:
    name: str
    materials: tuple[str, ...]
    features: tuple[str, ...]
    nouns: tuple[Noun, ...]


def listed(text: str) -> tuple[str, ...]:
    """The parts of ``text`` between commas."""
    return tuple(text.split(", "))
