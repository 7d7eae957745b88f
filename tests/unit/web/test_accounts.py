import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from store.web.session import local_path
from tests.fake_shop import FakeShop

ADA = {"name": "Ada", "email": "ada@example.org", "password": "correct horse"}
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "\\\\evil.example/",
    "javascript:alert(1)",
    "evil.example",
]


def test_registering_signs_in_with_a_cookie_that_scripts_and_other_sites_cannot_use(
    stranger: FlaskClient,
) -> None:
    answer = stranger.post("/register", data={**ADA, "next": "/products/3"})
    assert answer.status_code == 303
    assert answer.location == "/products/3"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=3600" in cookie


def test_signing_out_ends_the_session(customer: FlaskClient) -> None:
    assert customer.post("/sign-out").location == "/"
    assert customer.get("/orders").status_code == 303


def test_a_wrong_password_is_refused_beside_the_form(customer: FlaskClient) -> None:
    page = customer.post("/sign-in", data={**ADA, "password": "wrong horse"})
    assert page.status_code == 401
    assert "E-mail address or password is wrong." in page.text
    assert 'value="ada@example.org"' in page.text
    assert "wrong horse" not in page.text


def test_a_taken_address_is_refused_beside_the_form(customer: FlaskClient) -> None:
    page = customer.post("/register", data=ADA)
    assert page.status_code == 409
    assert "already an account" in page.text


@pytest.mark.parametrize(
    ("member", "entry", "sentence"),
    [
        ("email", "ada", "Please give an e-mail address"),
        ("email", "", "Please give an e-mail address"),
        ("name", "", "Please give a name"),
        ("password", "short", "Please give a password of 8"),
    ],
)
def test_a_wrong_entry_is_named_in_words(
    stranger: FlaskClient, member: str, entry: str, sentence: str
) -> None:
    page = stranger.post("/register", data={**ADA, member: entry})
    assert page.status_code == 400
    assert sentence in page.text
    assert page.text.count("aria-invalid") == 1


def test_signing_in_at_rest_is_a_page_of_its_own(stranger: FlaskClient, shop: FakeShop) -> None:
    shop.down.add("accounts")
    page = stranger.post("/sign-in", data=ADA)
    assert page.status_code == 503
    assert "Signing in is resting" in page.text


def test_a_new_account_whose_sign_in_fails_is_asked_to_sign_in(
    stranger: FlaskClient, shop: FakeShop
) -> None:
    shop.down.add("accounts")
    answer = stranger.post("/register", data={**ADA, "next": "/cart"})
    assert answer.location == "/sign-in?next=/cart&registered=1"
    assert "Your account is made." in stranger.get(answer.location).text


def test_a_session_that_no_longer_holds_leads_to_sign_in(customer: FlaskClient) -> None:
    customer.set_cookie("session", "stale")
    answer = customer.get("/orders?page=2")
    assert answer.location == "/sign-in?next=/orders?page%3D2"
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_adding_to_the_cart_without_a_session_leads_back_to_the_product(
    stranger: FlaskClient,
) -> None:
    answer = stranger.post(
        "/cart/items/3/add",
        data={"quantity": "1"},
        headers={"Referer": "http://localhost/products/3"},
    )
    assert answer.location == "/sign-in?next=/products/3"


@pytest.mark.parametrize("wish", FOREIGN)
def test_signing_in_never_leads_to_another_site(customer: FlaskClient, wish: str) -> None:
    assert customer.post("/sign-in", data={**ADA, "next": wish}).location == "/"
    assert "evil" not in customer.get("/sign-in", query_string={"next": wish}).text


@given(st.text())
def test_a_local_path_starts_with_exactly_one_slash(wish: str) -> None:
    path = local_path(wish)
    assert path.startswith("/")
    assert path[1:2] not in ("/", "\\")
    assert path in ("/", wish)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/form"},
        {"Origin": "https://evil.example", "Referer": "http://localhost/cart"},
    ],
)
def test_a_form_of_another_site_is_refused(customer: FlaskClient, headers: dict[str, str]) -> None:
    page = customer.post("/sign-out", headers=headers)
    assert page.status_code == 403
    assert "This form was sent from another site." in page.text
    assert customer.get("/orders").status_code == 200


def test_a_form_of_our_own_is_accepted(customer: FlaskClient) -> None:
    answer = customer.post("/sign-out", headers={"Origin": "http://localhost"})
    assert answer.status_code == 303


def test_a_form_that_is_too_large_is_refused_in_words(stranger: FlaskClient) -> None:
    page = stranger.post("/register", data={**ADA, "name": 70_000 * "a"})
    assert page.status_code == 413
    assert "That was too much" in page.text
