"""Problem documents (RFC 9457): the one shape of every error in both stores."""

import logging
from http import HTTPStatus

from flask import Flask, Response, make_response
from werkzeug.exceptions import HTTPException

NAMES = {413: "content-too-large"}
"""By status, where versions of Python disagree on its phrase."""
logger = logging.getLogger(__name__)


class Problem(Exception):  # noqa: N818 - the RFC's own term
    """An answer that is an error. Raise it anywhere below a request handler.

    ``name`` becomes ``/problems/<name>``; ``detail`` is one sentence for a person. Before
    ``retry_after_s`` are over, the same request is of no use.
    """

    def __init__(
        self, status: int, name: str, detail: str, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.retry_after_s = retry_after_s

    def document(self) -> dict[str, str | int]:
        return {
            "type": f"/problems/{self.name}",
            "title": self.name.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
        }

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}

    def response(self) -> Response:
        answer = make_response(self.document(), self.status, self.headers)
        answer.content_type = "application/problem+json"
        return answer


def not_found(what: str) -> Problem:
    return Problem(404, "not-found", f"There is no such {what}.")


def dependency_unavailable(role: str) -> Problem:
    """What ``role`` provides is gone, and the answer is impossible without it."""
    return Problem(503, "dependency-unavailable", f"The {role} part of the store does not answer.")


def register(app: Flask) -> None:
    """Make every error of the application a problem document."""

    @app.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        return problem.response()

    @app.errorhandler(HTTPException)
    def on_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        name = NAMES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
        answer = Problem(status, name, error.description or name).response()
        for key, value in error.get_headers():
            if key == "Allow":  # RFC 9110 demands it beside a 405
                answer.headers[key] = value
        return answer

    @app.errorhandler(Exception)
    def on_bug(error: Exception) -> Response:
        logger.error("unhandled error", exc_info=error)
        return Problem(500, "internal-error", "The store failed to answer.").response()
