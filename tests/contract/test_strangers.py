"""Another user of this machine asks the processes behind the edge, whose ports all can reach."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests import Response

from experiment.store import Architecture
from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.callers import TOKEN_HEADER, bearing
from testbed.platforms.store.store import Store

ORDER = "00000000-0000-4000-8000-000000000001"
INTERNAL: dict[tuple[str, str, str], Any] = {
    ("carts", "GET", "/internal/carts/1"): None,
    ("carts", "DELETE", "/internal/carts/1?version=1"): None,
    ("catalog", "GET", "/internal/products?ids=1"): None,
    ("inventory", "GET", "/internal/stock/1"): None,
    ("inventory", "PUT", f"/internal/reservations/{ORDER}/1"): {"lines": []},
    ("inventory", "PUT", f"/internal/reservations/{ORDER}/1/sale"): {},
    ("inventory", "DELETE", f"/internal/reservations/{ORDER}/1"): None,
    ("notifications", "POST", "/internal/events"): {"events": []},
    ("payments", "PUT", f"/internal/payments/{ORDER}/1"): {"amount_cents": 1, "card": "card_x"},
    ("payments", "DELETE", f"/internal/payments/{ORDER}/1"): None,
}
"""Role, method and path, with the body that goes with it."""
WRONG_HEADERS: tuple[dict[str, str], ...] = (
    {},
    {TOKEN_HEADER: "0" * 32},
    {"X-Forwarded-For": "127.0.0.1"},
)


def _ask(store: Store, role: str, method: str, path: str, **options: Any) -> Response:
    (instance,) = (each for each in store.instances() if each.role == role)
    with requests.Session() as http:
        http.trust_env = False
        return http.request(method, f"{instance.url}{path}", timeout=10, **options)


def _is_refused(answer: Response) -> bool:
    told = answer.headers["Content-Type"], answer.json()["type"]
    return answer.status_code == 403 and told == ("application/problem+json", "/problems/forbidden")


@pytest.fixture(params=["microservices"])
def services(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]
) -> Store:
    return running_store(request.param)


@pytest.fixture(params=["monolith", "microservices"])
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


@pytest.mark.parametrize("headers", WRONG_HEADERS, ids=str)
def test_what_services_tell_each_other_is_told_to_nobody_else(
    services: Store, headers: dict[str, str]
) -> None:
    for (role, method, path), body in INTERNAL.items():
        assert _is_refused(_ask(services, role, method, path, json=body, headers=headers)), path


def test_no_header_makes_an_internal_path_of_another(services: Store) -> None:
    path, headers = "/api/cart/internal/carts/1", {"SCRIPT_NAME": "/api/cart"}
    assert _ask(services, "carts", "GET", path, headers=headers).status_code in (403, 404)


def test_a_token_of_another_purpose_opens_no_internal_path(services: Store) -> None:
    for name in ("secret", "provider_token"):
        headers = bearing(services.secrets[name])
        assert _is_refused(_ask(services, "carts", "GET", "/internal/carts/1", headers=headers))


def test_who_holds_the_token_is_answered(services: Store) -> None:
    headers = bearing(services.secrets["service_token"])
    answer = _ask(services, "inventory", "GET", "/internal/stock/1", headers=headers)
    assert answer.json()["product_id"] == 1


@pytest.mark.parametrize("headers", WRONG_HEADERS, ids=str)
def test_the_payment_provider_serves_its_store_alone(store: Store, headers: dict[str, str]) -> None:
    named = {**headers, "Idempotency-Key": "key-of-a-stranger"}
    asked = {
        ("GET", "/charges"): None,
        ("POST", "/charges"): {"amount_cents": 1, "card": "card_x"},
        ("POST", "/refunds"): {"charge_id": "ch_0"},
    }
    for (method, path), body in asked.items():
        answer = _ask(store, PAYMENT_PROVIDER, method, path, json=body, headers=named)
        assert _is_refused(answer), path
