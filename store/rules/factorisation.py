"""Truncated singular value decomposition of a sparse matrix, with numpy alone.

``scipy.sparse.linalg`` would do the same at the price of 40 MB in every process that imports it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OVERSAMPLING = 8
POWER_ITERATIONS = 4
SKETCH_SEED = 1


@dataclass(frozen=True)
class SparseMatrix:
    """Parallel arrays: one entry each, every place at most once."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    values: NDArray[np.float64]
    shape: tuple[int, int]

    def times(self, dense: NDArray[np.float64]) -> NDArray[np.float64]:
        """The product with ``dense``; entries are added in the order they are stored."""
        product = np.empty((self.shape[0], dense.shape[1]))
        for j in range(dense.shape[1]):
            terms = self.values * dense[self.column, j]
            product[:, j] = np.bincount(self.row, weights=terms, minlength=self.shape[0])
        return product

    def transposed(self) -> "SparseMatrix":
        return SparseMatrix(self.column, self.row, self.values, (self.shape[1], self.shape[0]))


def left_factors(matrix: SparseMatrix, rank: int) -> NDArray[np.float64]:
    """Left singular vectors times singular values, shape (rows, min(rank, rows, columns)).

    Randomised range finder with power iterations (Halko, Martinsson & Tropp 2011, algorithms 4.4
    and 5.1) from a seeded sketch. Signs are left as they come out: products of two rows, all that
    similarity needs, do not depend on them.
    """
    width = min(rank + OVERSAMPLING, *matrix.shape)
    transposed = matrix.transposed()
    sketch = np.random.default_rng(SKETCH_SEED).standard_normal((matrix.shape[1], width))
    basis = np.linalg.qr(matrix.times(sketch)).Q
    for _ in range(POWER_ITERATIONS):
        basis = np.linalg.qr(matrix.times(np.linalg.qr(transposed.times(basis)).Q)).Q
    small = np.linalg.svd(transposed.times(basis).T, full_matrices=False)
    factors: NDArray[np.float64] = (basis @ small.U * small.S)[:, :rank]
    return factors
