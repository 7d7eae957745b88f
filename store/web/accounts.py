"""Register, sign in, sign out."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from store.runtime import inputs
from store.runtime.problems import Problem
from store.web import session
from store.web.shop import Shop

HINTS = {
    "email": "Please give an e-mail address such as name@example.org.",
    "name": "Please give a name of at most 100 characters.",
    "password": "Please give a password of 8 to 200 characters.",
}
SAID_BESIDE_THE_FORM = (400, 401, 409, 429)
"""Refusals that another entry, or the same one later, can mend; others get a page of their own."""


FormPage = tuple[str, int, dict[str, str]]
"""A page, its status and its headers."""


def add_accounts(web: Blueprint, shop: Shop) -> None:
    _add_sign_in(web, shop)
    _add_register(web, shop)

    @web.post("/sign-out")
    def sign_out() -> Response:
        response = redirect("/", 303)
        session.end(response)
        session.forget(response)
        return response


def _add_sign_in(web: Blueprint, shop: Shop) -> None:
    @web.get("/sign-in")
    def sign_in() -> str:
        return _page("sign_in.html")

    @web.post("/sign-in")
    def submit_sign_in() -> Response | FormPage:
        try:
            credentials = inputs.form(inputs.Credentials)
            return _enter(shop, credentials.email, credentials.password)
        except Problem as problem:
            return _again("sign_in.html", problem)


def _add_register(web: Blueprint, shop: Shop) -> None:
    @web.get("/register")
    def register() -> str:
        return _page("register.html")

    @web.post("/register")
    def submit_register() -> Response | FormPage:
        try:
            account = inputs.form(inputs.NewAccount)
            shop.register(account.email, account.name, account.password)
        except Problem as problem:
            return _again("register.html", problem)
        return _enter_new(shop, account)


def _enter(shop: Shop, email: str, password: str) -> Response:
    granted = shop.sign_in(email, password, session.earlier_token())
    response = redirect(session.local_path(request.form.get("next", "/")), 303)
    session.begin(response, granted)
    return response


def _enter_new(shop: Shop, account: inputs.NewAccount) -> Response:
    try:
        return _enter(shop, account.email, account.password)
    except Problem:
        # The account exists, so repeating the registration would be refused: sign in by hand.
        where = session.local_path(request.form.get("next", "/"))
        return redirect(url_for("web.sign_in", next=where, registered=1), 303)


def _again(template: str, problem: Problem) -> FormPage:
    """The form once more, with what was entered (but the password) and why it was refused."""
    if problem.status not in SAID_BESIDE_THE_FORM:
        raise problem
    member = problem.member if isinstance(problem, inputs.InvalidInput) else None
    sentence = HINTS[member] if member else problem.detail
    page = _page(template, refusal=sentence, member=member)
    return page, problem.status, problem.headers


def _page(template: str, refusal: str | None = None, member: str | None = None) -> str:
    return render_template(
        template,
        next=session.local_path(request.values.get("next", "/")),
        refusal=refusal,
        member=member,
    )
