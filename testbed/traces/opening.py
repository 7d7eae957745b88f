"""The bytes of an access log: of a file or standard input, plain or gzip, hashed on their way."""

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from experiment.errors import InputError

STANDARD_INPUT = Path("-")
GZIP_MAGIC = b"\x1f\x8b"


def name_of(log: Path) -> str:
    return "standard input" if log == STANDARD_INPUT else str(log)


@contextmanager
def opened(log: Path) -> Iterator[tuple[BinaryIO, Callable[[], str]]]:
    """Unpacked bytes, and what tells the SHA-256 of the log as it came, once all is read.

    Raises InputError, also for what fails while it is read.
    """
    try:
        with _source(log) as source:
            hashed = _Hashed(source)
            content = io.BufferedReader(hashed)
            is_gzip = content.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
            unpacked = gzip.GzipFile(fileobj=content) if is_gzip else content
            yield cast("BinaryIO", unpacked), hashed.hexdigest
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{name_of(log)} is a damaged gzip file: {error}.") from error
    except OSError as error:
        raise InputError(f"The log {name_of(log)} cannot be read: {error.strerror}.") from error


def _source(log: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if log == STANDARD_INPUT else log.open("rb")


class _Hashed(io.RawIOBase):
    """Passes a stream on and hashes what goes through: standard input is there only once."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # a writable buffer; before Python 3.12 without a name
        content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        self._sha256.update(content)
        return len(content)

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()
