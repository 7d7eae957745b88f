"""The networks of one deployment, and how this machine is reached from them."""

from collections.abc import Callable

from docker.models.networks import Network


class Wiring:
    """``network`` finds or makes one by its name in the Compose file."""

    def __init__(self, network: Callable[[str], Network], architecture: str) -> None:
        self._network = network
        self.architecture = architecture
        self.services = network(architecture)
        self._data: dict[str, Network] = {}

    def data_of(self, role: str) -> Network:
        """The network of a role and its database alone."""
        if role not in self._data:
            self._data[role] = self._network(f"data-{role}")
        return self._data[role]

    @property
    def public(self) -> Network:
        """The only one from which a port can be published."""
        return self._network("public")


def gateway_of(network: Network) -> str:
    """Where containers on it reach this machine."""
    (config,) = network.attrs["IPAM"]["Config"]
    return str(config["Gateway"])
