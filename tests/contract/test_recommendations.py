import pytest
from api import Api, problem


def test_eight_products_are_recommended_unless_another_number_is_asked_for(api: Api) -> None:
    assert len(api.get("/recommendations", product_id=1).json()["recommendations"]) == 8
    more = api.get("/recommendations", product_id=1, limit=50).json()["recommendations"]
    assert len(more) == 50
    assert more == sorted(more, key=lambda scored: (-scored["score"], scored["product_id"]))


def test_fewer_recommendations_are_the_first_of_more(api: Api) -> None:
    more = api.get("/recommendations", product_id=2, limit=20).json()["recommendations"]
    assert api.get("/recommendations", product_id=2, limit=5).json()["recommendations"] == more[:5]


def test_a_product_is_never_recommended_with_itself(api: Api) -> None:
    scored = api.get("/recommendations", product_id=3, limit=50).json()["recommendations"]
    assert 3 not in {entry["product_id"] for entry in scored}


def test_a_newcomer_that_nobody_rated_has_no_recommendations(api: Api) -> None:
    assert api.get("/recommendations", product_id=200).json()["recommendations"] == []


def test_an_unknown_product_is_not_found(api: Api) -> None:
    assert problem(api.get("/recommendations", product_id=100_000)) == (404, "not-found")


@pytest.mark.parametrize(
    "query", [{}, {"product_id": 0}, {"product_id": 1, "limit": 0}, {"product_id": 1, "limit": 51}]
)
def test_a_question_outside_its_limits_is_refused(api: Api, query: dict[str, object]) -> None:
    assert problem(api.get("/recommendations", **query)) == (400, "invalid-input")
