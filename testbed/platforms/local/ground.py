"""The ground of a store whose parts are processes of this machine."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from store.payment_provider.client import PAYMENT_PROVIDER
from testbed import procfs
from testbed.janitor import Belongings
from testbed.platforms.division import Division
from testbed.platforms.footprint import Connection
from testbed.platforms.local.connections import connections_of
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.machine.affinity import move_to
from testbed.platforms.machine.easing import Easing
from testbed.platforms.machine.limits import Limits
from testbed.platforms.machine.spread import Spread
from testbed.platforms.machine.usage import ProcessLook
from testbed.platforms.running import Address, Running
from testbed.platforms.store import envoy
from testbed.platforms.store.databases import DatabaseSet
from testbed.platforms.store.edge import Edge, as_process
from testbed.platforms.store.footprint import roots_of
from testbed.platforms.store.instances import InstancePlan, RunningInstance, start_instance
from testbed.platforms.store.proxy import Proxy, start_proxy


@dataclass(frozen=True)
class LocalGround:
    """Implements ``Ground``."""

    databases: DatabaseSet
    spread: Spread
    limits: Limits
    easing: Easing
    belongings: Belongings
    folder: Path
    """For logs."""

    @property
    def says(self) -> Mapping[str, str]:
        return {**self.limits.says, "cores": self.spread.says}

    @property
    def division(self) -> Division:
        return self.limits.division

    def look(self) -> ProcessLook:
        return ProcessLook()

    def launch(self, plan: InstancePlan, slower_by_s: float) -> RunningInstance:
        if plan.role == PAYMENT_PROVIDER:
            # An outside party: neither in the budget nor on the store's cores.
            return start_instance(
                plan, self.belongings, self.spread.cores.generator, [], slower_by_s
            )
        cpus, joins = self.spread.of_instance(plan.name), self.limits.joins(plan.role, plan.name)
        return start_instance(plan, self.belongings, cpus, joins, slower_by_s)

    def settle(self, instance: RunningInstance) -> None:
        pids = [stat.pid for stat in procfs.tree(procfs.snapshot(), instance.process.pid)]
        self.limits.hold(instance.plan.role, instance.plan.name, pids)

    def vacate(self, plan: InstancePlan) -> None:
        self.limits.let_go(plan.role, plan.name)

    def start_edge(self, edge: Edge) -> Running:
        cpus, joins = self.spread.of_shared, self.limits.shared_joins
        return edge.start(as_process(self.belongings, cpus, joins))

    def hold_shared(self) -> None:
        self.limits.hold_shared()

    def under_budget(self) -> AbstractContextManager[None]:
        return self.easing.held()

    def start_database(self, role: str) -> None:
        # The only servers that this platform makes, and they have to be put where limits hold.
        server = cast("PostgresServer", self.databases.server_of(role))
        if server.is_stopped:
            server.start(self.take_in)
            self.limits.hold_shared()

    def take_in(self, pids: Collection[int]) -> None:
        """Put processes of a database within the limits and on the cores of databases."""
        self.limits.take_in(pids)
        move_to(self.spread.of_shared, pids)

    def start_proxy(self) -> Proxy:
        # No part of the store: like the provider neither in the budget nor on its cores.
        return start_proxy(self.folder, self.belongings, self.spread.cores.generator)

    def proxy_host(self, callee: str) -> str:  # noqa: ARG002 - the same for all
        return envoy.LOOPBACK

    def from_here(self, address: Address) -> Address:
        return address

    def refused_connections(self) -> int:
        return procfs.refused_connections()

    def connections(
        self, instances: Sequence[RunningInstance], edge: Running | None, edge_ports: Iterable[int]
    ) -> list[Connection]:
        return connections_of(roots_of(instances, edge), instances, edge_ports)
