"""What bytes seem to be, where text in UTF-8 was expected."""

import codecs
import re

GZIP = b"\x1f\x8b\x08"

_BEGINNINGS: dict[bytes, str] = {
    GZIP: "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xfd7zXZ\x00": "xz",
    b"BZh91AY&SY": "bzip2",
    b"PK\x03\x04": "a zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x04\x22\x4d\x18": "LZ4",
    b"PAR1\x15": "Parquet",  # and the first byte of a page; a host may be called PAR1
}
_LATER: tuple[tuple[int, bytes, str], ...] = (
    (4, b"1AY&SY", "bzip2"),  # of any level
    (257, b"ustar", "a tar archive"),
)
_UTF_16 = re.compile(rb"\xff\xfe|\xfe\xff|\x00?[\t\n\r -~]\x00[\t\n\r -~]")
"""A byte-order mark, or letters with a zero beside each."""

_WITHIN = {
    **{
        (b"\n" + magic if magic.isascii() and magic.decode().isprintable() else magic): name
        for magic, name in _BEGINNINGS.items()
    },
    b"\n\xff\xfe": "text in UTF-16",
    b"\n\xfe\xff": "text in UTF-16",
}
"""What may be written within a line of text counts at its beginning only."""


_PRINTABLE = b"\t\n\r" + bytes(range(0x20, 0x7F))


def seems_to_be(head: bytes) -> str | None:
    """Name of what a content with this beginning is instead of text; None where it may be text."""
    for magic, name in _BEGINNINGS.items():
        if head.startswith(magic):
            return name
    for place, magic, name in _LATER:
        if head[place:].startswith(magic):
            return name
    return "text in UTF-16" if _UTF_16.match(head) else None


def foreign_within(text: bytes) -> str | None:
    """Name of what seems to begin somewhere in this text and is none."""
    if not text.translate(None, delete=_PRINTABLE):  # as most are; all that is foreign has more
        return None
    return next((name for magic, name in _WITHIN.items() if magic in text), None)


def text_of(content: bytes) -> str:
    """Text in UTF-8, without the mark that some editors begin it with.

    Raises ValueError, a sentence part that says what is wrong.
    """
    seems = seems_to_be(content)
    if seems:
        raise ValueError(f"seems to be {seems}; save it as text in UTF-8")
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"is not text in UTF-8: line {line} has other bytes") from error
