"""A running deployment on this machine."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import orjson

from experiment.errors import RunError
from experiment.journal import read_journal
from experiment.record import write_whole
from store.payment_provider.client import PAYMENT_PROVIDER
from store.rules.books import Books
from store.rules.limbo import Limbo
from store.runtime.faults import ArmedFault
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Counters
from testbed import procfs
from testbed.janitor import Belongings
from testbed.ledger import read_ledger
from testbed.network.impairment import Impairment
from testbed.platforms.local import envoy, usage
from testbed.platforms.local.affinity import Cores
from testbed.platforms.local.blueprint import Blueprint
from testbed.platforms.local.databases import DatabaseSet
from testbed.platforms.local.directory import Directory
from testbed.platforms.local.edge import Edge
from testbed.platforms.local.fleet import Fleet
from testbed.platforms.local.instances import InstancePlan, RunningInstance, start_instance
from testbed.platforms.local.limbo import watching
from testbed.platforms.local.limits import Limits
from testbed.platforms.local.network import Network
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.local.processes import OwnedProcess, stop_all
from testbed.platforms.local.proxy import Proxy, start_proxy
from testbed.platforms.local.readiness import await_ready
from testbed.platforms.local.shedding import Shedding
from testbed.platforms.local.usage import Processes
from testbed.platforms.platform import Hop, ImpairedNetwork, Instance, RoleUsage

READY_WITHIN_S = 60.0


@dataclass(frozen=True)
class Ground:
    """What a store stands on."""

    server: PostgresServer
    databases: DatabaseSet
    cores: Cores
    limits: Limits
    belongings: Belongings


class LocalStore:
    """Implements ``RunningStore``; started once."""

    down: Callable[[], None]
    """Set by whoever made the ground that is to be undone with it."""

    def __init__(self, blueprint: Blueprint, ground: Ground, edge: Edge) -> None:
        self._blueprint = blueprint
        self._ground = ground
        self._edge = edge
        self._fleet = Fleet(self._start_instance)
        self._shedding = Shedding(edge.shed, self._note_shedding)
        self._directory = Directory(blueprint.peers_files)
        self._network = Network(self._directory, self._start_proxy)
        self._edge_process: OwnedProcess | None = None
        self._database_cpu_before_s = 0.0
        self._start_s = 0.0

    @property
    def url(self) -> str:
        return self._edge.url

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def limits(self) -> dict[str, str]:
        return {**self._ground.limits.says, "cores": self._ground.cores.says}

    def start(self) -> None:
        """Start everything; returns when it serves. ``stop`` is needed however it ends."""
        self._database_cpu_before_s = self._database_cpu_s(procfs.snapshot())
        began = time.monotonic()
        self.arm_faults(())
        if self._blueprint.deployment.network_faults:
            self._network.make_ready()
        self._edge_process = self._start_edge()
        self._fleet.launch(self._blueprint.provider())
        for plan in self._blueprint.instances():
            self._fleet.launch(plan)
        self._announce(self._blueprint.roles)
        await_ready(self._fleet.all(), READY_WITHIN_S)
        self._edge.await_members(self._blueprint.roles, READY_WITHIN_S)
        self._start_s = time.monotonic() - began

    def stop(self) -> None:
        edge = [self._edge_process] if self._edge_process is not None else []
        stop_all([*edge, *self._fleet.processes(), *self._network.processes])
        self._network.close()

    def instances(self) -> list[Instance]:
        return self._fleet.describe()

    def kill_role(self, role: str) -> None:
        self._fleet.kill(role)

    def restore_role(self, role: str) -> None:
        self._fleet.revive(role)
        self._announce([role] if role in self._blueprint.roles else [])
        await_ready(self._fleet.of(role), READY_WITHIN_S)
        self._edge.await_members([role], READY_WITHIN_S)

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        content = {"faults": [fault.model_dump() for fault in faults]}
        write_whole(self._blueprint.faults_file, orjson.dumps(content))

    def fault_hits(self, slot: int) -> int:
        return self._fleet.fault_hits(slot)

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> ImpairedNetwork:
        return self._network.impair(hops, impairment)

    def usage(self) -> list[RoleUsage]:
        processes = procfs.snapshot()
        of_roles = self._fleet.usage(processes)
        if self._blueprint.policies.shedding:
            shed = self._shedding.totals()
            for each in of_roles:
                each.counters.shed = shed.get(each.role, 0)
        return [*of_roles, *self._shared_usage(processes)]

    def state_changes(self) -> list[dict[str, Any]]:
        file = self._blueprint.state_changes_file
        return read_journal(file) if file.exists() else []

    def books(self) -> Books:
        provider = self._fleet.of(PAYMENT_PROVIDER)[0]
        return replace(self._ground.databases.books(), charges=read_ledger(provider.url))

    def limbo(self) -> AbstractContextManager[Callable[[], Limbo | None]]:
        return watching(self._ground.databases)

    def _note_shedding(self, role: str, event: str) -> None:
        StateChanges(self._blueprint.state_changes_file, role, envoy.EDGE).report(event)

    def _start_instance(self, plan: InstancePlan) -> RunningInstance:
        ground = self._ground
        if plan.role == PAYMENT_PROVIDER:
            # An outside party: neither in the budget nor on the store's cores.
            return start_instance(plan, ground.belongings, ground.cores.generator)
        return start_instance(plan, ground.belongings, ground.cores.store, ground.limits.joins)

    def _start_edge(self) -> OwnedProcess:
        for role in self._blueprint.roles:
            self._edge.announce(role, [])
        ground = self._ground
        return self._edge.start(ground.belongings, ground.cores.store, ground.limits.joins)

    def _announce(self, roles: Iterable[str]) -> None:
        """Tell the edge and the peers where the instances of ``roles`` are."""
        for role in roles:
            self._edge.announce(role, [instance.port for instance in self._fleet.of(role)])
        urls = {
            role: self._edge.mesh_urls(role) or self._direct_urls(role)
            for role in self._blueprint.roles
        }
        self._directory.tell(urls | {PAYMENT_PROVIDER: self._direct_urls(PAYMENT_PROVIDER)})

    def _direct_urls(self, role: str) -> list[str]:
        return [instance.url for instance in self._fleet.of(role)]

    def _start_proxy(self) -> Proxy:
        # No part of the store: like the provider neither in the budget nor on its cores.
        ground = self._ground
        return start_proxy(self._blueprint.folder, ground.belongings, ground.cores.generator)

    def _shared_usage(self, processes: Processes) -> list[RoleUsage]:
        if self._edge_process is None:
            raise RunError("The store is not running.")
        edge, database = self._edge_process, self._ground.server
        database_cpu_s = self._database_cpu_s(processes) - self._database_cpu_before_s
        return [
            RoleUsage(
                role="edge",
                instances=int(edge.is_alive),
                cpu_s=usage.cpu_s(processes, edge.pid),
                memory_mb=usage.memory_mb(processes, edge.pid),
                counters=Counters(),
            ),
            RoleUsage(
                role="database",
                instances=int(database.pid in processes),
                cpu_s=database_cpu_s,
                memory_mb=usage.memory_mb(processes, database.pid),
                counters=Counters(),
            ),
            *self._network.usage(processes),
        ]

    def _database_cpu_s(self, processes: Processes) -> float:
        return usage.cpu_s(processes, self._ground.server.pid)
