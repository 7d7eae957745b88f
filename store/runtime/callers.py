"""Who may ask: some paths answer only those who share a token that was drawn for one store."""

from collections.abc import Callable
from hmac import compare_digest

from flask import Flask, Response, request

from store.runtime.problems import Problem

TOKEN_HEADER = "X-Twinstack-Token"  # noqa: S105 - the name of a header, not its content


def refuse_strangers(app: Flask, token: str | None, is_guarded: Callable[[str], bool]) -> None:
    """Answer 403 on every guarded path, known or not, to a request without the token.

    Without a token nobody is let in. It is no 401: a customer who signs in would not help.
    """

    @app.before_request
    def refuse() -> Response | None:
        told = request.headers.get(TOKEN_HEADER, "")
        if not is_guarded(request.path) or _is_known(token, told):
            return None
        return Problem(403, "forbidden", "Only who holds the token may ask.").response()


def _is_known(token: str | None, told: str) -> bool:
    """In a time that does not tell how much of it was right."""
    return token is not None and compare_digest(token.encode(), told.encode())


def bearing(token: str | None) -> dict[str, str]:
    """What a caller sends along; nothing where it was given no token."""
    return {} if token is None else {TOKEN_HEADER: token}
