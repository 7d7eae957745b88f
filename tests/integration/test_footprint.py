"""What real stores tell of their processes and connections."""

from collections.abc import Callable

import pytest
import requests

from experiment.store import Architecture
from testbed.platforms.footprint import grown
from testbed.platforms.platform import RunningStore

Running = Callable[[Architecture], RunningStore]
PAGES = 20


def _pages(store: RunningStore) -> int:
    """Ask for product pages over one connection; bytes of the answers' bodies."""
    with requests.Session() as session:
        answers = [
            session.get(f"{store.url}/api/product-pages/{product}", timeout=5)
            for product in range(1, 1 + PAGES)
        ]
        assert {answer.status_code for answer in answers} == {200}
        return sum(len(answer.content) for answer in answers)


@pytest.mark.parametrize(
    ("architecture", "composing", "hops"),
    [
        ("monolith", "monolith", set[tuple[str, str]]()),
        (
            "microservices",
            "storefront",
            {("storefront", part) for part in ("catalog", "inventory", "recommendations")},
        ),
    ],
)
def test_a_product_page_is_seen_on_every_hop_that_it_takes(
    running_store: Running,
    architecture: Architecture,
    composing: str,
    hops: set[tuple[str, str]],
) -> None:
    store = running_store(architecture)
    _pages(store)  # its connections exist from now on
    before = store.connections()

    bodies = _pages(store)

    bytes_by_hop = grown(before, store.connections())
    assert bodies < bytes_by_hop["edge", composing] < 3 * bodies
    assert hops <= {hop for hop, amount in bytes_by_hop.items() if amount > 100 * PAGES}


@pytest.mark.parametrize("architecture", ["monolith", "microservices"])
def test_every_role_has_processes_and_owners_have_database_connections(
    running_store: Running, architecture: Architecture
) -> None:
    store = running_store(architecture)
    roles = {each.role: each for each in store.footprint()}

    assert {"edge", "database"} < set(roles)
    assert all(role.processes > 0 and role.memory_mb > 1 for role in roles.values())
    owner = "monolith" if architecture == "monolith" else "catalog"
    assert roles[owner].database_connections > 0
    assert roles["edge"].database_connections == 0
