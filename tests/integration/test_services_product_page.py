"""The storefront over real HTTP to peers that can be slow or gone."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from microservices.storefront.app import LIMITS, OPTIONAL_PART, create_app
from store.runtime.problems import not_found, register
from store.runtime.settings import Settings

KNOWN = range(1, 10)


def product(product_id: int) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "name": f"Product {product_id}",
        "category": "Garden",
        "description": "Useful.",
        "price_cents": 100 * product_id,
    }


class Peers:
    """The three services that a product page is made of, their addresses in a peers file."""

    def __init__(self, folder: Path, serve: Callable[[Flask], str]) -> None:
        self.file = folder / "peers.json"
        self.requests: list[tuple[str, str | None]] = []
        self.released = threading.Event()
        self.released.set()
        makers = {
            "catalog": self._catalog,
            "inventory": self._inventory,
            "recommendations": self._recommendations,
        }
        self.urls = {role: serve(make()) for role, make in makers.items()}
        self.move()

    def move(self, **urls: str | None) -> None:
        """Rewrite the peers file; None: the role has no instance."""
        listed = {role: [url] for role, url in (self.urls | urls).items() if url}
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(listed))
        fresh.replace(self.file)

    def asked(self) -> list[str]:
        return sorted(role for role, _ in self.requests)

    def _app(self, role: str) -> Flask:
        app = Flask(role)
        register(app)

        @app.before_request
        def remember() -> None:
            self.requests.append((role, request.headers.get("traceparent")))

        return app

    def _catalog(self) -> Flask:
        app = self._app("catalog")

        @app.get("/internal/products")
        def batch() -> dict[str, Any]:
            ids = [int(each) for each in request.args["ids"].split(",")]
            return {"products": [product(each) for each in sorted(ids) if each in KNOWN]}

        return app

    def _inventory(self) -> Flask:
        app = self._app("inventory")

        @app.get("/internal/stock/<int:product_id>")
        def stock(product_id: int) -> dict[str, int]:
            return {"product_id": product_id, "available": 7}

        return app

    def _recommendations(self) -> Flask:
        app = self._app("recommendations")

        @app.get("/api/recommendations")
        def similar() -> dict[str, Any]:
            self.released.wait(10)
            product_id = int(request.args["product_id"])
            if product_id not in KNOWN:
                raise not_found("product")
            scored = [{"product_id": 4, "score": 0.9}, {"product_id": 2, "score": 0.5}]
            return {"product_id": product_id, "recommendations": scored}

        return app


@pytest.fixture
def peers(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Peers]:
    peers = Peers(tmp_path, serve)
    yield peers
    peers.released.set()


@pytest.fixture
def patient_storefront(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Flask:
    """Its deadline does not pass while a test arranges what happens at the same time."""
    patient = replace(OPTIONAL_PART, deadline_s=60.0)
    monkeypatch.setitem(LIMITS, "recommendations", patient)
    storefront: Flask = request.getfixturevalue("storefront")
    return storefront


@pytest.fixture
def storefront(peers: Peers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    settings = Settings(
        role="storefront",
        instance="storefront-1",
        peers_file=peers.file,
        faults_file=tmp_path / "faults.json",
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return create_app()


@pytest.fixture
def client(storefront: Flask) -> FlaskClient:
    return storefront.test_client()


def page(client: FlaskClient, product_id: int = 1) -> Any:
    answer = client.get(f"/api/product-pages/{product_id}")
    assert answer.status_code == 200, answer.text
    return answer.json


def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_a_page_is_complete_when_all_parts_are_there(client: FlaskClient) -> None:
    assert page(client) == {
        "product": product(1),
        "stock": 7,
        "recommendations": [
            {"product_id": 4, "name": "Product 4", "price_cents": 400, "score": 0.9},
            {"product_id": 2, "name": "Product 2", "price_cents": 200, "score": 0.5},
        ],
        "degraded": [],
    }


def test_a_page_costs_three_calls(client: FlaskClient, peers: Peers) -> None:
    page(client)
    assert peers.asked() == ["catalog", "inventory", "recommendations"]


def test_all_calls_of_a_page_belong_to_the_trace_of_its_request(
    client: FlaskClient, peers: Peers
) -> None:
    trace_id = "ab" * 16
    client.get("/api/product-pages/1", headers={"traceparent": f"00-{trace_id}-{'cd' * 8}-01"})
    sent = {header.split("-")[1] for _, header in peers.requests if header}
    assert (len(peers.requests), sent) == (3, {trace_id})


def test_a_page_without_recommendations_says_so(client: FlaskClient, peers: Peers) -> None:
    peers.move(recommendations=None)
    answer = page(client)
    assert (answer["recommendations"], answer["degraded"]) == ([], ["recommendations"])
    assert answer["stock"] == 7


def test_a_page_without_stock_says_so(client: FlaskClient, peers: Peers) -> None:
    peers.move(inventory=None)
    answer = page(client)
    assert (answer["stock"], answer["degraded"]) == (None, ["inventory"])
    assert len(answer["recommendations"]) == 2


def test_a_page_names_all_that_it_left_out_in_alphabetical_order(
    client: FlaskClient, peers: Peers
) -> None:
    peers.move(inventory=None, recommendations=None)
    assert page(client)["degraded"] == ["inventory", "recommendations"]


def test_a_page_waits_for_an_optional_part_one_second_at_most(
    client: FlaskClient, peers: Peers
) -> None:
    peers.released.clear()
    start = time.monotonic()
    assert page(client)["degraded"] == ["recommendations"]
    assert 0.9 < time.monotonic() - start < 3


def test_a_slow_optional_part_does_not_hold_all_threads(
    patient_storefront: Flask, peers: Peers
) -> None:
    peers.released.clear()
    most = OPTIONAL_PART.max_concurrent
    with ThreadPoolExecutor(most) as threads:
        waiting = [threads.submit(page, patient_storefront.test_client()) for _ in range(most)]
        assert eventually(lambda: peers.asked().count("recommendations") == most)
        assert page(patient_storefront.test_client())["degraded"] == ["recommendations"]
        assert not any(each.done() for each in waiting)
        peers.released.set()
        assert all(each.result()["degraded"] == [] for each in waiting)


def test_there_is_no_page_without_the_catalogue(client: FlaskClient, peers: Peers) -> None:
    peers.move(catalog=None)
    answer = client.get("/api/product-pages/1")
    assert answer.status_code == 503
    assert answer.json == {
        "type": "/problems/dependency-unavailable",
        "title": "Dependency unavailable",
        "status": 503,
        "detail": "The catalog part of the store does not answer.",
    }


def test_the_page_of_an_unknown_product_is_a_404(client: FlaskClient) -> None:
    assert client.get("/api/product-pages/99").status_code == 404


def test_a_part_that_returns_is_used_again(client: FlaskClient, peers: Peers) -> None:
    peers.move(recommendations=None)
    assert page(client)["degraded"] == ["recommendations"]
    peers.move()
    assert eventually(lambda: page(client)["degraded"] == [])


def test_the_fault_point_of_a_service_guards_all_its_calls_but_not_its_health(
    client: FlaskClient, tmp_path: Path
) -> None:
    fault = {"role": "storefront", "kind": "error"}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [fault]}))
    paths = ("/api/product-pages/1", "/", "/healthz", "/readyz")
    assert [client.get(path).status_code for path in paths] == [500, 500, 200, 200]


def test_a_fault_aimed_at_another_role_does_not_fire_here(
    client: FlaskClient, tmp_path: Path
) -> None:
    fault = {"role": "recommendations", "kind": "error"}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [fault]}))
    assert page(client)["degraded"] == []


def test_a_page_of_the_shop_whose_service_is_gone_is_a_503_page(client: FlaskClient) -> None:
    answer = client.get("/search?q=oak")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "resting" in answer.text


def test_the_shop_shows_a_product_without_recommendations(
    client: FlaskClient, peers: Peers
) -> None:
    peers.move(recommendations=None)
    answer = client.get("/products/1")
    assert answer.status_code == 200
    assert "Product 1" in answer.text
    assert "Product 4" not in answer.text
