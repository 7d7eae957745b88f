"""Carts, on a database of its own, in front of a real catalogue that can be gone."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from microservices import service
from microservices.carts import app as carts
from microservices.carts import deployable as carts_deployable
from microservices.carts.carts import MAX_PRODUCTS
from microservices.catalog import app as catalog
from microservices.catalog import deployable as catalog_deployable
from store.runtime.database import Database, Waits
from store.runtime.deployable import Deployable
from store.runtime.settings import Settings
from store.runtime.tokens import Tokens
from store.sample.dataset import Dataset
from store.sample.generate import generate

SECRET = "secret"
TOKEN = "a token for tests"
CUSTOMER = 1
AS_A_SERVICE = {"HTTP_X_TWINSTACK_TOKEN": TOKEN}
HEADERS = {"Authorization": f"Bearer {Tokens(SECRET).issue(CUSTOMER)}"}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return generate(products=60, customers=5, ratings=50)


@pytest.fixture
def database_for(
    fresh_database: Callable[[str], str], dataset: Dataset
) -> Callable[[Deployable], str]:
    def make(deployable: Deployable) -> str:
        url = fresh_database(f"test_{deployable.role}")
        assert deployable.create_data is not None
        with psycopg.connect(url) as connection:
            deployable.create_data(connection, dataset)
        return url

    return make


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes the connection pools of the services when the test ends."""
    with ExitStack() as stack:

        def open_for_test(url: str, size: int, waits: Waits) -> Database:
            return stack.enter_context(closing(Database(url, size, waits)))

        monkeypatch.setattr(service, "Database", open_for_test)
        yield


@pytest.fixture
def start(
    pools: None,
    database_for: Callable[[Deployable], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Deployable, Callable[[], Flask]], Flask]:
    def start(deployable: Deployable, create_app: Callable[[], Flask]) -> Flask:
        settings = Settings(
            role=deployable.role,
            instance=f"{deployable.role}-1",
            secret=SECRET,
            service_token=TOKEN,
            database_url=database_for(deployable),
            peers_file=tmp_path / "peers.json",
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        return create_app()

    return start


class Catalogue:
    """A running catalogue and the peers file that names it or does not."""

    def __init__(self, file: Path, url: str) -> None:
        self._file = file
        self._present = {"catalog": [url]}
        self.come()

    def come(self) -> None:
        self._write(self._present)

    def leave(self) -> None:
        self._write({})

    def _write(self, peers: dict[str, list[str]]) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(peers))
        fresh.replace(self._file)


@pytest.fixture
def catalogue(start: Any, serve: Callable[[Flask], str], tmp_path: Path) -> Catalogue:
    url = serve(start(catalog_deployable.DEPLOYABLE, catalog.create_app))
    return Catalogue(tmp_path / "peers.json", url)


@pytest.fixture
def application(start: Any, catalogue: Catalogue) -> Flask:
    app: Flask = start(carts_deployable.DEPLOYABLE, carts.create_app)
    return app


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    client = application.test_client()
    client.environ_base.update(AS_A_SERVICE)
    return client


def put(client: FlaskClient, product_id: int, quantity: int = 1) -> TestResponse:
    body = json.dumps({"quantity": quantity})
    return client.put(f"/api/cart/items/{product_id}", data=body, headers=HEADERS)


def add(client: FlaskClient, product_id: int, quantity: int = 1) -> TestResponse:
    body = json.dumps({"quantity": quantity})
    return client.post(f"/api/cart/items/{product_id}", data=body, headers=HEADERS)


def cart(client: FlaskClient) -> TestResponse:
    return client.get("/api/cart", headers=HEADERS)


def product_ids(response: TestResponse) -> list[int]:
    assert response.json is not None
    return [line["product_id"] for line in response.json["lines"]]


def pieces(response: TestResponse) -> dict[int, int]:
    """Quantity by product id."""
    assert response.json is not None
    return {line["product_id"]: line["quantity"] for line in response.json["lines"]}


def await_cart(client: FlaskClient, status: int, within_s: float = 5.0) -> TestResponse:
    """The cart, once it is answered with ``status``: a changed peers file is seen after a while."""
    until = time.monotonic() + within_s
    while (response := cart(client)).status_code != status:
        assert time.monotonic() < until, response.text
        time.sleep(0.01)
    return response


