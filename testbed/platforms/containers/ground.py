"""Containers as the ground of a store."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any

from docker.models.containers import Container
from docker.models.networks import Network

from experiment.errors import RunError
from experiment.footprint import EDGE
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.janitor import Belongings
from testbed.platforms.containers.budget import ContainerBudget
from testbed.platforms.containers.casting import Cast, Placement
from testbed.platforms.containers.compose import Moulds
from testbed.platforms.containers.connections import connections_of
from testbed.platforms.containers.container import RunningContainer
from testbed.platforms.containers.usage import ControlGroupLook
from testbed.platforms.containers.wiring import Wiring, gateway_of
from testbed.platforms.containers.yard import AT_ONCE, Joined, Yard
from testbed.platforms.division import Division
from testbed.platforms.footprint import Connection
from testbed.platforms.running import Address, Running
from testbed.platforms.store import envoy
from testbed.platforms.store.databases import DatabaseSet
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.instances import InstancePlan, RunningInstance
from testbed.platforms.store.proxy import Proxy, start_proxy

EVERYWHERE = envoy.EVERYWHERE
EDGE_PORT = 8080
FIRST_PORT = 8001
_EDGE = "edge"
"""Name of its container."""


class ContainerGround:
    """Implements ``Ground``."""

    def __init__(
        self,
        *,
        databases: DatabaseSet,
        budget: ContainerBudget,
        yard: Yard,
        moulds: Moulds,
        wiring: Wiring,
        belongings: Belongings,
        folder: Path,
        sockets: Path,
        published: int | None,
    ) -> None:
        self.databases = databases
        self._budget = budget
        self._yard = yard
        self._moulds = moulds
        self._wiring = wiring
        self._belongings = belongings
        self._folder = folder
        self._sockets = sockets
        self._published = published
        self._ports = count(FIRST_PORT)
        self._running: list[RunningContainer] = []
        self._edge_host = ""

    @property
    def says(self) -> Mapping[str, str]:
        return self._budget.says

    @property
    def division(self) -> Division:
        return self._budget.division

    def look(self) -> ControlGroupLook:
        return ControlGroupLook()

    def launch(self, plan: InstancePlan, slower_by_s: float) -> RunningInstance:
        # A port of its own: an address that is given to another instance later must not answer
        # those who still ask for this one.
        port = next(self._ports)
        settings = plan.settings.model_copy(update={"start_delay_s": slower_by_s})
        process = self._start_instance(plan, settings.environment(), port)
        address = process.address_in(str(self._wiring.to(plan.role).name)), port
        return RunningInstance(plan, process, address, address)

    def _start_instance(
        self, plan: InstancePlan, environment: Mapping[str, str], port: int
    ) -> RunningContainer:
        return self._start(
            plan.role,
            plan.name,
            self._place_of(plan),
            self._wiring.joined_by(plan.role),
            environment={**environment, "TWINSTACK_BIND": f"{EVERYWHERE}:{port}"},
            # A store is stopped when it has nothing left to do, as on platform local.
            stop="SIGQUIT",
        )

    def _place_of(self, plan: InstancePlan) -> Placement:
        if plan.role == PAYMENT_PROVIDER:
            return self._budget.of_outsider()
        return self._budget.of_instance(plan.role, plan.name, is_starting=True)

    def settle(self, instance: RunningInstance) -> None:
        plan = instance.plan
        place = self._budget.of_instance(plan.role, plan.name, is_starting=False)
        process = instance.process
        if self.division.among != "nobody" and isinstance(process, RunningContainer):
            process.move(place)
        self._budget.hold(plan.role)

    def vacate(self, plan: InstancePlan) -> None:
        self._forget(plan.name)

    def _forget(self, name: str) -> None:
        """Remove the container of that name, if there is one, which has ended."""
        for each in [each for each in self._running if each.name == name]:
            self._running.remove(each)
            each.remove()

    def start_edge(self, edge: Edge) -> Running:
        def launch(arguments: Sequence[str], _log: Path) -> tuple[Running, str]:
            process = self._start_envoy(arguments)
            self._edge_host = process.address_in(str(self._wiring.joined_by_edge()[0].name))
            return process, self.from_here((self._edge_host, EDGE_PORT))[0]

        return edge.start(launch)

    def _start_envoy(self, arguments: Sequence[str]) -> RunningContainer:
        public = [] if self._published is None else [self._wiring.public]
        return self._start(
            f"edge-{self._wiring.architecture}",
            _EDGE,
            self._budget.of_shared(),
            [*self._wiring.joined_by_edge(), *public],
            shared=[self._sockets],
            command=arguments,
            published={} if self._published is None else {EDGE_PORT: self._published},
        )

    def _start(
        self,
        service: str,
        name: str,
        place: Placement,
        networks: Sequence[Network],
        *,
        stop: str = "SIGTERM",
        shared: Sequence[Path] = (),
        **own: Any,
    ) -> RunningContainer:
        chosen = Cast(
            hostname=name,
            network=str(networks[0].name),
            labels={},
            placement=place,
            binds=[f"{each}:{each}" for each in (self._folder, *shared)],
            user=None if os.geteuid() == 0 else f"{os.geteuid()}:{os.getegid()}",
            **own,
        )
        self._forget(name)
        container = self._container(service, chosen, networks)
        process = RunningContainer(container, name, self._folder / f"{name}.log", stop)
        self._running.append(process)
        return process

    def _container(self, service: str, chosen: Cast, networks: Sequence[Network]) -> Container:
        """``chosen`` is on the first of the networks."""
        return self._yard.start(self._moulds[service], chosen, map(Joined, networks[1:]))

    def hold_shared(self) -> None:
        self._budget.hold_shared()

    def under_budget(self) -> AbstractContextManager[None]:
        return self._budget.under_load()

    def start_database(self, role: str) -> None:
        server = self.databases.server_of(role)
        if server.is_stopped:
            server.start()

    def start_proxy(self) -> Proxy:
        # No part of the store: like the provider neither in the budget nor on its cores.
        cores = self._budget.spread.cores.generator
        return start_proxy(self._folder, self._belongings, cores)

    def proxy_host(self, callee: str) -> str:
        return gateway_of(self._wiring.to(callee))

    def from_here(self, address: Address) -> Address:
        return address

    def refused_connections(self) -> int:
        return sum(each.refused_connections() for each in self._running)

    def connections(
        self, instances: Sequence[RunningInstance], edge: Running | None, edge_ports: Iterable[int]
    ) -> list[Connection]:
        if edge is None:
            raise RunError("The store is not running.")
        names = {each.plan.name: each.plan.role for each in instances} | {_EDGE: EDGE}
        roles = {
            address: names[each.name]
            for each in self._running
            if each.is_alive and each.name in names
            for address in each.addresses()
        }
        return connections_of(instances, edge, list(edge_ports), roles)

    def close(self) -> None:
        """Remove all containers; their logs are kept."""
        with ThreadPoolExecutor(AT_ONCE) as workers:
            list(workers.map(RunningContainer.remove, self._running))
