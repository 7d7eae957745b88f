"""Lines of an access log in common or combined format, as nginx and Apache write them."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

_LINE = re.compile(
    r"\S+ \S+ .+? "  # client, identity, user (who may have spaces in the name)
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    r'"([^"\\]*(?:\\.[^"\\]*)*)" '  # a quote inside is escaped with a backslash
    r"(\d{3}|-) (?:\d+|-)(?: .*)?",  # referrer, user agent and what else a server appends
    re.DOTALL | re.ASCII,
)
_REQUEST = re.compile(r"([A-Z][A-Z_-]*) (.*?)(?: HTTP/[\d.]+)?", re.DOTALL | re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]+")
"""What stands before the path of a URL; a proxy is asked for a whole one."""
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
"""How servers log what would break the line: by its code, or by a letter."""
_LETTERS = {"b": "\b", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class StatusClass(StrEnum):
    """What was answered."""

    INTERIM = "1xx"
    SUCCESS = "2xx"
    NOT_MODIFIED = "304"
    """No redirect: the page that the visitor has is still good."""
    REDIRECT = "3xx"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"
    UNKNOWN = "unknown"


class Hit(NamedTuple):
    """One request."""

    time_s: int
    """Whole seconds since 1970, UTC."""
    method: str
    """Empty when what was sent is no HTTP request, such as a TLS handshake."""
    path: str
    """As a web server reads it: without host and query, percent-decoded but for line ends, slashes
    and dots resolved. As logged, up to its query, when no path was asked for."""
    has_path: bool
    status: StatusClass


def parse(line: str) -> Hit | None:
    """The request of a line without its end; None when the line is of another format."""
    matched = _LINE.fullmatch(line)
    if matched is None:
        return None
    time_s = _seconds(matched[1])
    return None if time_s is None else Hit(time_s, *_request(matched[2]), _class_of(matched[3]))


@lru_cache(maxsize=4_096)
def _seconds(text: str) -> int | None:
    """Cached, since lines of the same second follow each other. Free of the machine's locale."""
    if text[3:6] not in _MONTHS:
        return None
    month = _MONTHS.index(text[3:6]) + 1
    clock = (int(text[12:14]), int(text[15:17]), min(int(text[18:20]), 59))  # a leap second
    offset = timedelta(hours=int(text[22:24]), minutes=int(text[24:26]))
    try:
        moment = datetime(int(text[7:11]), month, int(text[:2]), *clock, tzinfo=UTC)
        return int((moment + offset if text[21] == "-" else moment - offset).timestamp())
    except (ValueError, OverflowError):  # no such day; before the year 1 or after 9999
        return None


@lru_cache(maxsize=1_024)
def _class_of(status: str) -> StatusClass:
    name = status if status == "304" else f"{status[0]}xx"
    return next((known for known in StatusClass if known == name), StatusClass.UNKNOWN)


@lru_cache(maxsize=16_384)
def _request(text: str) -> tuple[str, str, bool]:
    """Method, path, and whether a path was asked for."""
    matched = _REQUEST.fullmatch(text)
    if matched is None:
        return "", without_query(text), False
    method, target = matched.groups()
    path = _path(target)
    return (method, without_query(target), False) if path is None else (method, path, True)


def without_query(text: str) -> str:
    """A query may hold personal data, and decides nothing here."""
    return text.partition("?")[0]


def _path(target: str) -> str | None:
    """None where the target is neither a path nor a URL, or a path that servers refuse."""
    url = _URL.match(target)
    written = without_query(target[url.end() :] if url else target).partition("#")[0]
    if url and not written:
        return "/"
    if not written.startswith("/"):
        return None
    decoded = unquote(_ESCAPED.sub(_percent_encoded, written))
    return _resolved(decoded.replace("\n", "%0A"))  # the $ of a rule would match before it


def _percent_encoded(escaped: re.Match[str]) -> str:
    code, letter = escaped.groups()
    return f"%{code}" if code else quote(_LETTERS.get(letter, letter), safe="")


def _resolved(path: str) -> str | None:
    """Slashes in a row are one, dots are followed; None above the root."""
    if "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if not kept:
                return None
            kept.pop()
        elif segment not in {"", "."}:
            kept.append(segment)
    is_folder = kept and path.endswith(("/", "/.", "/.."))
    return "/" + "/".join(kept) + ("/" if is_folder else "")
