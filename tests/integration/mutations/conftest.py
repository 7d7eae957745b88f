"""Stores whose guards can be switched off, apart from those of the other tests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "orders"))
sys.path.insert(0, str(Path(__file__).parents[1] / "monolith"))

from mutant_monolith import MutantMonolith
from orders_store import OrdersStore, open_store

from store.sample.generate import generate


@pytest.fixture(scope="session")
def services(
    fresh_database: Callable[[str], str],
    serve_on: Callable[[Flask], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OrdersStore]:
    dataset = generate(products=30, customers=5, ratings=20)
    folder = tmp_path_factory.mktemp("mutations")
    with ExitStack() as stack:
        yield open_store(stack, fresh_database, dataset, folder, serve_on, "reservation-expiry")


@pytest.fixture
def store(services: OrdersStore) -> Iterator[OrdersStore]:
    services.begin_anew()
    yield services
    services.bring_back()


@pytest.fixture(scope="session")
def mutants(fresh_database: Callable[[str], str]) -> Iterator[MutantMonolith]:
    with ExitStack() as stack:
        yield MutantMonolith(stack, fresh_database("mutations"))


@pytest.fixture
def monolith(mutants: MutantMonolith) -> MutantMonolith:
    mutants.begin_anew()
    return mutants
