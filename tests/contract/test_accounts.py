import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests
from api import PASSWORD, Api, problem

from experiment.store import Architecture
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.platforms.store.store import Store

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")


@pytest.fixture(params=ARCHITECTURES)
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


def _let_time_pass(store: Store) -> None:
    """The windows of all wrong sign-ins are over."""
    databases = store._ground.databases.by_role
    accounts = databases.get("accounts") or databases["monolith"]
    with psycopg.connect(accounts.url) as connection:
        connection.execute("UPDATE wrong_sign_ins SET until = now()")


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


@pytest.mark.parametrize("known", ["known", ""], ids=["known", "unknown"])
def test_ten_wrong_sign_ins_close_an_address_for_everybody_but_no_other_one(
    store: Store, known: str
) -> None:
    api, account = Api(store.url), _account()
    if known:
        api.post("/accounts", account)
    right = {"email": account["email"], "password": PASSWORD}
    wrong = right | {"password": "wrong password"}
    with ThreadPoolExecutor(8) as guessers:
        answers = list(guessers.map(lambda _: problem(api.post("/sessions", wrong)), range(20)))
    assert answers.count((401, "wrong-credentials")) == 10
    assert answers.count((429, "too-many-attempts")) == 10
    for credentials in (wrong, right):
        refused = api.post("/sessions", credentials)
        assert problem(refused) == (429, "too-many-attempts")
        assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert api.newcomer().token


def test_an_address_opens_again_when_its_time_is_over(store: Store) -> None:
    api, account = Api(store.url), _account()
    api.post("/accounts", account)
    right = {"email": account["email"], "password": PASSWORD}
    for _ in range(11):
        api.post("/sessions", right | {"password": "wrong password"})
    assert problem(api.post("/sessions", right)) == (429, "too-many-attempts")
    _let_time_pass(store)
    assert api.post("/sessions", right).status_code == 201
    for _ in range(10):  # a window of its own
        wrong = api.post("/sessions", right | {"password": "wrong password"})
        assert problem(wrong) == (401, "wrong-credentials")


def test_a_customer_whom_the_store_knows_is_not_kept_out_by_strangers(store: Store) -> None:
    api, account = Api(store.url), _account()
    api.post("/accounts", account)
    right = {"email": account["email"], "password": PASSWORD}
    wrong = right | {"password": "wrong password"}
    token = api.post("/sessions", right).json()["token"]
    known = Api(store.url, token)
    stranger = Api(store.url, api.newcomer().token)
    for _ in range(10):
        assert problem(stranger.post("/sessions", wrong)) == (401, "wrong-credentials")
    for closed in (api, stranger):
        assert problem(closed.post("/sessions", right)) == (429, "too-many-attempts")
    assert known.post("/sessions", right).status_code == 201
    for _ in range(10):  # with a limit of their own
        assert problem(known.post("/sessions", wrong)) == (401, "wrong-credentials")
    assert problem(known.post("/sessions", right)) == (429, "too-many-attempts")


def test_a_browser_in_which_a_customer_was_signed_in_is_not_kept_out(store: Store) -> None:
    account = {name: str(value) for name, value in _account().items()}
    with requests.Session() as browser:
        browser.trust_env = False
        assert browser.post(f"{store.url}/register", data=account, timeout=20).status_code == 200
        for _ in range(11):
            Api(store.url).post(
                "/sessions", {"email": account["email"], "password": "wrong password"}
            )
        browser.cookies.pop("session")
        again = browser.post(
            f"{store.url}/sign-in", data=account, allow_redirects=False, timeout=20
        )
        assert again.status_code == 303
        browser.post(f"{store.url}/sign-out", timeout=20)
        forgotten = browser.post(f"{store.url}/sign-in", data=account, timeout=20)
        assert forgotten.status_code == 429


def test_a_page_says_that_it_was_tried_too_often(store: Store) -> None:
    form = {"email": str(_account()["email"]), "password": "wrong password"}
    for _ in range(11):
        page = Api(store.url).raw("POST", "/sign-in", data=form)
    assert page.status_code == 429
    assert "Too many wrong sign-ins" in page.text
    assert int(page.headers["Retry-After"]) > 0


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
