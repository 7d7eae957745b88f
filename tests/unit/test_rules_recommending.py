import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules.recommending import Model, train
from store.sample.dataset import Ratings

PRODUCTS = range(1, 16)
Rated = list[tuple[int, int, int]]


def as_ratings(rows: Rated) -> Ratings:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Ratings(
        columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].astype(np.int8)
    )


rated = st.lists(
    st.tuples(st.integers(1, 10), st.integers(1, 15), st.integers(1, 5)),
    unique_by=lambda row: row[:2],
    max_size=60,
)


def all_recommendations(model: Model, limit: int = 8) -> dict[int, list[tuple[int, float]]]:
    return {product_id: model.recommend(product_id, limit, 1) for product_id in PRODUCTS}


def two_clusters() -> Rated:
    """Customers 1 to 20 like products 1 to 5, the others like 6 to 10 and loathe one more."""
    rng = np.random.default_rng(7)
    rows = []
    for customer in range(1, 41):
        first = 1 if customer <= 20 else 6
        liked = rng.choice(np.arange(first, first + 5), size=4, replace=False)
        rows += [(customer, int(product), 5) for product in liked]
        rows.append((customer, int(rng.integers(11, 16)), 1))
    return rows


@settings(deadline=None)
@given(rows=rated)
def test_a_product_is_never_recommended_with_itself(rows: Rated) -> None:
    found = all_recommendations(train(PRODUCTS, as_ratings(rows), 4))
    assert all(own not in dict(others) for own, others in found.items())


@settings(deadline=None)
@given(rows=rated, limit=st.integers(1, 20))
def test_recommendations_come_by_descending_score_then_ascending_id(
    rows: Rated, limit: int
) -> None:
    for found in all_recommendations(train(PRODUCTS, as_ratings(rows), 4), limit).values():
        assert found == sorted(found, key=lambda item: (-item[1], item[0]))
        assert len(found) <= limit


@settings(deadline=None)
@given(rows=rated, limit=st.integers(1, 20))
def test_a_short_list_is_the_beginning_of_the_long_one(rows: Rated, limit: int) -> None:
    model = train(PRODUCTS, as_ratings(rows), 4)
    for product_id in PRODUCTS:
        assert model.recommend(product_id, limit, 1) == model.recommend(product_id, 99, 1)[:limit]


@settings(deadline=None)
@given(rows=rated)
def test_scores_are_positive_cosines_rounded_to_six_decimals(rows: Rated) -> None:
    for found in all_recommendations(train(PRODUCTS, as_ratings(rows), 4)).values():
        assert all(0 < score <= 1 and score == round(score, 6) for _, score in found)


@settings(deadline=None)
@given(rows=rated)
def test_exactly_the_rated_products_are_known(rows: Rated) -> None:
    model = train(PRODUCTS, as_ratings(rows), 4)
    known = {product_id for product_id in range(20) if model.knows(product_id)}
    assert known == {product_id for _, product_id, _ in rows}


@settings(deadline=None)
@given(rows=rated, data=st.data())
def test_the_order_of_ratings_does_not_matter(rows: Rated, data: st.DataObject) -> None:
    shuffled = as_ratings(data.draw(st.permutations(rows)))
    one, other = train(PRODUCTS, shuffled, 4), train(PRODUCTS, as_ratings(rows), 4)
    assert np.array_equal(one.vectors, other.vectors)


@settings(deadline=None)
@given(rows=rated, passes=st.integers(1, 5))
def test_more_passes_leave_the_answer_alone(rows: Rated, passes: int) -> None:
    model = train(PRODUCTS, as_ratings(rows), 4)
    assert model.recommend(1, 8, passes) == model.recommend(1, 8, 1)


def test_more_passes_are_more_work() -> None:
    class Counting(np.ndarray):
        products = 0

        def __array_function__(self, function: Any, *details: Any) -> Any:
            Counting.products += function is np.dot
            return super().__array_function__(function, *details)

    model = train(PRODUCTS, as_ratings(two_clusters()), 4)
    Model(model.product_ids, model.vectors.view(Counting)).recommend(1, 8, 5)
    assert Counting.products == 5


def test_a_product_nobody_rated_has_no_recommendations() -> None:
    model = train(PRODUCTS, as_ratings([(1, 1, 5), (1, 2, 5)]), 4)
    assert model.recommend(3, 8, 1) == []


def test_products_liked_together_are_each_others_first_recommendations() -> None:
    found = all_recommendations(train(PRODUCTS, as_ratings(two_clusters()), 4), limit=4)
    for cluster in ({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}):
        for product_id in cluster:
            assert {other for other, _ in found[product_id]} == cluster - {product_id}


def test_ratings_of_products_that_do_not_exist_are_left_out() -> None:
    model = train([1, 2], as_ratings([(1, 1, 5), (1, 2, 5), (1, 3, 5)]), 4)
    assert model.recommend(1, 8, 1) == [(2, 1.0)]


def test_all_factors_together_give_the_plain_cosine_of_the_ratings() -> None:
    rows = [(1, 1, 5), (2, 1, 4), (1, 2, 4), (2, 2, 4), (3, 2, 5)]
    expected = (2 * 1 + 1 * 1) / (math.sqrt(5) * math.sqrt(6))
    assert train([1, 2], as_ratings(rows), 8).recommend(1, 8, 1) == [(2, round(expected, 6))]


def test_scores_are_exact_sums_whatever_the_order_of_adding() -> None:
    model = train(PRODUCTS, as_ratings(two_clusters()), 8)
    for vector in model.vectors:
        exact = [math.fsum(terms) for terms in model.vectors * vector]
        assert np.array_equal(model.vectors @ vector, exact)
        assert np.array_equal(model.vectors[:, ::-1] @ vector[::-1], exact)


@pytest.mark.parametrize("blas_threads", ["1", "2"])
def test_another_process_finds_the_same_bits(blas_threads: str) -> None:
    program = (
        "import hashlib; from store.sample.generate import generate;"
        "from store.rules.recommending import train;"
        "model = train(range(1, 301), generate(300, 100, 5000).ratings, 16);"
        "print(hashlib.sha256(model.vectors.tobytes()).hexdigest())"
    )
    command = [sys.executable, "-c", program]
    run = [
        subprocess.run(command, check=True, capture_output=True, env=environment).stdout
        for environment in ({"OPENBLAS_NUM_THREADS": blas_threads},) * 2
    ]
    assert run[0] == run[1]