def test_a_line_is_priced_by_the_catalogue(client: FlaskClient, dataset: Dataset) -> None:
    product = dataset.products[2]
    answer = put(client, 3, quantity=2).json
    assert answer == {
        "lines": [
            {
                "product_id": 3,
                "name": product.name,
                "quantity": 2,
                "unit_price_cents": product.price_cents,
                "line_total_cents": 2 * product.price_cents,
            }
        ],
        "subtotal_cents": 2 * product.price_cents,
    }


def test_without_the_catalogue_an_empty_cart_is_still_shown(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    catalogue.leave()
    assert cart(client).json == {"lines": [], "subtotal_cents": 0}


def test_without_the_catalogue_nothing_gets_into_a_cart(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    put(client, 3)
    catalogue.leave()
    assert await_cart(client, 503).json["type"] == "/problems/dependency-unavailable"
    assert put(client, 4).status_code == 503
    catalogue.come()
    assert product_ids(await_cart(client, 200)) == [3]


def test_without_the_catalogue_something_can_still_be_taken_out(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    put(client, 3)
    put(client, 4)
    catalogue.leave()
    await_cart(client, 503)
    assert client.delete("/api/cart/items/3", headers=HEADERS).status_code == 503
    catalogue.come()
    assert product_ids(await_cart(client, 200)) == [4]


def test_a_cart_does_not_grow_over_its_limit_when_many_put_at_once(application: Flask) -> None:
    client = application.test_client()
    for product_id in range(1, MAX_PRODUCTS):
        put(client, product_id)
    with ThreadPoolExecutor(4) as threads:
        more = range(MAX_PRODUCTS, MAX_PRODUCTS + 4)
        answers = list(threads.map(lambda each: put(application.test_client(), each), more))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(product_ids(cart(client))) == MAX_PRODUCTS


def test_emptying_a_cart_again_is_fine(client: FlaskClient) -> None:
    put(client, 3)
    emptied = [
        client.delete(f"/internal/carts/{CUSTOMER}?version=99").status_code for _ in range(2)
    ]
    assert (emptied, product_ids(cart(client))) == ([204, 204], [])


def test_emptying_a_cart_leaves_what_was_put_in_after_it_was_bought(client: FlaskClient) -> None:
    put(client, 3)
    put(client, 4)
    bought = client.get(f"/internal/carts/{CUSTOMER}").json["version"]
    put(client, 4, quantity=2)
    put(client, 5)
    left = client.get(f"/internal/carts/{CUSTOMER}?after={bought}").json
    assert [line["product_id"] for line in left["lines"]] == [4, 5]
    for _ in range(2):
        client.delete(f"/internal/carts/{CUSTOMER}?version={bought}")
        assert product_ids(cart(client)) == [4, 5]


def test_pieces_that_were_bought_are_not_bought_again_with_those_added_since(
    client: FlaskClient,
) -> None:
    put(client, 3, quantity=2)
    bought = client.get(f"/internal/carts/{CUSTOMER}").json["version"]
    assert pieces(add(client, 3)) == {3: 3}
    assert pieces(client.get(f"/internal/carts/{CUSTOMER}?after={bought}")) == {3: 1}


def test_emptying_a_cart_leaves_the_pieces_that_were_added_since_however_often_it_is_repeated(
    client: FlaskClient,
) -> None:
    put(client, 3, quantity=2)
    bought = client.get(f"/internal/carts/{CUSTOMER}").json["version"]
    add(client, 3)
    for _ in range(3):
        client.delete(f"/internal/carts/{CUSTOMER}?version={bought}")
        assert pieces(cart(client)) == {3: 1}


def test_a_put_and_a_deletion_mean_all_pieces_of_a_product(client: FlaskClient) -> None:
    for product_id in (3, 3, 4, 4):
        add(client, product_id, quantity=2)
    assert pieces(put(client, 3)) == {3: 1, 4: 4}
    assert pieces(client.delete("/api/cart/items/4", headers=HEADERS)) == {3: 1}


def test_additions_at_once_never_make_more_than_99_of_a_product(application: Flask) -> None:
    add(application.test_client(), 3, quantity=97)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: add(application.test_client(), 3), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert pieces(cart(application.test_client())) == {3: 99}


def test_a_service_without_its_database_is_not_ready_and_answers_503(
    client: FlaskClient, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE test_carts WITH (FORCE)")
    assert cart(client).json["detail"] == "The database part of the store does not answer."
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
