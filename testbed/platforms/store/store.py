"""A running deployment, whatever the ground that it stands on."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import orjson

from experiment.errors import RunError
from experiment.footprint import RoleFootprint
from experiment.journal import read_journal
from experiment.record import write_whole
from store.payment_provider.client import PAYMENT_PROVIDER
from store.rules.books import Books
from store.rules.limbo import Limbo
from store.runtime.faults import ArmedFault
from store.runtime.settings import Secret
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Counters
from testbed.ledger import read_ledger
from testbed.network.impairment import Impairment
from testbed.platforms.footprint import Connection
from testbed.platforms.machine.processes import stop_all
from testbed.platforms.platform import (
    Hop,
    ImpairedNetwork,
    Instance,
    InstanceReading,
    RoleData,
    RoleUsage,
    Scaled,
    at_once,
)
from testbed.platforms.running import Look, Running
from testbed.platforms.store import envoy
from testbed.platforms.store.blueprint import Blueprint
from testbed.platforms.store.directory import Directory
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.footprint import footprints_of, roots_of
from testbed.platforms.store.ground import Ground
from testbed.platforms.store.instances import InstancePlan
from testbed.platforms.store.limbo import watching
from testbed.platforms.store.members import Members
from testbed.platforms.store.network import Network
from testbed.platforms.store.restarts import Restarts, ended
from testbed.platforms.store.shedding import Shedding


class Store:
    """Implements ``RunningStore``; started once."""

    down: Callable[[], None]
    """Set by whoever made the ground that is to be undone with it."""

    def __init__(self, blueprint: Blueprint, ground: Ground, edge: Edge) -> None:
        self._blueprint = blueprint
        self._ground = ground
        self._edge = edge
        directory = Directory(blueprint.peers_files)
        self._members = Members(blueprint.roles, edge, directory, ground)
        self._shedding = Shedding(edge.shed, self._note_shedding)
        self._network = Network(directory, ground)
        self._restarts = Restarts()
        self._edge_process: Running | None = None
        self._numbers: dict[str, int] = {}
        """By role, the last number that was given to an instance beyond the first ones."""
        self._database_cpu_before_s = 0.0
        self._start_s = 0.0

    @property
    def url(self) -> str:
        return self._edge.url

    @property
    def secrets(self) -> Mapping[Secret, str]:
        return self._blueprint.secrets

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def limits(self) -> dict[str, str]:
        return dict(self._ground.says)

    def start(self) -> None:
        """Start everything; returns when it serves. ``stop`` is needed however it ends."""
        self._database_cpu_before_s = self._database_cpu_s(self._ground.look())
        began = time.monotonic()
        self.arm_faults(())
        if self._blueprint.deployment.network_faults:
            self._network.make_ready()
        self._edge_process = self._start_edge()
        fleet = self._members.fleet
        fleet.launch(self._blueprint.provider())
        for plan in self._blueprint.instances():
            fleet.launch(plan)
        self._members.announce(self._blueprint.roles)
        self._members.await_serving([PAYMENT_PROVIDER, *self._blueprint.roles])
        self._ground.hold_shared()
        self._start_s = time.monotonic() - began

    def under_budget(self) -> AbstractContextManager[None]:
        return self._ground.under_budget()

    def stop(self) -> None:
        edge = [self._edge_process] if self._edge_process is not None else []
        instances = [each.process for each in self._members.fleet.all()]
        stop_all([*edge, *instances, *self._network.processes])
        self._network.close()

    def check(self) -> None:
        look = self._ground.look()
        for name, running in self._parts():
            if not running.is_alive:
                raise ended(name, running)
            self._restarts.note(name, running, look)

    def _parts(self) -> Iterator[tuple[str, Running]]:
        if self._edge_process is not None:
            yield "The edge", self._edge_process
        for server in self._ground.databases.servers:
            if server.running is not None:
                yield "The database server", server.running
        for instance in self._members.fleet.all():
            yield instance.plan.name, instance.process

    def instances(self) -> list[Instance]:
        return self._members.fleet.describe()

    def kill_role(self, role: str) -> None:
        fleet = self._members.fleet
        fleet.kill([instance.plan.name for instance in fleet.of(role)])

    def restore_role(self, role: str) -> None:
        self._members.restore(role)

    def kill(self, names: Collection[str]) -> None:
        self._members.fleet.kill(names)

    def withdraw(self, names: Collection[str]) -> None:
        self._members.withdraw(names)

    def start_again(self, names: Collection[str], slower_by_s: float = 0.0) -> None:
        self._members.start(names, slower_by_s)

    def readings(self, role: str) -> list[InstanceReading]:
        return self._members.readings(role)

    def scale(self, role: str, instances: int, hold: Callable[[], object] = at_once) -> Scaled:
        names = [each.plan.name for each in self._members.fleet.of(role)]
        more = instances - len(names)
        if more > 0:
            plans = [self._next_plan(role) for _ in range(more)]
            self._members.add(plans, hold)
            return Scaled(added=tuple(plan.name for plan in plans))
        gone = tuple(reversed(names[instances:]))
        self._members.remove(gone)
        return Scaled(removed=gone)

    def _next_plan(self, role: str) -> InstancePlan:
        """Numbers are never used twice, so that every name stands for one instance."""
        self._numbers[role] = self._numbers.get(role, self._blueprint.deployment.count(role)) + 1
        return self._blueprint.instance(role, self._numbers[role])

    def pause(self, names: Collection[str]) -> None:
        self._members.pause(names)

    def resume(self, names: Collection[str]) -> None:
        self._members.resume(names)

    def stop_database(self, role: str) -> None:
        self._ground.databases.server_of(role).stop()

    def start_database(self, role: str) -> None:
        self._ground.start_database(role)

    def data_of(self, role: str) -> RoleData:
        return self._ground.databases.data_of(role)

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        content = {"faults": [fault.model_dump() for fault in faults]}
        write_whole(self._blueprint.faults_file, orjson.dumps(content))

    def fault_hits(self, slot: int) -> int:
        return self._members.fleet.fault_hits(slot)

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> ImpairedNetwork:
        return self._network.impair(hops, impairment)

    def usage(self) -> list[RoleUsage]:
        look = self._ground.look()
        of_roles = self._members.fleet.usage(look)
        if self._blueprint.policies.shedding:
            shed = self._shedding.totals()
            for each in of_roles:
                each.counters.shed = shed.get(each.role, 0)
        return [*map(self._with_capacity, of_roles), *self._shared_usage(look)]

    def _with_capacity(self, used: RoleUsage) -> RoleUsage:
        if used.role == PAYMENT_PROVIDER:
            return used
        starting = self._members.starting(used.role)
        cpus = self._ground.division.reserved_cpus(used.role, used.instances, starting)
        return replace(used, ready=self._members.ready(used.role), cpus=cpus)

    def footprint(self) -> list[RoleFootprint]:
        roots = roots_of(self._members.fleet.all(), self._edge_process)
        return footprints_of(roots, self._ground.databases, self._ground.look())

    def connections(self) -> list[Connection]:
        instances = self._members.fleet.all()
        return self._ground.connections(instances, self._edge_process, self._edge.ports)

    def state_changes(self) -> list[dict[str, Any]]:
        file = self._blueprint.state_changes_file
        return read_journal(file) if file.exists() else []

    def books(self) -> Books:
        provider = self._members.fleet.of(PAYMENT_PROVIDER)[0].url_from_here
        charges = read_ledger(provider, self.secrets["provider_token"])
        return replace(self._ground.databases.books(), charges=charges)

    def limbo(self) -> AbstractContextManager[Callable[[], Limbo | None]]:
        return watching(self._ground.databases.by_role.values())

    def _note_shedding(self, role: str, event: str) -> None:
        StateChanges(self._blueprint.state_changes_file, role, envoy.EDGE).report(event)

    def _start_edge(self) -> Running:
        for role in self._blueprint.roles:
            self._edge.announce(role, [])
        return self._ground.start_edge(self._edge)

    def _shared_usage(self, look: Look) -> list[RoleUsage]:
        if self._edge_process is None:
            raise RunError("The store is not running.")
        edge, servers = self._edge_process, self._ground.databases.servers
        return [
            RoleUsage(
                role="edge",
                instances=int(edge.is_alive),
                cpu_s=look.cpu_s(edge),
                memory_mb=look.memory_mb(edge),
                counters=Counters(),
                cpus=self._ground.division.shared_cpus,
            ),
            RoleUsage(
                role="database",
                instances=sum(server.is_running for server in servers),
                cpu_s=self._database_cpu_s(look) - self._database_cpu_before_s,
                memory_mb=sum(server.memory_mb(look) for server in servers),
                counters=Counters(),
            ),
            *self._network.usage(),
        ]

    def _database_cpu_s(self, look: Look) -> float:
        return sum(server.cpu_s(look) for server in self._ground.databases.servers)
