import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from monolith_store import Provider, Store, opened

from monolith.data import create_data
from store.sample.generate import generate


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider:
        yield provider


@pytest.fixture(scope="session")
def store(fresh_database: Callable[[str], str], provider: Provider) -> Iterator[Store]:
    url = fresh_database("monolith")
    with psycopg.connect(url) as connection:
        create_data(connection, generate(products=100, customers=100, ratings=2000))
    with opened(url, provider) as store:
        yield store
