"""Search: products ranked by their text, over an index in memory."""

from flask import Blueprint

from monolith.module import Module, Process, entry
from store.rules.ranking import Bm25Index
from store.rules.ranking import Document as Text
from store.runtime import inputs
from store.runtime.database import Database
from store.web.shop import Document

_TEXTS = "SELECT product_id, name, category, description FROM products"
_NAMES = "SELECT product_id, name, price_cents FROM products WHERE product_id = ANY(%s)"


def build_index(database: Database) -> Bm25Index:
    """The index of all products as they stand in the database."""
    with database.autocommit() as connection:
        return Bm25Index(Text.of_product(**row) for row in connection.execute(_TEXTS))


class Search(Module):
    role = "search"

    def __init__(self, process: Process, index: Bm25Index) -> None:
        super().__init__(process)
        self._index = index

    @entry
    def search(self, q: str, page: int, page_size: int) -> Document:
        """One page of hits by descending score; the total counts all of them."""
        with self._rules():
            ranked = self._index.rank(q)
        first = (page - 1) * page_size
        hits = self._described(ranked[first : first + page_size])
        return {
            "query": q,
            "hits": hits,
            "page": page,
            "page_size": page_size,
            "total": len(ranked),
        }

    def _described(self, hits: list[tuple[int, float]]) -> list[Document]:
        """The hits with name and price, which the index does not hold."""
        if not hits:
            return []
        with self._autocommit() as connection:
            rows = connection.execute(_NAMES, ([product_id for product_id, _ in hits],))
            products = {row["product_id"]: row for row in rows}
        return [products[product_id] | {"score": score} for product_id, score in hits]


def views(search: Search) -> Blueprint:
    api = Blueprint("search", __name__, url_prefix="/api")

    @api.get("/search")
    def get_hits() -> Document:
        wish = inputs.query(inputs.SearchQuery)
        return search.search(wish.q, wish.page, wish.page_size)

    return api
