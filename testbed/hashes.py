"""SHA-256 of what takes part in a measurement: code, locked packages, sample data."""

import hashlib

from experiment.store import Sample
from store.sample.generate import generate
from testbed.sources import ROOT, digest, hash_of_sources

PACKAGES = (
    "analysis", "experiment", "loadtests", "microservices", "monolith", "scaling", "store",
    "testbed",
)  # fmt: skip
LOCKS = ("requirements.lock", "requirements-dev.lock")
"""Only a checkout has them."""


def hashes(sample: Sample) -> dict[str, str]:
    """Hexadecimal hashes by name; a lock file that this installation lacks has none."""
    locks = {name: ROOT / name for name in LOCKS}
    return {
        "sources": hash_of_sources(ROOT, PACKAGES),
        **{name: digest(file.read_bytes()) for name, file in locks.items() if file.is_file()},
        "sample data": hash_of_sample(sample),
    }


def hash_of_sample(sample: Sample) -> str:
    """Over every row of the sample data of these sizes."""
    data = generate(products=sample.products, customers=sample.customers, ratings=sample.ratings)
    total = hashlib.sha256()
    for row in (*data.products, *data.customers):
        total.update(repr(row).encode())
    for column in (data.ratings.customer_id, data.ratings.product_id, data.ratings.stars):
        total.update(column.tobytes())
    return total.hexdigest()
