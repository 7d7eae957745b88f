"""Products as the catalogue keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.runtime.database import Database, Row
from store.runtime.inputs import ProductListing
from store.runtime.problems import not_found

_NAMES = ("product_id", "name", "category", "description", "price_cents")
_COLUMNS = ", ".join(_NAMES)
_ONE = f"SELECT {_COLUMNS} FROM products WHERE product_id = %s"
_MANY = f"SELECT {_COLUMNS} FROM products WHERE product_id = ANY(%s) ORDER BY product_id"


def _listing(where: str) -> str:
    """One page and the total in one statement; past the end one row without a product."""
    return f"""
    SELECT counted.total, page.*
    FROM (SELECT count(*) AS total FROM products {where}) AS counted
    LEFT JOIN (
        SELECT {_COLUMNS}, popularity FROM products {where}
        ORDER BY popularity DESC, product_id LIMIT %(limit)s OFFSET %(offset)s
    ) AS page ON true
    ORDER BY page.popularity DESC, page.product_id
    """


_LIST_ALL = _listing("")
_LIST_CATEGORY = _listing("WHERE category = %(category)s")


@dataclass(frozen=True)
class Products:
    database: Database

    def one(self, product_id: int) -> Row:
        """Raises the 404 Problem when there is no such product."""
        with self.database.autocommit() as connection:
            row = connection.execute(_ONE, (product_id,)).fetchone()
        if row is None:
            raise not_found("product")
        return row

    def many(self, product_ids: Sequence[int]) -> list[Row]:
        """Those that exist, by ascending id."""
        with self.database.autocommit() as connection:
            return connection.execute(_MANY, (product_ids,)).fetchall()

    def listing(self, wanted: ProductListing) -> dict[str, Any]:
        """One page of the contract's ``ProductList``."""
        statement = _LIST_ALL if wanted.category is None else _LIST_CATEGORY
        values = {
            "category": wanted.category,
            "limit": wanted.page_size,
            "offset": wanted.offset,
        }
        with self.database.autocommit() as connection:
            rows = connection.execute(statement, values).fetchall()
        return {
            "products": [_product(row) for row in rows if row["product_id"] is not None],
            "page": wanted.page,
            "page_size": wanted.page_size,
            "total": rows[0]["total"],
        }


def _product(row: Row) -> Row:
    return {name: row[name] for name in _NAMES}
