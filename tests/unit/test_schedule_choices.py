"""What visitors choose."""

from functools import cache
from typing import Any

import orjson
import pandas as pd

from experiment.load import Load
from experiment.store import Sample
from loadtests.rates import Stretch
from loadtests.schedule import schedule
from store.sample.generate import generate
from store.sample.products import SCARCE

SAMPLE = Sample(products=300, customers=80, ratings=0)


@cache
def _steps(seed: int = 7, repeats: float = 0.0) -> pd.DataFrame:
    mix = {"browse": 1, "search": 1, "recommend": 1, "buy": 1}
    load = Load.model_validate({"rate": 400, "mix": mix, "repeats": repeats})
    frame = schedule(load, [Stretch(10, {})], SAMPLE, seed).to_pandas()
    return frame.assign(choices=frame.choices.map(orjson.loads))


def _choices(operation: str) -> list[dict[str, Any]]:
    frame = _steps()
    return frame[frame.operation == operation].choices.tolist()


def test_nobody_buys_what_would_sell_out() -> None:
    on_hand = {
        product.product_id: product.on_hand
        for product in generate(products=300, customers=1, ratings=0).products
    }
    bought = [choices["product_id"] for choices in _choices("put-cart-item")]
    assert min(on_hand.values()) <= SCARCE
    assert all(on_hand[product] > SCARCE for product in bought)


def test_products_are_visited_by_their_popularity() -> None:
    products = generate(products=300, customers=1, ratings=0).products
    total = sum(product.popularity for product in products)
    top = max(products, key=lambda product: product.popularity)
    visits = [choices["product_id"] for choices in _choices("recommend")]
    assert abs(visits.count(top.product_id) / len(visits) / (top.popularity / total) - 1) < 0.25


def test_purchases_one_after_the_other_are_of_different_customers() -> None:
    customers = [choices["customer_id"] for choices in _choices("sign-in")]
    frame = _steps()
    buys = frame[frame.operation == "sign-in"].sort_values("seq")
    in_order = [choices["customer_id"] for choices in buys.choices]
    for start in range(len(in_order) - SAMPLE.customers):
        assert len(set(in_order[start : start + SAMPLE.customers])) == SAMPLE.customers
    assert set(customers) == set(range(1, SAMPLE.customers + 1))


def test_the_steps_of_a_purchase_agree_on_customer_and_product() -> None:
    frame = _steps()
    for _, steps in frame[frame.journey == "buy"].groupby("seq"):
        page, sign_in, put, checkout, _ = steps.choices
        assert page["product_id"] == put["product_id"] == checkout["product_id"]
        assert sign_in["customer_id"] == checkout["customer_id"]


def test_idempotency_keys_are_unique_and_differ_between_seeds() -> None:
    keys = [choices["key"] for choices in _choices("checkout")]
    assert len(set(keys)) == len(keys)
    other = _steps(8)
    others = {choices["key"] for choices in other[other.operation == "checkout"].choices}
    assert others.isdisjoint(keys)


def test_queries_have_one_or_two_words() -> None:
    lengths = {len(str(choices["q"]).split()) for choices in _choices("search")}
    assert lengths == {1, 2}


def test_lists_are_of_the_whole_shop_or_of_one_category() -> None:
    categories = [choices["category"] for choices in _choices("list-products")]
    assert 0.4 < categories.count(None) / len(categories) < 0.6
    assert len(set(categories)) > 3


def test_a_share_of_the_buyers_repeats_the_checkout_with_its_key_and_nothing_else_changes() -> None:
    once, some = _steps(), _steps(repeats=0.3)
    repeats = some[some.operation == "repeat-checkout"]
    assert some[some.operation != "repeat-checkout"].reset_index(drop=True).equals(once)
    assert 0.25 < len(repeats) / (once.operation == "checkout").sum() < 0.35
    firsts = some[some.operation == "checkout"].set_index("seq")
    looks = some[some.operation == "list-orders"].set_index("seq")
    for repeat in repeats.itertuples():
        assert repeat.choices == firsts.choices[repeat.seq]
        assert repeat.intended_s > looks.intended_s[repeat.seq]


def test_a_look_at_the_orders_knows_the_key_of_its_purchase() -> None:
    frame = _steps()
    for _, steps in frame[frame.journey == "buy"].groupby("seq"):
        *_, checkout, look = steps.choices
        assert (look["customer_id"], look["key"]) == (checkout["customer_id"], checkout["key"])
