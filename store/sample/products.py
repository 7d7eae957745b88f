"""Sample products: plausible names, descriptions and prices; Zipf-like demand."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as count_from
from math import prod

import numpy as np

from store.sample.assortment import ASSORTMENT
from store.sample.dataset import ProductRow
from store.sample.vocabulary import CLOSINGS, COLLECTIONS, DETAILS, OPENINGS, product_name
from store.sample.words import Category, Noun

PLENTY = 100_000
"""Pieces of most products: a measurement never sells them out, so that its load stays the same."""
SCARCE = 3
SCARCE_EVERY = 50
"""Every so many ids a product is scarce, so that selling out happens as well."""
ZIPF_EXPONENT = 1.0
PRICE_SPREAD = 0.35
"""Standard deviation of the logarithm of prices of one kind of product."""
ENDS_IN_99 = 0.7
"""Share of prices; the others end in .50."""
LOWEST_CENTS = 199
HIGHEST_CENTS = 499_999


@dataclass(frozen=True)
class Kind:
    """What a product is; no two products are the same kind."""

    category: Category
    noun: Noun
    material: str
    collection: str
    series: int


def make_products(count: int, rng: np.random.Generator) -> tuple[tuple[ProductRow, ...], list[str]]:
    """``count`` products with ids from 1, and the occasion each of them is bought for."""
    kinds = _choose_kinds(count, rng)
    prices = _prices_cents([kind.noun.usual_price for kind in kinds], rng)
    popularity = 1 / (1 + rng.permutation(count)) ** ZIPF_EXPONENT
    dice = rng.integers(0, 2**30, size=(count, 6)).tolist()
    rows = tuple(
        ProductRow(
            product_id=index + 1,
            name=product_name(kind.collection, kind.material, kind.noun, kind.series),
            category=kind.category.name,
            description=_description(kind, dice[index]),
            price_cents=prices[index],
            popularity=float(popularity[index]),
            on_hand=PLENTY if (index + 1) % SCARCE_EVERY else SCARCE,
        )
        for index, kind in enumerate(kinds)
    )
    return rows, [kind.noun.occasion for kind in kinds]


def _choose_kinds(count: int, rng: np.random.Generator) -> list[Kind]:
    waiting = [_shuffled_kinds(category, rng) for category in ASSORTMENT]
    return [next(waiting[choice]) for choice in rng.integers(0, len(ASSORTMENT), size=count)]


def _shuffled_kinds(category: Category, rng: np.random.Generator) -> Iterator[Kind]:
    """Every kind of one category once; then all of them anew as the next series."""
    shape = (len(category.nouns), len(category.materials), len(COLLECTIONS))
    order = np.unravel_index(rng.permutation(prod(shape)), shape)
    for series in count_from(1):
        for noun, material, collection in zip(*order, strict=True):
            yield Kind(
                category,
                category.nouns[noun],
                category.materials[material],
                COLLECTIONS[collection],
                series,
            )


def _prices_cents(usual_prices: list[int], rng: np.random.Generator) -> list[int]:
    """Around the usual prices (whole units of currency), ending in .99 or .50."""
    spread = np.exp(rng.normal(0, PRICE_SPREAD, size=len(usual_prices)))
    units = np.floor(np.array(usual_prices) * spread)
    cents = 100 * units + np.where(rng.random(len(usual_prices)) < ENDS_IN_99, 99, 50)
    prices: list[int] = np.clip(cents, LOWEST_CENTS, HIGHEST_CENTS).astype(np.int64).tolist()
    return prices


def _description(kind: Kind, dice: list[int]) -> str:
    """Two to four sentences."""
    features = kind.category.features
    sentences = [
        OPENINGS[dice[0] % len(OPENINGS)],
        DETAILS[dice[1] % len(DETAILS)],
        CLOSINGS[dice[2] % len(CLOSINGS)],
        CLOSINGS[(dice[2] + 1) % len(CLOSINGS)],
    ]
    return " ".join(sentences[: 2 + dice[3] % 3]).format(
        name=product_name(kind.collection, kind.material, kind.noun, kind.series),
        noun=kind.noun.name.lower(),
        material=kind.material.lower(),
        collection=kind.collection,
        occasion=kind.noun.occasion,
        feature=features[dice[4] % len(features)],
        other_feature=features[(dice[4] + 1 + dice[5] % (len(features) - 1)) % len(features)],
    )
