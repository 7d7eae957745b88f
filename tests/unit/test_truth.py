"""What the generator holds answers against is what the rules of both stores make of the sample."""

import orjson

from experiment.load import Load
from experiment.store import Sample
from loadtests.rates import Stretch
from loadtests.schedule import schedule
from loadtests.truth import Truth, truth_of
from store.rules.ranking import Bm25Index, Document
from store.rules.recommending import train
from store.sample.generate import generate
from store.sample.vocabulary import CATEGORIES, search_words

SAMPLE = Sample(products=60, customers=20, ratings=120)
DATA = generate(products=60, customers=20, ratings=120)


def test_totals_are_those_of_the_catalogue() -> None:
    totals = truth_of(SAMPLE).totals
    assert totals[None] == 60
    for category in CATEGORIES:
        own = [product for product in DATA.products if product.category == category]
        assert totals.get(category, 0) == len(own)


def test_hits_are_those_of_the_index() -> None:
    index = Bm25Index(
        Document.of_product(p.product_id, p.name, p.category, p.description) for p in DATA.products
    )
    words = search_words()
    queries = [*words, *(f"{one} {other}" for one, other in zip(words, words[7:], strict=False))]
    truth = truth_of(SAMPLE)
    counts = [len(index.rank(query)) for query in queries]
    assert [truth.hits(query) for query in queries] == counts
    assert min(counts) == 0 < max(counts)


def test_a_product_has_recommendations_where_the_model_of_every_arm_has_some() -> None:
    lengths = (4, 32)
    models = [train(range(1, 61), DATA.ratings, length) for length in lengths]
    known = truth_of(SAMPLE, lengths).has_similar.tolist()
    for product_id, has_some in enumerate(known, start=1):
        assert has_some == all(model.recommend(product_id, 8, 1) for model in models)
    assert {True, False} == set(known)


def test_of_a_sample_too_large_to_train_on_no_recommendation_is_asked_for() -> None:
    large = Sample(products=2000, customers=1000, ratings=200_001)
    truth = truth_of(large)
    assert not truth.has_similar.any()
    assert truth.totals[None] == 2000


def test_a_schedule_says_what_its_answers_hold() -> None:
    mix = {"browse": 1, "search": 1, "recommend": 1, "buy": 1}
    load = Load.model_validate({"rate": 200, "mix": mix})
    frame = schedule(load, [Stretch(2, {})], SAMPLE, seed=1).to_pandas()
    truth: Truth = truth_of(SAMPLE)
    seen = set()
    for operation, text in zip(frame.operation, frame.choices, strict=True):
        choices = orjson.loads(text)
        seen.add(operation)
        if operation == "list-products":
            assert choices["total"] == truth.totals.get(choices["category"], 0)
        elif operation == "search":
            assert choices["total"] == truth.hits(choices["q"])
        elif operation in ("product-page", "recommend"):
            known = bool(truth.has_similar[choices["product_id"] - 1])
            assert choices.get("similar", False) is known
    assert {"list-products", "search", "product-page", "recommend"} <= seen
