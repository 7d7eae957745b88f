import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from struck import Struck


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Struck]:
    """Fault points as a process has them; nothing stays in force after the test."""
    struck = Struck(tmp_path)
    yield struck
    struck.arm()
