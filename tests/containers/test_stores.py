"""Both stores in containers do what the contract says, from outside."""

import psutil
import pytest
import requests
from api import Api
from composed import Composed


@pytest.fixture
def shopper(store: Composed) -> Api:
    """A newly registered customer with three pieces of one product in the cart."""
    customer = Api(store.url).newcomer()
    customer.put("/cart/items/10", {"quantity": 3})
    return customer


def test_a_checkout_through_the_edge_becomes_an_order(shopper: Api) -> None:
    # The provider declines one key in a hundred.
    answer = next(answer for _ in range(3) if (answer := shopper.checkout()).status_code == 201)
    orders = shopper.get("/orders").json()["orders"]
    assert [order["order_id"] for order in orders] == [answer.json()["order_id"]]


def test_a_product_page_has_nothing_to_leave_out(store: Composed) -> None:
    page = Api(store.url).get("/product-pages/5").json()
    assert page["degraded"] == []
    assert len(page["recommendations"]) > 0


def test_what_services_tell_each_other_is_not_public(store: Composed) -> None:
    assert requests.get(f"{store.url}/internal/products?ids=1", timeout=5).status_code == 404


def test_answers_name_the_container_that_gave_them(store: Composed) -> None:
    hosts = {each["Config"]["Hostname"] for each in store.containers().values()}
    assert requests.get(f"{store.url}/api/products", timeout=5).headers["X-Instance"] in hosts


def test_nothing_is_published_beyond_loopback(store: Composed) -> None:
    port = int(store.url.rpartition(":")[2])
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert listening == {"127.0.0.1"}
    published = {
        binding["HostIp"]
        for container in store.containers().values()
        for bindings in container["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    }
    assert published == {"127.0.0.1"}


def test_a_process_that_is_asked_to_end_ends_in_order(services: Composed) -> None:
    try:
        assert services.stop("notifications") == 0
    finally:
        services.start("notifications")
