"""Containers reach this machine at the gateway of their network, told or not."""

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from experiment.errors import RunError
from testbed.platforms.containers.wiring import gateway_of

TOLD = {"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}
UNTOLD = {"Subnet": "172.17.0.0/16"}
NAMED = {"com.docker.network.bridge.name": "docker0"}


def _network(config: dict[str, str], options: dict[str, str] | None) -> Any:
    attrs = {"IPAM": {"Config": [config]}, "Options": options}
    return SimpleNamespace(reload=lambda: None, attrs=attrs, id="0123456789abcdef", name="net")


@pytest.fixture(autouse=True)
def _interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "docker0": psutil.net_if_addrs()["lo"],
        "br-0123456789ab": psutil.net_if_addrs()["lo"],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)


def test_a_gateway_that_the_engine_tells_is_taken() -> None:
    assert gateway_of(_network(TOLD, NAMED)) == "172.17.0.1"


@pytest.mark.parametrize("options", [NAMED, {}, None])
@pytest.mark.parametrize("config", [UNTOLD, {**UNTOLD, "Gateway": ""}])
def test_one_that_it_does_not_tell_is_the_address_of_the_bridge(
    config: dict[str, str], options: dict[str, str] | None
) -> None:
    assert gateway_of(_network(config, options)) == "127.0.0.1"


def test_a_network_without_an_address_here_is_named() -> None:
    elsewhere = {"com.docker.network.bridge.name": "nowhere0"}
    with pytest.raises(RunError, match="Containers on net cannot reach this machine"):
        gateway_of(_network(UNTOLD, elsewhere))
