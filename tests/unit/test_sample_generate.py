from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from store.rules.credentials import normalise_email, verify_password
from store.rules.ranking import Bm25Index, Document
from store.rules.recommending import train
from store.sample.assortment import ASSORTMENT
from store.sample.dataset import SAMPLE_PASSWORD, Dataset, Ratings, sample_email
from store.sample.generate import generate
from store.sample.vocabulary import CATEGORIES, search_words

OCCASIONS = {each.name: each.occasion for category in ASSORTMENT for each in category.nouns}


@pytest.fixture(scope="module")
def shop() -> Dataset:
    return generate()


def noun(name: str) -> str:
    """What remains of a product's name without its collection and material."""
    return name.split(" ", maxsplit=2)[2]


def pairs(ratings: Ratings) -> list[tuple[int, int]]:
    return list(zip(ratings.customer_id.tolist(), ratings.product_id.tolist(), strict=True))


def test_the_same_seed_gives_the_same_shop(shop: Dataset) -> None:
    again = generate()
    assert again.products == shop.products
    assert again.customers == shop.customers
    assert pairs(again.ratings) == pairs(shop.ratings)
    assert np.array_equal(again.ratings.stars, shop.ratings.stars)


def test_another_seed_gives_another_shop(shop: Dataset) -> None:
    other = generate(seed=2)
    assert other.products != shop.products
    assert pairs(other.ratings) != pairs(shop.ratings)


@pytest.mark.parametrize(("products", "customers", "ratings"), [(1, 1, 0), (20, 10, 50)])
def test_a_shop_has_the_sizes_asked_for(products: int, customers: int, ratings: int) -> None:
    shop = generate(products, customers, ratings)
    assert [row.product_id for row in shop.products] == list(range(1, products + 1))
    assert [row.customer_id for row in shop.customers] == list(range(1, customers + 1))
    assert len(shop.ratings.stars) == ratings


def test_more_ratings_than_can_be_drawn_are_refused() -> None:
    with pytest.raises(ValueError, match="51 ratings are too many"):
        generate(products=20, customers=10, ratings=51)


@pytest.mark.parametrize("products", [2000, 80_000])
def test_names_of_products_are_unique(products: int) -> None:
    rows = generate(products, customers=10, ratings=10).products
    assert len({row.name for row in rows}) == products


def test_every_category_is_a_fair_part_of_the_shop(shop: Dataset) -> None:
    counts = Counter(row.category for row in shop.products)
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) > len(shop.products) / len(CATEGORIES) / 2


def test_prices_look_like_prices(shop: Dataset) -> None:
    prices = [row.price_cents for row in shop.products]
    assert all(199 <= price <= 499_999 and price % 100 in (50, 99) for price in prices)
    assert len(set(prices)) > 300


def test_a_dining_table_costs_more_than_a_napkin_set(shop: Dataset) -> None:
    tables = [row.price_cents for row in shop.products if row.name.endswith("Dining Table")]
    napkins = [row.price_cents for row in shop.products if row.name.endswith("Napkin Set")]
    assert min(tables) > max(napkins)


def test_descriptions_are_two_to_four_sentences(shop: Dataset) -> None:
    for row in shop.products:
        assert 2 <= row.description.count(". ") + row.description.endswith(".") <= 4
        assert "{" not in row.description


def test_demand_is_zipf_like(shop: Dataset) -> None:
    demand = sorted((row.popularity for row in shop.products), reverse=True)
    assert demand == pytest.approx([1 / rank for rank in range(1, len(demand) + 1)])


def test_every_fiftieth_product_is_scarce_and_no_other(shop: Dataset) -> None:
    for row in shop.products:
        assert row.on_hand == (3 if row.product_id % 50 == 0 else 100_000)


def test_every_sample_customer_can_sign_in(shop: Dataset) -> None:
    assert all(row.email == sample_email(row.customer_id) for row in shop.customers)
    assert all(row.email == normalise_email(row.email) for row in shop.customers)
    hashes = {row.password_hash for row in shop.customers}
    assert all(verify_password(SAMPLE_PASSWORD, stored) for stored in hashes)


def test_customers_have_many_different_names(shop: Dataset) -> None:
    assert len({row.name for row in shop.customers}) > len(shop.customers) / 2


def test_nobody_rates_a_product_twice(shop: Dataset) -> None:
    assert len(set(pairs(shop.ratings))) == len(shop.ratings.stars) == 50_000


def test_ratings_are_one_to_five_stars_of_existing_products_by_existing_customers(
    shop: Dataset,
) -> None:
    assert set(shop.ratings.stars.tolist()) == {1, 2, 3, 4, 5}
    assert set(shop.ratings.customer_id.tolist()) == set(range(1, 1001))
    assert shop.ratings.product_id.min() >= 1


def test_the_last_hundredth_of_the_products_has_no_ratings(shop: Dataset) -> None:
    assert shop.ratings.product_id.max() == 1980


def test_popular_products_are_rated_more(shop: Dataset) -> None:
    counts = np.bincount(shop.ratings.product_id, minlength=2001)
    rated = shop.products[:1980]
    by_demand = sorted(rated, key=lambda row: -row.popularity)
    tenths = [by_demand[start : start + 198] for start in range(0, 1980, 198)]
    means = [np.mean([counts[row.product_id] for row in tenth]) for tenth in tenths]
    assert all(earlier > later for earlier, later in pairwise(means[::3]))


def test_recommendations_are_bought_for_the_same_occasion(shop: Dataset) -> None:
    occasion = {row.product_id: OCCASIONS[noun(row.name)] for row in shop.products}
    model = train(range(1, 2001), shop.ratings, factors=32)
    fits = [
        occasion[other] == occasion[product_id]
        for product_id in range(1, 1981)
        for other, _ in model.recommend(product_id, 8, 1)
    ]
    assert len(fits) == 8 * 1980
    assert np.mean(fits) > 0.9


def test_every_search_word_finds_something(shop: Dataset) -> None:
    index = Bm25Index(
        Document.of_product(row.product_id, row.name, row.category, row.description)
        for row in shop.products
    )
    assert [word for word in search_words() if not index.rank(word)] == []
    assert len(search_words()) > 200
