"""SHA-256 of source files; of the standard library alone, for whoever builds images has no more.

``python -m testbed.sources`` says that of what goes into the images of the stores.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
IN_IMAGES = (
    "microservices", "monolith", "store", "requirements.lock", "docker/Dockerfile",
    "docker/contents.py", "docker/edge.sh", "docker/healthy.py", "docker/peers.py",
    "docker/unpack.sh",
)  # fmt: skip
"""What a run takes from images; how the edge is configured it says itself."""
LABEL = "twinstack.sources"
"""On an image: the hash of what it was built from."""


def hash_of_sources(root: Path, names: Iterable[str]) -> str:
    """Over path and content of these files, and of all in these folders but byte code."""
    total = hashlib.sha256()
    for file in sorted(_files(root, names)):
        name = file.relative_to(root).as_posix()
        total.update(f"{name}\n{digest(file.read_bytes())}\n".encode())
    return total.hexdigest()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        there = root / name
        found = there.rglob("*") if there.is_dir() else [there]
        yield from (f for f in found if f.is_file() and "__pycache__" not in f.parts)


if __name__ == "__main__":
    print(hash_of_sources(ROOT, IN_IMAGES))  # noqa: T201 - what it is for
