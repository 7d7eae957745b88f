import uuid

import pytest
from api import PASSWORD, Api, problem

from store.sample.dataset import SAMPLE_PASSWORD, sample_email


def _account(**changes: object) -> dict[str, object]:
    email = f"{uuid.uuid4().hex}@example.com"
    return {"email": email, "name": "A Name", "password": PASSWORD} | changes


def test_an_address_is_kept_in_lower_case_and_taken_in_any_case(api: Api) -> None:
    email = f"Mixed.{uuid.uuid4().hex}@Example.COM"
    answer = api.post("/accounts", _account(email=email))
    assert (answer.status_code, answer.json()["email"]) == (201, email.lower())
    assert problem(api.post("/accounts", _account(email=email.upper()))) == (409, "email-taken")


def test_a_name_may_be_in_any_script(api: Api) -> None:
    assert api.post("/accounts", _account(name="Zoë 山田 <b>")).json()["name"] == "Zoë 山田 <b>"


def test_signing_in_gives_a_token_that_opens_the_cart(api: Api) -> None:
    account = _account()
    customer_id = api.post("/accounts", account).json()["customer_id"]
    credentials = {"email": str(account["email"]).upper(), "password": PASSWORD}
    session = api.post("/sessions", credentials).json()
    assert (session["customer_id"], session["name"]) == (customer_id, "A Name")
    opened = Api(api.base_url, session["token"]).get("/cart")
    assert opened.json() == {"lines": [], "subtotal_cents": 0}


def test_sample_customers_can_sign_in(api: Api) -> None:
    credentials = {"email": sample_email(1), "password": SAMPLE_PASSWORD}
    assert api.post("/sessions", credentials).json()["customer_id"] == 1


@pytest.mark.parametrize(
    ("email", "password"), [(sample_email(1), "wrong password"), ("nobody@example.com", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    api: Api, email: str, password: str
) -> None:
    answer = api.post("/sessions", {"email": email, "password": password})
    assert problem(answer) == (401, "wrong-credentials")
    assert answer.json()["detail"] == "E-mail address or password is wrong."


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "no address"},
        {"email": "a@b"},
        {"email": 7},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "line\nbreak"},
        {"name": "nul\x00"},
        {"password": "short"},
        {"password": "x" * 201},
        {"colour": "red"},
    ],
)
def test_an_account_outside_its_limits_is_refused(api: Api, changes: dict[str, object]) -> None:
    assert problem(api.post("/accounts", _account(**changes))) == (400, "invalid-input")


@pytest.mark.parametrize("missing", ["email", "name", "password"])
def test_an_account_without_one_of_its_members_is_refused(api: Api, missing: str) -> None:
    account = _account()
    del account[missing]
    answer = api.post("/accounts", account)
    assert problem(answer) == (400, "invalid-input")
    assert missing in answer.json()["detail"]


@pytest.mark.parametrize("body", [None, [], "text", 1, {}])
def test_credentials_of_another_shape_are_refused(api: Api, body: object) -> None:
    assert problem(api.post("/sessions", body)) == (400, "invalid-input")
