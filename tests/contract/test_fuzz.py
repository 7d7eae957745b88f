"""Schemathesis reads the contract and tries to make a store break it."""

import random

import pytest
import schemathesis
from api import DOCUMENT, Api
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw import get
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from testbed.parity.twisting import twisted

CONTRACT = schemathesis.openapi.from_path(DOCUMENT)
OPERATIONS = [result.ok() for result in CONTRACT.get_all_operations()]
EXAMPLES = 10

load_all_checks()
REFUSALS_BY_STATE = {
    # An unknown coupon is well-formed, and refused with 422.
    "POST /orders": [CHECKS.get_one("positive_data_acceptance")],
}


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return str(api.newcomer().token)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_input_makes_a_store_break_its_contract(
    operation: APIOperation, mode: GenerationMode, store_url: str, token: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),  # a store is slower than a pure function
    )
    def holds(case: Case) -> None:
        case.call_and_validate(
            base_url=f"{store_url}/api",
            headers=headers,
            excluded_checks=REFUSALS_BY_STATE.get(operation.label, []),
        )

    holds()


PATHS = [
    "/api/products/1",
    "/api/product-pages/1",
    "/api/cart",
    "/api/cart/items/1",
    "/api/orders/no-uuid",
    "/api/search",
    "/internal/carts/1",
]
REFUSED = {"bad-request", "invalid-input", "not-found", "not-signed-in", "method-not-allowed"}


def test_no_twist_of_a_path_leads_elsewhere_or_fails(store_url: str) -> None:
    @given(path=st.sampled_from(PATHS), seed=st.integers(0, 2**32))
    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    def holds(path: str, seed: int) -> None:
        chance = random.Random(seed)
        answer = get(store_url, twisted(twisted(path, chance), chance))
        if answer.headers["content-type"].startswith("text/html"):
            # A page of the shop; those of a customer lead a stranger to sign in.
            where = answer.headers.get("location", "")
            assert answer.status in {200, 400, 404, 405} or where.startswith("/sign-in")
        else:
            assert answer.status == 200 or answer.problem in REFUSED

    holds()
