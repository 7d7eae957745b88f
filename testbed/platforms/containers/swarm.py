"""Swarm on this machine: a manager that is its only node, and listens on loopback."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container
from docker.models.networks import Network
from docker.models.services import Service

from experiment.errors import RunError
from testbed.janitor import Belongings
from testbed.platforms.containers.casting import Cast, Placement, cast
from testbed.platforms.containers.swarm_service import ONE_BY_ONE, task_template
from testbed.platforms.containers.yard import remove_network

GATEWAY_NETWORK = "docker_gwbridge"
"""On it every task has an address that this machine reaches."""
HERE = "127.0.0.1"
TASK_WITHIN_S = 60.0
_POLL_S = 0.1
_IPVS = Path("/proc/net/ip_vs")


def endpoint_mode() -> str:
    """Virtual addresses take IPVS, which not every kernel has."""
    return "vip" if _IPVS.exists() else "dnsrr"


def is_active(client: DockerClient) -> bool:
    return bool(client.info()["Swarm"]["LocalNodeState"] == "active")


@contextmanager
def joined(client: DockerClient, belongings: Belongings) -> Iterator[None]:
    """Inside, the engine is in a Swarm: the one that it was in, or a new one that goes again."""
    if is_active(client):
        yield
        return
    had_gateway = bool(client.networks.list(names=[GATEWAY_NETWORK]))
    belongings.swarm(had_gateway=had_gateway)
    try:
        client.swarm.init(advertise_addr=HERE, listen_addr=f"{HERE}:2377")
    except APIError as error:
        raise RunError(f"The engine makes no Swarm: {error.explanation}.") from error
    try:
        yield
    finally:
        leave(client, had_gateway=had_gateway)


def leave(client: DockerClient, *, had_gateway: bool) -> None:
    """Leave the Swarm, and remove the bridge that it brought unless it ``had_gateway`` before."""
    if is_active(client):
        client.swarm.leave(force=True)
    if not had_gateway:
        for network in client.networks.list(names=[GATEWAY_NETWORK]):
            remove_network(network)  # the ends of tasks leave it in their own time


@dataclass
class Role:
    """A service, and those of its tasks that are known as instances."""

    service: Service
    replicas: int
    adopted: set[str] = field(default_factory=set)
    """Ids of containers."""


class Services:
    """The services of one deployment: one for each role, as many tasks as the role has instances.

    ``counts``: instances with which a role starts, by service; one where nothing is said.
    """

    def __init__(
        self,
        client: DockerClient,
        labels: Mapping[str, str],
        prefix: str,
        counts: Mapping[str, int],
    ) -> None:
        self._client = client
        self._labels = labels
        self._prefix = prefix
        self._counts = counts
        self._roles: dict[str, Role] = {}

    def prepare(
        self, service: str, mould: Mapping[str, Any], chosen: Cast, networks: list[Network]
    ) -> None:
        """Let the engine make the service, with its first tasks; only the first time."""
        if service in self._roles:
            return
        body = cast(mould, chosen) | {"Labels": dict(self._labels)}
        replicas = self._counts.get(service, 1)
        made = self._client.api.create_service(
            task_template(body, [str(network.id) for network in networks]),
            name=f"{self._prefix}-{service}",
            labels=dict(self._labels),
            mode={"Replicated": {"Replicas": replicas}},
            endpoint_spec={"Mode": endpoint_mode()},
            update_config=ONE_BY_ONE,
        )
        self._roles[service] = Role(self._client.services.get(made["ID"]), replicas)

    def adopt(self, service: str) -> Container:
        """A container of the service that is no instance yet; one more where the engine has none.

        RunError when none runs in time.
        """
        role = self._roles[service]
        alive = {each.id for each in self._containers(role)}
        role.adopted &= alive
        if len(role.adopted) == role.replicas:
            self._scale(role, role.replicas + 1)
        until = time.monotonic() + TASK_WITHIN_S
        while True:
            new = [each for each in self._containers(role) if each.id not in role.adopted]
            if new:
                role.adopted.add(str(new[0].id))
                return new[0]
            if time.monotonic() > until:
                raise RunError(f"Swarm does not start a task of {service}: {self._why(role)}")
            time.sleep(_POLL_S)

    def give_up(self, service: str) -> None:
        """A task of it has ended for good: one less is wanted.

        The engine drops those first that do not run.
        """
        role = self._roles[service]
        self._scale(role, role.replicas - 1)

    def remove(self) -> None:
        for role in self._roles.values():
            role.service.remove()

    def _scale(self, role: Role, replicas: int) -> None:
        role.service.reload()
        version, spec = role.service.version, role.service.attrs["Spec"]
        try:
            # With the template as it is: the library's own way fills in defaults, which Swarm takes
            # for a change, and replaces all tasks.
            self._client.api.update_service(
                role.service.id,
                version,
                task_template=spec["TaskTemplate"],
                name=spec["Name"],
                labels=spec["Labels"],
                mode={"Replicated": {"Replicas": replicas}},
                endpoint_spec=spec["EndpointSpec"],
                update_config=spec["UpdateConfig"],
            )
        except APIError as error:
            raise RunError(f"Swarm does not scale: {error.explanation}.") from error
        role.replicas = replicas

    def _containers(self, role: Role) -> list[Container]:
        """Those that run."""
        label = f"com.docker.swarm.service.id={role.service.id}"
        return self._client.containers.list(
            filters={"label": label, "status": "running"}, ignore_removed=True
        )

    def _why(self, role: Role) -> str:
        states = [task["Status"] for task in role.service.tasks()]
        told = [state.get("Err") or state["State"] for state in states]
        return "; ".join(sorted(set(told))) or "it has none"


def settle(container: Container, place: Placement) -> None:
    """What Swarm does not know: cores and quotas."""
    resources = place.resources
    container.update(
        cpuset_cpus=resources["CpusetCpus"],
        cpu_shares=resources["CpuShares"],
        cpu_quota=resources["CpuQuota"],
        cpu_period=resources["CpuPeriod"],
    )


def address_from_here(client: DockerClient, container: Container) -> str:
    """Of a task, on the network that every task shares with this machine."""
    known = client.networks.get(GATEWAY_NETWORK).attrs["Containers"]
    if container.id not in known:
        raise RunError(f"The task {container.name} has no address on {GATEWAY_NETWORK}.")
    address: str = known[container.id]["IPv4Address"].partition("/")[0]
    return address
