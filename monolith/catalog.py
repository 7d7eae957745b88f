"""Catalog: the products and their prices."""

from collections.abc import Collection

from flask import Blueprint
from psycopg import Connection
from psycopg.rows import DictRow

from monolith.listing import split
from monolith.module import Module, entry
from store.runtime import inputs
from store.runtime.problems import not_found
from store.web.shop import Document

_FIND = """
    SELECT product_id, name, category, description, price_cents
    FROM products WHERE product_id = ANY(%s)"""


def _listing(where: str) -> str:
    return f"""
        SELECT counted.total, page.product_id, page.name, page.category, page.description,
            page.price_cents
        FROM (SELECT count(*) AS total FROM products {where}) AS counted
        LEFT JOIN (
            SELECT * FROM products {where}
            ORDER BY popularity DESC, product_id LIMIT %(limit)s OFFSET %(offset)s
        ) AS page ON true
        ORDER BY page.popularity DESC, page.product_id"""


_LIST_ALL = _listing("")
_LIST_CATEGORY = _listing("WHERE category = %(category)s")


class Catalog(Module):
    role = "catalog"

    @entry
    def products(self, category: str | None, page: int, page_size: int) -> Document:
        """One page by descending popularity; past the end, and of no such category, none."""
        statement = _LIST_ALL if category is None else _LIST_CATEGORY
        wish = {"category": category, "limit": page_size, "offset": (page - 1) * page_size}
        with self._autocommit() as connection:
            rows = connection.execute(statement, wish).fetchall()
        products, total = split(rows, "product_id")
        return {"products": products, "page": page, "page_size": page_size, "total": total}

    @entry
    def product(self, product_id: int) -> Document:
        """One product; a 404 Problem when there is none."""
        with self._autocommit() as connection:
            row = connection.execute(_FIND, ([product_id],)).fetchone()
        if row is None:
            raise not_found("product")
        return row

    @entry
    def find(
        self, connection: Connection[DictRow], product_ids: Collection[int]
    ) -> dict[int, Document]:
        """Those of the products that exist, by id."""
        rows = connection.execute(_FIND, (list(product_ids),)).fetchall()
        return {row["product_id"]: row for row in rows}


def views(catalog: Catalog) -> Blueprint:
    api = Blueprint("catalog", __name__, url_prefix="/api")

    @api.get("/products")
    def list_products() -> Document:
        wish = inputs.query(inputs.ProductListing)
        return catalog.products(wish.category, wish.page, wish.page_size)

    @api.get("/products/<product_id>")
    def get_product(product_id: str) -> Document:
        return catalog.product(inputs.product_id(product_id))

    return api
