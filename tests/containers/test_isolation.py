"""What a container may do, tried from inside."""

import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from composed import Composed
from images import SERVICES

from experiment.faults.on_network import callees_of
from store.payment_provider.client import PAYMENT_PROVIDER

POSTGRESQL, HTTP, ADMIN = 5432, 8000, 9901


def _databases(services: Composed) -> dict[str, str]:
    """Address of each owner's server, by the owner."""
    return {
        name.removeprefix("database-"): next(
            iter(container["NetworkSettings"]["Networks"].values())
        )["IPAddress"]
        for name, container in services.containers().items()
        if name.startswith("database-")
    }


def _addresses(store: Composed, names: Collection[str]) -> dict[str, str]:
    """The name by each address that a container has on any of its networks."""
    return {
        network["IPAddress"]: name
        for name, container in store.containers().items()
        if name in names
        for network in container["NetworkSettings"]["Networks"].values()
    }


def _reached(
    services: Composed, service: str, hosts: Mapping[str, str], port: int = POSTGRESQL
) -> set[str]:
    """Owners whose host lets the service connect."""
    tried = json.loads(services.run_inside(service, "reach.py", str(port), *hosts.values()))
    return {owner for owner, host in hosts.items() if tried[host]}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_its_own_database_and_no_other(services: Composed, service: str) -> None:
    addresses = _databases(services)
    assert len(addresses) == 9
    assert _reached(services, service, addresses) == {service} & set(addresses)


def test_a_service_knows_no_other_database_by_name(services: Composed) -> None:
    names = {owner: f"database-{owner}" for owner in _databases(services)}
    assert _reached(services, "orders", names) == {"orders"}


def test_the_edge_reaches_no_database(services: Composed) -> None:
    assert _reached(services, "edge-microservices", _databases(services)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_connects_to_those_whom_it_calls_or_by_whom_it_is_called(
    services: Composed, service: str
) -> None:
    names = _addresses(services, {*SERVICES, PAYMENT_PROVIDER} - {service})
    found = {
        names[host]
        for host in _reached(services, service, dict(zip(names, names, strict=True)), HTTP)
    }
    callees = set(callees_of("microservices", service))
    callers = {each for each in SERVICES if service in callees_of("microservices", each)}
    assert found == callees | callers


def test_nobody_but_the_edge_itself_reaches_its_administration(services: Composed) -> None:
    hosts = _addresses(services, {"edge-microservices"})
    assert len(hosts) == 11
    asked = dict(zip(hosts, hosts, strict=True))
    assert _reached(services, "storefront", asked, ADMIN) == set()
    assert _reached(services, "edge-microservices", {"itself": "127.0.0.1"}, ADMIN) == {"itself"}


def test_a_neighbour_without_the_token_is_refused(services: Composed) -> None:
    url = f"http://catalog:{HTTP}/internal/products?ids=1"
    asked = services.run_inside("carts", "ask.py", url)
    assert json.loads(asked) == 403


def test_no_container_may_write_or_gain_rights(store: Composed) -> None:
    names = list(store.containers())
    with ThreadPoolExecutor(4) as pool:
        found = dict(
            zip(names, pool.map(lambda n: store.run_inside(n, "rights.py"), names), strict=True)
        )
    expected = {
        "writable": ["/tmp", "/run/twinstack"],
        "uid": 10001,
        "capabilities": ["0" * 16] * 3,
        "no_new_privileges": "1",
    }
    assert {name: json.loads(each) for name, each in found.items()} == dict.fromkeys(
        names, expected
    )


def test_every_container_has_limits(store: Composed) -> None:
    for name, container in store.containers().items():
        limits = container["HostConfig"]
        assert limits["NanoCpus"] > 0, name
        assert limits["Memory"] > 0, name
        assert limits["PidsLimit"] > 0, name
