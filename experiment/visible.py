"""Data as they may be shown: nothing in them acts on the terminal or page that shows them."""

import re

_ACTS = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but for tab and line end
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # change the direction of what follows
    "\u2028\u2029"  # end a line
    "\ud800-\udfff"  # bytes of a file's name that are no text
    "]"
)


def visible(text: str) -> str:
    r"""The text with what would act on a terminal written as an escape, such as ``\x1b``."""
    return _ACTS.sub(lambda found: escape(found[0]), text)


def escape(character: str) -> str:
    """As Python would write it; a byte of a file's name as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - where Python keeps such bytes (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
