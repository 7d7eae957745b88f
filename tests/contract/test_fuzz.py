"""Schemathesis reads the contract and tries to make a store break it."""

import pytest
import schemathesis
from api import DOCUMENT, Api
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

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
