"""Problems as pages: the right status, one sentence for a person, and a way on."""

import logging

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from store.runtime.problems import Problem, not_found
from store.web import session

logger = logging.getLogger(__name__)

UNAVAILABLE = 503
HEADINGS = {
    400: "That does not look right",
    403: "That form was not ours",
    404: "Nothing here",
    409: "That did not work out",
    413: "That was too much",
    500: "Something broke on our side",
}
RESTING = {
    "search": "Search is resting",
    "home": "The catalogue is resting",
    "product": "The catalogue is resting",
    "cart": "The cart is resting",
    "add_to_cart": "The cart is resting",
    "change_quantity": "The cart is resting",
    "remove_from_cart": "The cart is resting",
    "checkout": "Checkout is resting",
    "orders": "The orders are resting",
    "order": "The orders are resting",
    "submit_sign_in": "Signing in is resting",
    "submit_register": "Registering is resting",
}
"""What a visitor wanted and cannot have now, by view."""


def add_failures(web: Blueprint) -> None:
    @web.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        return _to_sign_in() if problem.name == "not-signed-in" else _page(problem)

    @web.errorhandler(HTTPException)
    def on_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        return _page(Problem(status, "http-error", error.description or "The request failed."))

    @web.errorhandler(Exception)
    def on_bug(error: Exception) -> Response:
        logger.error("unhandled error", exc_info=error)
        return _page(Problem(500, "internal-error", "The shop failed to answer."))

    @web.app_errorhandler(NotFound)
    def on_unknown_path(error: NotFound) -> Response:
        if f"{request.path}/".startswith("/api/"):
            return Problem(404, "not-found", error.description or "not-found").response()
        return _page(not_found("page"))


def _to_sign_in() -> Response:
    response = redirect(url_for("web.sign_in", next=session.here()), 303)
    session.end(response)  # a token that was refused is of no further use
    return response


def _page(problem: Problem) -> Response:
    is_checkout = request.endpoint == "web.checkout"
    may_repeat = problem.status == UNAVAILABLE or problem.name == "checkout-in-progress"
    page = render_template(
        "problem.html",
        heading=_heading(problem),
        sentence=_sentence(problem),
        may_repeat=may_repeat and request.method == "GET",
        # Repeating a checkout with the key of its page cannot order twice.
        checkout=request.form if is_checkout and may_repeat else None,
    )
    return make_response(page, problem.status, problem.headers)


def _sentence(problem: Problem) -> str:
    wait = " Please try again in a moment." if problem.status == UNAVAILABLE else ""
    return problem.detail + wait


def _heading(problem: Problem) -> str:
    if problem.status == UNAVAILABLE:
        view = (request.endpoint or "").removeprefix("web.")
        return RESTING.get(view, "The shop is resting")
    if problem.name == "checkout-in-progress":
        return "Your order is on its way"
    return HEADINGS.get(problem.status, HEADINGS[500])
