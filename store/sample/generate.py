"""The sample shop: the same data for the same sizes and seed, on every machine."""

import hashlib

import numpy as np

from store.rules.credentials import SALT_BYTES, hash_password
from store.sample.dataset import SAMPLE_PASSWORD, CustomerRow, Dataset, sample_email
from store.sample.products import make_products
from store.sample.ratings import make_ratings
from store.sample.vocabulary import FIRST_NAMES, LAST_NAMES

NEWCOMER_SHARE = 100
"""The last product in so many is new: nobody has rated it."""
DEMAND_EXPONENT = 0.5
"""Ratings follow popularity to this power; flatter, because a customer rates a product once."""


def generate(
    products: int = 2000, customers: int = 1000, ratings: int = 50_000, seed: int = 1
) -> Dataset:
    """A shop of these sizes; products and customers have ids from 1 without gaps.

    Raises ValueError for more ratings than a quarter of all pairs of customer and rated product.
    """
    rng = np.random.default_rng(seed)
    rows, occasions = make_products(products, rng)
    rated = products - products // NEWCOMER_SHARE
    demand = np.array([row.popularity for row in rows[:rated]]) ** DEMAND_EXPONENT
    return Dataset(
        products=rows,
        customers=_make_customers(customers, rng),
        ratings=make_ratings(ratings, customers, occasions[:rated], demand, rng),
    )


def _make_customers(count: int, rng: np.random.Generator) -> tuple[CustomerRow, ...]:
    # One password and one hash for all: a thousand hashes would take many seconds.
    salt = hashlib.sha256(SAMPLE_PASSWORD.encode()).digest()[:SALT_BYTES]
    password_hash = hash_password(SAMPLE_PASSWORD, salt)
    names = zip(rng.choice(FIRST_NAMES, count), rng.choice(LAST_NAMES, count), strict=True)
    return tuple(
        CustomerRow(customer_id, sample_email(customer_id), f"{first} {last}", password_hash)
        for customer_id, (first, last) in enumerate(names, start=1)
    )
