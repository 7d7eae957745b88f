"""Schemathesis reads the contract and tries to make a store break it."""

import pytest
import schemathesis
from api import DOCUMENT, Api
from hypothesis import HealthCheck, settings


@pytest.fixture(scope="module")
def documented(store_url: str) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_path(DOCUMENT)
    schema.config.update(base_url=f"{store_url}/api")
    return schema


contract = schemathesis.pytest.from_fixture("documented")


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return str(api.newcomer().token)


@contract.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),  # the store is slower than pure functions
)
def test_no_input_makes_a_store_break_its_contract(case: schemathesis.Case, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
