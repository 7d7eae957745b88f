"""What right answers hold, by the sample data: how many products and hits, and what is alike.

An answer of the contract's shape may be blank. Who draws the schedule knows better, and says so
beside each choice; the generator holds answers against it. It is the same for both stores.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiment.store import Sample, Work
from store.rules.ranking import Document, tokens
from store.rules.recommending import train
from store.sample.dataset import Dataset, ProductRow
from store.sample.generate import generate
from store.sample.vocabulary import search_words

DEFAULT_FACTORS = (Work().recommendation_factors,)
MOST_RATINGS = 200_000
"""To know what resembles what, both stores' model is trained once more: three seconds with 50,000
ratings. Of larger samples it stays unknown which product has recommendations."""

SURELY = 0.01
"""A similarity above it is positive on every machine, whatever its last bits."""


@dataclass(frozen=True)
class Truth:
    totals: Mapping[str | None, int]
    """Products by category; those of the whole shop under None."""
    holders: Mapping[str, frozenset[int]]
    """Ids of the products that hold each of the words that customers search for."""
    has_similar: NDArray[np.bool_]
    """By product id, from 1: whether it has recommendations, as far as is known."""

    def hits(self, query: str) -> int:
        """How many products hold a word of the query."""
        return len(frozenset().union(*(self.holders.get(word, ()) for word in tokens(query))))

    def page(self, product_id: int) -> dict[str, Any]:
        """Choices of a visitor who looks at a product, or at what is like it."""
        known = {"similar": True} if self.has_similar[product_id - 1] else {}
        return {"product_id": product_id, **known}


@lru_cache(maxsize=4)
def truth_of(sample: Sample, factors: tuple[int, ...] = DEFAULT_FACTORS) -> Truth:
    """Of the sample data of this size; ``factors``: lengths of vectors in all arms.

    A product has recommendations where it has some with each of these lengths.
    """
    is_known = sample.ratings <= MOST_RATINGS
    ratings = sample.ratings if is_known else 0
    data = generate(products=sample.products, customers=sample.customers, ratings=ratings)
    similar = [_has_similar(data, length) for length in factors if ratings]
    none = np.zeros(sample.products, dtype=np.bool_)
    return Truth(
        _totals(data.products),
        _holders(data.products),
        np.logical_and.reduce(similar) if similar else none,
    )


def _totals(products: Collection[ProductRow]) -> Mapping[str | None, int]:
    names, counts = np.unique([product.category for product in products], return_counts=True)
    return {None: len(products), **dict(zip(names.tolist(), counts.tolist(), strict=True))}


def _holders(products: Collection[ProductRow]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {word: set() for word in search_words()}
    for each in products:
        document = Document.of_product(each.product_id, each.name, each.category, each.description)
        for word in found.keys() & set(tokens(document.text)):
            found[word].add(each.product_id)
    return {word: frozenset(ids) for word, ids in found.items()}


def _has_similar(data: Dataset, factors: int) -> NDArray[np.bool_]:
    found = np.zeros(len(data.products), dtype=np.bool_)
    model = train([product.product_id for product in data.products], data.ratings, factors)
    for product_id in model.product_ids.tolist():
        best = model.recommend(product_id, 1, 1)
        found[product_id - 1] = bool(best) and best[0][1] > SURELY
    return found
