import pytest
from api import Api, problem


def test_hits_are_ordered_by_score_then_id(api: Api) -> None:
    name = api.get("/products/7").json()["name"]
    hits = api.get("/search", q=name, page_size=100).json()["hits"]
    assert hits == sorted(hits, key=lambda hit: (-hit["score"], hit["product_id"]))


def test_the_full_name_of_a_product_finds_it_first(api: Api) -> None:
    product = api.get("/products/7").json()
    hit = api.get("/search", q=product["name"]).json()["hits"][0]
    assert (hit["product_id"], hit["name"], hit["price_cents"]) == (
        7,
        product["name"],
        product["price_cents"],
    )


def test_pages_of_hits_add_up_to_the_whole(api: Api) -> None:
    word = api.get("/products/7").json()["category"].split()[0]
    whole = api.get("/search", q=word, page_size=100).json()
    parts = [api.get("/search", q=word, page_size=3, page=page).json() for page in (1, 2)]
    assert parts[0]["hits"] + parts[1]["hits"] == whole["hits"][:6]
    assert parts[0]["total"] == whole["total"]


def test_scores_have_at_most_six_decimals(api: Api) -> None:
    name = api.get("/products/7").json()["name"]
    for hit in api.get("/search", q=name).json()["hits"]:
        assert hit["score"] == round(hit["score"], 6)


def test_case_and_punctuation_do_not_matter(api: Api) -> None:
    name = api.get("/products/7").json()["name"]
    plain = api.get("/search", q=name.lower()).json()["hits"]
    assert api.get("/search", q=f"  {name.upper()}!! ").json()["hits"] == plain


@pytest.mark.parametrize("q", ["qqqqzzzz", "!?", "日本語", "'; DROP TABLE products; --"])
def test_words_that_nothing_contains_find_nothing_and_break_nothing(api: Api, q: str) -> None:
    answer = api.get("/search", q=q).json()
    assert answer["query"] == q
    if q != "'; DROP TABLE products; --":
        assert (answer["hits"], answer["total"]) == ([], 0)


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 101}, {"q": "desk", "page": 0}])
def test_a_search_without_words_or_outside_its_limits_is_refused(
    api: Api, query: dict[str, object]
) -> None:
    assert problem(api.get("/search", **query)) == (400, "invalid-input")
