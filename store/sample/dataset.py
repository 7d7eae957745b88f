"""The sample data as plain columns, the same for both stores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_PASSWORD = "twinstack-sample"  # noqa: S105 - sample customers are public


def sample_email(customer_id: int) -> str:
    """E-mail address of the sample customer with this id (ids count from 1)."""
    return f"customer{customer_id}@example.com"


@dataclass(frozen=True)
class ProductRow:
    product_id: int
    name: str
    category: str
    description: str
    price_cents: int
    popularity: float
    """Relative demand, Zipf-like; products are listed by it."""
    on_hand: int
    """Pieces in stock at first."""


@dataclass(frozen=True)
class CustomerRow:
    customer_id: int
    email: str
    name: str
    password_hash: str


@dataclass(frozen=True)
class Ratings:
    """Parallel arrays: one rating each. At most one per customer and product."""

    customer_id: NDArray[np.int32]
    product_id: NDArray[np.int32]
    stars: NDArray[np.int8]
    """1 to 5."""


@dataclass(frozen=True)
class Dataset:
    products: tuple[ProductRow, ...]
    """By ascending id, from 1 without gaps."""
    customers: tuple[CustomerRow, ...]
    ratings: Ratings
