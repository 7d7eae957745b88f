"""A store in a cluster."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from experiment.errors import RunError
from experiment.faults.on_instances import Pause, SlowStart
from experiment.faults.on_network import FaultOnNetwork
from experiment.footprint import RoleFootprint
from store.payment_provider.client import PAYMENT_PROVIDER
from store.rules.books import Books
from store.rules.limbo import Limbo
from store.runtime.faults import ArmedFault
from testbed.ledger import read_ledger
from testbed.network.impairment import Impairment
from testbed.platforms.footprint import Connection
from testbed.platforms.kubernetes import usage
from testbed.platforms.kubernetes.databases import ClusterDatabases
from testbed.platforms.kubernetes.edge import EdgeAdmin
from testbed.platforms.kubernetes.fleet import Fleet
from testbed.platforms.kubernetes.forwarding import Forward
from testbed.platforms.kubernetes.groups import Group
from testbed.platforms.kubernetes.overlay import servers
from testbed.platforms.kubernetes.pods import Pod
from testbed.platforms.kubernetes.possible import FAULTS, OF_CONNECTIONS
from testbed.platforms.platform import (
    Deployment,
    Hop,
    ImpairedNetwork,
    Instance,
    InstanceReading,
    RoleData,
    RoleUsage,
    Scaled,
    at_once,
)
from testbed.platforms.store import envoy
from testbed.platforms.store.databases import books_of
from testbed.platforms.store.limbo import watching
from testbed.platforms.store.shedding import Shedding

INSTANCES = "twinstack.part in (store, outside)"
PARTS = "twinstack.part in (store, outside, edge, database)"
UNANSWERED_AT_MOST = 5
"""Looks in a row, each of which waits as long as kubectl does."""


@dataclass(frozen=True)
class Reached:
    """What of a store is reached from here, and how."""

    fleet: Fleet
    databases: ClusterDatabases
    edge: Forward
    provider: Forward
    provider_token: str = field(repr=False)
    admin: EdgeAdmin


class ClusterStore:
    """Implements ``RunningStore``, but for what ``possible`` refuses beforehand."""

    down: Callable[[], None]
    """Set by what made the namespace that goes with it."""

    def __init__(
        self, deployment: Deployment, reached: Reached, limits: dict[str, str], start_s: float
    ) -> None:
        self._deployment = deployment
        self._fleet = reached.fleet
        self._databases = reached.databases
        self._reached = reached
        self._limits = limits
        self._start_s = start_s
        self._edge_changes: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []
        """What was reported by the end."""
        self._unanswered = 0
        """Looks in a row."""
        self._shedding = Shedding(reached.admin.shed, self._note_shedding)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._reached.edge.port}"

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def limits(self) -> dict[str, str]:
        return self._limits

    def under_budget(self) -> AbstractContextManager[None]:
        return nullcontext()

    def stop(self) -> None:
        """Before its namespace goes: keep what its processes have reported."""
        try:
            self._changes = list(self._reported())
        finally:
            self._fleet.close()

    def check(self) -> None:
        """A cluster that does not answer is no death, unless it stays silent."""
        try:
            running = self._fleet.running(PARTS)
        except RunError:
            self._unanswered += 1
            if self._unanswered >= UNANSWERED_AT_MOST:
                raise
            return
        self._unanswered = 0
        self._require_all_in(running)

    def _require_all_in(self, running: Mapping[str, Pod]) -> None:
        of_servers = [f"database-{server}" for server in servers(self._deployment)]
        for group in self._groups([envoy.EDGE, *of_servers, *self._roles]):
            for place in group.places:
                if place.pod is None or place.pod.uid not in running:
                    raise RunError(f"The pod of {place.name} has ended, so the store is stopped.")
                if running[place.pod.uid].restarts != place.pod.restarts:
                    raise RunError(
                        f"The container of {place.name} has ended and was started again, so the "
                        "store is stopped."
                    )

    def instances(self) -> list[Instance]:
        running = self._fleet.running(INSTANCES)
        return [
            Instance(
                role=group.name,
                name=place.name,
                url=place.pod.url if place.pod else "",
                pid=place.pod.number if place.pod else 0,
                alive=place.pod is not None and place.pod.uid in running,
            )
            for group in self._groups(self._roles)
            for place in group.places
        ]

    def kill_role(self, role: str) -> None:
        self._fleet.kill(self._names_of(role))

    def restore_role(self, role: str) -> None:
        self.start_again(self._names_of(role))

    def kill(self, names: Collection[str]) -> None:
        self._fleet.kill(names)

    def withdraw(self, names: Collection[str]) -> None:
        self._fleet.withdraw(names)

    def start_again(self, names: Collection[str], slower_by_s: float = 0.0) -> None:
        if slower_by_s:
            raise RunError(f"Kubernetes cannot: {FAULTS[SlowStart]}.")
        self._fleet.start(names)
        self._await_members(self._fleet.groups_of(names))

    def readings(self, role: str) -> list[InstanceReading]:
        self._fleet.look([role])
        return usage.readings(self._fleet.group(role))

    def scale(self, role: str, instances: int, hold: Callable[[], object] = at_once) -> Scaled:
        more = instances - len(self._fleet.group(role).places)
        if more <= 0:
            removed = self._fleet.shrink(role, -more) if more else []
            return Scaled(removed=tuple(removed))
        added = self._fleet.grow(role, more)
        self._await_members([role])
        hold()
        return Scaled(added=tuple(added))

    def pause(self, names: Collection[str]) -> None:
        raise RunError(f"{', '.join(names)} cannot be paused: {FAULTS[Pause]}.")

    resume = pause

    def stop_database(self, role: str) -> None:
        self._fleet.kill(self._names_of(self._server_of(role)))

    def start_database(self, role: str) -> None:
        self._fleet.start(self._names_of(self._server_of(role)))
        self._databases.holding(role).way.open()

    def data_of(self, role: str) -> RoleData:
        return self._databases.data_of(role)

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        self._fleet.arm(orjson.dumps({"faults": [fault.model_dump() for fault in faults]}))

    def fault_hits(self, slot: int) -> int:
        self._fleet.look(self._roles)
        places = [p for g in self._groups(self._roles) for p in (*g.places, *g.retired)]
        return sum(place.meter.counters.hits_by_slot[slot] for place in places)

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> ImpairedNetwork:
        raise RunError(f"{impairment.kind} on {len(hops)} hops: {FAULTS[FaultOnNetwork]}.")

    def usage(self) -> list[RoleUsage]:
        of_servers = [f"database-{server}" for server in servers(self._deployment)]
        self._fleet.look([*self._roles, envoy.EDGE, *of_servers])
        shed = self._shedding.totals() if self._deployment.policies.shedding else {}
        division = self._deployment.division
        return [
            *(usage.of_role(group, division, shed) for group in self._groups(self._roles)),
            usage.of_others("edge", self._groups([envoy.EDGE]), division.shared_cpus),
            usage.of_others("database", self._groups(of_servers)),
        ]

    def footprint(self) -> list[RoleFootprint]:
        raise RunError(f"There is no footprint on Kubernetes: {OF_CONNECTIONS}.")

    def connections(self) -> list[Connection]:
        raise RunError(f"Nobody knows: {OF_CONNECTIONS}.")

    def state_changes(self) -> list[dict[str, Any]]:
        return self._changes or list(self._reported())

    def books(self) -> Books:
        provider = f"http://127.0.0.1:{self._reached.provider.port}"
        charges = read_ledger(provider, self._reached.provider_token)
        return replace(books_of(self._databases.by_role.values()), charges=charges)

    def limbo(self) -> AbstractContextManager[Callable[[], Limbo | None]]:
        return watching(self._databases.by_role.values())

    @property
    def _roles(self) -> list[str]:
        return [PAYMENT_PROVIDER, *self._deployment.roles]

    def _groups(self, names: Collection[str]) -> list[Group]:
        return [self._fleet.group(name) for name in names]

    def _names_of(self, group: str) -> list[str]:
        return [place.name for place in self._fleet.group(group).places]

    def _server_of(self, role: str) -> str:
        return f"database-{self._databases.holding(role).server}"

    def _await_members(self, roles: Collection[str]) -> None:
        """The payment provider is no member of the edge's."""
        members = {role: len(self._fleet.group(role).taken) for role in roles}
        members.pop(PAYMENT_PROVIDER, None)
        self._reached.admin.await_members(members)

    def _reported(self) -> Iterator[dict[str, Any]]:
        yield from self._edge_changes
        for group in self._groups(self._roles):
            for place in (*group.places, *group.retired):
                yield from map(orjson.loads, place.reported().splitlines())

    def _note_shedding(self, role: str, event: str) -> None:
        at = round(time.time(), 6)
        self._edge_changes.append({"at": at, "event": event, "role": role, "instance": envoy.EDGE})
