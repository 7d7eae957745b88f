import pytest
from flask.testing import FlaskClient

from tests.fake_shop import FakeShop, product


def test_home_shows_a_page_of_products_and_links_to_the_next(stranger: FlaskClient) -> None:
    page = stranger.get("/")
    assert page.status_code == 200
    assert page.text.count('class="tile"') == 24
    assert 'href="/?page=2"' in page.text
    assert "Page 1 of 2" in page.text


def test_a_category_shows_its_products_alone(stranger: FlaskClient) -> None:
    page = stranger.get("/?category=Garden").text
    assert "Oak Bench" in page
    assert "Kettle" not in page


def test_the_pages_of_a_category_stay_in_it(stranger: FlaskClient) -> None:
    assert 'href="/?page=2&amp;category=Kitchen"' in stranger.get("/?category=Kitchen").text


def test_a_page_past_the_end_leads_back_to_the_last_one(stranger: FlaskClient) -> None:
    page = stranger.get("/?page=9").text
    assert "nothing on this shelf" in page
    assert 'href="/?page=2"' in page


def test_search_lists_hits_and_keeps_the_words_in_its_field(stranger: FlaskClient) -> None:
    page = stranger.get("/search?q=bench").text
    assert "1 product for “bench”" in page
    assert 'href="/products/31"' in page
    assert 'value="bench"' in page


def test_search_without_a_match_says_so(stranger: FlaskClient) -> None:
    assert "Nothing found for “unicorn”" in stranger.get("/search?q=unicorn").text


@pytest.mark.parametrize("address", ["/search", "/search?q=", "/search?q=+"])
def test_search_without_words_asks_for_some(stranger: FlaskClient, address: str) -> None:
    page = stranger.get(address)
    assert page.status_code == 200
    assert "Type what you are looking for" in page.text


def test_a_product_page_shows_price_stock_and_recommendations(
    stranger: FlaskClient, shop: FakeShop
) -> None:
    page = stranger.get("/products/12").text
    assert "<h1>Kettle 12</h1>" in page
    assert "€12.00" in page
    assert "50 in stock" in page
    assert page.count('href="/products/') == 8
    assert "break" not in page


@pytest.mark.parametrize(("left", "sentence"), [(0, "Sold out"), (2, "Only 2 left")])
def test_a_product_page_warns_of_low_stock(
    stranger: FlaskClient, shop: FakeShop, left: int, sentence: str
) -> None:
    shop.stock[12] = left
    assert sentence in stranger.get("/products/12").text


def test_what_is_sold_out_cannot_be_put_into_the_cart(
    stranger: FlaskClient, shop: FakeShop
) -> None:
    shop.stock[12] = 0
    assert "Add to cart" not in stranger.get("/products/12").text


def test_a_product_page_without_recommendations_says_so_calmly(
    stranger: FlaskClient, shop: FakeShop
) -> None:
    shop.down.add("recommendations")
    page = stranger.get("/products/12")
    assert page.status_code == 200
    assert "Recommendations are taking a break." in page.text
    assert "50 in stock" in page.text


def test_a_product_without_stock_figures_can_still_be_ordered(
    stranger: FlaskClient, shop: FakeShop
) -> None:
    shop.down.add("inventory")
    page = stranger.get("/products/12").text
    assert "We cannot count our stock right now." in page
    assert "Add to cart" in page
    assert "None" not in page


def test_hostile_names_stay_text(stranger: FlaskClient, shop: FakeShop) -> None:
    hostile = '<script>alert(1)</script>"onload="x'
    shop.catalog.insert(0, product(99, hostile, category=hostile))
    for address in ("/", "/products/99", "/products/1", "/search?q=<script>"):
        page = stranger.get(address).text
        assert "&lt;script&gt;" in page
        assert "<script" not in page
        assert '"onload' not in page


def test_search_at_rest_keeps_the_frame_of_the_shop(stranger: FlaskClient, shop: FakeShop) -> None:
    shop.down.add("search")
    page = stranger.get("/search?q=bench")
    assert page.status_code == 503
    assert "<h1>Search is resting</h1>" in page.text
    assert 'href="/search?q=bench">Try again' in page.text
    assert 'role="search"' in page.text
    assert "Answered by" in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/products/404", 404),
        ("/products/0", 400),
        ("/products/kettle", 400),
        ("/?page=0", 400),
        ("/search?q=" + 101 * "a", 400),
        ("/nowhere", 404),
    ],
)
def test_what_cannot_be_shown_is_a_page_with_the_right_status_and_a_way_on(
    stranger: FlaskClient, address: str, status: int
) -> None:
    page = stranger.get(address)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert "Back to the shop" in page.text


def test_unknown_paths_of_the_api_stay_problem_documents(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_bug_becomes_a_page_that_tells_nothing_of_the_inside(
    stranger: FlaskClient, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop, "products", lambda *_: 1 / 0)
    page = stranger.get("/")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text
    assert "division" not in page.text
