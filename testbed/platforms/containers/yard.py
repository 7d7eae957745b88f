"""Where the containers of one run are made and put on networks; all of them are labelled."""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import islice
from typing import Any

from docker import DockerClient
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from experiment.errors import RunError
from testbed.platforms.containers.casting import Cast, cast

AT_ONCE = 8
REMOVED_WITHIN_S = 30.0
CUT_OFF_AFTER_S = 10.0
_POLL_S = 0.2
_COUNTED = "active endpoints"
"""In the engine's refusal when it goes by its count; of tasks a Swarm speaks otherwise."""
BENCHMARKING = IPv4Network("198.18.0.0/15")
"""RFC 2544: for tests of networks, never on the internet."""
_PREFIX = 25
_SUBNETS = 2 ** (_PREFIX - BENCHMARKING.prefixlen)
_DRAWS = 20
_TAKEN = "overlaps"
"""In the engine's refusal of addresses that another network has."""
PUBLIC = "public"
"""The only network from which a port can be published."""


@dataclass(frozen=True)
class Yard:
    client: DockerClient
    labels: Mapping[str, str]
    prefix: str
    """Of the names of all containers, so that two runs can name theirs alike."""

    def start(self, mould: Mapping[str, Any], chosen: Cast, more: Iterable["Joined"]) -> Container:
        """A container of this run; its name is free again once one of that name was removed."""
        # With a dot, for Compose may join its names by a hyphen.
        name = f"{self.prefix}.{chosen.hostname}"
        labelled = replace(chosen, labels={**self.labels, **chosen.labels})
        try:
            made = self.client.api.create_container_from_config(cast(mould, labelled), name)
            container = self.client.containers.get(made["Id"])
            for each in more:
                each.network.connect(container, aliases=list(each.aliases))
            container.start()
        except (APIError, ImageNotFound) as error:
            raise RunError(f"The engine does not start {chosen.hostname}: {error}.") from error
        return container

    def bridge(self, name: str) -> Network:
        """A network of this run that leads nowhere but to this machine.

        Its addresses are drawn, for an engine by itself has thirty networks to give, all in all.
        """
        draws = 1
        while True:
            try:
                return self._made(name, driver="bridge", internal=name != PUBLIC, ipam=_drawn())
            except APIError as error:
                if draws == _DRAWS or _TAKEN not in str(error.explanation):
                    raise _no_network(error) from error
                draws += 1

    def overlay(self, name: str) -> Network:
        """The same for tasks of Swarm, and for containers that join it."""
        try:
            return self._made(name, driver="overlay", attachable=True)
        except APIError as error:
            raise _no_network(error) from error

    def _made(self, name: str, **kind: Any) -> Network:
        return self.client.networks.create(
            f"{self.prefix}_{name}", labels=dict(self.labels), **kind
        )


def _drawn() -> IPAMConfig:
    """A hundred addresses that may be free."""
    number = secrets.randbelow(_SUBNETS)
    subnet = next(islice(BENCHMARKING.subnets(new_prefix=_PREFIX), number, None))
    return IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])


def _no_network(error: APIError) -> RunError:
    return RunError(f"The engine makes no network: {error.explanation}.")


@dataclass(frozen=True)
class Joined:
    """A network that a container is on, and how it is called there."""

    network: Network
    aliases: Sequence[str] = ()


def remove_network(network: Network, within_s: float = REMOVED_WITHIN_S) -> bool:
    """Remove it as soon as nobody is on it: tasks of Swarm leave in their own time.

    False when it is empty, and the engine keeps it all the same: Docker 20.10 at times counts an
    end that is not there, until it is started anew and says "Fixing inconsistent endpoint_cnt".
    """
    began = time.monotonic()
    while True:
        try:
            network.remove()
        except NotFound:
            return True
        except APIError as error:
            waited_s = time.monotonic() - began
            if waited_s > within_s:
                raise RunError(
                    f"The engine keeps the network {network.name}: {error.explanation}."
                ) from error
            if waited_s > CUT_OFF_AFTER_S:
                if _COUNTED in str(error.explanation) and _is_empty(network):
                    return False
                _cut_off(network)
            time.sleep(_POLL_S)
        else:
            return True


def _is_empty(network: Network) -> bool:
    with suppress(APIError):  # it went meanwhile; the next try to remove it tells
        network.reload()
        return not network.attrs.get("Containers")
    return False


def _cut_off(network: Network) -> None:
    """End what is still on it: the engine may keep the end of a container that is gone."""
    with suppress(APIError):  # as above
        for identity, end in (network.attrs.get("Containers") or {}).items():
            network.disconnect(end.get("Name") or identity, force=True)


def remove_all(containers: Sequence[Container]) -> None:
    """Remove them at once, running or not."""

    def remove(container: Container) -> None:
        try:
            container.remove(force=True, v=True)
        except NotFound:
            return

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(remove, containers))
