"""The browser's session: a cookie, where to go after signing in, and forms that are our own."""

import re
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from store.runtime.problems import Problem
from store.runtime.tokens import KNOWN_S
from store.web.shop import Document

COOKIE = "session"
EARLIER = "known"
"""Cookie of the browser's latest token, for longer than that opens anything: a browser in which a
customer was signed in is not kept out by what others try."""
EARLIER_PATH = "/sign-in"
_TOKEN = re.compile(r"[!-~]+")
"""A browser may send anything; only this can go on in a header, whatever the shop makes of it."""


def is_signed_in() -> bool:
    """Whether the browser has a session; the shop alone knows whether it still holds."""
    return COOKIE in request.cookies


def token() -> str:
    """The session token of the browser; a 401 Problem when it has none."""
    found = _cookie(COOKIE)
    if not found:
        raise Problem(401, "not-signed-in", "Please sign in first.")
    return found


def earlier_token() -> str:
    """The latest token that the browser was given, good or not; empty without one."""
    return _cookie(EARLIER)


def begin(response: Response, session: Document) -> None:
    _set(response, COOKIE, session["token"], session["expires_in_s"], "/")
    _set(response, EARLIER, session["token"], KNOWN_S, EARLIER_PATH)


def end(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def forget(response: Response) -> None:
    """The browser no longer knows that somebody was signed in."""
    _set(response, EARLIER, "", 0, EARLIER_PATH)


def _cookie(name: str) -> str:
    found = request.cookies.get(name, "")
    return found if _TOKEN.fullmatch(found) else ""


def _set(response: Response, name: str, value: str, max_age_s: int, path: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def local_path(wish: str) -> str:
    r"""``wish`` when it is a path of this shop, else the way home.

    Browsers take ``//host`` and ``/\\host`` for other sites, and drop control characters first.
    """
    is_local = wish.startswith("/") and not wish.startswith("//")
    is_plain = wish.isascii() and wish.isprintable() and "\\" not in wish
    return wish if is_local and is_plain else "/"


def here() -> str:
    """Where to come back to after signing in: this page, or the one that sent this form."""
    if request.method == "GET":
        return local_path(request.full_path.rstrip("?"))
    origin = urlsplit(request.referrer or "")
    return local_path(origin._replace(scheme="", netloc="").geturl())


def refuse_foreign_form() -> None:
    """Refuse a form that another site sent. Browsers name the sender; SameSite does the rest."""
    sender = request.headers.get("Origin") or request.referrer
    if request.method == "POST" and sender and urlsplit(sender).netloc != request.host:
        raise Problem(403, "foreign-form", "This form was sent from another site.")
