"""Products as the catalogue keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.runtime.database import Database, Row
from store.runtime.inputs import ProductListing
from store.runtime.problems import not_found

_COLUMNS = "product_id, name, category, description, price_cents"
_ONE = f"SELECT {_COLUMNS} FROM products WHERE product_id = %s"
_MANY = f"SELECT {_COLUMNS} FROM products WHERE product_id = ANY(%s) ORDER BY product_id"
_PAGE = f"SELECT {_COLUMNS} FROM products ORDER BY popularity DESC, product_id LIMIT %s OFFSET %s"
_TOTAL = "SELECT count(*) AS total FROM products"
_CATEGORY_PAGE = (
    f"SELECT {_COLUMNS} FROM products WHERE category = %s"
    " ORDER BY popularity DESC, product_id LIMIT %s OFFSET %s"
)
_CATEGORY_TOTAL = "SELECT count(*) AS total FROM products WHERE category = %s"


@dataclass(frozen=True)
class Products:
    database: Database

    def one(self, product_id: int) -> Row:
        """Raises the 404 Problem when there is no such product."""
        with self.database.connection() as connection:
            row = connection.execute(_ONE, (product_id,)).fetchone()
        if row is None:
            raise not_found("product")
        return row

    def many(self, product_ids: Sequence[int]) -> list[Row]:
        """Those that exist, by ascending id."""
        with self.database.connection() as connection:
            return connection.execute(_MANY, (product_ids,)).fetchall()

    def listing(self, wanted: ProductListing) -> dict[str, Any]:
        """One page of the contract's ``ProductList``."""
        window = (wanted.page_size, wanted.offset)
        with self.database.connection() as connection:
            if wanted.category is None:
                total = connection.execute(_TOTAL).fetchone()
                rows = connection.execute(_PAGE, window).fetchall()
            else:
                total = connection.execute(_CATEGORY_TOTAL, (wanted.category,)).fetchone()
                rows = connection.execute(_CATEGORY_PAGE, (wanted.category, *window)).fetchall()
        page = {"products": rows, "page": wanted.page, "page_size": wanted.page_size}
        return page | (total or {})
