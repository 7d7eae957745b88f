import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))

from api import Api


@pytest.fixture(scope="module")
def api(store_url: str) -> Iterator[Api]:
    """A stranger in front of the store; runs once per architecture."""
    with requests.Session() as http:
        http.trust_env = False
        yield Api(store_url, http=http)


@pytest.fixture
def customer(api: Api) -> Api:
    """A newly registered customer with an empty cart."""
    return api.newcomer()
