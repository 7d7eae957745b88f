"""Ranked hits from an index in memory, with names and prices from the database."""

from typing import Any

from store.rules.ranking import Bm25Index, Document
from store.runtime.database import Database
from store.runtime.inputs import SearchQuery
from store.runtime.telemetry import Telemetry

_TEXTS = "SELECT product_id, text FROM documents ORDER BY product_id"
_NAMES = "SELECT product_id, name, price_cents FROM documents WHERE product_id = ANY(%s)"


class Hits:
    """Builds the index when it is made; documents added later need a restart."""

    def __init__(self, database: Database, telemetry: Telemetry) -> None:
        self._database = database
        self._telemetry = telemetry
        with database.autocommit() as connection:
            rows = connection.execute(_TEXTS)
            self._index = Bm25Index(Document(row["product_id"], row["text"]) for row in rows)

    def page(self, wanted: SearchQuery) -> dict[str, Any]:
        """One page of the contract's ``SearchHits``."""
        with self._telemetry.rules():
            ranked = self._index.rank(wanted.q)
        return {
            "query": wanted.q,
            "hits": self._described(ranked[wanted.offset : wanted.offset + wanted.page_size]),
            "page": wanted.page,
            "page_size": wanted.page_size,
            "total": len(ranked),
        }

    def _described(self, ranked: list[tuple[int, float]]) -> list[dict[str, Any]]:
        if not ranked:
            return []
        with self._database.autocommit() as connection:
            rows = connection.execute(_NAMES, ([product_id for product_id, _ in ranked],))
            described = {row["product_id"]: row for row in rows}
        return [described[product_id] | {"score": score} for product_id, score in ranked]
