import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.factorisation import SparseMatrix, left_factors

seeds = st.integers(0, 2**32 - 1)


def random_sparse(seed: int, shape: tuple[int, int]) -> tuple[SparseMatrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=shape) * (rng.random(shape) < 0.3)
    row, column = np.nonzero(dense)
    return SparseMatrix(row, column, dense[row, column], shape), dense


@given(seed=seeds, rows=st.integers(1, 12), columns=st.integers(1, 12))
def test_a_sparse_product_is_the_dense_product(seed: int, rows: int, columns: int) -> None:
    sparse, dense = random_sparse(seed, (rows, columns))
    other = np.random.default_rng(seed).normal(size=(columns, 3))
    np.testing.assert_allclose(sparse.times(other), dense @ other, atol=1e-12)
    np.testing.assert_allclose(sparse.transposed().times(dense), dense.T @ dense, atol=1e-12)


@given(seed=seeds)
def test_all_factors_together_keep_every_product_of_two_rows(seed: int) -> None:
    sparse, dense = random_sparse(seed, (9, 7))
    factors = left_factors(sparse, 7)
    np.testing.assert_allclose(factors @ factors.T, dense @ dense.T, atol=1e-9)


def test_few_factors_are_nearly_the_best_ones() -> None:
    sparse, dense = random_sparse(1, (120, 80))
    kept = np.sum(left_factors(sparse, 10) ** 2)
    best = np.sum(np.linalg.svd(dense, compute_uv=False)[:10] ** 2)
    assert kept == pytest.approx(best, rel=0.01)
    assert kept <= best * (1 + 1e-9)


def test_there_are_never_more_factors_than_rows_or_columns() -> None:
    assert left_factors(random_sparse(1, (4, 30))[0], 16).shape == (4, 4)
    assert left_factors(random_sparse(1, (30, 3))[0], 16).shape == (30, 3)
