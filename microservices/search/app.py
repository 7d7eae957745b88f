"""Search: products ranked by how well their texts match."""

from typing import Any

from flask import Flask

from microservices.search.hits import Hits
from microservices.service import create_service
from store.runtime import inputs


def create_app() -> Flask:
    service = create_service("search")
    hits = Hits(service.database, service.telemetry)

    @service.app.get("/api/search")
    def search() -> dict[str, Any]:
        return hits.page(inputs.query(inputs.SearchQuery))

    return service.app
