"""Leaving a Swarm takes its bridge along, whoever is still on it."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from docker import DockerClient
from docker.models.containers import Container
from docker.models.networks import Network
from images import image

from testbed.platforms.containers import engine, swarm, yard

MADE_WITHIN_S = 30.0


@pytest.fixture
def client() -> Iterator[DockerClient]:
    with closing(engine.connect()) as connected:
        yield connected


@pytest.fixture
def bystander(client: DockerClient) -> Iterator[Container]:
    """Nothing that the Swarm would end by itself."""
    container = client.containers.run(image("payment-provider"), ["sleep", "300"], detach=True)
    yield container
    container.remove(force=True)


def _gateway(client: DockerClient) -> Network:
    """The engine makes it in its own time."""
    until = time.monotonic() + MADE_WITHIN_S
    while not (found := client.networks.list(names=[swarm.GATEWAY_NETWORK])):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found[0]


def test_an_end_that_is_left_on_the_bridge_is_cut_off(
    client: DockerClient, bystander: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    if swarm.is_active(client):
        pytest.skip("The engine is in a Swarm that is not ours to leave.")
    monkeypatch.setattr(yard, "CUT_OFF_AFTER_S", 1.0)
    client.swarm.init(advertise_addr=swarm.HERE, listen_addr=f"{swarm.HERE}:2377")
    _gateway(client).connect(bystander)
    swarm.leave(client, had_gateway=False)
    assert not client.networks.list(names=[swarm.GATEWAY_NETWORK])
    assert not swarm.is_active(client)
