from api import Api, problem


def test_the_page_is_made_of_the_parts(api: Api) -> None:
    page = api.get("/product-pages/5").json()
    scored = api.get("/recommendations", product_id=5).json()["recommendations"]
    assert page["product"] == api.get("/products/5").json()
    assert page["degraded"] == []
    assert [(r["product_id"], r["score"]) for r in page["recommendations"]] == [
        (s["product_id"], s["score"]) for s in scored
    ]
    for recommended in page["recommendations"]:
        product = api.get(f"/products/{recommended['product_id']}").json()
        assert recommended["name"] == product["name"]
        assert recommended["price_cents"] == product["price_cents"]


def test_the_stock_falls_by_what_is_bought(api: Api, customer: Api) -> None:
    before = api.get("/product-pages/11").json()["stock"]
    customer.put("/cart/items/11", {"quantity": 4})
    assert api.get("/product-pages/11").json()["stock"] == before
    assert customer.checkout().status_code == 201
    assert api.get("/product-pages/11").json()["stock"] == before - 4


def test_a_product_that_nobody_rated_has_a_whole_page_without_recommendations(api: Api) -> None:
    page = api.get("/product-pages/200").json()
    assert (page["recommendations"], page["degraded"]) == ([], [])


def test_the_page_of_an_unknown_product_is_not_found(api: Api) -> None:
    assert problem(api.get("/product-pages/100000")) == (404, "not-found")


def test_a_malformed_product_id_is_refused(api: Api) -> None:
    assert problem(api.get("/product-pages/x")) == (400, "invalid-input")
