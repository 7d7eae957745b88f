"""Where the fault points of the modules are, and what the loss of a module costs the others."""

from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from monolith_store import Provider, Store, opened

from monolith.data import create_data
from store.runtime.faults import InjectedError
from store.runtime.problems import Problem
from store.sample.generate import generate

PRODUCT = 1


def test_a_product_page_crosses_each_of_its_boundaries_once(store: Store) -> None:
    store.faults.crossed.clear()
    store.modules.storefront.product_page(PRODUCT)
    assert store.faults.crossed == Counter(["catalog", "inventory", "recommendations"])


def test_a_checkout_crosses_each_of_its_boundaries_once(store: Store) -> None:
    customer = store.customer({store.product(pieces=1): 1})
    store.faults.crossed.clear()
    store.checkout(customer, store.key(customer))
    assert store.faults.crossed == Counter(["orders", "carts", "inventory", "payments"])


def test_recommendations_that_fail_are_left_out_of_the_product_page(store: Store) -> None:
    whole = store.modules.storefront.product_page(PRODUCT)
    with store.faults.breaking("recommendations"):
        page = store.modules.storefront.product_page(PRODUCT)
    assert whole["recommendations"]
    assert page == whole | {"recommendations": [], "degraded": ["recommendations"]}


def test_an_inventory_that_fails_is_left_out_of_the_product_page(store: Store) -> None:
    whole = store.modules.storefront.product_page(PRODUCT)
    with store.faults.breaking("inventory"):
        page = store.modules.storefront.product_page(PRODUCT)
    assert whole["stock"] is not None
    assert page == whole | {"stock": None, "degraded": ["inventory"]}


def test_what_is_left_out_is_named_in_alphabetical_order(store: Store) -> None:
    with store.faults.breaking("recommendations"), store.faults.breaking("inventory"):
        page = store.modules.storefront.product_page(PRODUCT)
    assert page["degraded"] == ["inventory", "recommendations"]


def test_a_product_page_without_its_product_is_no_page(store: Store) -> None:
    with store.faults.breaking("catalog"), pytest.raises(InjectedError):
        store.modules.storefront.product_page(PRODUCT)
    with pytest.raises(Problem, match="no such product"):
        store.modules.storefront.product_page(PRODUCT + 1_000_000)


def test_other_features_never_reach_recommendations(store: Store) -> None:
    customer = store.customer({store.product(pieces=1): 1})
    modules = store.modules
    with store.faults.breaking("recommendations"):
        assert modules.catalog.products(None, 1, 5)["products"]
        assert modules.search.search("garden", 1, 5)["hits"]
        assert modules.carts.cart(customer)["lines"]
        assert store.checkout(customer, store.key(customer))["status"] == "confirmed"
        assert modules.orders.orders(customer, 1, 5)["total"] == 1


def test_a_database_that_is_gone_is_a_dependency_that_does_not_answer(
    fresh_database: Callable[[str], str], postgres_url: str, provider: Provider
) -> None:
    url = fresh_database("monolith_gone")
    with psycopg.connect(url) as connection:
        create_data(connection, generate(products=10, customers=10, ratings=20))
    with opened(url, provider) as store:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE monolith_gone WITH (FORCE)")
        with pytest.raises(Problem, match="The database part") as gone:
            store.modules.storefront.product_page(PRODUCT)
    assert gone.value.status == 503
