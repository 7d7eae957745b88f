"""The bytes of an access log, from a file or standard input, hashed on their way.

Each part of them is plain or gzip by itself: logs are often joined (``cat a.log b.log.gz``).
"""

import codecs
import hashlib
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from experiment.encoding import GZIP, foreign_within, seems_to_be
from experiment.errors import InputError

STANDARD_INPUT = Path("-")
BLOCK = 65_536
"""Bytes that are read at once."""
_LONGEST_MAGIC = 16
_GZIP_WITH_HEADER = 16 + zlib.MAX_WBITS
"""As zlib wants to be told."""


def name_of(log: Path) -> str:
    return "standard input" if log == STANDARD_INPUT else str(log)


@contextmanager
def opened(log: Path) -> Iterator[tuple[Iterator[bytes], Callable[[], str]]]:
    """Blocks of unpacked text, and what tells the SHA-256 of the log as it came, once all is read.

    Raises InputError, also for what fails while it is read.
    """
    try:
        with _source(log) as source:
            blocks = _Blocks(source)
            yield _texts(blocks), blocks.sha256.hexdigest
    except _NoTextError as error:
        raise InputError(f"{name_of(log)} {error}; give it as text in UTF-8, or gzip.") from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"{name_of(log)} holds damaged gzip data: {error}.") from error
    except OSError as error:
        raise InputError(f"The log {name_of(log)} cannot be read: {error.strerror}.") from error


class _NoTextError(Exception):
    """What is read is no text; says what it seems to be."""


def _source(log: Path) -> AbstractContextManager[BinaryIO]:
    if log != STANDARD_INPUT:
        return log.open("rb")
    if sys.stdin is None:  # closed by who started us
        raise InputError("There is no standard input.")
    return nullcontext(sys.stdin.buffer)


class _Blocks:
    """Blocks of a stream, hashed: standard input is there only once. Some can be put back."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._put_back = b""
        self.sha256 = hashlib.sha256()

    def take(self) -> bytes:
        """Empty at the end."""
        block, self._put_back = self._put_back, b""
        return block or self._read()

    def put_back(self, block: bytes) -> None:
        self._put_back = block

    def begin_with(self, magic: bytes) -> bool:
        while len(self._put_back) < len(magic) and (block := self._read()):
            self._put_back += block
        return self._put_back.startswith(magic)

    def is_at_end(self) -> bool:
        self._put_back = self.take()
        return not self._put_back

    def _read(self) -> bytes:
        block = self._source.read(BLOCK)
        self.sha256.update(block)
        return block


def _texts(blocks: _Blocks) -> Iterator[bytes]:
    was_packed, line_is_open = False, False
    while not blocks.is_at_end():
        packed = blocks.begin_with(GZIP)
        if line_is_open and not (was_packed and packed):
            yield b"\n"  # another file begins; members of one may part a line
        for text in _checked(_member(blocks) if packed else _plain(blocks)):
            yield text
            line_is_open = not text.endswith(b"\n") if text else line_is_open
        was_packed = packed


def _member(blocks: _Blocks) -> Iterator[bytes]:
    """The content of one gzip member; a file may have several."""
    unpacking = zlib.decompressobj(_GZIP_WITH_HEADER)
    while not unpacking.eof:
        packed = blocks.take()
        if not packed:
            raise EOFError("it ends too early")
        yield unpacking.decompress(packed)
    blocks.put_back(unpacking.unused_data)


def _plain(blocks: _Blocks) -> Iterator[bytes]:
    """All up to where gzip data begin."""
    while block := blocks.take():
        while block.endswith((GZIP[:1], GZIP[:2])) and (more := blocks.take()):
            block += more
        text, magic, rest = block.partition(GZIP)
        yield text
        if magic:
            blocks.put_back(magic + rest)
            return


def _checked(part: Iterator[bytes]) -> Iterator[bytes]:
    """The part without what may stand before its text; _NoTextError where it is none."""
    before = b""
    for block in part:
        if not before:
            # Servers go on at their old place in a log that was cut, and leave zeros before it.
            text = block.lstrip(b"\0").removeprefix(codecs.BOM_UTF8)
            _require_text("seems to be", seems_to_be(block) or seems_to_be(text))
        else:
            text = block
        _require_text("has something within that seems to be", foreign_within(before + text))
        yield text
        before = (before + text)[-_LONGEST_MAGIC:]


def _require_text(how: str, seems: str | None) -> None:
    if seems:
        raise _NoTextError(f"{how} {seems}")
