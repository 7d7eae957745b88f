"""SHA-256 of what takes part in a measurement: code, locked packages, sample data."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from experiment.store import Sample
from store.sample.generate import generate

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "analysis", "experiment", "loadtests", "microservices", "monolith", "store", "testbed",
)  # fmt: skip
LOCKS = ("requirements.lock", "requirements-dev.lock")
"""Only a checkout has them."""


def hashes(sample: Sample) -> dict[str, str]:
    """Hexadecimal hashes by name; a lock file that this installation lacks has none."""
    locks = {name: ROOT / name for name in LOCKS}
    return {
        "sources": hash_of_sources(ROOT),
        **{name: _digest(file.read_bytes()) for name, file in locks.items() if file.is_file()},
        "sample data": hash_of_sample(sample),
    }


def hash_of_sources(root: Path) -> str:
    """Over path and content of every file of the packages below ``root``, byte code left out."""
    total = hashlib.sha256()
    for file in _sources(root):
        name = file.relative_to(root).as_posix()
        total.update(f"{name}\n{_digest(file.read_bytes())}\n".encode())
    return total.hexdigest()


def hash_of_sample(sample: Sample) -> str:
    """Over every row of the sample data of these sizes."""
    data = generate(products=sample.products, customers=sample.customers, ratings=sample.ratings)
    total = hashlib.sha256()
    for row in (*data.products, *data.customers):
        total.update(repr(row).encode())
    for column in (data.ratings.customer_id, data.ratings.product_id, data.ratings.stars):
        total.update(column.tobytes())
    return total.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    files = (file for package in PACKAGES for file in (root / package).rglob("*"))
    yield from sorted(f for f in files if f.is_file() and "__pycache__" not in f.parts)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
