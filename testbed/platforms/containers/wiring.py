"""The networks of one deployment, and how this machine is reached from them."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import cached_property
from socket import AF_INET

import psutil
from docker.models.networks import Network

from experiment.errors import RunError
from experiment.faults.on_network import callees_of
from experiment.store import Architecture
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.platforms.containers.database import DatabaseContainer
from testbed.platforms.containers.yard import PUBLIC, remove_network
from testbed.platforms.platform import Deployment
from testbed.undoing import Undoing


class Wiring(Undoing):
    """A network for each callee, and one for each database server and its owners.

    That of a callee is joined by its callers and by the edge: nobody else reaches it. (It reaches
    its callers, for a network has no direction.) Where roles are not held ``apart``, one network
    is that of all callees. ``make`` makes one by its name.
    """

    def __init__(
        self,
        make: Callable[[str], Network],
        deployment: Deployment,
        servers: Mapping[str, DatabaseContainer],
        *,
        apart: bool = True,
    ) -> None:
        self._make = make
        self._deployment = deployment
        self._servers = servers
        self._apart = apart
        self._data: dict[str, Network] = {}

    @property
    def architecture(self) -> Architecture:
        return self._deployment.architecture

    def _set_up(self, undo: ExitStack) -> None:
        callees = [*self._deployment.roles, PAYMENT_PROVIDER]
        if self._apart:
            self._to = {callee: self._made(f"to-{callee}", undo) for callee in callees}
        else:
            self._to = dict.fromkeys(callees, self._made("services", undo))
        for server in set(self._servers.values()):
            owners = sorted(role for role, own in self._servers.items() if own is server)
            network = self._made(f"data-{owners[0]}" if len(owners) == 1 else "data", undo)
            self._data |= dict.fromkeys(owners, network)
            undo.callback(server.leave, [network])
            server.join([network])

    def to(self, callee: str) -> Network:
        """Where callers reach a role, or the payment provider."""
        return self._to[callee]

    def joined_by(self, role: str) -> list[Network]:
        """All networks of a role, or of the payment provider; that of its callers comes first."""
        called = [] if role == PAYMENT_PROVIDER else callees_of(self.architecture, role)
        data = [self._data[role]] if role in self._data else []
        return _once(self._to[each] for each in (role, *called)) + data

    def joined_by_edge(self) -> list[Network]:
        return _once(self._to[role] for role in self._deployment.roles)

    def _made(self, name: str, undo: ExitStack) -> Network:
        network = self._make(name)
        undo.callback(remove_network, network)
        return network

    @cached_property
    def public(self) -> Network:
        """From where a port can be published: the others lead nowhere."""
        return self._made(PUBLIC, self._undo)


def _once(networks: Iterable[Network]) -> list[Network]:
    return list({str(each.name): each for each in networks}.values())


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
