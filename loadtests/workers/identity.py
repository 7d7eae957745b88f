"""What has to be the same in master and workers: the code that makes and times requests."""

import hashlib
from pathlib import Path

import experiment
import loadtests
import store

PARTS = ("rules", "sample")
"""Of the store: all that the generator imports."""


def version_here() -> str:
    """A hash of these sources, twelve hexadecimal digits; the same wherever they lie."""
    total = hashlib.sha256()
    for root in _roots():
        for file in sorted(root.rglob("*.py")):
            total.update(file.relative_to(root.parent).as_posix().encode())
            total.update(file.read_bytes())
    return total.hexdigest()[:12]


def _roots() -> list[Path]:
    rooms = [Path(str(room.__file__)).parent for room in (experiment, loadtests)]
    return rooms + [Path(str(store.__file__)).parent / part for part in PARTS]
