import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from emulated_engine import EmulatedEngine


@pytest.fixture
def engine() -> Iterator[EmulatedEngine]:
    emulated = EmulatedEngine()
    yield emulated
    for container in list(emulated.containers.there):
        container.remove(force=True)
