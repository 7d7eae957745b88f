"""The web shop as one Flask blueprint: server-rendered pages, no script, the same for any store."""

from flask import Blueprint, render_template

from store.web.shop import Shop


def create_shop(shop: Shop, instance: str) -> Blueprint:
    """All pages of the web shop, to be registered without a prefix.

    ``instance`` is the name in the header ``X-Instance``; the foot of each page shows it.
    """
    web = Blueprint("web", __name__, template_folder="templates")

    @web.get("/")
    def home() -> str:
        return render_template("home.html", listing=shop.products(None, 1, 20), instance=instance)

    return web
