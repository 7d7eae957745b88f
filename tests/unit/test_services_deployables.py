from pathlib import Path

import pytest

import microservices
from microservices.deployables import DEPLOYABLES
from store.runtime.deployable import Deployable

FOLDER = Path(microservices.__file__).parent


def by_role(deployable: Deployable) -> str:
    return deployable.role


def test_every_service_folder_is_deployed_once() -> None:
    folders = sorted(file.parent.name for file in FOLDER.glob("*/app.py"))
    assert sorted(map(by_role, DEPLOYABLES)) == folders
    assert len(folders) == 10


def test_no_two_services_claim_the_same_public_path() -> None:
    routes = [route for deployable in DEPLOYABLES for route in deployable.routes]
    assert len(set(routes)) == len(routes)


def test_internal_calls_have_no_public_route() -> None:
    routes = [route for deployable in DEPLOYABLES for route in deployable.routes]
    assert all(route == "/" or route.startswith("/api/") for route in routes)


@pytest.mark.parametrize("deployable", DEPLOYABLES, ids=by_role)
def test_a_service_has_books_exactly_when_it_keeps_data(deployable: Deployable) -> None:
    keeps_data = (FOLDER / deployable.role / "schema.sql").exists()
    assert (deployable.create_data is not None) == keeps_data
    assert (deployable.read_books is not None) == keeps_data


@pytest.mark.parametrize("deployable", DEPLOYABLES, ids=by_role)
def test_a_service_says_what_it_owns_and_whom_it_calls(deployable: Deployable) -> None:
    readme = (FOLDER / deployable.role / "README.md").read_text()
    assert "**Owns**" in readme
    assert "**Calls**" in readme
