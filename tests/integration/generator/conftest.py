import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.janitor import Belongings

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def belongings(tmp_path: Path) -> Iterator[Belongings]:
    with Belongings(tmp_path / "state") as kept:
        yield kept
