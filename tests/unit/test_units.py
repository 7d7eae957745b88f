"""A number is called what it is."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
ROOMS = ("analysis", "experiment", "projection", "testbed")
DECIMAL = re.compile(r"(?<![A-Z_])[KMG]B(?![A-Z_])")
"""As a unit; kB, 1,000 bytes, is none of them."""


@pytest.mark.parametrize("room", ROOMS)
def test_memory_is_counted_in_powers_of_two_and_says_so(room: str) -> None:
    texts = [file for kind in ("py", "html") for file in (HERE / room).rglob(f"*.{kind}")]
    assert texts
    assert [file.name for file in texts if DECIMAL.search(file.read_text("utf-8"))] == []
