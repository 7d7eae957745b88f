"""Platform ``compose``: every part of a store is a container as ``docker/compose.yml`` says."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.models.networks import Network

from store.payment_provider.client import PAYMENT_PROVIDER
from testbed import janitor
from testbed.janitor import Belongings
from testbed.platforms.containers import budget, checks, cleaning, engine
from testbed.platforms.containers.budget import ContainerBudget
from testbed.platforms.containers.casting import Placement
from testbed.platforms.containers.compose import Project
from testbed.platforms.containers.database import DatabaseContainer, ServerPlan
from testbed.platforms.containers.factors import COMPOSE
from testbed.platforms.containers.ground import (
    ADMIN_PORT,
    EDGE_PORT,
    EVERYWHERE,
    ContainerGround,
)
from testbed.platforms.containers.wiring import Wiring
from testbed.platforms.containers.yard import Yard
from testbed.platforms.local.affinity import split
from testbed.platforms.local.blueprint import Blueprint
from testbed.platforms.local.databases import Databases
from testbed.platforms.local.edge import Edge
from testbed.platforms.local.envoy import EdgePlan
from testbed.platforms.local.platform import require_division, require_free
from testbed.platforms.local.servers import Servers
from testbed.platforms.local.store import Store
from testbed.platforms.platform import Deployment
from testbed.undoing import Undoing

IMAGE_USER = 10001
_FIRST_OWNER = "monolith"
"""Whose database lends its mould to the servers of a run; they are all alike."""


class ComposePlatform(Undoing):
    """Implements ``Platform``; InputError where engine, Compose or images are missing."""

    def __init__(self) -> None:
        self._cores = split(os.sched_getaffinity(0))
        self._databases = Databases()
        self._numbers = count(1)

    @property
    def generator_cpus(self) -> Collection[int]:
        return self._cores.generator

    @property
    def factors(self) -> dict[str, str]:
        return {**COMPOSE, "container engine": self._engine, "cores": self._cores.says}

    def _set_up(self, undo: ExitStack) -> None:
        self._client = undo.enter_context(closing(engine.connect()))
        self._engine = self._require(self._client)
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
        project = self._project()
        service = f"database-{_FIRST_OWNER}"
        project.make(_FIRST_OWNER, [service], self.belongings.mark)
        mould, home = project.mould(service), project.network(f"data-{_FIRST_OWNER}")

        def make(name: str, connections: int, buffers_mb: int) -> DatabaseContainer:
            plan = ServerPlan(name, connections, buffers_mb, mould, home, folder)
            return DatabaseContainer(plan, self._yard, Placement(self._cores.store))

        return make

    def _project(self) -> Project:
        prefix = cleaning.prefix_of(self.belongings.file.stem)
        return Project(f"{prefix}-{next(self._numbers)}", self._client)

    def up(self, deployment: Deployment, workdir: Path, port: int | None = None) -> Store:
        """Implement ``Platform.up``; stores that are still up end with the platform."""
        require_free(port)
        engine.require_images(self._client, deployment.roles)
        folder = workdir.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            by_role = undo.enter_context(self._servers.in_use(deployment))
            limited = budget.set_up(
                deployment.budget,
                deployment.division,
                self._cores,
                self.belongings,
                held_under_load_only=deployment.held_under_load_only,
                groups_by=self._groups_by(),
            )
            undo.callback(limited.remove)
            require_division(deployment, limited.says["cpu"], is_divided=limited.is_divided)
            project = self._made(deployment)
            undo.callback(cleaning.remove_project, self._client, project.name)
            wiring = self._wiring(project, deployment.architecture)
            undo.enter_context(_joined(by_role, wiring))
            databases = self._databases.create(deployment, by_role)
            undo.callback(self._databases.drop, databases)
            self._begin_fresh(by_role, limited)
            undo.enter_context(_given_to_containers(folder))
            ground = self._ground(
                deployment,
                databases=databases,
                budget=limited,
                yard=replace(self._yard, prefix=project.name),
                moulds=cache(project.mould),
                wiring=wiring,
                belongings=self.belongings,
                folder=folder,
                published=port,
            )
            undo.callback(ground.close)
            blueprint = Blueprint(deployment, folder, databases.urls)
            store = Store(blueprint, ground, Edge(_edge_plan(blueprint), folder, port))
            undo.callback(store.stop)
            store.start()
            store.down = undo.pop_all().close
        self._undo.callback(store.down)
        return store

    def _wiring(self, project: Project, architecture: str) -> Wiring:
        return Wiring(project.network, architecture)

    def _ground(self, _deployment: Deployment, **parts: Any) -> ContainerGround:
        return ContainerGround(**parts)

    def _made(self, deployment: Deployment) -> Project:
        """The moulds of all that a deployment starts, and its networks."""
        project = self._project()
        architecture = deployment.architecture
        services = [*deployment.roles, f"edge-{architecture}", PAYMENT_PROVIDER]
        project.make(architecture, services, self.belongings.mark)
        return project

    def _begin_fresh(
        self, by_role: Mapping[str, DatabaseContainer], limited: ContainerBudget
    ) -> None:
        """Restart the servers that nobody else uses, within the budget of this deployment."""
        for server in self._servers.alone(by_role):
            server.place = limited.of_shared()
        self._servers.begin_fresh(by_role)


@contextmanager
def _joined(by_role: Mapping[str, DatabaseContainer], wiring: Wiring) -> Iterator[None]:
    """Inside, each owner reaches its server."""
    networks: dict[DatabaseContainer, list[Network]] = {}
    for role, server in by_role.items():
        networks.setdefault(server, []).append(wiring.data_of(role))
    with ExitStack() as leaving:
        for server, of_server in networks.items():
            leaving.callback(server.leave, of_server)
            server.join(of_server)
        yield


def _edge_plan(blueprint: Blueprint) -> EdgePlan:
    return replace(
        blueprint.edge(port=EDGE_PORT, mesh=False),
        address=EVERYWHERE,
        admin_address=EVERYWHERE,
        admin_port=ADMIN_PORT,
    )


@contextmanager
def _given_to_containers(folder: Path) -> Iterator[None]:
    """Inside, containers may write to the folder; afterwards all in it is ours again.

    Where we are not root, they run as our user.
    """
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, IMAGE_USER, IMAGE_USER)
    try:
        yield
    finally:
        for path in (folder, *folder.iterdir()):
            os.chown(path, 0, 0)
