"""What a sign-in costs each store: passwords verified and statements, whatever is tried."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from microservices.accounts.customers import Customers
from monolith.accounts import Accounts
from monolith.module import Process
from store.rules.credentials import hash_password
from store.runtime.database import Database
from store.runtime.faults import FaultPoints
from store.runtime.inputs import Credentials
from store.runtime.problems import Problem
from store.runtime.sign_in_limit import MOST_WRONG, Attempt
from store.runtime.telemetry import Telemetry
from store.runtime.tokens import Tokens

PASSWORD = "a good password"
HASH = hash_password(PASSWORD)
SignIn = Callable[["Rows", str], object]


class Rows:
    """A database that answers each statement with the next row."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.left = list(rows)
        self.statements = 0

    @contextmanager
    def autocommit(self) -> Iterator["Rows"]:
        yield self

    def execute(self, _: str, __: object) -> "Rows":
        self.statements += 1
        return self

    def fetchall(self) -> list[dict[str, Any]]:
        return [self.left.pop(0)]


def found(password_hash: str | None, wrong: int = 0) -> dict[str, Any]:
    return {
        "customer_id": 1,
        "name": "Ada",
        "password_hash": password_hash,
        "wrong": wrong,
        "opens_in_s": 200,
    }


def counted(wrong: int) -> dict[str, Any]:
    return {"wrong": wrong, "opens_in_s": 200}


def _in_the_monolith(rows: Rows, password: str) -> object:
    telemetry = Telemetry(None)
    process = SimpleNamespace(
        database=rows,
        telemetry=telemetry,
        faults=FaultPoints(None, telemetry),
        tokens=Tokens("secret"),
    )
    return Accounts(cast("Process", process)).sign_in("ada@example.org", password)


def _in_the_services(rows: Rows, password: str) -> object:
    customers = Customers(cast("Database", rows), Telemetry(None), Tokens("secret"))
    return customers.sign_in(Credentials(email="ada@example.org", password=password))


@pytest.fixture(params=[_in_the_monolith, _in_the_services], ids=["monolith", "microservices"])
def sign_in(request: pytest.FixtureRequest) -> SignIn:
    return cast("SignIn", request.param)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cost of each password that was verified."""
    costs: list[int] = []
    scrypt = hashlib.scrypt

    def counting(password: bytes, *, n: int, **other: Any) -> bytes:
        costs.append(n)
        return scrypt(password, n=n, **other)

    monkeypatch.setattr(hashlib, "scrypt", counting)
    return costs


def test_the_right_password_costs_one_statement(sign_in: SignIn, verified: list[int]) -> None:
    rows = Rows(found(HASH, wrong=MOST_WRONG - 1))
    sign_in(rows, PASSWORD)
    assert (rows.statements, len(verified)) == (1, 1)


def test_an_address_without_an_account_costs_what_one_with_an_account_costs(
    sign_in: SignIn, verified: list[int]
) -> None:
    for password_hash in (HASH, None):
        rows = Rows(found(password_hash), counted(1))
        with pytest.raises(Problem, match="is wrong"):
            sign_in(rows, "wrong password")
        assert rows.statements == 2
    known, unknown = verified
    assert known == unknown


@pytest.mark.parametrize("password", [PASSWORD, "wrong password"])
@pytest.mark.parametrize("password_hash", [HASH, None], ids=["known", "unknown"])
def test_beyond_the_limit_no_password_is_verified_and_nothing_is_written(
    sign_in: SignIn, verified: list[int], password_hash: str | None, password: str
) -> None:
    rows = Rows(found(password_hash, wrong=MOST_WRONG))
    with pytest.raises(Problem) as refused:
        sign_in(rows, password)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "200"})
    assert (rows.statements, verified) == (1, [])


def test_those_who_come_together_are_told_no_more_than_the_limit(sign_in: SignIn) -> None:
    with pytest.raises(Problem) as refused:
        sign_in(Rows(found(HASH, MOST_WRONG - 1), counted(MOST_WRONG + 1)), "wrong password")
    assert refused.value.status == 429


def test_one_token_has_one_limit_however_it_is_written() -> None:
    tokens = Tokens("secret")
    texts = [tokens.issue(1) + "=" * padding for padding in range(50)]
    attempts = {Attempt.of("ada@example.org", text, tokens) for text in texts}
    assert [attempt.known_id for attempt in attempts] == [1]


def test_an_address_with_an_earlier_token_is_counted_apart_from_one_without() -> None:
    attempt = Attempt.of("ada@example.org", Tokens("secret").issue(1), Tokens("secret"))
    assert attempt.bucket_at(1) != attempt.bucket_at(2) == attempt.bucket
