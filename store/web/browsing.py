"""Pages that need no account: popular products, search, one product."""

from flask import Blueprint, render_template, request

from store.runtime import inputs
from store.web.shop import Shop

TILES = 24
"""Products on a page: fills rows of two, three and four."""
HITS = 20


def add_browsing(web: Blueprint, shop: Shop) -> None:
    @web.get("/")
    def home() -> str:
        wish = inputs.query(inputs.ProductListing)
        listing = shop.products(wish.category, wish.page, TILES)
        return render_template("home.html", category=wish.category, listing=listing)

    @web.get("/search")
    def search() -> str:
        if not request.args.get("q", "").strip():
            return render_template("search.html", result=None)
        wish = inputs.query(inputs.SearchQuery)
        return render_template("search.html", result=shop.search(wish.q, wish.page, HITS))

    @web.get("/products/<product_id>")
    def product(product_id: str) -> str:
        page = shop.product_page(inputs.product_id(product_id))
        return render_template("product.html", **page)
