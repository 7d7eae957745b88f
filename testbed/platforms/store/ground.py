"""What a store stands on: all in which one platform differs from another."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from testbed.platforms.division import Division
from testbed.platforms.footprint import Connection
from testbed.platforms.running import Address, Look, Running
from testbed.platforms.store.databases import DatabaseSet
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.instances import InstancePlan, RunningInstance
from testbed.platforms.store.proxy import Proxy


class Ground(Protocol):
    """Starts, places, wires and looks at what runs for one deployment."""

    @property
    def says(self) -> Mapping[str, str]:
        """Limits and cores in force, or in a sentence why there are none."""

    @property
    def databases(self) -> DatabaseSet: ...

    @property
    def division(self) -> Division: ...

    def look(self) -> Look: ...

    def launch(self, plan: InstancePlan, slower_by_s: float) -> RunningInstance:
        """Start an instance that takes so much longer to become ready; returns at once."""

    def settle(self, instance: RunningInstance) -> None:
        """It serves: from now on it has its place."""

    def vacate(self, plan: InstancePlan) -> None:
        """It is gone for good."""

    def start_edge(self, edge: Edge) -> Running:
        """Returns when it listens."""

    def hold_shared(self) -> None:
        """Edge and database serve: from now on they have no more than their part."""

    def under_budget(self) -> AbstractContextManager[None]:
        """Inside, the CPU budget holds."""

    def start_database(self, role: str) -> None:
        """Start the server with the data of ``role`` if it is stopped."""

    def start_proxy(self) -> Proxy:
        """What impairs the network; callers find it at ``proxy_host``."""

    def proxy_host(self, callee: str) -> str:
        """Where callers of a role, or of the payment provider, reach this machine."""

    def from_here(self, address: Address) -> Address:
        """Where the test bed reaches what instances reach at ``address``."""

    def refused_connections(self) -> int:
        """That any instance tried to make and was refused, counted for as long as it lives."""

    def connections(
        self, instances: Sequence[RunningInstance], edge: Running | None, edge_ports: Iterable[int]
    ) -> list[Connection]:
        """TCP connections to the edge, to instances and to the payment provider."""
