"""Products similar to a product, from who rated what: factorisation and cosine similarity."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.rules.factorisation import SparseMatrix, left_factors
from store.sample.dataset import Ratings

MIDDLE_STARS = 3.0
"""Ratings count from the middle of the scale, not from each customer's mean: what a customer
bought and liked has to stay positive, or products bought together would not resemble each other."""
GRID = 2.0**25
"""Factors are multiples of 1 / GRID. Their products are multiples of 2**-50 and no partial sum of
them exceeds 1 by much (Cauchy-Schwarz), so a double holds every sum exactly: a score is the same
bits in whatever order it is added up, by any number of BLAS threads."""

NEGLIGIBLE_LENGTH = 1e-9
"""A shorter factor vector is rounding error: its product resembles no other."""


@dataclass(frozen=True)
class Model:
    """Similarity of rated products; immutable, for any number of threads at the same time."""

    product_ids: NDArray[np.int64]
    """Shape (products,): the rated products, ascending."""
    vectors: NDArray[np.float64]
    """Shape (products, factors): one unit vector per rated product."""

    def knows(self, product_id: int) -> bool:
        """Whether anybody rated the product."""
        return self._row(product_id) is not None

    def recommend(self, product_id: int, limit: int, passes: int) -> list[tuple[int, float]]:
        """The at most ``limit`` other products most similar to this one, as (id, score).

        The score is the cosine similarity rounded to six decimals; only positive ones count. By
        descending score, ties by ascending id; empty when nobody rated the product. One call
        compares with every rated product, ``passes`` times over: that multiplies its work and
        leaves its answer alone, which is how an experiment sets the appetite of this feature.
        """
        row = self._row(product_id)
        if row is None:
            return []
        scores = np.empty(len(self.product_ids))
        for _ in range(passes):
            np.dot(self.vectors, self.vectors[row], out=scores)
        scores[row] = 0.0
        return self._best(np.round(scores, 6), limit)

    def _row(self, product_id: int) -> int | None:
        row = int(np.searchsorted(self.product_ids, product_id))
        known = row < len(self.product_ids) and self.product_ids[row] == product_id
        return row if known else None

    def _best(self, scores: NDArray[np.float64], limit: int) -> list[tuple[int, float]]:
        """Only candidates at or above the last place are sorted; sorting all costs more."""
        last_place = np.partition(scores, -limit)[-limit] if limit < len(scores) else 0.0
        candidates = np.flatnonzero((scores >= last_place) & (scores > 0))
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:limit]
        return list(zip(self.product_ids[best].tolist(), scores[best].tolist(), strict=True))


def train(product_ids: Collection[int], ratings: Ratings, factors: int) -> Model:
    """Model of the ratings of ``product_ids``; ratings of other products are left out.

    Each product is a vector over customers, of unit length, made of how far its stars are from the
    middle of the scale; the largest ``factors`` singular values of these vectors are kept. The
    order of the ratings does not matter. Deterministic: the same bits in every process of a
    machine.
    """
    existing = np.isin(ratings.product_id, np.fromiter(product_ids, dtype=np.int64))
    order = np.lexsort((ratings.customer_id, ratings.product_id))
    order = order[existing[order]]
    rated, row = np.unique(ratings.product_id[order], return_inverse=True)
    customers, column = np.unique(ratings.customer_id[order], return_inverse=True)
    values = _normalised(row, ratings.stars[order].astype(np.float64) - MIDDLE_STARS)
    matrix = SparseMatrix(row, column, values, (len(rated), len(customers)))
    vectors = _unit_rows(left_factors(matrix, factors))
    return Model(rated.astype(np.int64), np.rint(vectors * GRID) / GRID)


def _normalised(product: NDArray[np.intp], values: NDArray[np.float64]) -> NDArray[np.float64]:
    norm = np.sqrt(np.bincount(product, weights=values**2))
    return values / np.where(norm > 0, norm, 1.0)[product]


def _unit_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    norm = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return rows / np.where(norm > NEGLIGIBLE_LENGTH, norm, np.inf)
