"""Platform ``compose``: every part of a store is a container as ``docker/compose.yml`` says."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from docker import DockerClient

from experiment.store import Architecture
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed import janitor
from testbed.deploying import deployables_of
from testbed.janitor import Belongings
from testbed.platforms.containers import budget, checks, cleaning, compose, engine
from testbed.platforms.containers.budget import ContainerBudget
from testbed.platforms.containers.casting import Placement
from testbed.platforms.containers.compose import Moulds
from testbed.platforms.containers.database import DatabaseContainer, ServerPlan
from testbed.platforms.containers.factors import COMPOSE
from testbed.platforms.containers.ground import (
    EDGE_PORT,
    EVERYWHERE,
    ContainerGround,
)
from testbed.platforms.containers.wiring import Wiring
from testbed.platforms.containers.yard import Yard
from testbed.platforms.local.platform import require_division, require_free
from testbed.platforms.machine.affinity import Cores, split
from testbed.platforms.machine.spread import Spread
from testbed.platforms.platform import Deployment
from testbed.platforms.store.blueprint import Blueprint
from testbed.platforms.store.databases import Databases
from testbed.platforms.store.edge import Edge
from testbed.platforms.store.envoy import EdgePlan
from testbed.platforms.store.servers import Servers
from testbed.platforms.store.store import Store
from testbed.socket_places import private_place
from testbed.telling import Telling, silent
from testbed.undoing import Undoing

IMAGE_USER = 10001
_FIRST: Architecture = "monolith"
"""Whose database lends its mould to the servers of a run; they are all alike."""


class ComposePlatform(Undoing):
    """Implements ``Platform``; InputError where engine, Compose or images are missing."""

    def __init__(self) -> None:
        self._cores = split(os.sched_getaffinity(0))
        self._databases = Databases()
        self._numbers = count(1)
        self._moulds_made: dict[Architecture, Moulds] = {}

    @property
    def generator_cpus(self) -> Collection[int]:
        return self._cores.generator

    @property
    def watched_cores(self) -> Cores | None:
        """None: what an engine and its containers need beside the store runs on its cores."""
        return None

    @property
    def factors(self) -> dict[str, str]:
        return {**COMPOSE, "container engine": self._engine, "cores": self._cores.says}

    def _set_up(self, undo: ExitStack) -> None:
        self._client = undo.enter_context(closing(engine.connect()))
        self._engine = self._require(self._client)
        cleaning.remove_forgotten(self._client)
        self.belongings = undo.enter_context(Belongings(janitor.state_dir()))
        stem = self.belongings.file.stem
        self.belongings.containers()
        self._join(undo)
        undo.callback(cleaning.remove_run, self._client, stem)
        folder = undo.enter_context(self.belongings.temporary_folder())
        self._yard = Yard(
            self._client, engine.labels(self.belongings), f"{cleaning.prefix_of(stem)}-0"
        )
        self._servers = Servers(self._server_maker(folder))
        undo.callback(self._servers.close)
        self._servers.open()

    def _require(self, client: DockerClient) -> str:
        """What works together here; InputError for what is missing."""
        return checks.require_compose(client)

    def _groups_by(self) -> str:
        """Who makes the control groups of containers."""
        return str(self._client.info().get("CgroupDriver"))

    def _join(self, undo: ExitStack) -> None:
        """Make ready what the engine needs besides."""

    def _server_maker(self, folder: Path) -> Callable[[str, int, int], DatabaseContainer]:
        mould = self._moulds(_FIRST)[f"database-{_FIRST}"]
        home = self._yard.bridge("home")

        def make(name: str, connections: int, buffers_mb: int) -> DatabaseContainer:
            plan = ServerPlan(name, connections, buffers_mb, mould, home, folder)
            return DatabaseContainer(plan, self._yard, Placement(self._cores.store))

        return make

    def _moulds(self, architecture: Architecture) -> Moulds:
        """Of all that a deployment of the architecture starts; made once."""
        if architecture not in self._moulds_made:
            roles = [each.role for each in deployables_of(architecture)]
            services = [*roles, f"edge-{architecture}", PAYMENT_PROVIDER]
            if architecture == _FIRST:
                services.append(f"database-{_FIRST}")
            engine.require_images(self._client, roles)
            self._moulds_made[architecture] = compose.moulds(
                self._client, self._name(), architecture, services, self.belongings.mark
            )
        return self._moulds_made[architecture]

    def _name(self) -> str:
        """Of a project or a deployment, not used before."""
        return f"{cleaning.prefix_of(self.belongings.file.stem)}-{next(self._numbers)}"

    def up(
        self,
        deployment: Deployment,
        workdir: Path,
        port: int | None = None,
        tell: Telling = silent,
    ) -> Store:
        """Implement ``Platform.up``; stores that are still up end with the platform."""
        require_free(port)
        folder = workdir.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            by_role = undo.enter_context(self._servers.in_use(deployment))
            limited = budget.set_up(
                deployment.budget,
                deployment.division,
                Spread(deployment.core_use, self._cores, Blueprint(deployment, folder, {}).names),
                self.belongings,
                held_under_load_only=deployment.held_under_load_only,
                groups_by=self._groups_by(),
            )
            undo.callback(limited.remove)
            require_division(deployment, limited.says["cpu"], is_divided=limited.is_divided)
            moulds = self._moulds(deployment.architecture)
            yard = replace(self._yard, prefix=self._name())
            wiring = undo.enter_context(self._wiring(yard, deployment, by_role))
            tell("Making the sample data for this store.")
            databases = self._databases.create(deployment, by_role)
            undo.callback(self._databases.drop, databases)
            self._begin_fresh(by_role, limited)
            blueprint = Blueprint(deployment, folder, databases.urls)
            sockets = undo.enter_context(private_place(self.belongings))
            undo.enter_context(_given_to_containers(folder, blueprint.state_changes_file))
            undo.enter_context(_given_to_containers(sockets))
            ground = self._ground(
                deployment,
                databases=databases,
                budget=limited,
                yard=yard,
                moulds=moulds,
                wiring=wiring,
                belongings=self.belongings,
                folder=folder,
                sockets=sockets,
                published=port,
            )
            undo.callback(ground.close)
            plan = _edge_plan(blueprint, sockets / "admin")
            store = Store(blueprint, ground, Edge(plan, folder, port))
            undo.callback(store.stop)
            tell(deployment.starting)
            with limited.limits.blamed(deployment.budget):
                store.start()
            store.down = undo.pop_all().close
        self._undo.callback(store.down)
        return store

    def _wiring(
        self, yard: Yard, deployment: Deployment, servers: Mapping[str, DatabaseContainer]
    ) -> Wiring:
        return Wiring(yard.bridge, deployment, servers)

    def _ground(
        self,
        deployment: Deployment,  # noqa: ARG002 - for platforms that have to know it
        **parts: Any,
    ) -> ContainerGround:
        return ContainerGround(**parts)

    def _begin_fresh(
        self, by_role: Mapping[str, DatabaseContainer], limited: ContainerBudget
    ) -> None:
        """Restart the servers that nobody else uses, within the budget of this deployment."""
        for server in self._servers.alone(by_role):
            server.place = limited.of_shared()
        self._servers.begin_fresh(by_role)


def _edge_plan(blueprint: Blueprint, admin_socket: Path) -> EdgePlan:
    return replace(
        blueprint.edge(port=EDGE_PORT, mesh=False),
        address=EVERYWHERE,
        admin_socket=admin_socket,
    )


@contextmanager
def _given_to_containers(folder: Path, *shared: Path) -> Iterator[None]:
    """Inside, containers may write to the folder, and to ``shared`` files as we do.

    Afterwards all in it is ours again.

    Where we are not root, they run as our user.
    """
    if os.geteuid() != 0:
        yield
        return
    for path in shared:
        path.touch()
    for path in (folder, *shared):
        os.chown(path, IMAGE_USER, IMAGE_USER)
    try:
        yield
    finally:
        for path in (folder, *folder.iterdir()):
            os.chown(path, 0, 0)
