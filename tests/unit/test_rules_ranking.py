"""BM25 against a naive implementation straight from the textbook."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.ranking import Bm25Index, Document, tokens

words = st.sampled_from(["oak", "desk", "sock", "merino", "the", "a", "lamp", "standing"])
texts = st.lists(words, max_size=12).map(" ".join)
corpora = st.lists(texts, max_size=12).map(
    lambda corpus: [Document(7 * i + 3, text) for i, text in enumerate(corpus)]
)
queries = st.lists(words, min_size=1, max_size=4).map(" ".join)


def textbook_bm25(documents: list[Document], query: str) -> dict[int, float]:
    bags = {document.product_id: Counter(document.text.split()) for document in documents}
    average = sum(bag.total() for bag in bags.values()) / max(len(bags), 1)
    scores: dict[int, float] = {}
    for term in set(query.split()):
        containing = sum(term in bag for bag in bags.values())
        idf = math.log(1 + (len(bags) - containing + 0.5) / (containing + 0.5))
        for product_id, bag in bags.items():
            if term in bag:
                saturation = 1.2 * (1 - 0.75 + 0.75 * bag.total() / average)
                gain = idf * bag[term] * 2.2 / (bag[term] + saturation)
                scores[product_id] = scores.get(product_id, 0) + gain
    return scores


@given(documents=corpora, query=queries)
def test_scores_agree_with_the_textbook(documents: list[Document], query: str) -> None:
    expected = textbook_bm25(documents, query)
    assert dict(Bm25Index(documents).rank(query)) == pytest.approx(expected, abs=1e-6)


@given(documents=corpora, query=queries)
def test_hits_are_exactly_the_documents_with_a_term_of_the_query(
    documents: list[Document], query: str
) -> None:
    hits = {product_id for product_id, _ in Bm25Index(documents).rank(query)}
    terms = set(query.split())
    assert hits == {d.product_id for d in documents if terms & set(d.text.split())}


@given(documents=corpora, query=queries)
def test_hits_come_by_descending_score_then_ascending_id(
    documents: list[Document], query: str
) -> None:
    hits = Bm25Index(documents).rank(query)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))


@given(documents=corpora, query=queries)
def test_scores_are_rounded_to_six_decimals(documents: list[Document], query: str) -> None:
    assert all(score == round(score, 6) for _, score in Bm25Index(documents).rank(query))


@given(documents=corpora, query=queries, data=st.data())
def test_the_order_of_documents_does_not_matter(
    documents: list[Document], query: str, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(documents))
    assert Bm25Index(shuffled).rank(query) == Bm25Index(documents).rank(query)


@given(documents=corpora, query=queries, data=st.data())
def test_the_order_and_repetition_of_query_words_does_not_matter(
    documents: list[Document], query: str, data: st.DataObject
) -> None:
    shuffled = " ".join(data.draw(st.permutations(query.split() * 2)))
    index = Bm25Index(documents)
    assert index.rank(shuffled) == index.rank(query)


def test_identical_documents_tie_and_come_by_ascending_id() -> None:
    index = Bm25Index([Document(9, "oak desk"), Document(2, "oak desk"), Document(5, "lamp")])
    assert [product_id for product_id, _ in index.rank("oak")] == [2, 9]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common = [Document(i, "desk filler") for i in range(1, 9)]
    index = Bm25Index([*common, Document(9, "merino filler")])
    assert index.rank("desk merino")[0][0] == 9


@pytest.mark.parametrize("query", ["", "!?", "unheard"])
def test_a_query_without_a_known_word_has_no_hits(query: str) -> None:
    assert Bm25Index([Document(1, "oak desk")]).rank(query) == []


@pytest.mark.parametrize("documents", [[], [Document(1, "")]])
def test_an_index_of_nothing_has_no_hits(documents: list[Document]) -> None:
    assert Bm25Index(documents).rank("oak") == []


def test_words_are_lower_case_runs_of_letters_and_digits() -> None:
    assert tokens("Oak-Desk, 2nd_Café!") == ["oak", "desk", "2nd", "café"]


def test_name_category_and_description_are_searched() -> None:
    index = Bm25Index([Document.of_product(1, "Desk", "Furniture", "Made of oak.")])
    assert all(index.rank(word) for word in ("desk", "furniture", "oak"))
