"""The web shop as one Flask blueprint: server-rendered pages, no script, the same for any store."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_from_directory

from store.sample.assortment import ASSORTMENT
from store.web import session
from store.web.accounts import add_accounts
from store.web.basket import add_basket
from store.web.browsing import add_browsing
from store.web.failures import add_failures
from store.web.motif import motif
from store.web.orders import add_orders
from store.web.shop import Shop
from store.web.wording import day, moment, price

STATIC = Path(__file__).parent / "static"
YEAR_S = 365 * 24 * 3600
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_shop(shop: Shop, instance: str) -> Blueprint:
    """All pages of the web shop, to be registered without a prefix.

    ``instance`` is the name in the header ``X-Instance``; the foot of each page shows it.
    """
    web = Blueprint("web", __name__, template_folder="templates")
    web.before_request(session.refuse_foreign_form)
    web.after_request(_guard)
    add_browsing(web, shop)
    add_accounts(web, shop)
    add_basket(web, shop)
    add_orders(web, shop)
    add_failures(web)
    _add_static(web)
    _add_vocabulary(web, instance)
    return web


def _guard(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    # A page of a signed-in visitor is never stored: going back to a cart must fetch a new key.
    policy = "no-store" if session.is_signed_in() else "private, no-cache"
    response.headers.setdefault("Cache-Control", policy)
    return response


def _add_static(web: Blueprint) -> None:
    @web.get("/static/<name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name, max_age=YEAR_S)


def _add_vocabulary(web: Blueprint, instance: str) -> None:
    static_version = _digest(STATIC)
    for filter_ in (day, moment, motif, price):
        web.add_app_template_filter(filter_)

    @web.app_context_processor
    def words() -> dict[str, Any]:
        return {
            "categories": [category.name for category in ASSORTMENT],
            "instance": instance,
            "signed_in": session.is_signed_in(),
            "static_version": static_version,
        }


def _digest(folder: Path) -> str:
    """Changes with any file: part of their addresses, so that browsers may keep them for long."""
    contents = [file.read_bytes() for file in sorted(folder.iterdir())]
    return sha256(b"".join(contents)).hexdigest()[:12]
