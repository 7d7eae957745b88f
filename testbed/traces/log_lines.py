"""Lines of an access log in common or combined format, as nginx and Apache write them."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

_LINE = re.compile(
    r"\S+ \S+ .+? "  # client, identity, user (who may have spaces in the name)
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    r'"([^"\\]*(?:\\.[^"\\]*)*)" '  # a quote inside is escaped with a backslash
    r"\d{3} (?:\d+|-)(?: .*)?",  # referrer, user agent and what else a server appends
    re.DOTALL,
)
_REQUEST = re.compile(r"([A-Z]+) (\S+)(?: HTTP/[\d.]+)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Hit(NamedTuple):
    """One request."""

    time_s: int
    """Whole seconds since 1970, UTC."""
    method: str
    """Empty when what was sent is no HTTP request, such as a TLS handshake."""
    path: str
    """Percent-decoded, without host and query; as logged when it is no HTTP request."""


def parse(line: str) -> Hit | None:
    """The request of a line without its end; None when the line is of another format."""
    matched = _LINE.fullmatch(line)
    if matched is None:
        return None
    time_s = _seconds(matched[1])
    return None if time_s is None else Hit(time_s, *_request(matched[2]))


@lru_cache(maxsize=4_096)
def _seconds(text: str) -> int | None:
    """Cached, since lines of the same second follow each other. Free of the machine's locale."""
    if text[3:6] not in _MONTHS:
        return None
    month = _MONTHS.index(text[3:6]) + 1
    clock = (int(text[12:14]), int(text[15:17]), min(int(text[18:20]), 59))  # a leap second
    try:
        moment = datetime(int(text[7:11]), month, int(text[:2]), *clock, tzinfo=UTC)
    except ValueError:
        return None
    offset = timedelta(hours=int(text[22:24]), minutes=int(text[24:26]))
    return int((moment + offset if text[21] == "-" else moment - offset).timestamp())


@lru_cache(maxsize=16_384)
def _request(text: str) -> tuple[str, str]:
    matched = _REQUEST.fullmatch(text)
    if matched is None:
        return "", text
    path = matched[2].partition("?")[0].partition("#")[0]
    if not path.startswith("/"):  # a proxy is asked for a whole URL
        path = "/" + path.partition("://")[2].partition("/")[2]
    return matched[1], unquote(path)
