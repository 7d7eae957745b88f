"""The browser's session: a cookie, where to go after signing in, and forms that are our own."""

import re
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from store.runtime.problems import Problem
from store.web.shop import Document

COOKIE = "session"
_TOKEN = re.compile(r"[!-~]+")
"""A browser may send anything; only this can go on in a header, whatever the shop makes of it."""


def is_signed_in() -> bool:
    """Whether the browser has a session; the shop alone knows whether it still holds."""
    return COOKIE in request.cookies


def token() -> str:
    """The session token of the browser; a 401 Problem when it has none."""
    found = request.cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(found):
        raise Problem(401, "not-signed-in", "Please sign in first.")
    return found


def begin(response: Response, session: Document) -> None:
    response.set_cookie(
        COOKIE,
        session["token"],
        max_age=session["expires_in_s"],
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def end(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


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
