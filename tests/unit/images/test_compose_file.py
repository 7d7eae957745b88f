"""docker/compose.yml names what the code has, and lets nobody near what is not theirs."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiment.faults.on_network import callees_of
from microservices.deployables import DEPLOYABLES as SERVICES
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.payment_provider.client import PAYMENT_PROVIDER
from store.postgres.server import BUFFERS_MB, OWN_CONNECTIONS
from store.runtime.deployable import Deployable
from store.runtime.settings import variable

FILE = Path(__file__).parents[3] / "docker" / "compose.yml"
CONTENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
PARTS: dict[str, Any] = CONTENT["services"]
OWNERS = [each for each in (*MONOLITH, *SERVICES) if each.create_data is not None]


def _networks(part: str) -> set[str]:
    return set(PARTS[part]["networks"])


@pytest.mark.parametrize("deployable", [*MONOLITH, *SERVICES], ids=lambda each: each.role)
def test_every_process_of_the_store_is_a_part(deployable: Deployable) -> None:
    image = PARTS[deployable.role]["image"]
    assert image == f"twinstack-{deployable.role}:${{TWINSTACK_TAG:-latest}}"


@pytest.mark.parametrize("owner", OWNERS, ids=lambda each: each.role)
def test_an_owner_shares_its_data_network_with_its_server_and_what_fills_it(
    owner: Deployable,
) -> None:
    network = f"data-{owner.role}"
    there = {part for part in PARTS if network in _networks(part)}
    assert there == {owner.role, f"database-{owner.role}", f"create-data-{owner.role}"}
    assert _networks(f"database-{owner.role}") == {network}


@pytest.mark.parametrize("owner", OWNERS, ids=lambda each: each.role)
def test_an_owners_data_are_created_by_its_own_code(owner: Deployable) -> None:
    assert owner.create_data is not None
    created_by = PARTS[f"create-data-{owner.role}"]["environment"]["TWINSTACK_CREATE"]
    assert created_by == f"{owner.create_data.__module__}:{owner.create_data.__name__}"


@pytest.mark.parametrize("owner", OWNERS, ids=lambda each: each.role)
def test_an_owner_gets_its_own_password_and_not_that_of_the_superuser(owner: Deployable) -> None:
    passwords = [each for each in PARTS[owner.role]["secrets"] if isinstance(each, dict)]
    assert passwords == [{"source": owner.role, "target": "password"}]
    assert "admin-password" not in PARTS[owner.role]["secrets"]


PROVIDER = Deployable(PAYMENT_PROVIDER, "", (), secrets=("provider_token",))


@pytest.mark.parametrize("deployable", [*MONOLITH, *SERVICES, PROVIDER], ids=lambda each: each.role)
def test_a_process_is_given_the_secrets_that_it_needs_and_no_others(deployable: Deployable) -> None:
    files = {
        "secret": "signing",
        "service_token": "service-token",
        "provider_token": "provider-token",
    }
    own = PARTS[deployable.role]
    mounted = [each for each in own.get("secrets", []) if isinstance(each, str)]
    told = {
        name: value
        for name, value in own.get("environment", {}).items()
        if name.endswith("_FILE") and "PASSWORD" not in name
    }
    assert mounted == [files[name] for name in deployable.secrets]
    assert told == {
        f"{variable(name)}_FILE": f"/run/secrets/{files[name]}" for name in deployable.secrets
    }


def _callees(part: str) -> set[str]:
    if part.startswith("edge-"):
        stores = {"edge-monolith": MONOLITH, "edge-microservices": SERVICES}
        return {each.role for each in stores[part]}
    is_monolith = part in {each.role for each in MONOLITH}
    return set(callees_of("monolith" if is_monolith else "microservices", part))


def test_processes_share_a_network_exactly_when_one_calls_the_other() -> None:
    edges = ["edge-monolith", "edge-microservices"]
    roles = [each.role for each in (*MONOLITH, *SERVICES)]
    for one, other in combinations([*edges, *roles, PAYMENT_PROVIDER], 2):
        is_call = other in _callees(one) or one in _callees(other)
        shared = {name for name in _networks(one) & _networks(other) if name != "public"}
        assert bool(shared) == is_call, (one, other)


def test_both_stores_have_no_more_networks_than_an_engine_has_to_give() -> None:
    assert len(CONTENT["networks"]) == 24


def test_networks_without_a_published_port_lead_nowhere() -> None:
    open_networks = {name for name, it in CONTENT["networks"].items() if not it.get("internal")}
    assert open_networks == {"public"}
    assert {part for part in PARTS if "public" in _networks(part)} == {
        "edge-monolith",
        "edge-microservices",
        "load-master",
        "load-worker",
        "load-for-run",
    }


def test_what_is_published_is_published_on_loopback() -> None:
    published = [port for part in PARTS.values() for port in part.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("part", PARTS)
def test_no_part_may_write_or_gain_rights(part: str) -> None:
    chosen = PARTS[part]
    assert chosen["read_only"] is True
    assert chosen["cap_drop"] == ["ALL"]
    assert chosen["security_opt"] == ["no-new-privileges:true"]


def test_the_servers_of_the_services_are_sized_as_on_platform_local() -> None:
    owners = [each.role for each in SERVICES if each.create_data is not None]
    for owner in owners:
        environment = PARTS[f"database-{owner}"]["environment"]
        assert environment["TWINSTACK_CONNECTIONS"] == OWN_CONNECTIONS
        assert environment["TWINSTACK_BUFFERS_MB"] == BUFFERS_MB // len(owners)


def test_each_edge_waits_until_all_that_it_leads_to_is_healthy() -> None:
    for architecture, deployables in {"monolith": MONOLITH, "microservices": SERVICES}.items():
        waits = PARTS[f"edge-{architecture}"]["depends_on"]
        assert set(waits) == {"payment-provider", *(each.role for each in deployables)}
        assert {each["condition"] for each in waits.values()} == {"service_healthy"}
