import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from store.runtime.application import create_base
from store.runtime.settings import Settings
from store.web.pages import create_shop
from tests.fake_shop import FakeShop, product

ADA = {"name": "Ada", "email": "ada@example.org", "password": "correct horse"}


@pytest.fixture
def shop() -> FakeShop:
    catalog = [product(n, f"Kettle {n}") for n in range(1, 31)]
    return FakeShop([*catalog, product(31, "Oak Bench", "Garden")])


@pytest.fixture
def stranger(shop: FakeShop) -> FlaskClient:
    """A browser without a session."""
    settings = Settings(role="monolith", instance="monolith-7", secret="of no use here")
    app, _, _ = create_base(settings)
    app.register_blueprint(create_shop(shop, settings.instance))
    return app.test_client()


@pytest.fixture
def customer(stranger: FlaskClient) -> FlaskClient:
    """A browser whose visitor has just registered."""
    assert stranger.post("/register", data=ADA).status_code == 303
    return stranger


@pytest.fixture
def key_of_cart_page(customer: FlaskClient) -> Callable[[], str]:
    """Opens the cart and reads the idempotency key in its checkout form."""

    def read() -> str:
        found = re.search(r'name="key" value="([^"]+)"', customer.get("/cart").text)
        assert found
        return found[1]

    return read
