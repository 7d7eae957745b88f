"""What a store must know of its sample data, so that an empty answer does not pass for a right one.

Computed by the rules that both stores share, from the same data, before the run.
"""

from dataclasses import dataclass
from functools import lru_cache

from experiment.store import Sample, Work
from store.rules.ranking import Bm25Index, Document
from store.rules.recommending import Model, train
from store.sample.dataset import ProductRow
from store.sample.generate import generate

SHELF = 8
"""Recommendations of a product, as the contract has it where nobody asks for another number."""


@dataclass(frozen=True)
class Known:
    """Of the sample data of one size."""

    products: tuple[ProductRow, ...]
    index: Bm25Index
    has_full_shelf: tuple[bool, ...]
    """By product id, from 1: whether there are ``SHELF`` others to recommend. Where there are
    fewer, their number depends on how the model was trained, and nothing is known."""

    def in_category(self, category: str | None) -> int:
        """Products in a category; None: in the whole shop."""
        return sum(category in {None, product.category} for product in self.products)

    def hits(self, query: str) -> int:
        return len(self.index.rank(query))


@lru_cache(maxsize=4)
def known_of(sample: Sample) -> Known:
    data = generate(products=sample.products, customers=sample.customers, ratings=sample.ratings)
    ids = [product.product_id for product in data.products]
    model = train(ids, data.ratings, Work().recommendation_factors)
    return Known(
        products=tuple(data.products),
        index=Bm25Index(map(_document, data.products)),
        has_full_shelf=tuple(_has_full_shelf(model, product_id) for product_id in ids),
    )


def _document(product: ProductRow) -> Document:
    return Document.of_product(
        product.product_id, product.name, product.category, product.description
    )


def _has_full_shelf(model: Model, product_id: int) -> bool:
    return len(model.recommend(product_id, SHELF, passes=1)) == SHELF
