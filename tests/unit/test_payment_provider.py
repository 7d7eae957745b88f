"""The payment provider stand-in."""

import statistics
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from store.payment_provider import fate
from store.payment_provider.app import create_provider
from store.runtime.callers import TOKEN_HEADER

TOKEN = "a token for tests"
KEYS = [f"key-{number}" for number in range(5_000)]
GOOD_KEY = next(key for key in KEYS if not fate.is_declined(key, "card_visa"))


@pytest.fixture
def provider() -> FlaskClient:
    return _client(lambda _: None)


def _client(sleep: Callable[[float], None]) -> FlaskClient:
    client = create_provider(TOKEN, sleep).test_client()
    client.environ_base[f"HTTP_{TOKEN_HEADER.upper().replace('-', '_')}"] = TOKEN
    return client


def charge(provider: FlaskClient, key: str = GOOD_KEY, card: str = "card_visa") -> Any:
    body = {"amount_cents": 500, "card": card}
    return provider.post("/charges", json=body, headers={"Idempotency-Key": key})


def listed(provider: FlaskClient) -> Any:
    return provider.get("/charges").json["charges"]


def test_latencies_have_the_promised_median_and_cap() -> None:
    latencies = [fate.latency_s(key) for key in KEYS]
    assert statistics.median(latencies) == pytest.approx(0.040, rel=0.05)
    assert max(latencies) <= 0.250


def test_a_charge_waits_as_long_as_its_key_says() -> None:
    waits: list[float] = []
    charge(_client(waits.append))
    assert waits == [fate.latency_s(GOOD_KEY)]


def test_one_key_in_a_hundred_is_declined() -> None:
    declined = sum(fate.is_declined(key, "card_visa") for key in KEYS)
    assert 25 < declined < 80


def test_a_charge_that_is_repeated_is_captured_once(provider: FlaskClient) -> None:
    assert charge(provider).json == charge(provider).json
    assert [each["amount_cents"] for each in listed(provider)] == [500]


def test_the_declined_card_is_never_captured(provider: FlaskClient) -> None:
    assert charge(provider, card="card_declined").status_code == 402
    assert listed(provider) == []


def test_a_key_with_another_amount_is_refused(provider: FlaskClient) -> None:
    charge(provider)
    other = {"amount_cents": 501, "card": "card_visa"}
    answer = provider.post("/charges", json=other, headers={"Idempotency-Key": GOOD_KEY})
    assert answer.status_code == 422


def test_a_refund_gives_the_whole_charge_back_once(provider: FlaskClient) -> None:
    body = {"charge_id": charge(provider).json["charge_id"]}
    answers = [provider.post("/refunds", json=body).json for _ in range(2)]
    assert answers[0] == answers[1] == {**body, "amount_cents": 500}
    assert [each["refunded_cents"] for each in listed(provider)] == [500]


def test_a_charge_nobody_made_cannot_be_refunded(provider: FlaskClient) -> None:
    assert provider.post("/refunds", json={"charge_id": "ch_0"}).status_code == 404


def test_a_malformed_charge_is_refused(provider: FlaskClient) -> None:
    answer = provider.post("/charges", json={"amount_cents": 0}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 400


@pytest.mark.parametrize("token", [None, "", "a token for test", "a token for tests!", "tökên"])
def test_without_the_token_nobody_moves_money_or_reads_the_books(
    provider: FlaskClient, token: str | None
) -> None:
    charge_id = charge(provider).json["charge_id"]
    stranger = provider.application.test_client()
    headers = {"Idempotency-Key": "key-of-a-stranger"}
    headers |= {} if token is None else {TOKEN_HEADER: token}
    answers = [
        stranger.get("/charges", headers=headers),
        stranger.post("/charges", json={"amount_cents": 1, "card": "c"}, headers=headers),
        stranger.post("/refunds", json={"charge_id": charge_id}, headers=headers),
    ]
    assert [each.status_code for each in answers] == [403] * 3
    assert {each.content_type for each in answers} == {"application/problem+json"}
    assert [each["refunded_cents"] for each in listed(provider)] == [0]


def test_whether_the_provider_is_alive_may_be_asked_by_all(provider: FlaskClient) -> None:
    assert provider.application.test_client().get("/healthz").status_code == 200
