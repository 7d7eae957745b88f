"""The networks of one deployment, and how this machine is reached from them."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from socket import AF_INET

import psutil
from docker.models.networks import Network

from experiment.errors import RunError
from testbed.platforms.containers.database import DatabaseContainer
from testbed.platforms.containers.yard import PUBLIC, remove_network
from testbed.undoing import Undoing


class Wiring(Undoing):
    """One network for services and edge, one for each database server and its owners.

    ``make`` makes one by its name.
    """

    def __init__(
        self,
        make: Callable[[str], Network],
        architecture: str,
        servers: Mapping[str, DatabaseContainer],
    ) -> None:
        self._make = make
        self.architecture = architecture
        self._servers = servers
        self._data: dict[str, Network] = {}

    def _set_up(self, undo: ExitStack) -> None:
        self.services = self._made("services", undo)
        for server in set(self._servers.values()):
            owners = sorted(role for role, own in self._servers.items() if own is server)
            network = self._made(f"data-{owners[0]}" if len(owners) == 1 else "data", undo)
            self._data |= dict.fromkeys(owners, network)
            undo.callback(server.leave, [network])
            server.join([network])

    def _made(self, name: str, undo: ExitStack) -> Network:
        network = self._make(name)
        undo.callback(remove_network, network)
        return network

    def data_of(self, role: str) -> Network:
        """Where the role reaches its database."""
        return self._data[role]

    @cached_property
    def public(self) -> Network:
        """From where a port can be published: the others lead nowhere."""
        return self._made(PUBLIC, self._undo)


def gateway_of(network: Network) -> str:
    """Where containers on it reach this machine; RunError where it has no such address.

    An engine that has just been installed does not tell that of its first bridge before it was
    started a second time. The bridge has it all the same.
    """
    network.reload()
    (config,) = network.attrs["IPAM"]["Config"]
    return str(config.get("Gateway") or _address_of_bridge(network))


def _address_of_bridge(network: Network) -> str:
    options = network.attrs.get("Options") or {}
    bridge = options.get("com.docker.network.bridge.name", f"br-{str(network.id)[:12]}")
    for known in psutil.net_if_addrs().get(bridge, ()):
        if known.family == AF_INET:
            return str(known.address)
    raise RunError(f"Containers on {network.name} cannot reach this machine: it has no address.")
