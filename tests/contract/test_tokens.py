"""What a session token is worth, and to whom: the same in both stores."""

import uuid
from collections.abc import Callable

import pytest
from api import Api, problem
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from experiment.store import Architecture
from store.runtime.tokens import LIFETIME_S, Tokens
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.platforms.store.store import Store

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")


@pytest.fixture(params=ARCHITECTURES)
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


@pytest.fixture
def sign(store: Store) -> Callable[..., Api]:
    """Shows the store a token of any content, signed with its own key so many seconds ago."""

    def sign(content: object, age_s: int = 0) -> Api:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return super().get_timestamp() - age_s

        key = store._blueprint.secrets["secret"]
        serializer = URLSafeTimedSerializer(key, salt="session", signer=Signer)
        return Api(store.url, str(serializer.dumps(content)))

    return sign


def _is_nobody(api: Api) -> bool:
    answers = [
        api.get("/cart"),
        api.put("/cart/items/1", {"quantity": 1}),
        api.delete("/cart/items/1"),
        api.checkout(),
        api.get("/orders"),
        api.get(f"/orders/{uuid.uuid4()}"),
    ]
    return {problem(answer) for answer in answers} == {(401, "not-signed-in")}


@pytest.mark.parametrize(
    "content",
    [0, -1, 2**31, 2**63, 2**70, True, 1.0, "1", "", None, [1], {"customer_id": 1}],
    ids=repr,
)
def test_a_signed_token_that_holds_no_id_is_nobodys(
    sign: Callable[..., Api], content: object
) -> None:
    assert _is_nobody(sign(content))


@pytest.mark.parametrize("age_s", [LIFETIME_S + 1, -60], ids=["expired", "of the future"])
def test_a_token_out_of_its_time_is_nobodys(sign: Callable[..., Api], age_s: int) -> None:
    assert _is_nobody(sign(1, age_s))


def test_a_token_is_good_for_the_hour_that_the_sign_in_names(
    store: Store, sign: Callable[..., Api]
) -> None:
    credentials = {"email": sample_email(1), "password": SAMPLE_PASSWORD}
    assert Api(store.url).post("/sessions", credentials).json()["expires_in_s"] == 3600
    assert sign(1, 3600 - 60).get("/cart").status_code == 200


def test_a_signed_token_is_the_proof_of_its_customer_and_nobody_asks_accounts(
    store: Store,
) -> None:
    """Only the store's key makes one for an id without an account; both stores take it alike."""
    ghost = Api(
        store.url,
        Tokens(store._blueprint.secrets["secret"]).issue(uuid.uuid4().int % 10**6 + 10**9),
    )
    assert ghost.get("/cart").json() == {"lines": [], "subtotal_cents": 0}
    assert ghost.put("/cart/items/10", {"quantity": 1}).status_code == 200
    answer = ghost.checkout()
    while answer.status_code == 402:  # the provider declines one key in a hundred
        answer = ghost.checkout()
    assert answer.status_code == 201
    assert ghost.get("/orders").json()["total"] == 1


@pytest.mark.parametrize("cookie", ['"a\\012b"', "ü", "a b", '"\\000"', ""], ids=repr)
def test_a_cookie_that_is_no_token_leads_to_the_sign_in(store: Store, cookie: str) -> None:
    headers = {"Cookie": f"session={cookie}".encode()}
    answer = Api(store.url).raw("GET", "/cart", headers=headers, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/cart")
