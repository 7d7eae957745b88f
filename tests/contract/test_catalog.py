import pytest
from api import Api, problem


def test_products_come_in_pages_of_twenty_that_add_up(api: Api) -> None:
    first = api.get("/products").json()
    assert (first["page"], first["page_size"], len(first["products"])) == (1, 20, 20)
    every = api.get("/products", page_size=100).json()["products"]
    every += api.get("/products", page_size=100, page=2).json()["products"]
    assert len({product["product_id"] for product in every}) == first["total"] == 200
    assert every[:20] == first["products"]


def test_a_page_past_the_end_is_empty_and_keeps_the_total(api: Api) -> None:
    answer = api.get("/products", page=10_000).json()
    assert (answer["products"], answer["total"]) == ([], 200)


def test_a_category_lists_its_products_only_in_the_order_of_the_whole_list(api: Api) -> None:
    every = api.get("/products", page_size=100).json()["products"]
    category = every[0]["category"]
    some = api.get("/products", category=category, page_size=100).json()
    assert {product["category"] for product in some["products"]} == {category}
    expected = [product for product in every if product["category"] == category]
    assert some["products"][: len(expected)] == expected
    assert some["total"] >= len(expected)


def test_an_unknown_category_is_an_empty_list(api: Api) -> None:
    answer = api.get("/products", category="no such category").json()
    assert (answer["products"], answer["total"]) == ([], 0)


def test_a_product_is_the_same_alone_and_in_the_list(api: Api) -> None:
    listed = api.get("/products").json()["products"][3]
    assert api.get(f"/products/{listed['product_id']}").json() == listed


def test_a_product_that_does_not_exist_is_not_found(api: Api) -> None:
    assert problem(api.get("/products/100000")) == (404, "not-found")


@pytest.mark.parametrize("product_id", ["0", "-1", "abc", "1.5", "2147483648", "1_0", "9" * 400])
def test_a_product_id_that_is_no_positive_32_bit_number_is_refused(
    api: Api, product_id: str
) -> None:
    assert problem(api.get(f"/products/{product_id}")) == (400, "invalid-input")


@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": "one"},
        {"page": 10_001},
        {"page_size": 0},
        {"page_size": 101},
        {"category": ""},
        {"category": "x" * 41},
        {"category": "a\x00b"},
    ],
)
def test_paging_outside_its_limits_is_refused(api: Api, query: dict[str, object]) -> None:
    assert problem(api.get("/products", **query)) == (400, "invalid-input")
